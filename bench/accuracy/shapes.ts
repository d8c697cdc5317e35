/** The same answers in the two other API shapes that vLLM serves, as recorded in `test/captures/shapes`. */
import type { SentCall } from "./wire.ts"

export type Shape = "chat" | "responses" | "messages"

/** An answer cut into pieces, and what the server counted. */
export interface Parts {
  reasoning: string[]
  content: string[]
  calls: { call: SentCall; pieces: string[] }[]
  finish: string
  tokens: number
  reasoningTokens: number | undefined
  model: string
}

interface Event extends Record<string, unknown> {
  type: string
}

/** The stream of the Responses API. */
export function responsesEvents({ reasoning, content, calls, finish, tokens, reasoningTokens, model }: Parts): Event[] {
  const output: object[] = []
  const events: Event[] = []
  const add = (type: string, rest: object): void => void events.push({ ...rest, sequence_number: events.length, type })
  const response = { id: "resp_1", created_at: 1_795_390_252, object: "response", model, parallel_tool_calls: true }
  const begin = (item: object): number => {
    add("response.output_item.added", { item: { ...item, status: "in_progress" }, output_index: output.length })
    return output.length
  }
  const end = (item: object): void => {
    add("response.output_item.done", { item: { ...item, status: "completed" }, output_index: output.length })
    output.push(item)
  }

  add("response.created", { response: { ...response, output: [], status: "in_progress", usage: null } })
  if (reasoning.length > 0) {
    const item = { id: "rs_1", summary: [], type: "reasoning" }
    const output_index = begin({ ...item, content: null })
    for (const delta of reasoning)
      add("response.reasoning_text.delta", { content_index: 0, delta, item_id: "rs_1", output_index })
    const text = reasoning.join("")
    add("response.reasoning_text.done", { content_index: 0, item_id: "rs_1", output_index, text })
    end({ ...item, content: [{ text, type: "reasoning_text" }] })
  }
  if (content.length > 0) {
    const item = { id: "msg_1", role: "assistant", type: "message" }
    const output_index = begin({ ...item, content: [] })
    for (const delta of content)
      add("response.output_text.delta", { content_index: 0, delta, item_id: "msg_1", logprobs: [], output_index })
    const text = content.join("")
    add("response.output_text.done", { content_index: 0, item_id: "msg_1", logprobs: [], output_index, text })
    end({ ...item, content: [{ annotations: [], text, type: "output_text", logprobs: null }] })
  }
  for (const [i, { call, pieces }] of calls.entries()) {
    const item = { call_id: call.id, name: call.name, type: "function_call", id: `fc_${i}` }
    const output_index = begin({ ...item, arguments: "" })
    for (const delta of pieces) add("response.function_call_arguments.delta", { delta, item_id: item.id, output_index })
    add("response.function_call_arguments.done", { arguments: call.arguments, item_id: item.id, name: call.name, output_index })
    end({ ...item, arguments: call.arguments })
  }
  const cut = finish === "length"
  const usage = {
    input_tokens: 2000,
    output_tokens: tokens,
    ...(reasoningTokens === undefined ? {} : { output_tokens_details: { reasoning_tokens: reasoningTokens } }),
    total_tokens: 2000 + tokens,
  }
  const how = cut
    ? { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }
    : { status: "completed", incomplete_details: null }
  add(cut ? "response.incomplete" : "response.completed", { response: { ...response, ...how, output, usage } })
  return events
}

/** The stream of Anthropic's Messages API. */
export function messagesEvents({ reasoning, content, calls, finish, tokens, model }: Parts): Event[] {
  const message = {
    id: "chatcmpl-1",
    type: "message",
    role: "assistant",
    content: [],
    model,
    stop_reason: null,
    stop_sequence: null,
  }
  const events: Event[] = [{ type: "message_start", message: { ...message, usage: { input_tokens: 2000, output_tokens: 0 } } }]
  let index = 0
  const block = (start: object, deltas: readonly object[]): void => {
    events.push({ type: "content_block_start", content_block: start, index })
    for (const delta of deltas) events.push({ type: "content_block_delta", delta, index })
    events.push({ type: "content_block_stop", index })
    index++
  }
  if (reasoning.length > 0) {
    const signature = { type: "signature_delta", signature: "e294655ca5f2491997e0e02b4323bef0" }
    block({ type: "thinking", thinking: "" }, [...reasoning.map((thinking) => ({ type: "thinking_delta", thinking })), signature])
  }
  if (content.length > 0)
    block(
      { type: "text", text: "" },
      content.map((text) => ({ type: "text_delta", text })),
    )
  for (const { call, pieces } of calls) {
    const deltas = pieces.map((partial_json) => ({ type: "input_json_delta", partial_json }))
    block({ type: "tool_use", id: call.id, name: call.name, input: {} }, deltas)
  }
  const stop_reason = { tool_calls: "tool_use", stop: "end_turn", length: "max_tokens" }[finish] ?? finish
  events.push({
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null },
    usage: { input_tokens: 2000, output_tokens: tokens },
  })
  events.push({ type: "message_stop" })
  return events
}

interface ChatMessage {
  role?: string
  content?: unknown
  tool_calls?: { id: string; function: { name: string; arguments: string } }[]
  tool_call_id?: string
}

export interface ChatRequest extends Record<string, unknown> {
  model: string
  max_tokens: number
  messages: ChatMessage[]
  tools: { function: { name: string; description?: string; parameters?: object } }[]
}

const textOf = (content: unknown): string =>
  typeof content === "string" ? content : Array.isArray(content) ? content.map((part) => part.text ?? "").join("\n") : ""

/** A chat request as `@ai-sdk/openai` would have sent it to `/v1/responses`. */
export function responsesRequest({ model, max_tokens, messages, tools }: ChatRequest): object {
  const input = messages.flatMap((message): object[] => {
    const text = textOf(message.content)
    if (message.role === "system") return [{ role: "developer", content: text }]
    if (message.role === "tool") return [{ type: "function_call_output", call_id: message.tool_call_id, output: text }]
    if (message.role === "user") return [{ role: "user", content: [{ type: "input_text", text }] }]
    const said = text ? [{ role: "assistant", content: [{ type: "output_text", text }] }] : []
    const calls = message.tool_calls ?? []
    return [
      ...said,
      ...calls.map(({ id, function: f }) => ({ type: "function_call", call_id: id, name: f.name, arguments: f.arguments })),
    ]
  })
  const declared = tools.map(({ function: f }) => ({ type: "function", ...f }))
  return { model, max_output_tokens: max_tokens, input, tools: declared, tool_choice: "auto", stream: true }
}

/** A chat request as Anthropic's clients would have sent it to `/v1/messages`. */
export function messagesRequest({ model, max_tokens, messages, tools }: ChatRequest): object {
  const turns = messages
    .filter(({ role }) => role !== "system")
    .map((message) => {
      const text = textOf(message.content)
      if (message.role === "tool")
        return {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: message.tool_call_id, content: [{ type: "text", text }] }],
        }
      const calls = message.tool_calls ?? []
      const uses = calls.map(({ id, function: f }) => ({ type: "tool_use", id, name: f.name, input: JSON.parse(f.arguments) }))
      return { role: message.role, content: [...(text ? [{ type: "text", text }] : []), ...uses] }
    })
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => textOf(content))
  const declared = tools.map(({ function: f }) => ({ name: f.name, description: f.description, input_schema: f.parameters }))
  return { model, max_tokens, system: system.join("\n"), messages: turns, tools: declared, stream: true }
}
