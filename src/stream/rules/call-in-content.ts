import { findUnparsedCall } from "../unparsed-call.ts"
import type { ResponseRule } from "./rule.ts"

/**
 * A tool call written as text in the answer, where no call was parsed. Not where it repeats what the model was given, and not as an example
 * (behind a colon) in a conversation about the ways to write calls.
 */
export const callInContent: ResponseRule = {
  kind: "call-in-content",
  response({ reading, request, provenance }) {
    if (request.toolsOn() === false || reading.calls.count > 0) return undefined
    const found = findUnparsedCall(reading.content.text(), request)
    if (!found) return undefined
    const { tool, body, before, fits, delimiter, families } = found
    const example = /:\s*$/.test(before) && provenance.topic("calls")
    return {
      kind: "call-in-content",
      certainty: fits && reading.finish !== "length" ? "certain" : "likely",
      // What the client cut may have been going to be parsed.
      weak: reading.aborted || example || provenance.text(body.slice(0, 64)),
      delimiter,
      families,
      excerpt: body.slice(0, 80),
      facts: { tool },
    }
  },
}
