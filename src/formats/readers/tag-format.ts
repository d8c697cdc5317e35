import type { Context, Format } from "./context.ts"
import { attempt, type Input, type Reading, skipSpace } from "./input.ts"
import { accept, expect, type Pattern, SPACE } from "./match.ts"
import type { Position, TagGrammar } from "./tag-grammar.ts"
import { readTagValue } from "./tag-value.ts"
import { type DeclaredTool, hasParameter } from "./tools.ts"

export function tagFormat(grammar: TagGrammar): Format {
  return {
    id: grammar.id,
    openers: grammar.openers,
    *read(input, context) {
      const around = grammar.around
      let inside = false
      const first = yield* attempt(input, function* () {
        inside = around !== undefined && (yield* accept(input, [...around.open, SPACE])) !== undefined
        yield* skipSpace(input)
        if (around && !inside && !around.optional) return false
        return yield* readCall(input, context, grammar, inside)
      })
      if (!first) return false
      while (inside && (yield* attempt(input, () => readNext(input, context, grammar)))) {}
      if (around) yield* accept(input, [SPACE, ...around.close])
      return true
    },
  }
}

function* readNext(input: Input, context: Context, grammar: TagGrammar): Reading<boolean> {
  yield* skipSpace(input)
  return yield* readCall(input, context, grammar, true)
}

function* readCall(input: Input, context: Context, grammar: TagGrammar, inside: boolean): Reading<boolean> {
  const head = yield* accept(input, grammar.open)
  const tool = head && context.tools.get(head.took.name ?? "")
  if (!tool) return false
  // A name alone is a mention; a call goes on with its first value or ends at once.
  const first: Pattern = [SPACE, { any: [grammar.valueOpen, grammar.close] }]
  if (!(yield* expect(input, first))) return false
  context.startCall(input, tool.name)
  const end = yield* readValues(input, context, grammar, tool, inside)
  if (end !== "cut") yield* accept(input, [SPACE, ...grammar.close])
  context.endCall(input, end !== "cut")
  return true
}

function* readValues(
  input: Input,
  context: Context,
  grammar: TagGrammar,
  tool: DeclaredTool,
  inside: boolean,
): Reading<"end" | "cut"> {
  const used = new Set<string>()
  context.addArguments("{")
  for (;;) {
    const open = yield* accept(input, [SPACE, ...grammar.valueOpen])
    if (!open) break
    const key = open.took.key as string
    if (used.size === 0 && isEnvelope(tool, key)) {
      const { end, members } = yield* readEnvelope(input, context, grammar, { tool, used: new Set([key]), inside }, key)
      context.addArguments(members)
      used.add(key)
      if (end === "cut") return "cut"
      if (end === "end") break
      continue
    }
    context.addArguments(`${used.size > 0 ? ", " : ""}${JSON.stringify(key)}: `)
    used.add(key)
    const end = yield* readTagValue(
      input,
      context,
      grammar,
      { tool, used, inside },
      key,
      open.took.text ?? (open.took.type === "string" ? "true" : undefined),
    )
    if (end === "cut") return "cut"
    if (end === "end") break
  }
  context.addArguments("}")
  return "end"
}

/** Names under which models put all arguments into one parameter, as JSON. */
const ENVELOPES = ["arguments", "input"]

function isEnvelope(tool: DeclaredTool, key: string): boolean {
  return ENVELOPES.includes(key) && tool.properties !== undefined && !Object.hasOwn(tool.properties, key)
}

/** The members of the object in such a parameter; the parameter itself where it holds no object that the tool takes. */
function* readEnvelope(
  input: Input,
  context: Context,
  grammar: TagGrammar,
  where: Position,
  key: string,
): Reading<{ end: "value" | "end" | "cut"; members: string }> {
  const pieces: string[] = []
  const collecting: Context = { ...context, addArguments: (text) => void pieces.push(text) }
  const end = yield* readTagValue(input, collecting, grammar, where, key, undefined)
  context.spare = collecting.spare
  context.compact = collecting.compact
  const value = pieces.join("")
  const whole = `${JSON.stringify(key)}: ${value}`
  if (end !== "end") return { end, members: whole }
  try {
    const text: unknown = JSON.parse(value)
    const object: unknown = typeof text === "string" ? JSON.parse(text) : undefined
    if (typeof object !== "object" || object === null || !Object.keys(object).every((name) => hasParameter(where.tool, name)))
      return { end, members: whole }
    return { end, members: (text as string).trim().slice(1, -1).trim() }
  } catch {
    return { end, members: whole }
  }
}
