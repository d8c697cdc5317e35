import type { Context } from "./context.ts"
import type { Input, Reading } from "./input.ts"
import { worthWaking } from "./input.ts"
import { match, SPACE } from "./match.ts"
import { callBegins, type Follow, follow, followClose, keyBehind, unclosedNext } from "./tag-follow.ts"
import type { Position, TagGrammar } from "./tag-grammar.ts"
import { isText, kindsOf, typedJson } from "./tools.ts"

/** A value that is not text is kept whole, because it is typed as a whole. */
const LONGEST_KEPT = 4_000_000
/** As far as a doubtful end of a value is looked behind. */
const FARTHEST = 400_000
/** Doubtful ends and nested tags that are remembered. */
const MOST_MARKS = 20_000

/** As far as the closer of the first value is looked for. */
const NEAR = 300
/** As much of the text before a nested opener as tells whether it is one. */
const MARK_CONTEXT = 80
const MOST_TAIL = 1024
/** Text that stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

const SCALAR = /^(?:true|false|null|[+-]?\d+(?:\.\d+)?)$/i

interface Mark {
  offset: number
  /** 1: an opener; -1: a closer; 0: the end of a call. */
  step: 1 | -1 | 0
  /** Set where the value may end here. */
  follow?: "value" | "end" | "text"
  /** The value's own closer is missing here: what stands here belongs to the call. Of an opener, its key. */
  unclosed?: { key?: string }
}

interface End {
  offset: number
  follow: Follow
  unclosed?: { key?: string }
}

/**
 * Reads one value up to its closer and passes it on as JSON.
 *
 * A value may hold the very tags that end it: a file about parsers, a test, a template. A closer counts where the grammar can go on behind
 * it; one that belongs to an opener inside the value does not; where the end of the call is followed by text, which models hardly write,
 * or stands behind such an opener, the rest of the output decides: the earliest end behind which all tags are paired. Models forget the
 * closer as well: then the opener of the next parameter or the end of the call ends the value, where what follows shows no closer of it.
 *
 * @returns "value": another value follows. "end": the call ends. "cut": the output ended inside the value.
 */
