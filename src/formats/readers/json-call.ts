import type { Context } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { readJson, takeJson } from "./json-value.ts"
import { accept, SPACE } from "./match.ts"

/** Keys under which models write the name and the arguments of a call. */
const NAME_KEYS = new Set(["name", "tool_name", "function_name"])
const ARGUMENT_KEYS = new Set(["arguments", "parameters", "args", "tool_args"])
const LONGEST_KEY = 100
const LONGEST_NAME = 200
/** Arguments that come before the name, or as JSON inside a string, must be kept whole. */
const LONGEST_KEPT = 1_000_000

export interface Shape {
  /** A call without arguments is a call: only where delimiters, not just braces, say that this is one. */
  bareName?: boolean
}

/** Streams an argument object whose place is at its brace; reports the end of the call. */
export function* streamArguments(input: Input, context: Context): Reading<"whole" | "broken"> {
  const end = yield* readJson(input, (piece) => context.addArguments(piece))
  context.endCall(input, end === "whole")
  return end === "whole" ? "whole" : "broken"
}

/** Reads `{"name": N, "arguments": {…}}`, whatever the keys are called and in whichever order they come. */
export function readNamedCall(input: Input, context: Context, shape: Shape = {}): Reading<boolean> {
  return attempt(input, () => readNamed(input, context, shape))
}

function* readNamed(input: Input, context: Context, shape: Shape): Reading<boolean> {
  if ((yield* peek(input)) !== "{") return false
  input.at++
  let name: string | undefined
  let kept: string | undefined
  let done = false
  for (let first = true; ; first = false) {
    yield* skipSpace(input)
    let next = yield* peek(input)
    if (next === "}") {
      input.at++
      break
    }
    if (!first) {
      if (next !== ",") return giveUp(done)
      input.at++
      yield* skipSpace(input)
      next = yield* peek(input)
      if (next === "}") continue
    }
    if (next !== '"' && next !== "'") return giveUp(done)
    const key = unquote(yield* takeJson(input, LONGEST_KEY))
    if (key === undefined) return giveUp(done)
    yield* skipSpace(input)
    if ((yield* peek(input)) !== ":") return giveUp(done)
    input.at++
    yield* skipSpace(input)
    const value = yield* peek(input)
    if (!done && name === undefined && NAME_KEYS.has(key)) {
      name = unquote(yield* takeJson(input, LONGEST_NAME))
      if (name === undefined || !context.tools.has(name)) return false
    } else if (key === "function" && value === "{" && !done && name === undefined) {
      // `{"type": "function", "function": {"name": …}}`: what the API itself would answer with.
      if (!(yield* readNamedCall(input, context, shape))) return false
      done = true
    } else if (!done && kept === undefined && ARGUMENT_KEYS.has(key)) {
      if (name !== undefined && value === "{") {
        context.startCall(input, name)
        done = true
        if ((yield* streamArguments(input, context)) === "broken") return true
      } else {
        kept = asObject(yield* takeJson(input, LONGEST_KEPT))
        if (kept === undefined) return false
      }
    } else if ((yield* takeJson(input, LONGEST_KEPT)) === undefined) return giveUp(done)
  }
  if (done) return true
  if (name === undefined || (kept === undefined && !shape.bareName)) return false
  context.startCall(input, name)
  context.addArguments(kept ?? "{}")
  context.endCall(input, true)
  return true
}

/** A fault behind the arguments does not undo the call. */
const giveUp = (done: boolean): boolean => done

function unquote(json: string | undefined): string | undefined {
  const value: unknown = json === undefined ? undefined : JSON.parse(json)
  return typeof value === "string" ? value : undefined
}

/** The object of arguments that came as an object, as JSON in a string, or as null. */
function asObject(json: string | undefined): string | undefined {
  if (json === undefined) return undefined
  if (json.startsWith("{")) return json
  try {
    const value: unknown = JSON.parse(json)
    if (value === null) return "{}"
    if (typeof value === "string" && value.trim() === "") return "{}"
    if (typeof value === "string" && value.trim().startsWith("{") && JSON.parse(value)) return value.trim()
  } catch {}
  return undefined
}

/** Reads one call or a list of them. What follows the last readable one stays. */
export function* readNamedCalls(input: Input, context: Context, shape: Shape = {}): Reading<boolean> {
  if ((yield* peek(input)) !== "[") return yield* readNamedCall(input, context, shape)
  return yield* readList(input, () => readNamedCall(input, context, shape))
}

/** Reads `[item, item]`; true when the first item was one. */
export function readList(input: Input, item: () => Reading<boolean>): Reading<boolean> {
  return attempt(input, () => readItems(input, item))
}

function* readItems(input: Input, item: () => Reading<boolean>): Reading<boolean> {
  if ((yield* peek(input)) !== "[") return false
  input.at++
  yield* skipSpace(input)
  if (!(yield* item())) return false
  for (;;) {
    if (yield* accept(input, [SPACE, "]"])) return true
    // Models put a comma behind the last one, too.
    if (yield* accept(input, [SPACE, ",", SPACE, "]"])) return true
    const next = yield* attempt(input, function* () {
      if (!(yield* accept(input, [SPACE, ","]))) return false
      yield* skipSpace(input)
      return yield* item()
    })
    if (!next) return true
  }
}
