import { isBlank } from "../text-scan.ts"
import { findDividedCall, findUnparsedCall } from "../unparsed-call.ts"
import type { ResponseRule } from "./rule.ts"

/**
 * The reasoning ends in a tool call that nobody parsed, and nothing followed but the rest of it: the server never saw the reasoning end. A model that only rehearses
 * a call goes on with the call or with an answer.
 */
export const callInReasoning: ResponseRule = {
  kind: "call-in-reasoning",
  response({ reading, request, provenance }) {
    if (request.toolsOn() === false || reading.calls.count > 0 || reading.aborted || reading.finish === null) return undefined
    if (reading.finish === "length") return undefined
    const reasoning = reading.reasoning.text()
    const content = reading.content.text()
    const found = isBlank(content) ? findUnparsedCall(reasoning, request) : findDividedCall(reasoning, content, request)
    if (!found) return undefined
    const { tool, body, fits, delimiter, families } = found
    return {
      kind: "call-in-reasoning",
      certainty: fits ? "certain" : "likely",
      weak: provenance.text(body.slice(0, 64)),
      delimiter,
      families,
      excerpt: body.slice(0, 80),
      facts: { tool },
    }
  },
}
