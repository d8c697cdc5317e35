/** The routes of vLLM 0.32.0 that a client of this kind asks for; every other path is its 404. */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import { missing, SCALE_OUT_OFF } from "../errors.ts"
import { type Exchange, listed, nameOf, refuse, sendJson, sendText, servedNames, termsOf } from "../exchange.ts"
import { METRICS_TYPE, metricsText } from "../metrics.ts"
import { renderPrompt } from "../model.ts"
import { type Json, messagesOf, modelProblem, type Parsed, parseBody, toolsOf, VLLM_RULES } from "../requests.ts"
import { pieces } from "../tokens.ts"
import type { Scenario } from "../types.ts"
import { hex } from "../wire.ts"
import { seconds } from "./shared.ts"
import type { Kind, Routes } from "./types.ts"

const VERSION = "0.32.0"
/** What a Nemotron 3 Super server is started with: `--model`, from which its family can be told. */
export const ROOT = "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4"

const ROUTES: Routes = {
  "/health": { GET: health },
  "/ping": { GET: health, POST: health },
  "/version": { GET: (exchange) => sendJson(exchange, 200, { version: VERSION }) },
  // The counter moves only with --enable-server-load-tracking.
  "/load": { GET: (exchange) => sendJson(exchange, 200, { server_load: 0 }) },
  "/metrics": { GET: metrics },
  "/openapi.json": { GET: openapi },
  "/tokenize": { POST: tokenize },
  "/detokenize": { POST: detokenize },
  "/v1/models": { GET: (exchange, scenario) => models(exchange, scenario) },
  "/v1/chat/completions": { POST: chat },
  "/v1/chat/completions/render": { POST: (exchange) => refuse(exchange, SCALE_OUT_OFF) },
  "/v1/completions": { POST: completions },
}

export const vllm: Kind = {
  headers: { server: "uvicorn" },
  rules: VLLM_RULES,
  thoughts: "reasoning",
  says: (refusal) => refusal,
  routes: ROUTES,
  needsKey: (path) => path.startsWith("/v1"),
}

/** Path as the metrics label it: unknown ones share one label. */
export const handlerLabel = (path: string) => (Object.hasOwn(ROUTES, path) ? path : "none")

export function health(exchange: Exchange, scenario: Scenario) {
  sendText(exchange, scenario.chat === "engine-dead" ? 503 : 200, undefined, "")
}

function metrics(exchange: Exchange, scenario: Scenario) {
  const { meter, created } = exchange.state
  const { parsers } = termsOf(exchange.state, scenario)
  const model = nameOf(exchange.state, scenario)
  sendText(
    exchange,
    200,
    METRICS_TYPE,
    metricsText({ figures: meter.figures, model, parsers, pinned: scenario.pinned ?? {}, created }),
  )
}

/** The document of a real server lists its live routes; so does this one. */
function openapi(exchange: Exchange) {
  const paths = Object.fromEntries(
    Object.entries(ROUTES)
      .filter(([path]) => path !== "/openapi.json")
      .map(([path, methods]) => [
        path,
        Object.fromEntries(Object.keys(methods).map((method) => [method.toLowerCase(), { responses: {} }])),
      ]),
  )
  sendJson(exchange, 200, { openapi: "3.1.0", info: { title: "FastAPI", version: "0.1.0" }, paths })
}

export function models(exchange: Exchange, scenario: Scenario, owned_by = "vllm") {
  // `created` is the time of the request on a real server too.
  const created = seconds()
  const data = listed(exchange.state, scenario).map(({ id, root = ROOT, parent = null, context }) => ({
    ...{ id, object: "model", created, owned_by, root, parent },
    // An adapter has the length of its base, and says so with null.
    max_model_len: parent === null ? context : null,
    permission: [permission(created)],
  }))
  sendJson(exchange, 200, { object: "list", data })
}

const permission = (created: number) => ({
  ...{ id: `modelperm-${hex()}`, object: "model_permission", created },
  ...{ allow_create_engine: false, allow_sampling: true, allow_logprobs: true, allow_search_indices: false },
  ...{ allow_view: true, allow_fine_tuning: false, organization: "*", group: null, is_blocking: false },
})

function readBody(exchange: Exchange, scenario: Scenario): Parsed<Json> {
  const body = parseBody(exchange.request.body, exchange.req.headers["content-type"])
  if (!body.ok) return body
  const refusal = modelProblem(body.value, servedNames(exchange.state, scenario))
  return refusal ? { ok: false, refusal } : body
}

function tokenize(exchange: Exchange, scenario: Scenario) {
  const body = readBody(exchange, scenario)
  if (!body.ok) return refuse(exchange, body.refusal)
  const { prompt, messages, return_token_strs } = body.value
  if (typeof prompt !== "string" && !Array.isArray(messages)) return refuse(exchange, missing(body.value, "prompt", "messages"))
  const text = typeof prompt === "string" ? prompt : renderPrompt(messagesOf(body.value), toolsOf(body.value))
  const { maxModelLen: max_model_len, vocabulary } = termsOf(exchange.state, scenario)
  const tokens = vocabulary.encode(text)
  // A byte-level tokenizer writes a leading space as this letter.
  const token_strs = return_token_strs ? pieces(text).map((piece) => piece.replace(/^ /, "\u0120")) : null
  sendJson(exchange, 200, { count: tokens.length, max_model_len, tokens, token_strs })
}

function detokenize(exchange: Exchange, scenario: Scenario) {
  const body = readBody(exchange, scenario)
  if (!body.ok) return refuse(exchange, body.refusal)
  const { tokens } = body.value
  if (!Array.isArray(tokens)) return refuse(exchange, missing(body.value, "tokens"))
  sendJson(exchange, 200, { prompt: exchange.state.vocabulary.decode(tokens.map(Number)) })
}
