/** Ollama (`server/routes.go`, `openai/openai.go`, `docs/api.md`). It knows no key, and cuts a prompt that does not fit without a word. */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, sendJson, sendText } from "../exchange.ts"
import type { Hosted } from "../fleet.ts"
import type { Scenario } from "../types.ts"
import { bodyText, seconds, sentence } from "./shared.ts"
import type { Handler, Kind } from "./types.ts"

export const ollama: Kind = {
  headers: {},
  rules: { limit: "fit", overflow: "cut", needsParser: false },
  thoughts: "reasoning",
  says,
  onDemand: true,
  routes: {
    "/": { GET: (exchange) => sendText(exchange, 200, "text/plain; charset=utf-8", "Ollama is running") },
    "/api/version": { GET: (exchange) => sendJson(exchange, 200, { version: "0.33.0" }) },
    "/api/tags": { GET: tags },
    "/api/ps": { GET: ps },
    "/api/show": { POST: show },
    "/api/generate": { POST: generate },
    "/v1/models": { GET: models },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  needsKey: () => false,
  alias: (name) => (name.includes(":") ? name : `${name}:latest`),
  refuses: ({ id, tools }, body) =>
    tools === false && Array.isArray(body.tools) && body.tools.length > 0
      ? wrong(400, `registry.ollama.ai/library/${id} does not support tools`)
      : undefined,
}

const TYPES: Readonly<Record<number, string>> = { 400: "invalid_request_error", 404: "not_found_error" }
const wrong = (status: number, message: string): Refusal => ({
  status,
  body: { error: { message, type: TYPES[status] ?? "api_error", param: null, code: null } },
})

function says(refusal: Refusal): Refusal {
  switch (refusal.about?.is) {
    case "path":
      return { status: 404, body: "404 page not found" }
    case "method":
      return { status: 405, body: "405 method not allowed" }
    case "model":
      return wrong(404, `model '${refusal.about.name}' not found`)
    default:
      return wrong(refusal.status, sentence(refusal))
  }
}

function models(exchange: Exchange, scenario: Scenario) {
  const created = seconds()
  const data = listed(exchange.state, scenario).map(({ id }) => ({ id, object: "model", created, owned_by: "library" }))
  sendJson(exchange, 200, { object: "list", data })
}

const described = ({ id }: Hosted) => ({
  ...{ name: id, model: id, size: 70_000_000_000, digest: "4a1f" },
  details: { format: "gguf", family: FAMILY, parameter_size: "120B", quantization_level: "Q4_K_M" },
})

const FAMILY = "nemotron_h_moe"

function tags(exchange: Exchange, scenario: Scenario) {
  sendJson(exchange, 200, { models: listed(exchange.state, scenario).map(described) })
}

/** What is loaded; a model on its way is not in it. */
function ps(exchange: Exchange, scenario: Scenario) {
  const loaded = listed(exchange.state, scenario).filter((m) => m.phase === "loaded")
  const all = loaded.map((m) => ({ ...described(m), size_vram: 70_000_000_000, context_length: m.context }))
  sendJson(exchange, 200, { models: all })
}

/** A handler for the model that the body names. */
const forModel =
  (use: (exchange: Exchange, model: Hosted) => void | Promise<void>): Handler =>
  (exchange, scenario) => {
    const name = bodyText(exchange, "model") || bodyText(exchange, "name")
    const model = listed(exchange.state, scenario).find((m) => m.id === name || m.id === `${name}:latest`)
    if (!model) return sendJson(exchange, 404, { error: `model '${name}' not found` })
    return use(exchange, model)
  }

function show(exchange: Exchange, scenario: Scenario) {
  return forModel((_, { tools, maxContext }) =>
    sendJson(exchange, 200, {
      ...{ modelfile: "", template: "", parameters: "temperature                    1" },
      details: { format: "gguf", family: FAMILY },
      model_info: { "general.architecture": FAMILY, [`${FAMILY}.context_length`]: maxContext },
      capabilities: ["completion", ...(tools === false ? [] : ["tools"]), "thinking"],
    }),
  )(exchange, scenario)
}

/** Without a prompt the model is loaded, and nothing else happens. Generating is what the OpenAI routes are simulated for. */
function generate(exchange: Exchange, scenario: Scenario) {
  return forModel(async (_, { id }) => {
    await exchange.state.fleet.load(id)
    if (exchange.signal.aborted) return
    const created_at = new Date().toISOString()
    sendJson(exchange, 200, { model: id, created_at, response: "", done: true, done_reason: "load" })
  })(exchange, scenario)
}
