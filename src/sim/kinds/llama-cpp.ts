/**
 * llama.cpp's server (`tools/server/README.md`, `server-models.cpp`). With more than one model it is the router, which loads on
 * demand. llama.cpp's context per model, not per slot: the simulated server has one slot.
 */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, sendJson, sendText } from "../exchange.ts"
import type { Hosted } from "../fleet.ts"
import type { Scenario } from "../types.ts"
import { bodyText, seconds, sentence } from "./shared.ts"
import type { Kind } from "./types.ts"

export const llamaCpp: Kind = {
  headers: { server: "llama.cpp" },
  rules: { limit: "fit", overflow: "refuse", needsParser: false },
  thoughts: "reasoning_content",
  says,
  onDemand: true,
  routes: {
    "/": { GET: (exchange) => sendText(exchange, 200, "text/html; charset=utf-8", "<!doctype html><title>llama.cpp</title>") },
    "/health": { GET: health },
    "/v1/health": { GET: health },
    "/props": { GET: props },
    "/metrics": { GET: (exchange) => error(exchange, 501, METRICS_OFF, "not_supported_error") },
    "/models": { GET: models },
    "/models/load": { POST: load },
    "/models/unload": { POST: unload },
    "/v1/models": { GET: models },
    "/chat/completions": { POST: chat },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  needsKey: (path) => !["/", "/health", "/v1/health", "/models", "/v1/models"].includes(path),
  takesAnyName: (all) => all.length === 1,
}

const METRICS_OFF = "This server does not support metrics endpoint. Start it with `--metrics`"

const wrong = (code: number, message: string, type: string, more: object = {}): Refusal => ({
  status: code,
  body: { error: { code, message, type, ...more } },
})

function error(exchange: Exchange, code: number, message: string, type: string) {
  sendJson(exchange, code, wrong(code, message, type).body)
}

function says(refusal: Refusal): Refusal {
  const { about, status } = refusal
  switch (about?.is) {
    case "key":
      return wrong(401, "Invalid API Key", "authentication_error")
    case "path":
    case "method":
      return wrong(404, "File Not Found", "not_found_error")
    case "model":
      return wrong(400, `model '${about.name}' not found`, "invalid_request_error")
    case "overflow": {
      const { tokens, context } = about
      const message = `request (${tokens} tokens) exceeds the available context size (${context} tokens), try increasing it`
      return wrong(400, message, "exceed_context_size_error", { n_prompt_tokens: tokens, n_ctx: context })
    }
    default:
      return wrong(status, sentence(refusal), status < 500 ? "invalid_request_error" : "server_error")
  }
}

function health(exchange: Exchange) {
  sendJson(exchange, 200, { status: "ok" })
}

const isRouter = (exchange: Exchange) => exchange.state.fleet.models.length > 1

function models(exchange: Exchange, scenario: Scenario) {
  const router = isRouter(exchange)
  const created = seconds()
  const all = listed(exchange.state, scenario)
  const data = all.map((model) => ({
    ...{ id: model.id, object: "model", owned_by: "llamacpp", created },
    ...(router && { in_cache: true, path: `/models/${model.id}.gguf`, status: { value: model.phase, args: [] } }),
    ...(model.phase === "loaded" && { meta: metaOf(model) }),
  }))
  if (router) return sendJson(exchange, 200, { data, object: "list" })
  // Ollama's form of the same list stands beside OpenAI's.
  const others = all.map(({ id }) => ({ name: id, model: id, type: "model", capabilities: ["completion"] }))
  sendJson(exchange, 200, { models: others, object: "list", data })
}

const metaOf = ({ context, maxContext }: Hosted) => ({
  ...{ vocab_type: 2, n_vocab: 131_072, n_ctx: context, n_ctx_train: maxContext },
  ...{ n_embd: 4_096, n_params: 120_000_000_000, size: 70_000_000_000 },
})

function props(exchange: Exchange, scenario: Scenario) {
  const all = listed(exchange.state, scenario)
  const query = new URL(exchange.request.path, "http://sim").searchParams
  const name = query.get("model")
  if (isRouter(exchange) && !name)
    return sendJson(exchange, 200, {
      ...{ role: "router", max_instances: 4, models_autoload: true, model_alias: "llama-server", model_path: "none" },
      default_generation_settings: { params: {}, n_ctx: 0 },
      build_info: BUILD,
    })
  const model = name ? all.find((m) => m.id === name) : all[0]
  if (!model) return error(exchange, 400, `model '${name}' not found`, "invalid_request_error")
  if (model.phase !== "loaded") return error(exchange, 400, "model is not loaded", "invalid_request_error")
  const tools = model.tools ?? true
  sendJson(exchange, 200, {
    default_generation_settings: { id: 0, n_ctx: model.context, is_processing: false },
    ...{ total_slots: 1, model_alias: model.id, model_path: `/models/${model.id}.gguf` },
    modalities: { vision: false, audio: false },
    chat_template: "",
    chat_template_caps: { supports_tools: tools, supports_tool_calls: tools, supports_system_role: true },
    ...{ build_info: BUILD, is_sleeping: false },
  })
}

const BUILD = "b8123-1a2b3c4d"

/** Answers at once; the model list tells when it is loaded. */
function load(exchange: Exchange) {
  const name = bodyText(exchange, "model")
  const model = exchange.state.fleet.find(name)
  if (!isRouter(exchange)) return error(exchange, 404, "File Not Found", "not_found_error")
  if (!model) return error(exchange, 404, "model is not found", "not_found_error")
  if (model.phase !== "unloaded") return error(exchange, 400, "model is already loaded", "invalid_request_error")
  void exchange.state.fleet.load(name)
  sendJson(exchange, 200, { success: true })
}

function unload(exchange: Exchange) {
  exchange.state.fleet.unload(bodyText(exchange, "model"))
  sendJson(exchange, 200, { success: true })
}