export function* readTagValue(
  input: Input,
  context: Context,
  grammar: TagGrammar,
  position: Position,
  key: string,
  attribute: string | undefined,
): Reading<"value" | "end" | "cut"> {
  const kinds = attribute === "true" ? new Set(["string" as const]) : kindsOf(position.tool, key)
  const streams = isText(kinds) && !grammar.cdata
  const kept: string[] = []
  let keptLength = 0
  const closer = grammar.valueClose(key)
  /** A newline before the closer belongs to it. */
  const newlines = grammar.newlines !== undefined && !context.compact && (yield* skipNewline(input, closer, grammar, context))
  const where: Position = { ...position, lines: newlines }
  if (grammar.newlines && !newlines) context.compact = true
  if (streams) context.addArguments('"')

  const pass = (length: number): void => {
    const text = input.text.slice(input.at, input.at + length)
    input.at += length
    tail += text
    // Cutting at every piece would cost more than all else that is done with one.
    if (tail.length > MOST_TAIL) tail = tail.slice(-MARK_CONTEXT)
    if (streams) context.addArguments(PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1))
    else {
      kept.push(text)
      keptLength += length
    }
  }

  const valueMark = typeof grammar.valueMark === "string" ? grammar.valueMark : grammar.valueMark(key)
  const callClose = grammar.unclosed?.close ?? closer
  const finder = new RegExp([closer, valueMark, callClose].map(escaped).join("|"), "g")
  const longest = Math.max(closer.length, valueMark.length, callClose.length)
  const markBehind = grammar.markBehind ?? />\s*$/
  const marks: Mark[] = []
  /** The first opener of each parameter that may stand behind a value without a closer. */
  const unclosed = new Map<string, Mark>()
  /** The end of what was passed on. */
  let tail = ""
  let doubtful = false
  let depth = 0
  /** The value holds openers of its own, as one that shows calls does. */
  let nested = false
  let scanned = 0
  let end: End | undefined

  /** Whether the value so far is whole JSON; undefined for what is neither, and where looking costs too much. */
  const isWhole = (until: number): boolean | undefined => {
    if (context.spare < keptLength + until) return undefined
    const text = (kept.join("") + input.text.slice(input.at, input.at + until)).trim()
    if (SCALAR.test(text)) return true
    if (!/^[[{]/.test(text)) return undefined
    context.spare -= keptLength + until
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }

  while (!end) {
    finder.lastIndex = input.at + scanned
    const hit = finder.exec(input.text)
    const offset = hit ? hit.index - input.at : Math.max(scanned, input.text.length - input.at - longest + 1)
    if (doubtful && (offset - (marks[0]?.offset ?? 0) > FARTHEST || marks.length > MOST_MARKS || context.spare < 0)) {
      end = choose(marks)
      if (end) break
      doubtful = false
      marks.length = 0
      unclosed.clear()
    }
    if (hit?.[0] === valueMark && hit[0] !== closer) {
      const before = tail.slice(-MARK_CONTEXT) + input.text.slice(Math.max(input.at, hit.index - MARK_CONTEXT), hit.index)
      if (before !== "" && !markBehind.test(before)) {
        const next = depth === 0 ? unclosedNext(input, offset, grammar, where, key) : "no"
        if (next !== "more") {
          if (next !== "no" && !unclosed.has(next.key)) {
            doubtful = true
            const mark: Mark = { offset, step: 1, follow: "value", unclosed: { key: next.key } }
            marks.push(mark)
            unclosed.set(next.key, mark)
          }
          scanned = offset + 1
          continue
        }
        scanned = offset
        yield worthWaking(input.text.length - input.at)
        continue
      }
      // The call ended, text came, and here another call has begun.
      const ended = nested ? undefined : marks.at(-1)
      if (ended?.follow === "text" && callBegins(input, ended.offset, offset, context, grammar)) {
        end = ended as End
        break
      }
      nested = true
      if (doubtful) marks.push({ offset, step: 1 })
      depth++
      scanned = offset + hit[0].length
      continue
    }
    if (hit && hit[0] === callClose && callClose !== closer) {
      const found = nested ? "no" : followClose(input, offset, context, grammar, where)
      if (found !== "more") {
        if (found === "end") {
          doubtful = true
          marks.push({ offset, step: 0, follow: "end", unclosed: {} })
        }
        scanned = offset + 1
        continue
      }
    } else if (hit) {
      const newline = offset > 0 && input.text[input.at + offset - 1] === "\n"
      const found = follow(input, offset + closer.length, context, grammar, where, newline)
      if (found !== "more") {
        const missing =
          (found === "end" || found === "text") &&
          where.tool.required.some((name) => !where.used.has(name) && !unclosed.has(name))
        const json = found !== "no" && !streams && kinds?.has("string") === false ? isWhole(offset) : undefined
        if (json ?? (depth === 0 && (found === "value" || (found === "end" && !missing)))) {
          const next = found === "value" ? keyBehind(input, offset + closer.length, grammar) : undefined
          end = [...unclosed.values()].find((mark) => mark.unclosed?.key !== next) as End | undefined
          end ??= { offset, follow: found === "stray" ? "value" : found }
        }
        if (!end) {
          if (found !== "no") {
            doubtful = true
            marks.push({ offset, step: -1, follow: found === "stray" ? "value" : found })
          } else if (doubtful) marks.push({ offset, step: -1 })
          if (depth > 0) depth--
          scanned = offset + closer.length
        }
        continue
      }
    }
    // Nothing is decided behind this place.
    scanned = offset
    if (!doubtful) {
      const sure = offset - (holdsBack(input.text[input.at + offset - 1], newlines) ? 1 : 0)
      if (sure > 0) {
        pass(sure)
        scanned -= sure
      }
    }
    if (keptLength > LONGEST_KEPT) return cut(context, streams, kept)
    if (!hit && input.ended) {
      end = doubtful ? choose(marks) : undefined
      if (end) break
      pass(input.text.length - input.at)
      return cut(context, streams, kept)
    }
    yield worthWaking(input.text.length - input.at)
  }

  if (!end) return cut(context, streams, kept)
  context.spare -= Math.max(0, scanned - end.offset)
  pass(end.offset - (newlines && input.text[input.at + end.offset - 1] === "\n" && end.offset > 0 ? 1 : 0))
  if (streams) context.addArguments('"')
  else context.addArguments(jsonOf(kept.join(""), grammar, kinds, where.tool.properties?.[key]))
  if (end.unclosed) return end.follow === "value" ? "value" : "end"
  if (newlines && !input.text.startsWith(closer, input.at)) input.at++
  input.at += closer.length
  return end.follow === "value" ? "value" : "end"
}

function jsonOf(text: string, grammar: TagGrammar, kinds: ReturnType<typeof kindsOf>, schema: unknown): string {
  return grammar.structured?.(text, schema) ?? typedJson(grammar.cdata ? fromXml(text) : text, kinds)
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }

/** Text out of XML. What is no XML, because a character is there that XML would escape, is meant as it stands. */
function fromXml(text: string): string {
  const wrapped = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text)?.[1]
  if (wrapped !== undefined) return wrapped
  if (text.includes("<") || /&(?!(?:lt|gt|amp|quot|apos);)/.test(text)) return text
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name] as string)
}

