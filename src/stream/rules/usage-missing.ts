import type { ResponseRule } from "./rule.ts"

/** The request asked for the token counts and the stream ended well without them. Counted only: others say it once per model. */
export const usageMissing: ResponseRule = {
  kind: "usage-missing",
  response({ reading, request }) {
    if (reading.shape !== "chat" || reading.whole || reading.aborted || reading.error) return undefined
    if (reading.finish === null || reading.usage?.completionTokens !== undefined) return undefined
    const options = request.body()?.stream_options as { include_usage?: unknown } | undefined | null
    return options?.include_usage === true ? { kind: "usage-missing", certainty: "certain", weak: true } : undefined
  },
}
