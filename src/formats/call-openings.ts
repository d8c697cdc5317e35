import { type CallFormat, FAMILIES } from "../knowledge/families.ts"

/** A place in raw text where a tool call begins, with the tool's name. */
export interface CallOpening {
  /** Name as written, without markup. */
  name: string
  /** Offset of the opening. */
  index: number
  /**
   * Without a token around it, so that anybody may write one: an object or list in JSON, a function call in a list, or what is left of a call
   * whose special tokens the server took away.
   */
  bare: boolean
  /** Offset of the JSON of a bare call; absent where it is not written in JSON. */
  json?: number
  /** Ids of the families that write their calls so, the most common first; empty where anybody may. */
  families: readonly string[]
}

type Form = "token" | "json" | "plain"

interface Opening {
  pattern: RegExp
  form: Form
}

/** Names of MCP tools hold dots, slashes and colons. A token of channels or thoughts may have run into one (`bash<|channel|>commentary`). */
const NAME = '([A-Za-z_][\\w.:/-]{0,127})(?:<\\|\\w{1,24}\\|>\\w{0,24}|</\\w{1,24}>(?="))?'
/** Up to the name in a JSON call: other short members may stand before it. */
const JSON_NAME = `\\[?\\s*\\{[^{}]{0,120}?"(?:tool_)?name"\\s*:\\s*"${NAME}"`
/** What stands between a bare name and its JSON: a running number, leftovers of Mistral, a fence of DeepSeek. */
const BEFORE_JSON = "(?::\\d{1,4})?(?:\\[CALL_ID\\]\\w{1,32})?(?:\\[ARGS\\])?\\s*(?:```json\\s*|json\\s*)?"

const opening = (form: Form, source: string): Opening => ({ form, pattern: new RegExp(source, "g") })

/** How calls begin, one pattern per way of writing; literals as in `delimiter-table.ts`. */
const OPENINGS: readonly Opening[] = [
  // Qwen-XML (Qwen3-Coder, Qwen3.5, Nemotron 3), Seed-OSS, MiniCPM5; the wrapper is often missing.
  opening("token", `(?:<(?:seed:)?tool_call>\\s*)?<function(?:=| name=")${NAME}`),
  // Hermes, Qwen3, Granite, LongCat, Hunyuan, Jamba, Phi-4-mini, InternLM, Cohere, GigaChat, Llama 3, Inkling, Mistral before v11.
  opening(
    "token",
    `(?:<(?:longcat_)?tool_calls?>|<function_call>|<\\|tool_call\\|>|<\\|function_call\\|>|function call<\\|role_sep\\|>|functools|<\\|plugin\\|>|<\\|START_ACTION\\|>|<\\|python_tag\\|>|<\\|content_invoke_tool_json\\|>|\\[TOOL_CALLS\\])\\s*${JSON_NAME}`,
  ),
  // GLM, Laguna, Ling 3; Hunyuan v3 with its suffixes. A call without arguments closes at once.
  opening("token", `<tool_calls?>\\s*${NAME}\\s*(?:<arg_key>|</tool_call>)`),
  // The same without its special tokens: names and values on lines of their own, or all in one.
  opening("token", `<tool_call>\\s*${NAME}(?=\\n[A-Za-z_]\\w*\\n|[^]{0,4000}?</tool_call>)`),
  opening("token", `<tool_call[\\w:.-]{0,24}>\\s*${NAME}\\s*<tool_sep`),
  // DeepSeek V3 with its type word, V3.1 without.
  opening("token", `<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?${NAME}`),
  // DeepSeek V3.2 and V4 with any bars, MiniMax M2 and M3, Step 3, Muse Glimmer, and the imitation of others.
  opening(
    "token",
    `(?:<[｜|]{1,2}DSML[｜|]{1,2}(?:function|tool)_calls>\\s*)?(?:\\]<\\]minimax\\[>\\[)?<(?:[｜|]{1,2}DSML[｜|]{1,2}|steptml:|atem:)?invoke name="${NAME}"`,
  ),
  opening("token", `<\\|tool_call_begin\\|>\\s*(?:functions\\.)?${NAME}`),
  opening("token", `(?:<\\|open\\|>)?call tool="${NAME}"`),
  opening("token", `\\[TOOL_CALLS\\]\\s*${NAME}(?=\\s*[[{])`),
  opening("token", `<(?:\\|tool_call|start_function_call)>call:${NAME}`),
  opening("token", `<\\|tools_prefix\\|>\\s*\\[\\s*\\{\\s*"${NAME}"`),
  // Pythonic calls within tokens: LFM2, Llama 4, Olmo 3.
  opening("token", `(?:<\\|tool_call_start\\|>|<\\|python_start\\|>|<function_calls>)\\s*\\[?${NAME}\\(`),
  opening("token", `<ifm\\|tool_call>\\s*${NAME}`),
  opening("token", `<\\|plamo:begin_tool_name:plamo\\|>\\s*${NAME}`),
  opening("token", `to=functions\\.${NAME}`),
  // Kimi K2 without its tokens: nobody else writes a running number there.
  opening("token", `functions\\.${NAME}:\\d{1,4}\\s*(?="?\\{)`),
  // Llama 3 and any model told to answer in JSON; Cohere and Apertus without their tokens.
  opening(
    "json",
    `\\{\\s*(?:"tool_call_id"\\s*:\\s*"\\w{1,32}"\\s*,\\s*)?"(?:tool_)?name"\\s*:\\s*"${NAME}"\\s*,\\s*"(?:arguments|parameters|args)"\\s*:\\s*"?\\{`,
  ),
  opening("json", `\\{\\s*"type"\\s*:\\s*"function"\\s*,\\s*"(?:name"\\s*:|function"\\s*:\\s*\\{\\s*"name"\\s*:)\\s*"${NAME}"`),
  opening("json", `\\[\\s*\\{\\s*"${NAME}"\\s*:\\s*\\{`),
  // DeepSeek and Mistral without their tokens.
  opening("plain", `(?<![\\w.-])(?:>>>|functions?[.:]|function(?=[a-z])|)${NAME}${BEFORE_JSON}(?=\\{)`),
  // GLM and Gemma without their outer tokens.
  opening("plain", `(?<![\\w.-])${NAME}\\s*(?=<arg_key>)`),
  opening("plain", `(?<![\\w.-])call:${NAME}(?=\\{)`),
  // Pythonic calls.
  opening("plain", `\\[\\s*${NAME}(?=\\()`),
  // Olmo 3 without its tokens, each on a line of its own.
  opening("plain", `(?<=^|\\n)${NAME}(?=\\(\\s*[A-Za-z_]\\w*\\s*=)`),
]

