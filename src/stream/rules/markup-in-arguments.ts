import { findCallOpenings } from "../../formats/call-openings.ts"
import { type Delimiter, findDelimiters, isUnmistakable } from "../../formats/delimiters.ts"
import { findParameterTags, type ParameterTag } from "../../formats/parameter-tags.ts"
import { type FieldKind, fieldKind, STRICT_KINDS } from "../../knowledge/fields.ts"
import type { Call } from "../calls.ts"
import { isFenced } from "../fences.ts"
import type { JsonField, JsonView } from "../json-strings.ts"
import { isPlanning, isRawFile, isSoftFile } from "../leak.ts"
import { requiredOf, type Schema, schemaAt } from "../schema.ts"
import { isShellText } from "../shell.ts"
import { around, isAtHead, isBare, isGlued, isInWord, isOneOfMany, isOnOwnLine, isQuoted, isReasoning } from "../sightings.ts"
import type { Sighting } from "../text-scan.ts"
import { findUnparsedCall } from "../unparsed-call.ts"
import { sharesReasoning } from "./reasoning-in-arguments.ts"
import type { CallRule, Evidence, Scene } from "./rule.ts"

/** What may follow a delimiter at the end of a value: the rest of its tag, blanks, further delimiters. */
const REST = /^(?:\w{1,32})?>?(?:<\|sep\|>)?\s*$/

/** Tokens of turns with which gpt-oss, Muse Glimmer and Inkling end their reasoning. */
const ENDS_REASONING: ReadonlySet<string> = new Set(["<|end|>", "<|eom|>", "<|end_message|>"])

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

