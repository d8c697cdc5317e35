import type { RequestView } from "./request.ts"
import type { Reading } from "./response.ts"

export interface Limit {
  /** `output`: the request's own limit. `context`: the server's. `unknown`: the counts do not tell. */
  limit: "output" | "context" | "unknown"
  /** Tokens of the output limit, where it was that. */
  tokens: number | undefined
}

/**
 * The limit that cut the response, undefined when none did.
 *
 * vLLM says `tool_calls` once a call has begun, even when the limit cut it (`chat_completion/serving.py`), so the count decides there: output as
 * long as the request allowed.
 */
export function cutByLimit(reading: Reading, request: RequestView): Limit | undefined {
  const used = reading.usage?.completionTokens
  const most = request.maxTokens()
  const full = used !== undefined && most !== undefined && used >= most
  if (reading.finish === "length") {
    if (full) return { limit: "output", tokens: most }
    // Without a limit in the request, or with room left under it, only the context is left.
    return {
      limit: used !== undefined && (most === undefined || used < most) && request.known() ? "context" : "unknown",
      tokens: undefined,
    }
  }
  const last = reading.calls.list.at(-1)
  const open = last !== undefined && last.view().state === "open"
  return reading.finish === "tool_calls" && full && open ? { limit: "output", tokens: most } : undefined
}
