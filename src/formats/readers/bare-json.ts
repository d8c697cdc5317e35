import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { readNamedCalls } from "./json-call.ts"
import { accept, SPACE } from "./match.ts"

const PYTHON_TAG = "<|python_tag|>"

/** Llama 3: `{"name": N, "parameters": {…}}` where a line begins, several with semicolons between; xLAM: a list of such objects. */
export const LLAMA_JSON: Format = {
  id: "llama-json",
  openers: ["{", "["],
  bare: true,
  read: readSeveral,
}

/** Llama 3 behind its tag, which counts anywhere. */
export const LLAMA_TAGGED: Format = {
  id: "llama-json",
  openers: [PYTHON_TAG],
  *read(input, context) {
    if (!(yield* accept(input, [PYTHON_TAG]))) return false
    yield* skipSpace(input)
    return yield* readSeveral(input, context)
  },
}

function* readSeveral(input: Input, context: Context): Reading<boolean> {
  if (!(yield* readNamedCalls(input, context))) return false
  while (yield* attempt(input, () => readNext(input, context))) {}
  return true
}

function* readNext(input: Input, context: Context): Reading<boolean> {
  yield* accept(input, [SPACE, ";"])
  yield* skipSpace(input)
  yield* accept(input, [PYTHON_TAG])
  yield* skipSpace(input)
  const next = yield* peek(input)
  return next === "{" || next === "[" ? yield* readNamedCalls(input, context) : false
}

/** Phi-4-mini: `functools[{"name": N, "arguments": {…}}]`. */
export const FUNCTOOLS: Format = {
  id: "functools",
  openers: ["functools[", "functools ["],
  *read(input, context) {
    input.at += "functools".length
    yield* skipSpace(input)
    return yield* readNamedCalls(input, context, { bareName: true })
  },
}

/** xLAM puts its list into a fenced block as well. */
export const FENCED_JSON: Format = {
  id: "hermes",
  openers: ["```json"],
  bare: true,
  *read(input, context) {
    input.at += "```json".length
    yield* skipSpace(input)
    if (!(yield* readNamedCalls(input, context))) return false
    yield* accept(input, [SPACE, "```"])
    return true
  },
}
