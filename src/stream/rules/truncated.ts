import { cutByLimit } from "../limits.ts"
import type { ResponseRule } from "./rule.ts"

const DETAIL = { reasoning: "in-reasoning", content: "in-content", arguments: "in-arguments" } as const

/** A limit cut the response; `detail` says where, the sentences say which limit. */
export const truncated: ResponseRule = {
  kind: "truncated",
  response({ reading, request }, found) {
    if (reading.aborted) return undefined
    const cut = cutByLimit(reading, request)
    if (!cut) return undefined
    const call = reading.last === "arguments" ? reading.calls.list.at(-1) : undefined
    return {
      kind: "truncated",
      detail: DETAIL[reading.last ?? "content"],
      certainty: "certain",
      // More room would only be filled with more of the same.
      weak: found.some(({ kind, certainty }) => kind === "degenerate-repetition" && certainty === "certain"),
      call,
      facts: { limit: cut.limit, tokens: cut.tokens },
    }
  },
}
