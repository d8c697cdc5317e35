import { missingOutput } from "../accounting.ts"
import type { ResponseRule } from "./rule.ts"

/**
 * The server counted tokens that it never sent. A tool parser that does not fit drops the call while it streams; only the count shows it.
 * Where no tool parser can have run (no tools, `tool_choice: "none"`), nothing is said.
 */
export const outputSwallowed: ResponseRule = {
  kind: "output-swallowed",
  response({ reading, request }, found) {
    if (request.toolsOn() === false || found.some(({ kind, weak }) => kind === "call-in-content" && !weak)) return undefined
    const missing = missingOutput(reading, request)
    if (!missing) return undefined
    const content = reading.content.text()
    // Text before a call ends in a line break, an answer in a full stop. A finished answer with tokens missing and no reasoning is rather
    // hidden reasoning that was counted.
    const last = content.sightings().at(-1)
    const closed = last !== undefined && last.index + last.delimiter.literal.length === content.length
    const finished = content.length > 0 && !/\s$/.test(content.tail()) && !closed
    const hidden = finished && reading.reasoning.pieces === 0 && !/think/i.test(content.head)
    const unsure = missing.certainty === "likely" && !missing.sharp && reading.reasoning.pieces === 0
    const weak = hidden || (finished && unsure)
    return {
      kind: "output-swallowed",
      certainty: weak ? "likely" : missing.certainty,
      weak,
      facts: { tokens: missing.tokens, bytes: missing.bytes },
    }
  },
}
