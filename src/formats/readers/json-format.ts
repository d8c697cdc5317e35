import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { readNamedCalls, streamArguments } from "./json-call.ts"
import { accept, any, expect, type Pattern, SPACE } from "./match.ts"

/** Calls that are JSON between delimiters. */
export interface JsonGrammar {
  id: string
  openers: readonly string[]
  /** Around all calls, both optional for the reader: models forget them. */
  around?: { open: Pattern; close: Pattern }
  /** Before each call; takes `name` where the JSON holds nothing but the arguments. */
  open: Pattern
  /** Behind each call; where it is missing the call ends with its JSON. */
  close: Pattern
  /** The JSON is the argument object, the name stands before it. */
  named?: (name: string) => string
}

export function jsonFormat(grammar: JsonGrammar): Format {
  return {
    id: grammar.id,
    openers: grammar.openers,
    *read(input, context) {
      const first = yield* attempt(input, function* () {
        if (grammar.around) yield* accept(input, grammar.around.open)
        yield* skipSpace(input)
        return yield* readOne(input, context, grammar)
      })
      if (!first) return false
      while (yield* attempt(input, () => readNext(input, context, grammar))) {}
      if (grammar.around) yield* accept(input, [SPACE, ...grammar.around.close])
      return true
    },
  }
}

function* readNext(input: Input, context: Context, grammar: JsonGrammar): Reading<boolean> {
  yield* skipSpace(input)
  return yield* readOne(input, context, grammar)
}

function* readOne(input: Input, context: Context, grammar: JsonGrammar): Reading<boolean> {
  const open = yield* accept(input, [...grammar.open, SPACE])
  if (!open) return false
  yield* skipSpace(input)
  if (grammar.named) {
    const name = grammar.named(open.took.name ?? "")
    if (!context.tools.has(name)) return false
    const none = (yield* peek(input)) !== "{"
    if (none && !(yield* expect(input, grammar.close))) return false
    context.startCall(input, name)
    if (none) {
      context.addArguments("{}")
      context.endCall(input, true)
    } else if ((yield* streamArguments(input, context)) === "broken") return true
  } else {
    if (!(yield* readNamedCalls(input, context, { bareName: true }))) return false
    while (yield* attempt(input, () => readFurther(input, context))) {}
  }
  // Models count braces wrongly.
  if (!(yield* accept(input, [SPACE, ...grammar.close]))) yield* accept(input, [SPACE, "}", SPACE, ...grammar.close])
  return true
}

/** Models that should write a list put one object behind the other. */
function* readFurther(input: Input, context: Context): Reading<boolean> {
  yield* accept(input, [SPACE, any([","], [";"], [])])
  yield* skipSpace(input)
  return (yield* peek(input)) === "{" && (yield* readNamedCalls(input, context, { bareName: true }))
}
