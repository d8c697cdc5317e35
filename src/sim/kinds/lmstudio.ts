/** LM Studio 0.4 (`1_developer` of lmstudio-ai/docs; its words as users of it have reported them). */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, sendJson } from "../exchange.ts"
import type { Scenario } from "../types.ts"
import { bodyText, keyOf, sentence } from "./shared.ts"
import type { Kind } from "./types.ts"

export const lmstudio: Kind = {
  headers: { "x-powered-by": "Express" },
  rules: { limit: "fit", overflow: "refuse", needsParser: false },
  thoughts: "reasoning_content",
  says,
  onDemand: true,
  routes: {
    "/v1/models": { GET: models },
    "/api/v0/models": { GET: olderModels },
    "/api/v1/models": { GET: newerModels },
    "/api/v1/models/load": { POST: load },
    "/api/v1/models/unload": { POST: unload },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  needsKey: () => true,
}

const wrong = (status: number, message: string, code: string | null, param: string | null = null): Refusal => ({
  status,
  body: { error: { message, type: "invalid_request_error", param, code } },
})

function says(refusal: Refusal, exchange: Exchange): Refusal {
  const { about, status } = refusal
  switch (about?.is) {
    case "key":
      return wrong(401, keyWords(keyOf(exchange)), "invalid_api_key")
    case "path":
    case "method":
      return { status: 200, body: { error: `Unexpected endpoint or method. (${exchange.req.method} ${exchange.path})` } }
    case "model": {
      const some = exchange.state.fleet.models.slice(0, 3).map((m) => m.id)
      const message = `Invalid model identifier "${about.name}". Please specify a valid downloaded model (e.g., ${some.join(", ")}).`
      return wrong(400, message, "model_not_found", "model")
    }
    case "overflow":
      return {
        status: 400,
        body: {
          error:
            `Trying to keep the first ${about.tokens} tokens when context the overflows. However, the model is loaded with context ` +
            `length of only ${about.context} tokens, which is not enough. Try to load the model with a larger context length, or ` +
            "provide a shorter input",
        },
      }
    default:
      return wrong(status, sentence(refusal), null)
  }
}

function keyWords(key: string | undefined): string {
  if (!key)
    return "An LM Studio API token is required to make requests to this server, but none was provided using the Authorization header using the 'Bearer' scheme."
  const shown = key.slice(0, 10) + "*".repeat(Math.max(0, key.length - 10))
  return `Malformed LM Studio API token provided: ${shown}. Ensure you are using a valid token.`
}

function models(exchange: Exchange, scenario: Scenario) {
  const data = listed(exchange.state, scenario).map(({ id }) => ({ id, object: "model", owned_by: "organization_owner" }))
  sendJson(exchange, 200, { data, object: "list" })
}

const STATES = { loaded: "loaded", loading: "loading", unloaded: "not-loaded" }

function olderModels(exchange: Exchange, scenario: Scenario) {
  const data = listed(exchange.state, scenario).map(({ id, phase, tools, context, maxContext }) => ({
    ...{ id, object: "model", type: "llm", publisher: "nvidia", arch: "nemotron_h_moe", compatibility_type: "gguf" },
    ...{ quantization: "Q4_K_M", state: STATES[phase], max_context_length: maxContext },
    ...(phase === "loaded" && { loaded_context_length: context }),
    ...(tools !== false && { capabilities: ["tool_use"] }),
  }))
  sendJson(exchange, 200, { data, object: "list" })
}

/** A model on its way has no instance yet. */
function newerModels(exchange: Exchange, scenario: Scenario) {
  const all = listed(exchange.state, scenario).map(({ id, phase, tools, context, maxContext }) => ({
    ...{ type: "llm", publisher: "nvidia", key: id, display_name: id, format: "gguf", max_context_length: maxContext },
    loaded_instances: phase === "loaded" ? [{ id, config: { context_length: context, parallel: 4 } }] : [],
    capabilities: { vision: false, trained_for_tool_use: tools !== false },
  }))
  sendJson(exchange, 200, { models: all })
}

/** Answers when the model is loaded. */
async function load(exchange: Exchange) {
  const id = bodyText(exchange, "model")
  const { fleet } = exchange.state
  if (!fleet.find(id)) return sendJson(exchange, 404, wrong(404, `Model ${id} not found`, "model_not_found", "model").body)
  const began = Date.now()
  await fleet.load(id)
  if (exchange.signal.aborted) return
  const load_time_seconds = (Date.now() - began) / 1000
  sendJson(exchange, 200, { type: "llm", instance_id: id, load_time_seconds, status: "loaded" })
}

function unload(exchange: Exchange) {
  const id = bodyText(exchange, "instance_id")
  exchange.state.fleet.unload(id)
  sendJson(exchange, 200, { instance_id: id })
}
