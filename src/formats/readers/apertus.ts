import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { readList, streamArguments } from "./json-call.ts"
import { takeJson } from "./json-value.ts"
import { accept, SPACE } from "./match.ts"

const OPEN = "<|tools_prefix|>"

/** Apertus: `<|tools_prefix|>[{N: {…}}, {N: {…}}]<|tools_suffix|>`. */
export const APERTUS: Format = {
  id: "apertus",
  openers: [OPEN],
  *read(input, context) {
    const read = yield* attempt(input, function* () {
      if (!(yield* accept(input, [OPEN]))) return false
      yield* skipSpace(input)
      return yield* readList(input, () => attempt(input, () => readOne(input, context)))
    })
    if (read) yield* accept(input, [SPACE, "<|tools_suffix|>"])
    return read
  },
}

function* readOne(input: Input, context: Context): Reading<boolean> {
  if (!(yield* accept(input, ["{", SPACE]))) return false
  yield* skipSpace(input)
  const quote = yield* peek(input)
  if (quote !== '"' && quote !== "'") return false
  const key = yield* takeJson(input, 200)
  const name: unknown = key === undefined ? undefined : JSON.parse(key)
  if (typeof name !== "string" || !context.tools.has(name)) return false
  if (!(yield* accept(input, [SPACE, ":", SPACE]))) return false
  yield* skipSpace(input)
  if ((yield* peek(input)) !== "{") return false
  context.startCall(input, name)
  if ((yield* streamArguments(input, context)) === "whole") yield* accept(input, [SPACE, "}"])
  return true
}
