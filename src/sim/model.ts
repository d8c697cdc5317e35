/** What the model reads and writes, in the format of the Nemotron 3 family: ChatML turns, Qwen-XML calls, `<think>` opened by the template. */
import type { Saying } from "./types.ts"

export interface ToolDefinition {
  name: string
  parameters?: { properties?: Record<string, PropertySchema>; required?: string[] }
}

interface PropertySchema {
  type?: string
  enum?: unknown[]
}

export interface Message {
  role: string
  content?: unknown
  tool_calls?: { function?: { name?: string; arguments?: string } }[]
}

/** The model's own text, delimiters included, as `/v1/completions` returns it. */
export function rawText(saying: Saying): string {
  if (saying.neverClosed) return saying.reasoning ?? ""
  const thoughts = `${saying.reasoning ? `${saying.reasoning}\n` : ""}</think>\n\n`
  return `${thoughts}${saying.content ?? ""}${rawCalls(saying)}`
}

export const rawCalls = (saying: Saying) => (saying.calls ?? []).map(rawCall).join("\n")

function rawCall(call: { name: string; arguments: Record<string, unknown> }): string {
  const parameters = Object.entries(call.arguments).map(
    ([key, value]) => `<parameter=${key}>\n${typeof value === "string" ? value : JSON.stringify(value)}\n</parameter>\n`,
  )
  return `<tool_call>\n<function=${call.name}>\n${parameters.join("")}</function>\n</tool_call>`
}

/** The rendered chat template. Only the simulator reads it again, in `/v1/completions`. */
export function renderPrompt(messages: readonly Message[], tools: readonly ToolDefinition[]): string {
  const list = tools.length > 0 ? `\n\n# Tools\n\n<tools>\n${tools.map((tool) => JSON.stringify(tool)).join("\n")}\n</tools>` : ""
  const system = messages.filter(isSystem).map(textOf).join("\n\n") + list
  const turns = messages.filter((message) => !isSystem(message)).map(renderTurn)
  const head = system === "" ? "" : `<|im_start|>system\n${system}<|im_end|>\n`
  return `${head}${turns.join("")}<|im_start|>assistant\n<think>\n`
}

export const isSystem = (message: Message) => message.role === "system" || message.role === "developer"

function renderTurn(message: Message): string {
  const calls = (message.tool_calls ?? []).map(
    (call) => `\n<tool_call>\n<function=${call.function?.name}>\n${call.function?.arguments}\n</function>\n</tool_call>`,
  )
  const body =
    message.role === "tool" ? `<tool_response>\n${textOf(message)}\n</tool_response>` : textOf(message) + calls.join("")
  return `<|im_start|>${message.role === "tool" ? "user" : message.role}\n${body}<|im_end|>\n`
}

/** Text of a message whose content is a string or a list of parts. */
export function textOf(message: Message): string {
  if (typeof message.content === "string") return message.content
  if (!Array.isArray(message.content)) return ""
  return message.content.map((part) => (typeof part?.text === "string" ? part.text : "")).join("\n")
}

/** A harmless call of one of the declared tools, for requests that do not declare OpenCode's. */
export function someCall(tools: readonly ToolDefinition[]): Saying {
  const tool = tools[0]!
  const { properties = {}, required = [] } = tool.parameters ?? {}
  const values = required.map((key) => [key, someValue(properties[key])])
  return { reasoning: `I will use ${tool.name}.`, calls: [{ name: tool.name, arguments: Object.fromEntries(values) }] }
}

function someValue(schema: PropertySchema | undefined): unknown {
  if (schema?.enum?.length) return schema.enum[0]
  switch (schema?.type) {
    case "number":
    case "integer":
      return 1
    case "boolean":
      return false
    case "array":
      return []
    case "object":
      return {}
    default:
      return "example"
  }
}
