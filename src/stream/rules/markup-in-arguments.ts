import { findCallOpenings } from "../../formats/call-openings.ts"
import { type Delimiter, findDelimiters } from "../../formats/delimiters.ts"
import { findParameterTags, type ParameterTag } from "../../formats/parameter-tags.ts"
import { type FieldKind, fieldKind, STRICT_KINDS } from "../../knowledge/fields.ts"
import type { Call } from "../calls.ts"
import { isFenced } from "../fences.ts"
import type { JsonField, JsonView } from "../json-strings.ts"
import { isSoftFile } from "../leak.ts"
import { requiredOf, type Schema, schemaAt } from "../schema.ts"
import { around, isAtHead, isOnOwnLine, isQuoted, isReasoning } from "../sightings.ts"
import type { Sighting } from "../text-scan.ts"
import type { CallRule, Evidence, Scene } from "./rule.ts"

/** What may follow a delimiter at the end of a value: the rest of its tag, blanks, further delimiters. */
const REST = /^(?:\w{1,32})?>?\s*$/

/**
 * The grammar of calls or turns inside an argument. Certain where it has consequences (another parameter of this tool begins inside a value,
 * or a missing one stands there), where it cannot stand (in a path, a name, a key), and behind the end of the arguments.
 */
export const markupInArguments: CallRule = {
  kind: "markup-in-arguments",
  call(scene, call) {
    const view = call.view()
    const schema = scene.request.tools()?.get(call.name)
    return (
      swallowed(scene, call, view, schema) ??
      atAnEdge(scene, call, view, schema) ??
      inKey(scene, call, view) ??
      behindTheEnd(scene, call, view)
    )
  },
}

/** One value holds the tag of another parameter of the same tool, which is missing. */
function swallowed(scene: Scene, call: Call, view: JsonView, schema: Schema | undefined): Evidence | undefined {
  const declared = schema?.properties ?? {}
  const required = new Set(requiredOf(schema))
  for (const { path, text } of view.fields) {
    for (const part of text.length === text.head.length ? [text.head] : [text.head, text.tail()]) {
      if (!part.includes("<")) continue
      const next = nextCall(scene, part)
      if (next) return { ...evidence(call, path, "certain", next.excerpt, next.delimiter) }
      const tag = findParameterTags(part).find(
        ({ name, afterCloser }) => Object.hasOwn(declared, name) && !view.keys.has(name) && (required.has(name) || afterCloser),
      )
      if (!tag) continue
      const written = part.slice(tag.index, tag.end)
      if (!required.has(tag.name) && scene.provenance.text(written)) continue
      return evidence(call, path, "certain", excerptOf(part, tag), findDelimiters(written)[0]?.delimiter)
    }
  }
  return undefined
}