/** A newline may belong to the closer behind it; half a surrogate pair cannot be passed on alone. */
function holdsBack(character: string | undefined, newlines: boolean): boolean {
  return character !== undefined && ((newlines && character === "\n") || /[\ud800-\udbff]/.test(character))
}

/** What could be read of a value that has no end. */
function cut(context: Context, streams: boolean, kept: readonly string[]): "cut" {
  if (!streams) context.addArguments(kept.join(""))
  return "cut"
}

/** The earliest end behind which every opener has its closer; the last closer when there is none. */
function choose(marks: readonly Mark[]): End | undefined {
  // Read from the end: what is open behind a place must be closed behind it.
  let best: Mark | undefined
  let last: Mark | undefined
  let open = 0
  let lowest = 0
  for (let index = marks.length - 1; index >= 0; index--) {
    const mark = marks[index] as Mark
    const closed = open === 0 && lowest >= 0
    open += mark.step
    lowest = Math.min(mark.step, lowest + mark.step)
    if (!mark.follow) continue
    if (!mark.unclosed) last ??= mark
    // An opener that ends the value before it is closed itself.
    if (mark.unclosed?.key === undefined ? closed : open === 0 && lowest >= 0) best = mark
  }
  return (best ?? last) as End | undefined
}

/** Whether a newline behind the opener belongs to it; where templates seldom write one, only if one stands before the closer as well. */
function* skipNewline(input: Input, closer: string, grammar: TagGrammar, context: Context): Reading<boolean> {
  while (input.at >= input.text.length && !input.ended) yield 1
  if (input.text[input.at] !== "\n") return false
  while (grammar.newlines === "seldom" && context.compact === undefined) {
    const near = input.text.slice(0, input.at + NEAR)
    let found = near.indexOf(closer, input.at)
    const ends = (): boolean =>
      typeof match(near, found + closer.length, true, [SPACE, { any: [grammar.valueOpen, grammar.close] }]) === "object"
    while (found >= 0 && !ends()) found = near.indexOf(closer, found + 1)
    if (found > input.at && near[found - 1] !== "\n") return false
    if (found >= 0 || input.ended || input.text.length - input.at >= NEAR) break
    yield worthWaking(input.text.length - input.at)
  }
  context.compact = false
  input.at++
  return true
}

const escaped = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
