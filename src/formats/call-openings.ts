/** A place in raw text where a tool call begins, with the tool's name. */
export interface CallOpening {
  /** Name as written, without markup. */
  name: string
  /** Offset of the opening. */
  index: number
  /** A bare JSON object, without a token around it: anybody may write one. */
  bare: boolean
}

const NAME = "([A-Za-z_][\\w.-]{0,127})"

/** How calls begin, one pattern per way of writing; literals as in `delimiter-table.ts`. */
const OPENINGS: readonly (readonly [pattern: RegExp, bare: boolean])[] = [
  // Qwen-XML (Qwen3-Coder, Qwen3.5, Nemotron 3), Seed-OSS; the wrapper is often missing.
  [new RegExp(`(?:<(?:seed:)?tool_call>\\s*)?<function=${NAME}`, "g"), false],
  // Hermes, Qwen3, Granite 4, LongCat.
  [new RegExp(`<(?:longcat_)?tool_call>\\s*\\{\\s*"name"\\s*:\\s*"${NAME}"`, "g"), false],
  // GLM, Laguna.
  [new RegExp(`<tool_call>\\s*${NAME}\\s*<arg_key>`, "g"), false],
  // DeepSeek V3 with its type word, V3.1 without.
  [new RegExp(`<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?${NAME}`, "g"), false],
  // DeepSeek V3.2 and V4, MiniMax M2, Step 3, Muse Glimmer, and the imitation of others.
  [new RegExp(`<(?:｜DSML｜|\\|DSML\\||steptml:|atem:)?invoke name="${NAME}"`, "g"), false],
  [new RegExp(`<\\|tool_call_begin\\|>\\s*(?:functions\\.)?${NAME}`, "g"), false],
  [new RegExp(`<\\|open\\|>call tool="${NAME}"`, "g"), false],
  [new RegExp(`\\[TOOL_CALLS\\]\\s*(?:\\[\\s*\\{\\s*"name"\\s*:\\s*")?${NAME}`, "g"), false],
  [new RegExp(`<(?:\\|tool_call|start_function_call)>call:${NAME}`, "g"), false],
  [new RegExp(`<\\|tool_call_start\\|>\\[${NAME}\\(`, "g"), false],
  [new RegExp(`to=functions\\.${NAME}`, "g"), false],
  [new RegExp(`<\\|python_tag\\|>\\s*\\{\\s*"name"\\s*:\\s*"${NAME}"`, "g"), false],
  // Llama 3 and any model told to answer in JSON.
  [new RegExp(`\\{\\s*"name"\\s*:\\s*"${NAME}"\\s*,\\s*"(?:arguments|parameters)"\\s*:\\s*\\{`, "g"), true],
]

/** Where tool calls begin in a text, in order. Says nothing about whether they are meant. */
export function findCallOpenings(text: string): CallOpening[] {
  const found = OPENINGS.flatMap(([pattern, bare]) =>
    [...text.matchAll(pattern)].map((match): CallOpening => ({ name: match[1] ?? "", index: match.index, bare })),
  )
  return found
    .filter(({ bare, index }) => !bare || !found.some((other) => !other.bare && other.index <= index && index - other.index < 64))
    .sort((a, b) => a.index - b.index)
}
