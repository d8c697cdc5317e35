import { type CallOpening, findCallOpenings } from "../formats/call-openings.ts"
import { type Delimiter, findDelimiters } from "../formats/delimiters.ts"
import { isFenced } from "./fences.ts"
import { createJsonReader, type JsonView } from "./json-strings.ts"
import type { RequestView } from "./request.ts"
import { requiredOf, type Schema } from "./schema.ts"
import type { TextScan } from "./text-scan.ts"

/** A tool call that stands in a text. */
export interface UnparsedCall {
  tool: string
  /** The text from the beginning of the call on. */
  body: string
  /** The text before it. */
  before: string
  /** Every required argument is named. */
  fits: boolean
  /** A literal that tells the family, if there is one. */
  delimiter: Delimiter | undefined
  /** Ids of the families that write their calls so. */
  families: readonly string[]
}

/** Behind the last delimiter of a call only the rest of its tag and brackets may stand, or the text goes on and the call was an example. */
const REST = /^(?:\w{1,32}>|assistant)?(?:[\s"'\]})>;,`]|<\/[\w:.-]{1,32}>)*$/
/** What no call in a language of tokens follows directly: then it is quoted, or part of an expression. */
const GLUED = /["'`\\/|(^={}+*&$#@~-]$/

/**
 * A call of a declared tool at the end of a text, written out instead of parsed: outside of fences and quotes, with nothing said behind it.
 */
export function findUnparsedCall(scan: TextScan, request: RequestView): UnparsedCall | undefined {
  return findIn(endOf(scan), request)
}

/**
 * A call that begins in the reasoning and goes on in the answer: its own text holds the end of thinking, and the server divided it there. The
 * reasoning breaks off within a string of its arguments, or the answer ends the call.
 */
export function findDividedCall(reasoning: TextScan, content: TextScan, request: RequestView): UnparsedCall | undefined {
  const first = endOf(reasoning)
  const rest = endOf(content)
  const found = findIn(`${first}</think>${isComplete(rest) ? rest : ""}`, request)
  if (!found || found.before.length > first.length) return undefined
  const begun = found.body.slice(0, first.length - found.before.length)
  return breaksOff(begun) || (isComplete(rest) && !isComplete(begun)) ? found : undefined
}

/** A function call, in a list or by itself. */
const PYTHONIC = /^(?:<\|\w{1,24}\|>\s*)?\[?\s*[A-Za-z_][\w.]*\(/

/** Within a string of its arguments, in JSON or as a function call. */
function breaksOff(call: string): boolean {
  if (PYTHONIC.test(call)) return endsInString(call)
  const begin = call.indexOf("{")
  if (begin < 0 || /[=(]|<arg|<param/.test(call.slice(0, begin).replace("to=", ""))) return false
  const json = call.slice(begin)
  return readJson(json).state === "open" && endsInString(json)
}

/** Breaks off within double quotes. */
function endsInString(text: string): boolean {
  return (text.replaceAll(/\\./gs, "").match(/"/g)?.length ?? 0) % 2 === 1
}

/** Ends as calls end, in tags, brackets or JSON. */
function isComplete(text: string): boolean {
  return /[)}\]>]\s*$/.test(text)
}

function endOf(scan: TextScan): string {
  return scan.length === scan.head.length ? scan.head : scan.tail()
}

function findIn(text: string, request: RequestView): UnparsedCall | undefined {
  // Of a request that is not known any tool may be; then only tokens prove that a call was meant.
  const tools = request.tools()
  if (tools?.size === 0) return undefined
  for (const opening of findCallOpenings(text).map((found) => afterSentence(found, tools))) {
    const name = tools ? declaredName(opening.name, tools) : opening.bare ? undefined : opening.name
    if (name === undefined) continue
    const before = text.slice(0, opening.index)
    const body = text.slice(opening.index)
    if (!standsFree(before, opening) || (!tools && !isComplete(body))) continue
    const required = requiredOf(tools?.get(name))
    const fits = tools !== undefined && required.every((key) => body.includes(key))
    // One without arguments looks like anything, unless it is written out in JSON.
    if (opening.bare && ((!fits && !isAllThereIs(before)) || (required.length === 0 && !/^\[?\s*\{/.test(body)))) continue
    if (!isLast(text, opening)) continue
    // The wrapper, which tells the family, may stand before the part that names the tool.
    const delimiter = familiar(text.slice(Math.max(0, opening.index - 64)))
    return { tool: name, body, before, fits, delimiter, families: opening.families }
  }
  return undefined
}

/** A bare name directly behind the last word of a sentence, whose token is gone: "in one go.read{...". */
function afterSentence(opening: CallOpening, tools: ReadonlyMap<string, Schema | undefined> | undefined): CallOpening {
  const { name, index, bare } = opening
  if (!bare || !tools || declaredName(name, tools)) return opening
  const [, said = "", tool = ""] = /^(.*[.:])(\w+)$/s.exec(name) ?? []
  return declaredName(tool, tools) ? { ...opening, name: tool, index: index + said.length } : opening
}

/**
 * The declared tool that is meant: models put the namespace of their own format before it or a channel behind it, and without the special tokens the
 * first argument follows directly.
 */
function declaredName(name: string, tools: ReadonlyMap<string, Schema | undefined>): string | undefined {
  const bare = name.replace(/^functions?[.:]|^function(?=[a-z])/, "").replace(/(?<=.)(?:commentary|analysis|final|json)$/, "")
  return (
    [name, bare].find((one) => tools.has(one)) ??
    [...tools.keys()].find((tool) => bare.startsWith(tool) && beginsArgument(bare.slice(tool.length), tools.get(tool)))
  )
}

function beginsArgument(text: string, schema: Schema | undefined): boolean {
  return Object.keys(schema?.properties ?? {}).some((key) => text.startsWith(key))
}

/** Before it nothing but delimiters, or reasoning up to its end. */
function isAllThereIs(before: string): boolean {
  const said = withoutWrapper(before.replace(/\[\s*$/, "")).trimEnd()
  return said === "" || endsReasoning(said)
}

/** The end of thinking stands directly before what follows. */
function endsReasoning(before: string): boolean {
  const last = findDelimiters(before).at(-1)
  return last?.delimiter.role === "reasoning-close" && last.end === before.length
}

/** Outside of fences, quotes and code; one without any token, which anybody may write, begins its line. */
function standsFree(before: string, { bare }: CallOpening): boolean {
  if (bare ? !(/(?:^|\n|[.!?:。！？：] ?)[ \t]*\[?$/.test(before) || endsReasoning(before)) : GLUED.test(withoutWrapper(before)))
    return false
  const line = before.slice(before.lastIndexOf("\n") + 1)
  if ((line.match(/`/g)?.length ?? 0) % 2 === 1) return false
  return !isFenced(before)
}

/** A text without the delimiters at its end, and the one word that may stand between two of them. */
function withoutWrapper(before: string): string {
  const from = Math.max(0, before.length - 160)
  let end = before.length
  for (const hit of findDelimiters(before.slice(from)).reverse()) {
    if (!/^\s*\w*>?\s*$/.test(before.slice(from + hit.end, end))) break
    end = from + hit.index
  }
  return before.slice(0, end)
}

function isLast(text: string, { index, bare, json }: CallOpening): boolean {
  const body = text.slice(index)
  if (json !== undefined) return isLastJson(text.slice(json))
  // A function call in a list, or arguments in braces; one that breaks off within a string was cut there.
  if (PYTHONIC.test(body) && endsInString(body)) return true
  if (bare && !/^[\w.:/-]+\s*<arg_key>/.test(body)) return /[)}]\]?\s*$/.test(withoutDelimiters(body))
  const begin = body.search(/\[\s*\{|\{/)
  if (begin >= 0 && begin < 200 && !/[=(]|<arg|<param|\n[A-Za-z_]\w*\n/.test(body.slice(0, begin).replace("to=", ""))) {
    // What stands in the strings of JSON arguments says nothing.
    const { state, ended } = readJson(body.slice(begin))
    if (ended) return isLastJson(body.slice(begin))
    if (state === "open") return true
  }
  const last = findDelimiters(body).at(-1)
  return (
    last === undefined ||
    last.delimiter.role === "call-open" ||
    REST.test(body.slice(last.end)) ||
    !isClosed(body) ||
    endsInValue(body)
  )
}

/** Broke off within a value: behind the last tag of a parameter none closes it. */
function endsInValue(body: string): boolean {
  const opened = [...body.matchAll(/<(?:parameter[= ]|[｜|]DSML[｜|]parameter |arg_value>)/g)].at(-1)
  return opened !== undefined && !/<\/|<[｜|]DSML/.test(body.slice(opened.index + 1).replaceAll(/<\/(?:seed:)?think>/g, ""))
}

function isLastJson(json: string): boolean {
  const { state, ended, rest } = readJson(json)
  if (state === "complete" || (state === "open" && endsInString(json))) return true
  // The arguments came twice, behind the whole or within it.
  if (state === "broken" && !ended) return /^\s*\{/.test(rest?.head ?? "") && /\}\s*$/.test(withoutDelimiters(json))
  if (!ended || !rest) return false
  if (rest.head.trimStart().startsWith("{") && json.startsWith(rest.head.trimStart().slice(0, 16))) return true
  return REST.test(withoutDelimiters(rest.head)) || findCallOpenings(rest.head).length > 0
}

function withoutDelimiters(text: string): string {
  let rest = text
  for (const { index, end } of findDelimiters(text).reverse()) rest = rest.slice(0, index) + rest.slice(end)
  return rest
}

function readJson(json: string): JsonView {
  const reader = createJsonReader()
  reader.feed(json)
  return reader.view()
}

/** A call that was cut has no closer; then all that follows belongs to it. */
function isClosed(body: string): boolean {
  return findDelimiters(body).some(
    ({ delimiter }) => delimiter.role === "call-close" || /^<(?:\/|\|close)/.test(delimiter.literal),
  )
}

/** The first delimiter that points to a family. */
function familiar(body: string): Delimiter | undefined {
  return findDelimiters(body).find(({ delimiter }) => delimiter.families.length > 0)?.delimiter
}
