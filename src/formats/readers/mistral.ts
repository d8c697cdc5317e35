import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { readNamedCalls, streamArguments } from "./json-call.ts"
import { accept, maybe, SPACE, take } from "./match.ts"

const OPEN = "[TOOL_CALLS]"

/**
 * Mistral. Tokenizers before v11 write `[TOOL_CALLS][{"name": N, "arguments": {…}}]`, later ones `[TOOL_CALLS]N[ARGS]{…}`, with
 * `[CALL_ID]` and an id between them in some.
 */
export const MISTRAL: Format = {
  id: "mistral",
  openers: [OPEN],
  *read(input, context) {
    if (!(yield* readOne(input, context))) return false
    while (yield* attempt(input, () => readNext(input, context))) {}
    return true
  },
}

function* readNext(input: Input, context: Context): Reading<boolean> {
  yield* skipSpace(input)
  return yield* readOne(input, context)
}

function* readOne(input: Input, context: Context): Reading<boolean> {
  if (!(yield* accept(input, [OPEN, SPACE]))) return false
  yield* skipSpace(input)
  const next = yield* peek(input)
  if (next === "[" || next === "{") return yield* readNamedCalls(input, context, { bareName: true })
  const head = yield* accept(input, [take("name"), SPACE, maybe("[CALL_ID]", take("id")), maybe("[ARGS]"), SPACE])
  if (!head || !context.tools.has(head.took.name ?? "")) return false
  yield* skipSpace(input)
  if ((yield* peek(input)) !== "{") return false
  context.startCall(input, head.took.name as string)
  yield* streamArguments(input, context)
  return true
}
