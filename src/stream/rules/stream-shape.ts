import type { ResponseRule } from "./rule.ts"

/**
 * Tool-call deltas that clients group wrongly. OpenCode's adapter (`@ai-sdk/openai-compatible`) goes by the index, or the number of calls so far
 * where it is missing, and wants an id and a name in the first delta: an index used again joins two calls, a missing id or name ends the turn.
 */
export const streamShape: ResponseRule = {
  kind: "stream-shape",
  response({ reading }) {
    if (reading.shape !== "chat" || reading.whole) return undefined
    const { oddity } = reading.calls
    if (!oddity) return undefined
    return {
      kind: "stream-shape",
      detail: oddity.detail,
      certainty: "certain",
      call: oddity.call,
    }
  },
}
