import type { Context, Format } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { accept, END, expect, maybe, type Pattern, SPACE, take } from "./match.ts"
import { readPython } from "./python-value.ts"

const CALL: Pattern = [take("name"), "("]

/** What stands behind a value of a call: the next one, or the end of the call and what may follow that. */
const BEHIND_VALUE: Pattern = [
  SPACE,
  {
    any: [
      [",", SPACE, { any: [[")"], [take("key"), SPACE, "="]] }],
      [")", SPACE, { any: [["]"], [","], ["<"], ["`"], [take("name"), "("], [END]] }],
    ],
  },
]

/** Calls written as Python writes them. */
interface PythonGrammar {
  id: string
  openers: readonly string[]
  open: Pattern
  close: Pattern
  bare?: boolean
}

function pythonFormat(grammar: PythonGrammar): Format {
  return {
    id: grammar.id,
    openers: grammar.openers,
    bare: grammar.bare,
    *read(input, context) {
      const first = yield* attempt(input, function* () {
        if (!(yield* accept(input, [...grammar.open, SPACE]))) return false
        yield* skipSpace(input)
        return yield* readCall(input, context)
      })
      if (!first) return false
      while (yield* attempt(input, () => readNext(input, context))) {}
      yield* accept(input, [SPACE, maybe(","), SPACE, ...grammar.close])
      return true
    },
  }
}

function* readNext(input: Input, context: Context): Reading<boolean> {
  yield* skipSpace(input)
  if ((yield* peek(input)) === ",") input.at++
  yield* skipSpace(input)
  return yield* readCall(input, context)
}

function* readCall(input: Input, context: Context): Reading<boolean> {
  const head = yield* accept(input, CALL)
  if (!head || !context.tools.has(head.took.name ?? "")) return false
  // `bash(the shell)` is prose.
  if (!(yield* expect(input, [SPACE, { any: [[")"], [take("key"), SPACE, "="]] }]))) return false
  context.startCall(input, head.took.name as string)
  context.addArguments("{")
  const whole = yield* readArguments(input, context)
  if (whole) context.addArguments("}")
  context.endCall(input, whole)
  return true
}

function* readArguments(input: Input, context: Context): Reading<boolean> {
  for (let first = true; ; first = false) {
    if (yield* accept(input, [SPACE, ")"])) return true
    if (!first && !(yield* accept(input, [SPACE, ","]))) return false
    if (yield* accept(input, [SPACE, ")"])) return true
    const key = yield* accept(input, [SPACE, take("key"), SPACE, "="])
    if (!key) return false
    context.addArguments(`${first ? "" : ", "}${JSON.stringify(key.took.key)}: `)
    if (!(yield* readPython(input, (piece) => context.addArguments(piece), BEHIND_VALUE))) return false
  }
}

/** `[N(k=v), …]` where a line begins. */
export const PYTHONIC: Format = pythonFormat({ id: "pythonic", openers: ["["], open: ["["], close: ["]"], bare: true })

/** Llama 4 between its tags. */
export const LLAMA4: Format = pythonFormat({
  id: "pythonic",
  openers: ["<|python_start|>", "<|python_tag|>"],
  open: [{ any: [["<|python_start|>"], ["<|python_tag|>"]] }, SPACE, "["],
  close: ["]", SPACE, { any: [["<|python_end|>"], []] }],
})

/** LFM2: `<|tool_call_start|>[N(k="v")]<|tool_call_end|>`; MiniCPM 3 and 4 with a fence instead of the brackets. */
export const LFM2: Format = pythonFormat({
  id: "lfm2",
  openers: ["<|tool_call_start|>"],
  open: ["<|tool_call_start|>", SPACE, maybe("```python", SPACE), maybe("[")],
  close: [maybe("]"), SPACE, maybe("```", SPACE), maybe("<|tool_call_end|>")],
})

/** Olmo 3: one call per line between tags. */
export const OLMO3: Format = pythonFormat({
  id: "olmo3",
  openers: ["<function_calls>"],
  open: ["<function_calls>", SPACE, { any: [["["], []] }],
  close: [maybe("]"), SPACE, maybe("</function_calls>")],
})
