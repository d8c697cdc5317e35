import type { ResponseRule } from "./rule.ts"

/** Finish reasons with which vLLM says that it gave up (`vllm/v1/engine/__init__.py`). */
const GIVEN_UP = new Set(["abort", "error"])

/** An error object in the stream, an event that is not JSON, or an end without a finish. Not when the client cut the stream. */
export const streamError: ResponseRule = {
  kind: "stream-error",
  response({ reading, request }) {
    const { error } = reading
    if (error) {
      return { kind: "stream-error", detail: "error", certainty: "certain", facts: { message: error.message, code: error.code } }
    }
    if (reading.unreadable > 0) return { kind: "stream-error", detail: "unreadable", certainty: "certain" }
    if (reading.aborted) return undefined
    if (reading.finish !== null) {
      if (!GIVEN_UP.has(reading.finish)) return undefined
      return { kind: "stream-error", detail: "given-up", certainty: "certain", facts: { finish: reading.finish } }
    }
    // A stream in which nothing told what it is: only a conversation makes its silence a fault.
    const asked = reading.shape !== "unknown" || request.messages().length > 0
    return asked ? { kind: "stream-error", detail: "no-finish", certainty: "certain" } : undefined
  },
}
