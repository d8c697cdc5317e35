import type { CallFormat } from "../../src/knowledge/families.ts"

type Args = Readonly<Record<string, unknown>>

/** How a family spells a tool call. The literals are those of the vendors' templates and vLLM's parsers, written down apart from `src`. */
export interface Spelling {
  /** One call, without what goes around all of them. */
  call(name: string, args: Args): string
  /** What goes around all calls. */
  around?: readonly [before: string, after: string]
  /** What ends one value, and begins the next: present where every value has tags of its own. */
  value?: { close(key: string): string; open(key: string): string }
  /** What ends a call. */
  end: string
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))
const json = (value: unknown): string => JSON.stringify(value)

function xml(
  open: (name: string) => string,
  key: (key: string) => string,
  close: string | ((key: string) => string),
  end: string,
  glue = "",
): Spelling {
  const closer = (k: string): string => (typeof close === "string" ? close : close(k))
  return {
    call: (name, args) =>
      open(name) +
      Object.entries(args)
        .map(([k, v]) => `${key(k)}${glue}${text(v)}${glue}${closer(k)}${glue}`)
        .join("") +
      end,
    value: { close: closer, open: key },
    end,
  }
}

/** Python literals. */
function python(value: unknown): string {
  if (value === true) return "True"
  if (value === false) return "False"
  if (value === null) return "None"
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`
  if (typeof value === "object")
    return `{${Object.entries(value as Args)
      .map(([k, v]) => `${json(k)}: ${python(v)}`)
      .join(", ")}}`
  return json(value)
}

const pythonic = (name: string, args: Args): string =>
  `${name}(${Object.entries(args)
    .map(([k, v]) => `${k}=${python(v)}`)
    .join(", ")})`

const named = (name: string, args: Args): string => json({ name, arguments: args })
const parametrised = (name: string, args: Args): string => json({ name, parameters: args })

const glm = xml(
  (name) => `<tool_call>${name}\n`,
  (key) => `<arg_key>${key}</arg_key>\n<arg_value>`,
  "</arg_value>",
  "</tool_call>",
)
const dsml = (wrapper: string): Spelling => ({
  ...xml(
    (name) => `<｜DSML｜invoke name="${name}">\n`,
    (key) => `<｜DSML｜parameter name="${key}" string="true">`,
    "</｜DSML｜parameter>",
    "\n</｜DSML｜invoke>\n",
  ),
  around: [`<｜DSML｜${wrapper}>\n`, `</｜DSML｜${wrapper}>`],
})

export const SPELLINGS: Readonly<Record<CallFormat, Spelling>> = {
  "qwen-xml": xml(
    (name) => `<tool_call>\n<function=${name}>\n`,
    (key) => `<parameter=${key}>`,
    "</parameter>",
    "</function>\n</tool_call>",
    "\n",
  ),
  hermes: { call: (name, args) => `<tool_call>\n${named(name, args)}\n</tool_call>`, end: "\n</tool_call>" },
  glm,
  "deepseek-v3": {
    call: (name, args) =>
      `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${json(args)}\n\`\`\`<｜tool▁call▁end｜>`,
    around: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜><｜end▁of▁sentence｜>"],
    end: "<｜tool▁call▁end｜>",
  },
  "deepseek-v31": {
    call: (name, args) => `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${json(args)}<｜tool▁call▁end｜>`,
    around: ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
    end: "<｜tool▁call▁end｜>",
  },
  dsml: dsml("tool_calls"),
  "kimi-k2": {
    call: (name, args) => `<|tool_call_begin|>functions.${name}:0<|tool_call_argument_begin|>${json(args)}<|tool_call_end|>`,
    around: ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"],
    end: "<|tool_call_end|>",
  },
  "kimi-k3": {
    ...xml(
      (name) => `<|open|>call tool="${name}" index="1"<|sep|>`,
      (key) => `<|open|>argument key="${key}" type="string"<|sep|>`,
      "<|close|>argument<|sep|>",
      "<|close|>call<|sep|>",
    ),
    around: ["<|open|>tools<|sep|>", "<|close|>tools<|sep|>"],
  },
  "minimax-m2": {
    ...xml(
      (name) => `<invoke name="${name}">\n`,
      (key) => `<parameter name="${key}">`,
      "</parameter>",
      "</invoke>",
    ),
    around: ["<minimax:tool_call>\n", "\n</minimax:tool_call>"],
  },
  "minimax-m3": {
    ...xml(
      (name) => `]<]minimax[>[<invoke name="${name}">`,
      (key) => `]<]minimax[>[<${key}>`,
      (key) => `]<]minimax[>[</${key}>`,
      "]<]minimax[>[</invoke>",
    ),
    around: ["]<]minimax[>[<tool_call>", "]<]minimax[>[</tool_call>"],
  },
  harmony: {
    call: (name, args) => `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${json(args)}<|call|>`,
    end: "<|call|>",
  },
  gemma4: {
    call: (name, args) =>
      `<|tool_call>call:${name}{${Object.entries(args)
        .map(([k, v]) => `${k}:${typeof v === "string" ? `<|"|>${v}<|"|>` : json(v)}`)
        .join(",")}}<tool_call|>`,
    end: "<tool_call|>",
  },
  functiongemma: {
    call: (name, args) =>
      `<start_function_call>call:${name}{${Object.entries(args)
        .map(([k, v]) => `${k}:<escape>${text(v)}<escape>`)
        .join(",")}}<end_function_call>`,
    end: "<end_function_call>",
  },
  mistral: { call: (name, args) => `[TOOL_CALLS]${name}[ARGS]${json(args)}`, end: "[TOOL_CALLS]" },
  "llama-json": { call: parametrised, end: "<|eom_id|>" },
  pythonic: { call: pythonic, around: ["[", "]"], end: "]" },
  seed: {
    ...xml(
      (name) => `<function=${name}>\n`,
      (key) => `<parameter=${key}>`,
      "</parameter>\n",
      "</function>",
    ),
    around: ["<seed:tool_call>\n", "\n</seed:tool_call>"],
  },
  "hunyuan-v3": {
    ...xml(
      (name) => `<tool_call>${name}<tool_sep>\n`,
      (key) => `<arg_key>${key}</arg_key>\n<arg_value>`,
      "</arg_value>\n",
      "</tool_call>",
    ),
    around: ["<tool_calls>\n", "\n</tool_calls>"],
  },
  minicpm: xml(
    (name) => `<function name="${name}">`,
    (key) => `<param name="${key}">`,
    "</param>",
    "</function>",
  ),
  dots: {
    ...xml(
      (name) => `<invoke name="${name}">\n`,
      (key) => `<parameter name="${key}">`,
      "</parameter>\n",
      "</invoke>",
    ),
    around: ["<dots_function_call>\n", "\n</dots_function_call>"],
  },
  ifm: {
    ...xml(
      (name) => `<ifm|tool_call>${name}`,
      (key) => `<ifm|arg_key>${key}</ifm|arg_key><ifm|arg_value>`,
      "</ifm|arg_value>",
      "</ifm|tool_call>",
    ),
    around: ["<ifm|tool_calls>", "</ifm|tool_calls>"],
  },
  plamo: {
    call: (name, args) =>
      `<|plamo:begin_tool_request:plamo|><|plamo:begin_tool_name:plamo|>${name}<|plamo:end_tool_name:plamo|>` +
      `<|plamo:begin_tool_arguments:plamo|><|plamo:constrain|>json<|plamo:msg|>${json(args)}` +
      "<|plamo:end_tool_arguments:plamo|><|plamo:end_tool_request:plamo|>",
    around: ["<|plamo:begin_tool_requests:plamo|>", "<|plamo:end_tool_requests:plamo|>"],
    end: "<|plamo:end_tool_request:plamo|>",
  },
  "tool-calls-json": { call: named, around: ["<tool_calls>[", "]</tool_calls>"], end: "</tool_calls>" },
  step3: {
    ...xml(
      (name) => `<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="${name}">`,
      (key) => `<steptml:parameter name="${key}">`,
      "</steptml:parameter>",
      "</steptml:invoke><｜tool_call_end｜>",
    ),
    around: ["<｜tool_calls_begin｜>", "<｜tool_calls_end｜>"],
  },
  lfm2: { call: pythonic, around: ["<|tool_call_start|>[", "]<|tool_call_end|>"], end: "<|tool_call_end|>" },
  granite: { call: named, around: ["<|tool_call|>[", "]"], end: "]" },
  internlm: {
    call: (name, args) => `<|action_start|><|plugin|>\n${parametrised(name, args)}<|action_end|>`,
    end: "<|action_end|>",
  },
  olmo3: { call: pythonic, around: ["<function_calls>", "</function_calls>"], end: "</function_calls>" },
  functools: { call: named, around: ["functools[", "]"], end: "]" },
  cohere: {
    call: (name, args) => json({ tool_call_id: "0", tool_name: name, parameters: args }),
    around: ["<|START_ACTION|>[", "]<|END_ACTION|>"],
    end: "<|END_ACTION|>",
  },
  gigachat: { call: (name, args) => `<|function_call|>${named(name, args)}`, end: "<|message_sep|>" },
  apertus: {
    call: (name, args) => `{${json(name)}: ${json(args)}}`,
    around: ["<|tools_prefix|>[", "]<|tools_suffix|>"],
    end: "<|tools_suffix|>",
  },
  longcat: { call: (name, args) => `<longcat_tool_call>${named(name, args)}</longcat_tool_call>`, end: "</longcat_tool_call>" },
  glimmer: {
    ...xml(
      (name) => `<atem:invoke name="${name}">\n`,
      (key) => `<atem:parameter name="${key}">`,
      "</atem:parameter>\n",
      "</atem:invoke>\n",
    ),
    around: ["<atem:function_calls>\n", "</atem:function_calls>"],
  },
  inkling: {
    call: (name, args) => `<|content_invoke_tool_json|>${json({ name, args })}<|end_message|>`,
    end: "<|end_message|>",
  },
}

/** DeepSeek V3.2 has a wrapper of its own. */
const V32 = dsml("function_calls")

export function spellingOf(family: { id: string; format: CallFormat }): Spelling {
  return family.id === "deepseek-v3.2" ? V32 : SPELLINGS[family.format]
}

/** All calls of a turn as the model writes them. */
export function writeCalls(spelling: Spelling, calls: readonly { name: string; args: Args }[]): string {
  const [before, after] = spelling.around ?? ["", ""]
  return (
    before +
    calls.map(({ name, args }) => spelling.call(name, args)).join(spelling.around && /[[(]$/.test(before) ? ", " : "\n") +
    after
  )
}
