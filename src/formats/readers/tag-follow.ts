import type { Context } from "./context.ts"
import { type Input, isSpace } from "./input.ts"
import { type Match, match, maybe, type Pattern, SPACE } from "./match.ts"
import type { Position, TagGrammar } from "./tag-grammar.ts"
import { hasParameter } from "./tools.ts"

/**
 * What stands behind a value's closer.
 *
 * - "value": the opener of another parameter that the tool has and the call does not have yet
 * - "stray": the opener of a parameter that the tool does not have; models write such, and texts about calls hold them
 * - "end": the end of the call, and behind it the end of the output or another call
 * - "text": the end of the call, and behind it text
 * - "no": nothing that can stand behind a value, so the closer is part of the value
 */
export type Follow = "value" | "stray" | "end" | "text" | "no"

export function follow(
  input: Input,
  offset: number,
  context: Context,
  grammar: TagGrammar,
  where: Position,
  newline: boolean,
): Follow | "more" {
  const { text, ended } = input
  const at = input.at + offset
  const next = match(text, at, ended, [SPACE, ...grammar.valueOpen])
  if (next === "more") return "more"
  if (next !== "no") {
    const key = next.took.key as string
    if (where.used.has(key)) return "no"
    if (hasParameter(where.tool, key)) return "value"
    if (!where.lines) return "stray"
    // Where each tag has its line, a real one keeps to that.
    if (next.end >= text.length && !ended) return "more"
    return newline && text[next.end] === "\n" ? "stray" : "no"
  }
  for (const [pattern, outermost] of endings(grammar, where.inside)) {
    const found = match(text, at, ended, [SPACE, ...pattern])
    if (found === "more") return "more"
    if (found === "no") continue
    const behind = behindCall(input, found, context, grammar)
    if (behind === "more" || behind === "end") return behind
    return outermost ? "text" : "no"
  }
  return ended && text.slice(at).trim() === "" ? "end" : "no"
}

/** Whether the call ends here, and behind it the output or another call begins. */
export function followClose(
  input: Input,
  offset: number,
  context: Context,
  grammar: TagGrammar,
  where: Position,
): "end" | "no" | "more" {
  for (const [pattern] of endings(grammar, where.inside)) {
    const found = match(input.text, input.at + offset, input.ended, pattern)
    if (found === "more") return "more"
    if (found === "no") continue
    const behind = behindCall(input, found, context, grammar)
    if (behind !== "text") return behind
  }
  return "no"
}

/** Whether a call of a declared tool begins on a line between two places. */
export function callBegins(input: Input, from: number, to: number, context: Context, grammar: TagGrammar): boolean {
  const text = input.text
  const pattern: Pattern = [...(grammar.around ? [maybe(...grammar.around.open), SPACE] : []), ...grammar.open]
  for (let at = text.indexOf("\n", input.at + from); at >= 0 && at < input.at + to; at = text.indexOf("\n", at + 1)) {
    const found = match(text, at + 1, input.ended, pattern)
    if (typeof found === "object" && context.tools.has(found.took.name ?? "")) return true
  }
  return false
}

/** The parameter whose opener stands behind a value's closer. */
export function keyBehind(input: Input, offset: number, grammar: TagGrammar): string | undefined {
  const next = match(input.text, input.at + offset, input.ended, [SPACE, ...grammar.valueOpen])
  return typeof next === "object" ? next.took.key : undefined
}

/** Whether the opener of another parameter, which the tool has and the call does not have yet, may end the value without a closer. */
export function unclosedNext(
  input: Input,
  offset: number,
  grammar: TagGrammar,
  where: Position,
  current: string,
): { key: string } | "no" | "more" {
  if (!grammar.unclosed) return "no"
  const { text, ended } = input
  const at = input.at + offset
  const next = match(text, at, ended, grammar.valueOpen)
  if (typeof next === "string") return next
  const key = next.took.key as string
  if (key === current || where.used.has(key) || !where.tool.properties || !hasParameter(where.tool, key)) return "no"
  if (next.end >= text.length && !ended) return "more"
  // What is quoted or stands in a sentence is spoken of.
  const spoken = /["'`( \t]/.test(text[at - 1] ?? "") || /["'`)]/.test(text[next.end] ?? "")
  const line = text[at - 1] === "\n" && (!where.lines || text[next.end] === "\n")
  return spoken || (text[at - 1] === "\n" && !line) ? "no" : { key }
}

/** The ways in which a call may end, the complete one first, and whether text may stand behind it. */
function endings(grammar: TagGrammar, inside: boolean): [Pattern, boolean][] {
  if (!grammar.around || !inside) return [[grammar.close, true]]
  return [
    [[...grammar.close, SPACE, ...grammar.around.close], true],
    [grammar.around.close, true],
    [grammar.close, false],
  ]
}

function behindCall(input: Input, ending: Match, context: Context, grammar: TagGrammar): "end" | "text" | "more" {
  const { text, ended } = input
  let at = ending.end
  while (at < text.length && isSpace(text[at] as string)) at++
  if (at >= text.length) return ended ? "end" : "more"
  const around = grammar.around ? [maybe(...grammar.around.open), SPACE] : []
  const next = match(text, at, ended, [...around, ...grammar.open, SPACE, { any: [grammar.valueOpen, grammar.close] }])
  if (next === "more") return "more"
  if (next !== "no") return context.tools.has(next.took.name ?? "") ? "end" : "text"
  let undecided = false
  for (const follower of context.followers) {
    const found = match(text, at, ended, [follower])
    if (found === "more") undecided = true
    else if (found !== "no") return "end"
  }
  return undecided ? "more" : "text"
}
