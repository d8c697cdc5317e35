import type { Reading } from "./reading.ts"
import type { RequestView } from "./request.ts"

export interface Limit {
  /** `output`: the request's own limit. `server`: one of the server's, as a rule the context. `unknown`: the counts do not tell. */
  limit: "output" | "server" | "unknown"
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
    // With room left under the request's limit, it was one of the server's.
    return { limit: used !== undefined && most !== undefined ? "server" : "unknown", tokens: undefined }
  }
  const last = reading.calls.list.at(-1)
  const open = last !== undefined && last.view().state === "open"
  return reading.finish === "tool_calls" && full && open ? { limit: "output", tokens: most } : undefined
}