/** Whose opening it is, the narrow ones first. */
const WRITERS: readonly (readonly [RegExp, CallFormat | readonly string[]])[] = [
  [/<seed:/, "seed"],
  [/<function name="/, "minicpm"],
  [/<function=/, "qwen-xml"],
  [/<longcat_/, "longcat"],
  [/<tool_calls>\s*\[/, "tool-calls-json"],
  [/<tool_call>\s*\[?\s*\{/, "hermes"],
  [/<tool_sep/, "hunyuan-v3"],
  [/^<tool_calls?>/, "glm"],
  [/<\|tool_call\|>/, "granite"],
  [/function_call\|>|<\|role_sep\|>/, "gigachat"],
  [/^functools/, "functools"],
  [/<\|plugin\|>/, "internlm"],
  [/START_ACTION/, "cohere"],
  [/python_tag/, "llama-json"],
  [/content_invoke/, "inkling"],
  [/\[TOOL_CALLS\]/, "mistral"],
  [/function<｜tool▁sep｜>/, "deepseek-v3"],
  [/<｜tool▁call▁begin｜>/, "deepseek-v31"],
  [/DSML[｜|]{1,2}function_calls/, ["deepseek-v3.2"]],
  [/DSML[｜|]{1,2}tool_calls/, ["deepseek-v4", "deepseek-v4.1"]],
  [/DSML/, "dsml"],
  [/minimax\[>/, "minimax-m3"],
  [/<steptml:/, "step3"],
  [/<atem:/, "glimmer"],
  [/<\|tool_call_begin\|>|functions\.[\w.-]+:\d/, "kimi-k2"],
  [/call tool="/, "kimi-k3"],
  [/<\|tool_call>call:/, "gemma4"],
  [/<start_function_call>/, "functiongemma"],
  [/<\|tools_prefix\|>/, "apertus"],
  [/<\|tool_call_start\|>/, "lfm2"],
  [/<\|python_start\|>/, "pythonic"],
  [/<function_calls>\s*\[?[A-Za-z_]/, "olmo3"],
  [/<ifm\|/, "ifm"],
  [/plamo/, "plamo"],
  [/to=functions/, "harmony"],
]

const NOBODY: readonly string[] = []
const BY_FORMAT: ReadonlyMap<CallFormat, readonly string[]> = new Map(
  FAMILIES.map(({ format }) => [format, FAMILIES.filter((family) => family.format === format).map(({ id }) => id)]),
)

function writersOf(opening: string): readonly string[] {
  const found = WRITERS.find(([pattern]) => pattern.test(opening))?.[1]
  return (typeof found === "string" ? BY_FORMAT.get(found) : found) ?? NOBODY
}

/** Where tool calls begin in a text, in order. Says nothing about whether they are meant. */
export function findCallOpenings(text: string): CallOpening[] {
  const found = OPENINGS.flatMap(({ pattern, form }) =>
    [...text.matchAll(pattern)].map((match): CallOpening => {
      const end = match.index + match[0].length
      const json =
        form === "json" ? match.index : form === "plain" && text[end] === "{" && !match[0].startsWith("call:") ? end : undefined
      // A running number is no part of the name.
      const name = (match[1] ?? "").replace(/:\d{1,4}$/, "")
      return { name, index: match.index, bare: form !== "token", json, families: form === "token" ? writersOf(match[0]) : NOBODY }
    }),
  )
  return found
    .filter(({ bare, index }) => !bare || !found.some((other) => !other.bare && other.index <= index && index - other.index < 64))
    .sort((a, b) => a.index - b.index)
}
