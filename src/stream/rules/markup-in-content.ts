import { findCallOpenings } from "../../formats/call-openings.ts"
import { isUnmistakable } from "../../formats/delimiters.ts"
import { around, isAtTail, isOnOwnLine, isQuoted, isReasoning } from "../sightings.ts"
import type { Sighting, TextScan } from "../text-scan.ts"
import type { ResponseRule, Scene } from "./rule.ts"

/**
 * What the tool parser left over around the calls that it read: closers without their openers, an opener without its call, a part of a call. The
 * very end of the answer counts even in a fence that was never closed.
 */
export const markupInContent: ResponseRule = {
  kind: "markup-in-content",
  response({ reading, request, provenance }) {
    if (reading.calls.count === 0) return undefined
    const content = reading.content.text()
    const sightings = content.sightings().filter((sighting) => isOfCall(sighting) && !provenance.group(sighting.delimiter.group))
    if (sightings.length === 0) return undefined
    const found = orphan(sightings, content) ?? opener(sightings, content, request)
    if (!found) return undefined
    return {
      kind: "markup-in-content",
      certainty: request.known() ? "certain" : "likely",
      delimiter: sightings.find(({ delimiter }) => delimiter.families.length > 0)?.delimiter ?? found.delimiter,
      excerpt: around(found),
    }
  },
}

function isOfCall(sighting: Sighting): boolean {
  return !isReasoning(sighting) && sighting.delimiter.role !== "turn"
}

/** A closer without its opener, at the end or on a line of its own. */
function orphan(sightings: readonly Sighting[], content: TextScan): Sighting | undefined {
  const depth = new Map<string, number>()
  for (const sighting of sightings) {
    const { group } = sighting.delimiter
    const open = depth.get(group) ?? 0
    if (isUnmistakable(sighting.delimiter) && isAtEnd(sighting, content)) return sighting
    if (!isCloser(sighting)) depth.set(group, open + 1)
    else if (open > 0) depth.set(group, open - 1)
    else if (isAtEnd(sighting, content) || (isOnOwnLine(sighting) && !isQuoted(sighting))) return sighting
  }
  return undefined
}

/** An opener at the end, or a call of a declared tool that stands free. */
function opener(sightings: readonly Sighting[], content: TextScan, request: Scene["request"]): Sighting | undefined {
  const last = sightings.at(-1)
  if (last?.delimiter.role === "call-open" && isAtTail(last, content) && !isQuoted(last)) return last
  const tools = request.tools()
  return sightings.find((sighting) => {
    if (isCloser(sighting) || isQuoted(sighting)) return false
    const text = sighting.delimiter.literal + sighting.after
    const call = findCallOpenings(text).find(({ index, bare }) => index === 0 && !bare)
    return call !== undefined && tools?.has(call.name) === true && !isQuoted(sighting)
  })
}

function isCloser({ delimiter }: Sighting): boolean {
  return delimiter.role === "call-close" || delimiter.literal.startsWith("</") || delimiter.literal === "<|close|>"
}

/** Behind it only blanks and other tags. */
function isAtEnd({ after, index, delimiter }: Sighting, content: TextScan): boolean {
  const end = index + delimiter.literal.length
  return end + after.length >= content.length && /^(?:[\w｜|:]{1,32}>?)?(?:\s|<[^<>\n]{1,48}>)*$/.test(after)
}
