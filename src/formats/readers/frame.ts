import type { Context, Format } from "./context.ts"
import { attempt, type Input, isSpace, type Reading, worthWaking } from "./input.ts"
import type { Outlet } from "./outlet.ts"
import { isQuoted } from "./quoting.ts"

/** What stands around calls in a family's output. */
export interface Frame {
  formats: readonly Format[]
  /** Calls that begin with ordinary characters may stand in the middle of a line. */
  bareInLine?: boolean
  /** Pairs of delimiters around the thoughts. */
  reasoning: readonly ReasoningPair[]
  /** Tags around the answer itself, which are not part of it. */
  answer: readonly { open: string; close: string }[]
  /** Tokens that begin a message: where nothing was said yet they say nothing. */
  heads: readonly string[]
  /** Tokens that end a turn: at the very end they say nothing. */
  turnEnds: readonly string[]
}

export interface ReasoningPair {
  open: string
  close: string
  /** Ordinary words, which anybody may say: the closer alone means nothing. */
  prose?: boolean
  /** Prose whose opener counts before its closer is there. */
  sure?: boolean
}

/** As far as the closer of prose is looked for. */
const LONGEST_PROSE = 200_000

/** Reads one output from its first character to its last: thoughts, text, calls. */
export function* readFrame(input: Input, context: Context, outlet: Outlet, frame: Frame): Reading<void> {
  const { openers, finder, beginner, longest, all, initials } = literalsOf(frame)
  const starts = [...openers.keys(), ...frame.heads]
  let answerCloser: string | undefined
  // Thoughts begin where nothing was said yet, and end once; elsewhere their delimiters are spoken of.
  let mayThink = true
  let mayClose = true
  // Where the literal begins that may be coming: asked at every hit near the end, and the same until more text comes.
  let partial = { end: -1, start: -1 }
  const firstPartial = (): number => {
    const end = input.base + input.text.length
    if (partial.end !== end || partial.start < input.base + input.at)
      partial = { end, start: end - partialLength(input.text, input.at, longest, initials) }
    return partial.start - input.base
  }

  for (;;) {
    // Most text holds nothing that any literal begins with.
    beginner.lastIndex = input.at
    if (!input.ended && !beginner.test(input.text)) {
      say(input, outlet, input.text.length)
      yield 1
      continue
    }
    finder.lastIndex = input.ended ? input.at : beginner.lastIndex - 1
    const hit = finder.exec(input.text)
    // A longer literal may have begun before the one that is there.
    const near = !input.ended && (hit === null || hit.index > input.text.length - longest)
    const heldFrom = near ? firstPartial() : input.text.length
    if (hit === null || heldFrom < hit.index || mayGrow(input, hit.index, hit[0], all)) {
      const until = Math.min(hit?.index ?? heldFrom, heldFrom)
      if (input.ended && hit === null) {
        say(input, outlet, input.text.length)
        return
      }
      say(input, outlet, until)
      yield 1
      continue
    }
    say(input, outlet, hit.index)
    const literal = hit[0]
    const readers = openers.get(literal)
    if (readers && (yield* readCalls(input, context, outlet, readers, frame.bareInLine === true))) {
      mayClose ||= outlet.kind() === "reasoning"
      mayThink = true
      outlet.turn("content")
      continue
    }
    const pair = frame.reasoning.find(({ open, close }) => open === literal || close === literal)
    if (pair) {
      if (outlet.kind() === "reasoning") {
        if (literal === pair.close && !(yield* standsQuoted(input, outlet, literal))) {
          input.at += literal.length
          outlet.turn("content")
          mayThink = false
          mayClose = false
          continue
        }
        // The template opened the thoughts and the model did it again.
        if (literal === pair.open && outlet.blank()) {
          input.at += literal.length
          continue
        }
      } else if (
        outlet.blank() &&
        (literal === pair.open ? mayThink && (yield* opens(input, pair, frame.reasoning)) : mayClose && !pair.prose)
      ) {
        input.at += literal.length
        if (literal === pair.open) outlet.turn("reasoning")
        else mayThink = mayClose = false
        continue
      }
    }
    if (frame.heads.includes(literal) && outlet.kind() === "content" && outlet.blank()) {
      input.at += literal.length
      continue
    }
    const answer =
      outlet.kind() === "content" ? frame.answer.find(({ open, close }) => open === literal || close === literal) : undefined
    if (answer && literal === answer.open && outlet.blank()) {
      input.at += literal.length
      answerCloser = answer.close
      continue
    }
    if (frame.turnEnds.includes(literal) || (answer !== undefined && literal === answerCloser)) {
      const { ends, length } = yield* followEnd(input, literal, frame.turnEnds, starts)
      if (ends) {
        input.at += length
        outlet.turn("content", true)
      } else say(input, outlet, input.at + length)
      continue
    }
    say(input, outlet, input.at + literal.length)
  }
}