/** The end of this call and the beginning of the next one, of a declared tool, neither quoted nor given to the model. */
function nextCall({ request, provenance }: Scene, part: string): { excerpt: string; delimiter: Delimiter } | undefined {
  for (const { name, index, bare } of findCallOpenings(part)) {
    if (bare || !request.tools()?.has(name)) continue
    const before = part.slice(Math.max(0, index - 96), index)
    const closer = findDelimiters(before).findLast(({ delimiter }) => delimiter.role === "call-close")
    if (!closer || !/^(?:\s|<[^<>\n]{1,48}>)*$/.test(before.slice(closer.end))) continue
    if (
      isFenced(part.slice(0, index)) ||
      /["'`\\]\s*$/.test(before.slice(0, closer.index)) ||
      provenance.group(closer.delimiter.group)
    )
      continue
    return { excerpt: part.slice(Math.max(0, index - 32), index + 48), delimiter: closer.delimiter }
  }
  return undefined
}

/** A token of calls or turns at the head or the tail of a value. */
function atAnEdge(scene: Scene, call: Call, view: JsonView, schema: Schema | undefined): Evidence | undefined {
  const file = view.fields.find(({ plain }) => plain === "filePath" || plain === "path")?.text.head
  let hint: Evidence | undefined
  for (const field of view.fields) {
    const kind = fieldKind(call.name, field.plain, schemaAt(schema, field.plain))
    for (const sighting of field.text.sightings()) {
      if (isReasoning(sighting)) continue
      const found = judge(scene, call, field, kind, sighting, file)
      if (found && !found.weak) return found
      hint ??= found
    }
  }
  return hint
}

function judge(
  { provenance, request }: Scene,
  call: Call,
  field: JsonField,
  kind: FieldKind,
  sighting: Sighting,
  file: string | undefined,
): Evidence | undefined {
  const { delimiter, before, after } = sighting
  const tail = sighting.index + delimiter.literal.length + after.length >= field.text.length && REST.test(after)
  const edge = tail || isAtHead(sighting)
  if (STRICT_KINDS.has(kind)) {
    if (provenance.text(before.slice(-24) + delimiter.literal + after.slice(0, 24))) return undefined
    const certain = edge && request.known()
    return evidence(call, field.path, certain ? "certain" : "likely", around(sighting), delimiter)
  }
  if (isQuoted(sighting) || provenance.group(delimiter.group)) return undefined
  // Inside a word of a command: nobody writes that.
  const inWord = delimiter.role === "turn" && /\w$/.test(before) && /^\w/.test(after)
  if (kind === "command" && inWord && !isSearch(before)) return evidence(call, field.path, "certain", around(sighting), delimiter)
  if (!tail) return undefined
  if (kind === "command" && delimiter.role !== "call-open") {
    // The body of a here-document is content, whatever carries it; one that searches may end in what it searches for.
    const hereDocument = /<<[-~]?\s*['"\\]?\w+/.test(field.text.head)
    if (!hereDocument && !isSearch(before))
      return evidence(call, field.path, request.known() ? "certain" : "likely", around(sighting), delimiter)
  }
  if (kind === "label" && /[\w.]$/.test(before)) return evidence(call, field.path, "likely", around(sighting), delimiter)
  // Files may end in anything; a closer of one family behind the last line of code is no accident.
  const foreign = delimiter.role === "call-close" && delimiter.families.length > 0
  if (kind === "content" && foreign && file !== undefined && !isSoftFile(file) && (isOnOwnLine(sighting) || /\S$/.test(before)))
    return evidence(call, field.path, "likely", around(sighting), delimiter)
  return { ...evidence(call, field.path, "likely", around(sighting), delimiter), weak: true }
}

function isSearch(before: string): boolean {
  return /\b(grep|rg|sed|awk|ag|ack|find|perl|ast-grep|echo|printf)\b/.test(before.slice(before.lastIndexOf("\n") + 1))
}

function inKey({ provenance }: Scene, call: Call, view: JsonView): Evidence | undefined {
  for (const key of view.allKeys) {
    const [hit] = findDelimiters(key)
    if (hit && !hit.delimiter.role.startsWith("reasoning") && !provenance.text(key))
      return evidence(call, key, "certain", key, hit.delimiter)
  }
  return undefined
}

/** The arguments are whole, or broke at once, and tokens of the grammar stand where nothing may. */
function behindTheEnd(_: Scene, call: Call, view: JsonView): Evidence | undefined {
  const [sighting] = view.rest?.sightings() ?? []
  if (!sighting || isReasoning(sighting) || !(view.ended || view.root === undefined)) return undefined
  // Further on it may be the text of a second copy of the arguments.
  if (sighting.index > sighting.before.length || !/^[\s"'}\]),;]*$/.test(sighting.before)) return undefined
  return evidence(call, undefined, "certain", around(sighting), sighting.delimiter)
}

function evidence(
  call: Call,
  field: string | undefined,
  certainty: Evidence["certainty"],
  excerpt: string,
  delimiter: Delimiter | undefined,
): Evidence {
  return { kind: "markup-in-arguments", certainty, call, field, delimiter, excerpt }
}

function excerptOf(text: string, { index, end }: ParameterTag): string {
  return text.slice(Math.max(0, index - 24), end + 24)
}
