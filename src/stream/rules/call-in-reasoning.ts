import { findUnparsedCall } from "../unparsed-call.ts"
import { isBlank, type ResponseRule } from "./rule.ts"

/**
 * The reasoning ends in a tool call that nobody parsed, and nothing followed: the server never saw the reasoning end. A model that only rehearses
 * a call goes on with the call or with an answer.
 */
export const callInReasoning: ResponseRule = {
  kind: "call-in-reasoning",
  response({ reading, request, provenance }) {
    if (request.toolsOn() === false || reading.calls.count > 0 || reading.aborted || reading.finish === null) return undefined
    if (reading.finish === "length" || !isBlank(reading.content.text())) return undefined
    const found = findUnparsedCall(reading.reasoning.text(), request)
    if (!found) return undefined
    const { tool, body, fits, delimiter } = found
    return {
      kind: "call-in-reasoning",
      certainty: fits ? "certain" : "likely",
      weak: provenance.text(body.slice(0, 64)),
      delimiter,
      excerpt: body.slice(0, 80),
      facts: { tool },
    }
  },
}
