/** The LiteLLM proxy with `hosted_vllm/` models and no database, as a running 1.108.7 answered. The vLLM behind it is played too. */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, sendJson } from "../exchange.ts"
import { VLLM_RULES } from "../requests.ts"
import type { Scenario } from "../types.ts"
import { bodyText, keyOf, seconds } from "./shared.ts"
import type { Kind } from "./types.ts"
import { ROOT } from "./vllm.ts"

export const litellm: Kind = {
  // Its version stands only on chat answers.
  headers: {},
  rules: VLLM_RULES,
  thoughts: "reasoning_content",
  says,
  routes: {
    "/health/liveliness": { GET: alive },
    "/health/liveness": { GET: alive },
    "/health/readiness": { GET: (exchange) => sendJson(exchange, 200, { status: "healthy", db: "Not connected" }) },
    "/models": { GET: models },
    "/v1/models": { GET: models },
    "/model/info": { GET: modelInfo },
    "/v1/model/info": { GET: modelInfo },
    "/chat/completions": { POST: chat },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  needsKey: (path) => !path.startsWith("/health/"),
}

/** `code` is a string. */
const wrong = (status: number, message: string, type: string | null): Refusal => ({
  status,
  body: { error: { message, type, param: null, code: String(status) } },
})

function says(refusal: Refusal, exchange: Exchange): Refusal {
  const { about, status } = refusal
  switch (about?.is) {
    case "path":
    case "method":
      return refusal
    case "key":
      // Without a database it looks a wrong key up in vain, and stumbles over a missing one.
      if (keyOf(exchange) === undefined) return { status: 500, body: "Internal Server Error" }
      return wrong(400, "No connected db.", "no_db_connection")
    case "model": {
      const call = exchange.path.replace(/^\/v1/, "")
      const message = `${call}: Invalid model name passed in model=${about.name}. Call \`/v1/models\` to view available models for your key.`
      return wrong(400, message, "invalid_request_error")
    }
    default:
      return wrong(status, passedOn(refusal, bodyText(exchange, "model")), status < 500 ? "invalid_request_error" : null)
  }
}

/** What the server behind refused, word for word, in LiteLLM's frame. */
function passedOn({ status, about, body }: Refusal, group: string): string {
  const cause = `Hosted_vllmException - ${JSON.stringify(body)}`
  const end = `\n\nLiteLLM: model group '${group}' failed with the error above. No fallback was attempted.`
  if (about?.is === "overflow")
    return (
      `litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: ${cause}\nmodel=${group}. ` +
      "context_window_fallbacks=None. fallbacks=None.\n\nSet 'context_window_fallback' - https://docs.litellm.ai/docs/routing#fallbacks" +
      end
    )
  if (status >= 500) return `litellm.InternalServerError: InternalServerError: ${cause}${end}`
  return `litellm.BadRequestError: ${cause}${end}`
}

function alive(exchange: Exchange) {
  sendJson(exchange, 200, "I'm alive!")
}

function models(exchange: Exchange, scenario: Scenario) {
  const created = seconds()
  const data = listed(exchange.state, scenario).map(({ id, context }) => ({
    ...{ id, object: "model", created, owned_by: "openai" },
    ...{ max_input_tokens: context, max_output_tokens: context },
  }))
  sendJson(exchange, 200, { data, object: "list" })
}

function modelInfo(exchange: Exchange, scenario: Scenario) {
  const data = listed(exchange.state, scenario).map(({ id, root = ROOT, context }) => ({
    model_name: id,
    litellm_params: { api_base: "http://127.0.0.1:8000/v1", model: `hosted_vllm/${root}` },
    model_info: {
      ...{ id: "b1946ac9", db_model: false, key: `hosted_vllm/${root}`, litellm_provider: "hosted_vllm" },
      ...{ max_tokens: context, max_input_tokens: context, max_output_tokens: context },
      // It knows nothing of a model that is not in its own list of prices.
      ...{ mode: null, supports_function_calling: null, supports_reasoning: null, supports_vision: null },
    },
  }))
  sendJson(exchange, 200, { data })
}
