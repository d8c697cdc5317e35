/** TensorRT-LLM's `trtllm-serve` (`tensorrt_llm/serve/openai_server.py`). It has no key of its own. */
import { chat } from "../chat.ts"
import { completions } from "../completions.ts"
import type { Refusal } from "../errors.ts"
import { type Exchange, listed, sendJson, sendText } from "../exchange.ts"
import type { Scenario } from "../types.ts"
import { seconds, sentence } from "./shared.ts"
import type { Kind } from "./types.ts"

export const tensorrtLlm: Kind = {
  headers: { server: "uvicorn" },
  rules: { limit: "fit", overflow: "refuse", needsParser: false },
  thoughts: "reasoning_content",
  says,
  routes: {
    "/health": { GET: health },
    "/version": { GET: (exchange) => sendJson(exchange, 200, { version: "1.3.0" }) },
    // Statistics of iterations, each told once.
    "/metrics": { GET: (exchange) => sendJson(exchange, 200, []) },
    "/v1/models": { GET: models },
    "/v1/chat/completions": { POST: chat },
    "/v1/completions": { POST: completions },
  },
  needsKey: () => false,
  takesAnyName: () => true,
}

function says(refusal: Refusal): Refusal {
  const { about, status } = refusal
  if (about?.is === "path" || about?.is === "method") return refusal
  const message =
    about?.is === "overflow"
      ? `The sum of prompt length (${about.tokens}.0), query length (0) should not exceed max_num_tokens (${about.context})`
      : sentence(refusal)
  return { status, body: { object: "error", message, type: "BadRequestError", param: null, code: status } }
}

function health(exchange: Exchange) {
  const ready = exchange.state.fleet.models.every((m) => m.phase === "loaded")
  if (ready) return sendText(exchange, 200, undefined, "")
  sendText(exchange, 503, "text/plain; charset=utf-8", "LLM is unavailable. Please check the server logs for more details.")
}

/** The card has nothing but the name. */
function models(exchange: Exchange, scenario: Scenario) {
  const created = seconds()
  const data = listed(exchange.state, scenario).map(({ id }) => ({ id, object: "model", created, owned_by: "tensorrt_llm" }))
  sendJson(exchange, 200, { object: "list", data })
}
