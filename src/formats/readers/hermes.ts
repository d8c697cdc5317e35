import type { Format } from "./context.ts"
import { jsonFormat } from "./json-format.ts"
import { any, maybe, SPACE, take } from "./match.ts"

/** Qwen2.5, Qwen3, Hermes, Granite 4, ERNIE, xLAM: `<tool_call>{"name": N, "arguments": {…}}</tool_call>`, or a list of such objects. */
export const HERMES: Format = jsonFormat({
  id: "hermes",
  openers: ["<tool_call>"],
  open: ["<tool_call>"],
  close: ["</tool_call>"],
})

/** Llama 3.1 when its prompt asks for it: `<function=N>{…}</function>`; others write it within Hermes' tag. */
export const FUNCTION_JSON: Format = jsonFormat({
  id: "llama-json",
  openers: ["<function=", "<tool_call>"],
  around: { open: ["<tool_call>"], close: ["</tool_call>"] },
  open: ["<function=", take("name"), ">"],
  close: ["</function>"],
  named: (name) => name,
})

/** LongCat: the same under its own tag. */
export const LONGCAT: Format = jsonFormat({
  id: "longcat",
  openers: ["<longcat_tool_call>"],
  open: ["<longcat_tool_call>"],
  close: ["</longcat_tool_call>"],
})

/** Granite 3.0 and 3.1: a list behind an opener; 3.0 has no closer. Granite 20B calls one function at a time. */
export const GRANITE: Format = jsonFormat({
  id: "granite",
  openers: ["<|tool_call|>", "<tool_call>", "<function_call>"],
  open: [any(["<|tool_call|>"], ["<tool_call>"], ["<function_call>"])],
  close: [any(["</tool_call>"], ["<|/tool_call|>"], ["</function_call>"])],
})

/** Jamba and Hunyuan A13B: a list between tags. */
export const TOOL_CALLS_JSON: Format = jsonFormat({
  id: "tool-calls-json",
  openers: ["<tool_calls>"],
  open: ["<tool_calls>"],
  close: ["</tool_calls>"],
})

/** Nemotron Nano 2. */
export const TOOLCALL_JSON: Format = jsonFormat({
  id: "tool-calls-json",
  openers: ["<TOOLCALL>"],
  open: ["<TOOLCALL>"],
  close: ["</TOOLCALL>"],
})

/** dots, when it writes JSON. */
export const DOTS_JSON: Format = jsonFormat({
  id: "dots",
  openers: ["<dots_function_call>"],
  open: ["<dots_function_call>"],
  close: ["</dots_function_call>"],
})

/** K2 Horizon, when its prompt asks for JSON. */
export const IFM_JSON: Format = jsonFormat({
  id: "ifm",
  openers: ["<ifm|tool_calls>", "<ifm|tool_call>"],
  around: { open: ["<ifm|tool_calls>"], close: ["</ifm|tool_calls>"] },
  open: ["<ifm|tool_call>"],
  close: ["</ifm|tool_call>"],
})

/** PLaMo 3: the name and the arguments each between tags. */
export const PLAMO: Format = jsonFormat({
  id: "plamo",
  openers: [plamo("begin_tool_requests"), plamo("begin_tool_request")],
  around: { open: [plamo("begin_tool_requests")], close: [plamo("end_tool_requests")] },
  open: [
    plamo("begin_tool_request"),
    SPACE,
    plamo("begin_tool_name"),
    SPACE,
    take("name"),
    SPACE,
    plamo("end_tool_name"),
    SPACE,
    plamo("begin_tool_arguments"),
    SPACE,
    maybe("<|plamo:constrain|>json"),
    maybe("<|plamo:msg|>"),
  ],
  close: [plamo("end_tool_arguments"), SPACE, plamo("end_tool_request")],
  named: (name) => name,
})

function plamo(what: string): string {
  return `<|plamo:${what}:plamo|>`
}

/** InternLM 2 and Intern-S1: `<|action_start|><|plugin|>{"name": N, "parameters": {…}}<|action_end|>`. */
export const INTERNLM: Format = jsonFormat({
  id: "internlm",
  openers: ["<|action_start|>"],
  open: ["<|action_start|>", SPACE, "<|plugin|>"],
  close: ["<|action_end|>"],
})

/** Cohere Command A: `<|START_ACTION|>[{"tool_call_id": …, "tool_name": N, "parameters": {…}}]<|END_ACTION|>`. */
export const COHERE: Format = jsonFormat({
  id: "cohere",
  openers: ["<|START_ACTION|>"],
  open: ["<|START_ACTION|>"],
  close: ["<|END_ACTION|>"],
})

/** GigaChat 3. */
export const GIGACHAT: Format = jsonFormat({
  id: "gigachat",
  openers: ["<|function_call|>", "function call<|role_sep|>"],
  open: [any(["<|function_call|>"], ["function call<|role_sep|>"])],
  close: ["<|message_sep|>"],
})

/** Inkling. */
export const INKLING: Format = jsonFormat({
  id: "inkling",
  openers: ["<|content_invoke_tool_json|>"],
  open: ["<|content_invoke_tool_json|>"],
  close: ["<|end_message|>"],
})

/** LFM2 when its prompt asks for JSON. */
export const LFM2_JSON: Format = jsonFormat({
  id: "lfm2",
  openers: ["<|tool_call_start|>"],
  open: ["<|tool_call_start|>"],
  close: ["<|tool_call_end|>"],
})
