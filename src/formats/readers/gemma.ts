import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { accept, any, END, expect, maybe, type Pattern, SPACE, take } from "./match.ts"
import type { TagGrammar } from "./tag-grammar.ts"
import { readTagValue } from "./tag-value.ts"
import type { DeclaredTool } from "./tools.ts"

/** Deeper nesting than this is not an argument. */
const DEEPEST = 100

interface GemmaGrammar extends TagGrammar {
  quote: string
  /** All values stand between quotes, so that these do not make one a text. */
  quotesAll: boolean
}

/** Gemma: `call:N{k:<|"|>text<|"|>,n:5}`, an object whose keys are bare and whose strings stand between tokens instead of quotes. */
function gemmaFormat(id: string, opener: string, closer: string, quote: string, quotesAll: boolean): Format {
  const grammar: GemmaGrammar = {
    id,
    openers: [opener],
    open: [opener, SPACE, "call:", take("name"), SPACE, "{"],
    close: ["}", SPACE, any([closer], [END])],
    valueOpen: [maybe(","), SPACE, take("key", ":"), SPACE, ":"],
    valueMark: `:${quote}`,
    markBehind: /[{,]\s*[^\s:{},]+$/,
    valueClose: () => quote,
    quote,
    quotesAll,
  }
  return {
    id,
    openers: [opener],
    read: (input, context) => attempt(input, () => readCall(input, context, grammar)),
  }
}

function* readCall(input: Input, context: Context, grammar: GemmaGrammar): Reading<boolean> {
  const found = yield* accept(input, grammar.open)
  const tool = found && context.tools.get(found.took.name ?? "")
  if (!tool) return false
  context.startCall(input, tool.name)
  const whole = yield* readArguments(input, context, grammar, tool)
  if (whole) yield* accept(input, [SPACE, ...grammar.close])
  context.endCall(input, whole)
  return true
}

/** The arguments up to the brace that ends them. */
function* readArguments(input: Input, context: Context, grammar: GemmaGrammar, tool: DeclaredTool): Reading<boolean> {
  const used = new Set<string>()
  const pass = (piece: string): void => context.addArguments(piece)
  pass("{")
  for (;;) {
    if (yield* expect(input, [SPACE, "}"])) break
    if (used.size > 0 && !(yield* accept(input, [SPACE, ","]))) return false
    const key = yield* readKey(input, grammar)
    if (key === undefined) return false
    pass(`${used.size > 0 ? ", " : ""}${JSON.stringify(key)}: `)
    used.add(key)
    if (yield* accept(input, [SPACE, grammar.quote])) {
      if (
        (yield* readTagValue(
          input,
          context,
          grammar,
          { tool, used, inside: false },
          key,
          grammar.quotesAll ? undefined : "true",
        )) === "cut"
      )
        return false
    } else if (!(yield* readValue(input, pass, grammar, 0))) return false
  }
  pass("}")
  return true
}

function* readKey(input: Input, grammar: GemmaGrammar): Reading<string | undefined> {
  const { quote } = grammar
  const key: Pattern = [{ any: [[quote, take("key", ":"), quote], ['"', take("key", ":"), '"'], [take("key", ":")]] }]
  return (yield* accept(input, [SPACE, ...key, SPACE, ":"]))?.took.key
}

function* readValue(input: Input, pass: (piece: string) => void, grammar: GemmaGrammar, depth: number): Reading<boolean> {
  if (depth > DEEPEST) return false
  yield* skipSpace(input)
  if (yield* accept(input, [grammar.quote])) return yield* readText(input, pass, grammar.quote)
  const next = yield* peek(input)
  if (next === "{" || next === "[") return yield* readItems(input, pass, grammar, depth, next)
  if (next === '"') {
    input.at++
    return yield* readText(input, pass, '"')
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
      const key = yield* readKey(input, grammar)
      if (key === undefined) return false
      pass(`${JSON.stringify(key)}: `)
    }
    if (!(yield* readValue(input, pass, grammar, depth + 1))) return false
  }
  pass(closer)
  return true
}

/** A closing quote counts where a value may end behind it, but for that of a value within the text. */
function* readText(input: Input, pass: (piece: string) => void, quote: string): Reading<boolean> {
  pass('"')
  let last = ""
  let depth = 0
  for (;;) {
    const found = input.text.indexOf(quote, input.at)
    let until = found >= 0 ? found : Math.max(input.at, input.text.length - (input.ended ? 0 : quote.length))
    if (found < 0 && !input.ended && /[\ud800-\udbff]/.test(input.text[until - 1] ?? "") && until > input.at) until--
    pass(JSON.stringify(input.text.slice(input.at, until)).slice(1, -1))
    if (until > input.at) last = input.text[until - 1] as string
    input.at = until
    if (found >= 0) {
      const mayEnd = (yield* expect(input, [quote, SPACE, { any: [[","], ["}"], ["]"]] }])) !== undefined
      const ends = mayEnd && depth === 0
      if (!mayEnd && last === ":") depth++
      else if (depth > 0) depth--
      last = ""
      input.at += quote.length
      pass(ends ? '"' : JSON.stringify(quote).slice(1, -1))
      if (ends) return true
    } else {
      if (input.ended) return false
      yield 1
    }
  }
}

export const GEMMA4: Format = gemmaFormat("gemma4", "<|tool_call>", "<tool_call|>", '<|"|>', false)
export const FUNCTIONGEMMA: Format = gemmaFormat(
  "functiongemma",
  "<start_function_call>",
  "<end_function_call>",
  "<escape>",
  true,
)
