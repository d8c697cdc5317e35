import { type CallOpening, findCallOpenings } from "../../formats/call-openings.ts"
import { type Delimiter, findDelimiters } from "../../formats/delimiters.ts"
import { createJsonReader } from "../json-strings.ts"
import { requiredOf } from "../schema.ts"
import { isFenced } from "../sightings.ts"
import type { ResponseRule } from "./rule.ts"

/** Behind the last delimiter of a call only the rest of its tag and brackets may stand, or the text goes on and the call was an example. */
const REST = /^(?:\w{1,32}>)?[\s"'\]})>;`]*$/

/**
 * A tool call written as text in the answer. Only a declared tool, outside of fences and quotes, with nothing said behind it, where no call was
 * parsed, and not repeating what the model was given.
 */
export const callInContent: ResponseRule = {
  kind: "call-in-content",
  response({ reading, request, provenance }) {
    const tools = request.tools()
    if (!tools || tools.size === 0 || request.toolsOn() === false || reading.calls.count > 0) return undefined
    const content = reading.content.text()
    const text = content.length === content.head.length ? content.head : content.tail()
    const opening = findCallOpenings(text).find((found) => tools.has(found.name) && standsFree(text.slice(0, found.index), found))
    if (!opening || !isLast(text, opening)) return undefined
    const body = text.slice(opening.index)
    const fits = requiredOf(tools.get(opening.name)).every((key) => body.includes(key))
    if (opening.bare && !fits) return undefined
    return {
      kind: "call-in-content",
      certainty: fits && reading.finish !== "length" ? "certain" : "likely",
      // A limit that cut the answer is the fault to speak of first; the call may have been going to be parsed.
      weak: reading.aborted || provenance.text(body.slice(0, 64)),
      // The wrapper, which tells the family, may stand before the part that names the tool.
      delimiter: familiar(text.slice(Math.max(0, opening.index - 64))),
      excerpt: body.slice(0, 80),
      facts: { tool: opening.name },
    }
  },
}

/** Outside of fences, quotes and code: behind a blank or a delimiter; an object without any token, which anybody may write, begins its line. */
function standsFree(before: string, { bare }: CallOpening): boolean {
  if (isFenced(before)) return false
  return bare ? /(^|\n)\[?$/.test(before) : /(^|[\s>\]])$/.test(before)
}

function isLast(text: string, opening: CallOpening): boolean {
  const body = text.slice(opening.index)
  if (opening.bare) {
    const reader = createJsonReader()
    reader.feed(body)
    const { state, ended, rest } = reader.view()
    return state === "complete" || (ended && rest !== undefined && findCallOpenings(rest.head).length > 0)
  }
  const last = findDelimiters(body).at(-1)
  return last === undefined || last.delimiter.role === "call-open" || REST.test(body.slice(last.end)) || !isClosed(body)
}

/** A call that was cut has no closer; then all that follows belongs to it. */
function isClosed(body: string): boolean {
  return findDelimiters(body).some(({ delimiter }) => delimiter.role === "call-close" || delimiter.literal.startsWith("</"))
}

/** The first delimiter that points to a family. */
function familiar(body: string): Delimiter | undefined {
  return findDelimiters(body).find(({ delimiter }) => delimiter.families.length > 0)?.delimiter
}
