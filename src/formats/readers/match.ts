import { type Input, isSpace, type Reading, worthWaking } from "./input.ts"

/** A delimiter with its variable parts, matched against text that may be incomplete. */
export type Step =
  | string
  | { space: true }
  | { end: true }
  | { take: string; but?: string; also?: string }
  | { any: readonly Pattern[] }
export type Pattern = readonly Step[]

export interface Match {
  /** Offset behind the match. */
  end: number
  took: Readonly<Record<string, string>>
}

export const SPACE: Step = { space: true }
/** The end of the output. */
export const END: Step = { end: true }
/** Takes a name, which ends before any character of `but` and may hold those of `also`. */
export const take = (name: string, but?: string, also?: string): Step => ({ take: name, but, also })
export const any = (...patterns: Pattern[]): Step => ({ any: patterns })
export const maybe = (...pattern: Pattern): Step => ({ any: [pattern, []] })

/** More white space than this between the parts of a delimiter is no delimiter. */
const MOST_SPACE = 200
/** The longest name of a tool or parameter. OpenAI allows 64 characters for tools. */
const MOST_NAME = 128

const inName = (character: string): boolean => /[^\s<>"'=|｜{}()[\],`]/.test(character)

/** "more" where the text so far may be the beginning of a match; "no" as soon as it cannot. */
export function match(text: string, at: number, ended: boolean, pattern: Pattern): Match | "no" | "more" {
  return walk(text, at, ended, pattern, 0, {})
}

function walk(
  text: string,
  from: number,
  ended: boolean,
  pattern: Pattern,
  first: number,
  before: Record<string, string>,
): Match | "no" | "more" {
  let at = from
  let took = before
  for (let index = first; index < pattern.length; index++) {
    const step = pattern[index] as Step
    if (typeof step === "string") {
      if (!text.startsWith(step, at)) {
        const short = text.length - at < step.length && step.startsWith(text.slice(at))
        return short && !ended ? "more" : "no"
      }
      at += step.length
    } else if ("space" in step) {
      const start = at
      while (at < text.length && isSpace(text[at] as string)) at++
      if (at - start > MOST_SPACE) return "no"
    } else if ("end" in step) {
      if (at < text.length) return "no"
      if (!ended) return "more"
    } else if ("take" in step) {
      const start = at
      for (; at < text.length && at - start <= MOST_NAME; at++) {
        const character = text[at] as string
        if (step.but?.includes(character) || !(inName(character) || step.also?.includes(character))) break
      }
      if (at - start > MOST_NAME) return "no"
      if (at === text.length && !ended) return "more"
      if (at === start) return "no"
      took = { ...took, [step.take]: text.slice(start, at) }
    } else {
      let undecided = false
      for (const one of step.any) {
        const found = walk(text, at, ended, [...one, ...pattern.slice(index + 1)], 0, took)
        if (found === "more") undecided = true
        // A later alternative may not win while an earlier one is undecided: the outcome would depend on how the text was cut.
        else if (found !== "no") return undecided ? "more" : found
      }
      return undecided ? "more" : "no"
    }
  }
  return { end: at, took }
}

/** Waits until a pattern is decided. The match is not consumed. */
export function* expect(input: Input, pattern: Pattern): Reading<Match | undefined> {
  for (;;) {
    const found = match(input.text, input.at, input.ended, pattern)
    if (found === "no") return undefined
    if (found !== "more") return found
    yield worthWaking(input.keep === undefined ? 0 : input.text.length - (input.keep - input.base))
  }
}

/** Consumes a pattern when it is there. */
export function* accept(input: Input, pattern: Pattern): Reading<Match | undefined> {
  const found = yield* expect(input, pattern)
  if (found) input.at = found.end
  return found
}