function say(input: Input, outlet: Outlet, until: number): void {
  if (until <= input.at) return
  outlet.say(input.text.slice(input.at, until))
  input.at = until
}

function* readCalls(
  input: Input,
  context: Context,
  outlet: Outlet,
  readers: readonly Format[],
  inLine: boolean,
): Reading<boolean> {
  const quoting = outlet.quoting()
  if (context.tools.size === 0 || quoting.fenced() || quoting.ticked()) return false
  for (const format of readers) {
    if (format.bare && (outlet.kind() === "reasoning" || !(quoting.lineStart() || (inLine && /\s/.test(quoting.last())))))
      continue
    const start = input.base + input.at
    let reached = start
    const read = yield* attempt(input, function* () {
      const found = yield* format.read(input, context)
      reached = input.base + input.at
      return found
    })
    if (read) {
      context.format = format.id
      return true
    }
    context.spare -= reached - start
    if (context.spare < 0) {
      // Hostile: what was looked at is text and is not looked at again.
      say(input, outlet, Math.max(reached - input.base, input.at + 1))
      return false
    }
  }
  return false
}

/** Whether thoughts begin here: words that anybody may say begin them only where the closing ones follow. */
function* opens(input: Input, pair: ReasoningPair, pairs: readonly ReasoningPair[]): Reading<boolean> {
  if (!pair.prose || pair.sure) return true
  const closers = pairs.filter(({ prose }) => prose).map(({ close }) => close)
  for (;;) {
    if (closers.some((close) => input.text.includes(close, input.at))) return true
    const waiting = input.text.length - input.at
    if (input.ended || waiting > LONGEST_PROSE) return false
    yield worthWaking(waiting)
  }
}

function* standsQuoted(input: Input, outlet: Outlet, literal: string): Reading<boolean> {
  while (!input.ended && input.text.length - input.at < literal.length + 2) yield 1
  const behind = input.at + literal.length
  return isQuoted(outlet.quoting(), input.text.slice(behind, behind + 2))
}

/** Whether nothing but white space and further ends follows, or a call; and how far that goes. */
function* followEnd(
  input: Input,
  literal: string,
  ends: readonly string[],
  openers: readonly string[],
): Reading<{ ends: boolean; length: number }> {
  let length = literal.length
  for (;;) {
    while (length < input.text.length - input.at && isSpace(input.text[input.at + length] as string)) length++
    const at = input.at + length
    if (at < input.text.length) {
      const end = ends.find((other) => input.text.startsWith(other, at))
      if (end) {
        length += end.length
        continue
      }
      if (openers.some((opener) => input.text.startsWith(opener, at))) return { ends: true, length }
      if (input.ended || !(partialAt(input.text, at, ends) || partialAt(input.text, at, openers))) return { ends: false, length }
    } else if (input.ended) return { ends: true, length }
    yield worthWaking(length)
  }
}

function partialAt(text: string, at: number, literals: readonly string[]): boolean {
  const rest = text.slice(at, at + 64)
  return literals.some((literal) => literal.length > rest.length && literal.startsWith(rest))
}

/** A longer literal may begin where this one stands: wait for it. */
function mayGrow(input: Input, at: number, literal: string, all: readonly string[]): boolean {
  if (input.ended) return false
  const rest = input.text.slice(at, at + 64)
  return all.some((other) => other.length > literal.length && other.length > rest.length && other.startsWith(rest))
}

/** Length of the end of the text that may be the beginning of a literal. */
function partialLength(text: string, from: number, longest: number, initials: ReadonlyMap<string, readonly string[]>): number {
  for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
    const literals = initials.get(text[at] as string)
    if (!literals) continue
    const rest = text.slice(at)
    if (literals.some((literal) => literal.startsWith(rest))) return text.length - at
  }
  return 0
}

function literalsOf(frame: Frame): {
  openers: Map<string, Format[]>
  finder: RegExp
  /** Any character that a literal begins with. */
  beginner: RegExp
  longest: number
  all: string[]
  /** The literals by their first character. */
  initials: Map<string, string[]>
} {
  const openers = new Map<string, Format[]>()
  for (const format of frame.formats) {
    for (const opener of format.openers) openers.set(opener, [...(openers.get(opener) ?? []), format])
  }
  const pairs = [...frame.reasoning, ...frame.answer].flatMap(({ open, close }) => [open, close])
  const all = [...new Set([...openers.keys(), ...pairs, ...frame.heads, ...frame.turnEnds])].sort((a, b) => b.length - a.length)
  const source = all.map(escaped).join("|")
  const initials = new Map<string, string[]>()
  for (const literal of all) initials.set(literal[0] as string, [...(initials.get(literal[0] as string) ?? []), literal])
  return {
    openers,
    finder: new RegExp(source || "$^", "g"),
    beginner: new RegExp(`[${[...initials.keys()].map(escaped).join("")}]`, "g"),
    longest: all[0]?.length ?? 0,
    all,
    initials,
  }
}

const escaped = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")
