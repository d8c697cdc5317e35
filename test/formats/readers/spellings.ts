/** How families write a turn, from the vendors' chat templates; apart from what `src` knows. */

export type Args = Readonly<Record<string, unknown>>
export interface Call {
  name: string
  arguments: Args
}

export interface Spelling {
  family: string
  /** Where two spellings of one family are told apart. */
  label?: string
  calls(calls: readonly Call[]): string
  /** Delimiters of the thoughts; `opened` when the template writes the first one. */
  think?: { open: string; close: string; opened?: boolean }
  /** Literals that a file about this family may hold. */
  literals: readonly string[]
  /** Text cannot follow calls. */
  last?: boolean
  /** Around text that is said. */
  say?: (text: string, last: boolean) => string
}

const json = (value: unknown): string => JSON.stringify(value)
/** Python's `json.dumps`, which templates use: a space behind colons and commas. */
const spaced = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${json(key)}: ${spaced(one)}`)
      .join(", ")}}`
  return json(value)
}
const plain = (value: unknown): string => (typeof value === "string" ? value : spaced(value))

const python = (value: unknown): string => {
  if (value === true) return "True"
  if (value === false) return "False"
  if (value === null) return "None"
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`
  if (typeof value === "object")
    return `{${Object.entries(value as Args)
      .map(([key, one]) => `${python(key)}: ${python(one)}`)
      .join(", ")}}`
  if (typeof value !== "string") return json(value)
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
  const escaped = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r")
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote
}
const pythonCall = ({ name, arguments: args }: Call): string =>
  `${name}(${Object.entries(args)
    .map(([key, value]) => `${key}=${python(value)}`)
    .join(", ")})`

const named = ({ name, arguments: args }: Call): string => spaced({ name, arguments: args })
const each =
  (write: (call: Call) => string, glue = "\n") =>
  (calls: readonly Call[]) =>
    calls.map(write).join(glue)
const around = (before: string, write: (call: Call) => string, glue: string, after: string) => (calls: readonly Call[]) =>
  before + calls.map(write).join(glue) + after

function tags(open: (name: string) => string, key: (key: string, value: unknown) => string, close: string, end: string) {
  return ({ name, arguments: args }: Call): string =>
    open(name) +
    Object.entries(args)
      .map(([one, value]) => key(one, value) + plain(value) + close)
      .join("") +
    end
}
const functions = tags(
  (name) => `<function=${name}>\n`,
  (key) => `<parameter=${key}>\n`,
  "\n</parameter>\n",
  "</function>",
)
const invoke = (prefix: string) =>
  tags(
    (name) => `<${prefix}invoke name="${name}">\n`,
    (key) => `<${prefix}parameter name="${key}">`,
    `</${prefix}parameter>\n`,
    `</${prefix}invoke>`,
  )
const argKeys = (open: (name: string) => string) =>
  tags(open, (key) => `<arg_key>${key}</arg_key>\n<arg_value>`, "</arg_value>\n", "</tool_call>")

const THINK = { open: "<think>\n", close: "\n</think>\n\n" }
const OPENED = { ...THINK, opened: true }
const TAG_LITERALS = ["<tool_call>", "</tool_call>", "<think>", "</think>"]
const QWEN = [...TAG_LITERALS, "<function=bash>", "</function>", "<parameter=command>", "</parameter>"]
const DSML = ["<｜DSML｜invoke", "</｜DSML｜parameter>", "</｜DSML｜invoke>", "</｜DSML｜function_calls>", "</think>"]
const INVOKE = ["<invoke", "</invoke>", "</parameter>", "</minimax:tool_call>", "</think>", '<parameter name="x">']
const GLM = [...TAG_LITERALS, "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"]
const DEEPSEEK = ["<｜tool▁calls▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>", "</think>", "```"]

const qwen = (family: string, think?: Spelling["think"]): Spelling => ({
  family,
  think,
  calls: each((call) => `<tool_call>\n${functions(call)}\n</tool_call>`),
  literals: QWEN,
})
const hermes = (family: string, think?: Spelling["think"]): Spelling => ({
  family,
  think,
  calls: each((call) => `<tool_call>\n${named(call)}\n</tool_call>`),
  literals: TAG_LITERALS,
})
const glm = (family: string, think?: Spelling["think"]): Spelling => ({
  family,
  think,
  calls: each(argKeys((name) => `<tool_call>${name}\n`)),
  literals: GLM,
})

function dsmlCall(mark: string) {
  return tags(
    (name) => `<${mark}invoke name="${name}">\n`,
    (key, value) => `<${mark}parameter name="${key}" string="${typeof value === "string"}">`,
    `</${mark}parameter>\n`,
    `</${mark}invoke>`,
  )
}

const M3 = "]<]minimax[>["
const elements = (args: Args): string =>
  Object.entries(args)
    .map(([key, value]) => `${M3}<${key}>${element(value)}${M3}</${key}>`)
    .join("")
const element = (value: unknown): string => {
  if (Array.isArray(value)) return value.map((one) => `${M3}<item>${element(one)}${M3}</item>`).join("")
  return typeof value === "object" && value !== null ? elements(value as Args) : plain(value)
}

export const SPELLINGS: readonly Spelling[] = [
  qwen("nemotron3", OPENED),
  qwen("qwen3-coder"),
  qwen("qwen3.5", OPENED),
  qwen("step-3.5", OPENED),
  qwen("mimo", THINK),
  hermes("qwen2.5"),
  hermes("qwen3", THINK),
  hermes("hermes"),
  hermes("granite4"),
  {
    ...hermes("ernie4.5", OPENED),
    say: (text) => `<response>\n${text}\n</response>\n`,
  },
  { ...hermes("xlam"), calls: around("[", named, ", ", "]"), label: "list" },
  glm("glm-4.5", THINK),
  glm("glm-4.7", OPENED),
  { ...glm("laguna", OPENED), calls: each(argKeys((name) => `<tool_call>${name}`)) },
  {
    family: "hunyuan-v3",
    think: THINK,
    calls: around(
      "<tool_calls>\n",
      argKeys((name) => `<tool_call>${name}<tool_sep>\n`),
      "\n",
      "\n</tool_calls>",
    ),
    literals: GLM,
  },
  {
    family: "deepseek-r1",
    think: OPENED,
    calls: around(
      "<｜tool▁calls▁begin｜>",
      ({ name, arguments: args }) =>
        `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${spaced(args)}\n\`\`\`<｜tool▁call▁end｜>`,
      "\n",
      "<｜tool▁calls▁end｜><｜end▁of▁sentence｜>",
    ),
    literals: DEEPSEEK,
    last: true,
  },
  {
    family: "deepseek-v3.1",
    think: OPENED,
    calls: around(
      "<｜tool▁calls▁begin｜>",
      ({ name, arguments: args }) => `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${spaced(args)}<｜tool▁call▁end｜>`,
      "",
      "<｜tool▁calls▁end｜>",
    ),
    literals: DEEPSEEK,
  },
  ...(["function_calls", "tool_calls"] as const).map((wrapper): Spelling => {
    return {
      family: wrapper === "tool_calls" ? "deepseek-v4" : "deepseek-v3.2",
      think: OPENED,
      calls: around(`<｜DSML｜${wrapper}>\n`, dsmlCall("｜DSML｜"), "\n", `\n</｜DSML｜${wrapper}>`),
      literals: DSML,
    }
  }),
  {
    family: "kimi-k2",
    think: OPENED,
    calls: (calls) =>
      `<|tool_calls_section_begin|>${calls
        .map(
          ({ name, arguments: args }, index) =>
            `<|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>${spaced(args)}<|tool_call_end|>`,
        )
        .join("")}<|tool_calls_section_end|>`,
    literals: ["<|tool_call_begin|>", "<|tool_call_end|>", "<|tool_calls_section_end|>", "</think>"],
  },
  {
    family: "kimi-k3",
    think: { open: "<|open|>think<|sep|>", close: "<|close|>think<|sep|>", opened: true },
    calls: around(
      "<|open|>tools<|sep|>",
      tags(
        (name) => `<|open|>call tool="${name}" index="1"<|sep|>`,
        (key, value) => `<|open|>argument key="${key}" type="${typeof value}"<|sep|>`,
        "<|close|>argument<|sep|>",
        "<|close|>call<|sep|>",
      ),
      "",
      "<|close|>tools<|sep|>",
    ),
    literals: ["<|open|>", "<|close|>argument<|sep|>", "<|sep|>"],
  },
  {
    family: "minimax-m2",
    think: OPENED,
    calls: around("<minimax:tool_call>\n", invoke(""), "\n", "\n</minimax:tool_call>"),
    literals: INVOKE,
  },
  {
    family: "muse-glimmer",
    calls: around("<atem:function_calls>\n", invoke("atem:"), "\n", "\n</atem:function_calls>"),
    literals: ["</atem:parameter>", "</atem:invoke>"],
  },
  {
    family: "step-3",
    think: OPENED,
    calls: around(
      "<｜tool_calls_begin｜>",
      (call) => `<｜tool_call_begin｜>function<｜tool_sep｜>${invoke("steptml:")(call)}<｜tool_call_end｜>`,
      "\n",
      "<｜tool_calls_end｜>",
    ),
    literals: ["</steptml:parameter>", "<｜tool_call_end｜>", "</think>"],
  },
  {
    family: "seed-oss",
    think: { open: "<seed:think>\n", close: "\n</seed:think>\n" },
    calls: each((call) => `<seed:tool_call>\n${functions(call)}\n</seed:tool_call>`),
    literals: ["<seed:tool_call>", "</seed:tool_call>", "</function>", "</parameter>", "</seed:think>"],
  },
  {
    family: "magistral",
    label: "args",
    think: { open: "[THINK]", close: "[/THINK]" },
    calls: each(({ name, arguments: args }) => `[TOOL_CALLS]${name}[ARGS]${spaced(args)}`, ""),
    literals: ["[TOOL_CALLS]", "[ARGS]", "[/THINK]"],
  },
  {
    family: "mistral",
    label: "call id",
    calls: each(({ name, arguments: args }) => `[TOOL_CALLS]${name}[CALL_ID]a1B2c3D4e[ARGS]${json(args)}`, ""),
    literals: ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"],
  },
  { family: "mistral", label: "list", calls: around("[TOOL_CALLS][", named, ", ", "]"), literals: ["[TOOL_CALLS]", "[ARGS]"] },
  {
    family: "llama3",
    calls: each(({ name, arguments: args }) => spaced({ name, parameters: args }), "; "),
    literals: ["<|python_tag|>", "<|eom_id|>", '{"name": "bash"'],
  },
  {
    family: "llama3",
    label: "tag",
    calls: (calls) =>
      `<|python_tag|>${calls.map(({ name, arguments: args }) => spaced({ name, parameters: args })).join("; ")}<|eom_id|>`,
    literals: ["<|python_tag|>", "<|eom_id|>"],
    last: true,
  },
  { family: "llama4", calls: around("[", pythonCall, ", ", "]"), literals: ["<|python_start|>", "[bash(command='ls')]", "')]"] },
  {
    family: "llama4",
    label: "tags",
    calls: around("<|python_start|>[", pythonCall, ", ", "]<|python_end|>"),
    literals: ["<|python_end|>", '")'],
  },
  {
    family: "lfm2",
    think: THINK,
    calls: around("<|tool_call_start|>[", pythonCall, ", ", "]<|tool_call_end|>"),
    literals: ["<|tool_call_end|>", "')]"],
  },
  {
    family: "olmo3",
    think: OPENED,
    calls: around("<function_calls>\n", pythonCall, "\n", "\n</function_calls>"),
    literals: ["</function_calls>", "')"],
  },
  { family: "phi4-mini", calls: around("functools[", named, ", ", "]"), literals: ["functools[", "]"] },
  { family: "granite3", calls: around("<|tool_call|>[", named, ", ", "]"), literals: ["<|tool_call|>", "]"] },
  { family: "granite3", label: "tag", calls: around("<tool_call>[", named, ", ", "]"), literals: ["<tool_call>"] },
  {
    family: "internlm",
    think: THINK,
    calls: each(({ name, arguments: args }) => `<|action_start|><|plugin|>\n${spaced({ name, parameters: args })}<|action_end|>`),
    literals: ["<|action_end|>", "<|action_start|>"],
  },
  { family: "jamba", calls: around("<tool_calls>[\n  ", named, ",\n  ", "\n]</tool_calls>"), literals: ["</tool_calls>"] },
  {
    family: "hunyuan-a13b",
    think: THINK,
    calls: around("<tool_calls>[", named, ", ", "]</tool_calls>"),
    say: (text) => `<answer>\n${text}\n</answer>`,
    literals: ["</tool_calls>", "</answer>"],
  },
  {
    family: "apertus",
    calls: around("<|tools_prefix|>[", ({ name, arguments: args }) => spaced({ [name]: args }), ", ", "]<|tools_suffix|>"),
    literals: ["<|tools_suffix|>"],
  },
  {
    family: "command-a",
    think: { open: "<|START_THINKING|>", close: "<|END_THINKING|>" },
    calls: (calls) =>
      `<|START_ACTION|>${spaced(calls.map(({ name, arguments: args }, index) => ({ tool_call_id: String(index), tool_name: name, parameters: args })))}<|END_ACTION|>`,
    literals: ["<|END_ACTION|>"],
  },
  {
    family: "gigachat3",
    calls: each((call) => `<|function_call|>${named(call)}`),
    literals: ["<|function_call|>"],
  },
  {
    family: "longcat",
    calls: each((call) => `<longcat_tool_call>${named(call)}</longcat_tool_call>`),
    literals: ["</longcat_tool_call>"],
  },
  {
    family: "gpt-oss",
    think: { open: "<|channel|>analysis<|message|>", close: "<|end|>" },
    calls: each(
      ({ name, arguments: args }) =>
        `<|start|>assistant<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${spaced(args)}<|call|>`,
      "",
    ),
    say: (text, last) =>
      last
        ? `<|start|>assistant<|channel|>final<|message|>${text}<|return|>`
        : `<|start|>assistant<|channel|>commentary<|message|>${text}<|end|>`,
    literals: ["<|call|>", "<|end|>", "<|channel|>"],
    last: true,
  },
  {
    family: "gemma4",
    calls: each(({ name, arguments: args }) => {
      const value = (one: unknown): string => {
        if (typeof one === "string") return `<|"|>${one}<|"|>`
        if (Array.isArray(one)) return `[${one.map(value).join(",")}]`
        if (typeof one !== "object" || one === null) return json(one)
        return `{${Object.entries(one)
          .map(([key, inner]) => `${key}:${value(inner)}`)
          .join(",")}}`
      }
      return `<|tool_call>call:${name}${value(args)}<tool_call|>`
    }, ""),
    literals: ["<tool_call|>", '<|"|>'],
  },
  {
    family: "functiongemma",
    calls: each(({ name, arguments: args }) => {
      const value = (one: unknown): string => `<escape>${plain(one)}<escape>`
      return `<start_function_call>call:${name}{${Object.entries(args)
        .map(([key, one]) => `${key}:${value(one)}`)
        .join(",")}}<end_function_call>`
    }, ""),
    literals: ["<end_function_call>", "<start_function_call>"],
  },
  {
    family: "minicpm",
    think: THINK,
    calls: each(({ name, arguments: args }) => {
      // The template puts what XML would misread into CDATA.
      const value = (one: unknown): string => (/[<&]/.test(plain(one)) ? `<![CDATA[${plain(one)}]]>` : plain(one))
      const params = Object.entries(args).map(([key, one]) => `<param name="${key}">${value(one)}</param>`)
      return `<function name="${name}">${params.join("")}</function>`
    }),
    literals: ["</param>", "</function>", "&lt;"],
  },
  {
    family: "minimax-m3",
    think: { open: "<mm:think>", close: "</mm:think>" },
    calls: around(
      `${M3}<tool_call>\n`,
      ({ name, arguments: args }) => `${M3}<invoke name="${name}">${elements(args)}${M3}</invoke>`,
      "\n",
      `\n${M3}</tool_call>`,
    ),
    literals: [M3, `${M3}</invoke>`, `${M3}</content>`, "</tool_call>"],
  },
  qwen("granite4.2", OPENED),
  qwen("minicpm-v", THINK),
  {
    family: "granite3",
    label: "prose thoughts",
    think: { open: "Here is my thought process: ", close: "\n\nHere is my response: " },
    calls: around("<|tool_call|>[", named, ", ", "]"),
    literals: ["<|tool_call|>", "Here is my response:"],
  },
  { ...hermes("granite3"), label: "20B", calls: each((call) => `<function_call> ${named(call)}`), literals: ["<function_call>"] },
  {
    family: "deepseek-v4.1",
    think: OPENED,
    calls: around("<｜DSML｜ calls>\n", dsmlCall("｜DSML｜ "), "\n", "\n</｜DSML｜ calls>"),
    literals: ["</｜DSML｜ parameter>", "</｜DSML｜ invoke>", "</｜DSML｜ calls>"],
  },
  {
    family: "dots",
    think: THINK,
    calls: around("<dots_function_call>\n", invoke(""), "\n", "\n</dots_function_call>"),
    literals: ["<dots_function_call>", "</dots_function_call>", "</parameter>", "</invoke>"],
  },
  {
    family: "k2-horizon",
    think: { open: "<ifm|think>", close: "</ifm|think>", opened: true },
    calls: around(
      "<ifm|tool_calls>",
      tags(
        (name) => `<ifm|tool_call>${name}`,
        (key) => `<ifm|arg_key>${key}</ifm|arg_key><ifm|arg_value>`,
        "</ifm|arg_value>",
        "</ifm|tool_call>",
      ),
      "",
      "</ifm|tool_calls>",
    ),
    literals: ["</ifm|arg_value>", "</ifm|tool_call>", "</ifm|think>"],
  },
  {
    family: "plamo3",
    think: { open: "<|plamo:begin_think:plamo|>", close: "<|plamo:end_think:plamo|>", opened: true },
    calls: around(
      "<|plamo:begin_tool_requests:plamo|>",
      ({ name, arguments: args }) =>
        `<|plamo:begin_tool_request:plamo|><|plamo:begin_tool_name:plamo|>${name}<|plamo:end_tool_name:plamo|>` +
        `<|plamo:begin_tool_arguments:plamo|><|plamo:constrain|>json<|plamo:msg|>${spaced(args)}` +
        "<|plamo:end_tool_arguments:plamo|><|plamo:end_tool_request:plamo|>",
      "",
      "<|plamo:end_tool_requests:plamo|>",
    ),
    literals: ["<|plamo:end_tool_request:plamo|>", "<|plamo:end_think:plamo|>"],
  },
  {
    family: "hunyuan-v4",
    think: THINK,
    calls: around(
      "<tool_calls>\n",
      argKeys((name) => `<tool_call>${name}\n`),
      "\n",
      "\n</tool_calls>",
    ),
    literals: GLM,
  },
  {
    family: "hunyuan-v3",
    label: "suffix",
    calls: around(
      "<tool_calls:6124c78e>\n",
      tags(
        (name) => `<tool_call:6124c78e>${name}<tool_sep:6124c78e>\n`,
        (key) => `<arg_key:6124c78e>${key}</arg_key:6124c78e>\n<arg_value:6124c78e>`,
        "</arg_value:6124c78e>\n",
        "</tool_call:6124c78e>",
      ),
      "\n",
      "\n</tool_calls:6124c78e>",
    ),
    literals: ["</arg_value:6124c78e>", "</arg_value>", "</tool_call:6124c78e>"],
  },
  {
    family: "inkling",
    think: { open: "<|message_model|><|content_thinking|>", close: "<|end_message|>" },
    calls: each(
      ({ name, arguments: args }) => `<|message_model|><|content_invoke_tool_json|>${json({ name, args })}<|end_message|>`,
      "",
    ),
    say: (text) => `<|message_model|><|content_text|>${text}<|end_message|>`,
    literals: ["<|end_message|>", "<|content_invoke_tool_json|>"],
  },
]
