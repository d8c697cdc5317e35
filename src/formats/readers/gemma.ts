import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { accept, expect, type Pattern, SPACE, take } from "./match.ts"

/** Deeper nesting than this is not an argument. */
const DEEPEST = 100
const LONGEST_LITERAL = 24

interface GemmaGrammar {
  id: string
  open: string
  close: string
  quote: string
}

/** Gemma: `call:N{k:<|"|>text<|"|>,n:5}`, an object whose keys are bare and whose strings stand between tokens instead of quotes. */
function gemmaFormat(grammar: GemmaGrammar): Format {
  const head: Pattern = [grammar.open, SPACE, "call:", take("name"), SPACE, "{"]
  return {
    id: grammar.id,
    openers: [grammar.open],
    read: (input, context) => attempt(input, () => readCall(input, context, grammar, head)),
  }
}

function* readCall(input: Input, context: Context, grammar: GemmaGrammar, head: Pattern): Reading<boolean> {
  const found = yield* expect(input, head)
  if (!found || !context.tools.has(found.took.name ?? "")) return false
  input.at = found.end - 1
  context.startCall(input, found.took.name as string)
  const whole = yield* readValue(input, (piece) => context.addArguments(piece), grammar, 0)
  context.endCall(input, whole)
  if (whole) yield* accept(input, [SPACE, grammar.close])
  return true
}

function* readValue(input: Input, pass: (piece: string) => void, grammar: GemmaGrammar, depth: number): Reading<boolean> {
  if (depth > DEEPEST) return false
  yield* skipSpace(input)
  if (yield* accept(input, [grammar.quote])) return yield* readText(input, pass, grammar.quote, grammar)
  const next = yield* peek(input)
  if (next === "{" || next === "[") return yield* readItems(input, pass, grammar, depth, next)
  if (next === '"') {
    input.at++
    return yield* readText(input, pass, '"', grammar)
  }
  let word = ""
  for (let more = next; more !== undefined && !",]}\n".includes(more) && word.length < 400; more = yield* peek(input)) {
    word += more
    input.at++
  }
  word = word.trim()
  if (word === "") return false
  pass(/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word) ? word : JSON.stringify(word))
  return true
}

function* readItems(
  input: Input,
  pass: (piece: string) => void,
  grammar: GemmaGrammar,
  depth: number,
  opener: "{" | "[",
): Reading<boolean> {
  const closer = opener === "{" ? "}" : "]"
  input.at++
  pass(opener)
  for (let first = true; ; first = false) {
    if (yield* accept(input, [SPACE, closer])) break
    if (!first) {
      if (!(yield* accept(input, [SPACE, ","]))) return false
      pass(", ")
    }
    if (opener === "{") {
      const key: Pattern = [
        { any: [[grammar.quote, take("key", ":"), grammar.quote], ['"', take("key", ":"), '"'], [take("key", ":")]] },
      ]
      const found = yield* accept(input, [SPACE, ...key, SPACE, ":"])
      if (!found) return false
      pass(`${JSON.stringify(found.took.key)}: `)
    }
    if (!(yield* readValue(input, pass, grammar, depth + 1))) return false
  }
  pass(closer)
  return true
}

/** A closing quote counts where a value may end behind it, and not in a call that the text itself holds. */
function* readText(input: Input, pass: (piece: string) => void, quote: string, grammar: GemmaGrammar): Reading<boolean> {
  const literals = [quote, grammar.open, grammar.close]
  let depth = 0
  pass('"')
  for (;;) {
    const found = literals
      .map((literal) => ({ literal, at: input.text.indexOf(literal, input.at) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0]
    let until = found?.at ?? Math.max(input.at, input.text.length - LONGEST_LITERAL)
    if (!found && input.ended) until = input.text.length
    if (!found && !input.ended && /[\ud800-\udbff]/.test(input.text[until - 1] ?? "") && until > input.at) until--
    pass(JSON.stringify(input.text.slice(input.at, until)).slice(1, -1))
    input.at = until
    if (found?.literal === quote && depth === 0 && (yield* expect(input, [quote, SPACE, { any: [[","], ["}"], ["]"]] }]))) {
      input.at += quote.length
      pass('"')
      return true
    }
    if (found) {
      if (found.literal === grammar.open) depth++
      else if (found.literal === grammar.close && depth > 0) depth--
      pass(JSON.stringify(found.literal).slice(1, -1))
      input.at += found.literal.length
    } else {
      if (input.ended) return false
      yield 1
    }
  }
}

export const GEMMA4: Format = gemmaFormat({ id: "gemma4", open: "<|tool_call>", close: "<tool_call|>", quote: '<|"|>' })
export const FUNCTIONGEMMA: Format = gemmaFormat({
  id: "functiongemma",
  open: "<start_function_call>",
  close: "<end_function_call>",
  quote: "<escape>",
})