/** One value holds the tag of another parameter of the same tool, or the beginning of the next call. */
function swallowed(scene: Scene, call: Call, view: JsonView, schema: Schema | undefined): Evidence | undefined {
  const required = new Set(requiredOf(schema))
  for (const field of view.fields) {
    const { text, plain, path } = field
    const kind = fieldKind(call.name, plain, schemaAt(schema, plain))
    // Files and prompts may show whole calls; what follows then is more than the rest of a call.
    const long = kind === "content" || kind === "prose"
    for (const part of text.length === text.head.length ? [text.head] : [text.head, text.tail()]) {
      if (!/[<[]/.test(part)) continue
      const next = long && !(view.ended && findUnparsedCall(text, scene.request)) ? undefined : nextCall(scene, kind, part)
      if (next && !(long && fileOf(view, isSoftFile))) return evidence(call, path, "certain", next.excerpt, next.delimiter)
      const tag = findParameterTags(part).find(({ name, afterCloser, index, end }) => {
        if (name === plain || !Object.hasOwn(schema?.properties ?? {}, name)) return false
        if (view.ended && required.has(name) && !view.keys.has(name)) return true
        return afterCloser && !long && !isTextOf(kind, part, index) && !scene.provenance.text(part.slice(index, end))
      })
      if (tag)
        return evidence(call, path, "certain", excerptOf(part, tag), findDelimiters(part.slice(tag.index, tag.end))[0]?.delimiter)
    }
  }
  return undefined
}

/** The end of this call and the beginning of the next one, of a declared tool, neither quoted nor given to the model. */
function nextCall(
  { request, provenance }: Scene,
  kind: FieldKind,
  part: string,
): { excerpt: string; delimiter: Delimiter } | undefined {
  for (const { name, index } of findCallOpenings(part)) {
    if (!request.tools()?.has(name)) continue
    const from = Math.max(0, index - 96)
    const before = part.slice(from, index)
    const last = findDelimiters(before).findLast(({ delimiter }) => delimiter.role.startsWith("call"))
    if (!last || !/^(?:\w{1,32}>)?(?:[\s,[]|<[^<>\n]{1,48}>)*$/.test(before.slice(last.end))) continue
    if (isTextOf(kind, part, from + last.index) || provenance.group(last.delimiter.group)) continue
    return { excerpt: part.slice(Math.max(0, index - 32), index + 48), delimiter: last.delimiter }
  }
  return undefined
}

/** In a fence or a quote, as far as values of this kind know them. */
function isTextOf(kind: FieldKind, text: string, index: number): boolean {
  const before = text.slice(0, index)
  if (kind === "command") return isShellText(text, index)
  const line = before.slice(before.lastIndexOf("\n") + 1)
  return isFenced(before) || ['"', "'", "`"].some((quote) => line.endsWith(quote) && line.split(quote).length % 2 === 0)
}

/** A token of calls or turns where none can stand: in a path or a name, at the end of a command, in the middle of a word. */
function atAnEdge(scene: Scene, call: Call, view: JsonView, schema: Schema | undefined): Evidence | undefined {
  const file = { soft: fileOf(view, isSoftFile), raw: fileOf(view, isRawFile), ended: view.ended }
  let hint: Evidence | undefined
  for (const field of view.fields) {
    const kind = fieldKind(call.name, field.plain, schemaAt(schema, field.plain))
    for (const sighting of field.text.sightings()) {
      if (isReasoning(sighting)) continue
      const strength = STRICT_KINDS.has(kind) ? inStrict(scene, field, sighting) : inText(scene, field, kind, sighting, file)
      if (!strength) continue
      const certainty = strength === "certain" && scene.request.known() ? "certain" : "likely"
      const found = { ...evidence(call, field.path, certainty, around(sighting), sighting.delimiter), weak: strength === "hint" }
      if (!found.weak) return found
      hint ??= found
    }
  }
  return hint
}

type Strength = "certain" | "likely" | "hint"

function inStrict({ provenance }: Scene, field: JsonField, sighting: Sighting): Strength | undefined {
  if (givenHere(provenance, sighting)) return undefined
  const { delimiter } = sighting
  return isTail(field, sighting) || isAtHead(sighting) || isUnmistakable(delimiter) ? "certain" : "likely"
}

/** The user, or a file, has the delimiter in these very surroundings. */
function givenHere(provenance: Scene["provenance"], { before, delimiter, after }: Sighting): boolean {
  return provenance.text(before.slice(-24) + delimiter.literal + after.slice(0, 24))
}

function inText(
  scene: Scene,
  field: JsonField,
  kind: FieldKind,
  sighting: Sighting,
  file: { soft: boolean; raw: boolean; ended: boolean },
): Strength | undefined {
  const { delimiter, before } = sighting
  const { soft, raw, ended } = file
  const ends = ENDS_REASONING.has(delimiter.literal) && isOnOwnLine(sighting) && !isQuoted(sighting)
  // The model's own thought, in a session about such tokens as well.
  if (ends && !raw && isPlanning(before) && sharesReasoning(scene, sighting)) return "certain"
  const tail = isTail(field, sighting)
  const bare = kind === "command" && sighting.index <= field.text.head.length && !isShellText(field.text.head, sighting.index)
  // No command ends in one outside of quotes, whatever was read before, unless it was given so.
  if (bare && tail && closes(delimiter) && isGlued(sighting) && !givenHere(scene.provenance, sighting)) return "certain"
  if (scene.provenance.group(delimiter.group)) return undefined
  if (bare) {
    // Shells take none of them unquoted, least of all in a word or on a line of its own.
    if (isUnmistakable(delimiter) || isAtHead(sighting)) return "certain"
    // The end of one thing and the beginning of the next, as only the grammar has them.
    if (closes(delimiter) && isGlued(sighting) && findDelimiters(sighting.after.trimStart())[0]?.index === 0) return "certain"
    if (delimiter.role === "turn" && (isInWord(sighting) || isOnOwnLine(sighting))) return "certain"
    return tail ? (delimiter.role === "call-open" ? "hint" : "certain") : undefined
  }
  if (isQuoted(sighting)) return undefined
  if (ENDS_REASONING.has(delimiter.literal) && !field.text.sightings().some(isReasoning)) {
    if (isOnOwnLine(sighting) && sharesReasoning(scene, sighting)) return "certain"
    if (!soft && (isOnOwnLine(sighting) ? isPlanning(before) : kind === "content" && isInWord(sighting))) return "likely"
  }
  if (!tail) return undefined
  if (kind === "label" && /[\w.]$/.test(before) && isGlued(sighting)) return "likely"
  const stray = isGlued(sighting) && !isBare(field.text) && !isOneOfMany(sighting, field.text.sightings())
  return closes(delimiter) && stray && kind === "content" && ended && !soft && !isOpened(field, sighting) ? "likely" : "hint"
}

function closes({ role, literal }: Delimiter): boolean {
  return role === "call-close" || /^<(?:\/|\|close)/.test(literal)
}

/** Nothing stands behind it but the rest of its tag and blanks. */
function isTail({ text }: JsonField, { index, delimiter, after }: Sighting): boolean {
  return index + delimiter.literal.length + after.length >= text.length && REST.test(after)
}

/** The text holds the beginning of such a tag, so that the end belongs to it. */
function isOpened({ text }: JsonField, { delimiter, index }: Sighting): boolean {
  const opens = (other: Sighting): boolean =>
    other.index < index && other.delimiter.group === delimiter.group && other.delimiter.role === "call-open"
  if (text.sightings().some(opens)) return true
  const name = /^<\/([\w:]+)/.exec(delimiter.literal)?.[1]
  return name !== undefined && [text.head, text.tail()].some((part) => new RegExp(`<${name}[\\s=>]`).test(part))
}

function fileOf(view: JsonView, is: (path: string) => boolean): boolean {
  const file = view.fields.find(({ plain }) => plain === "filePath" || plain === "path")?.text.head
  return file !== undefined && is(file)
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
