/**
 * Answers made here instead of by the server: a stream that OpenCode shows as an ordinary answer, in the API shape that the request
 * asked for. This is how a command can answer without a model turn, in every front end and with the server down (measured with
 * OpenCode 1.18.33).
 */

/** The three APIs that OpenCode's adapters speak: `@ai-sdk/openai-compatible`, `@ai-sdk/openai`, `@ai-sdk/anthropic`. */
export type ApiShape = "chat" | "responses" | "messages"

const ROUTES: Readonly<Record<string, ApiShape>> = {
  "/chat/completions": "chat",
  "/responses": "responses",
  "/messages": "messages",
}

/** Which API a request goes to, by its path; undefined for everything else (embeddings, model lists, token counts). */
export function apiShape(url: string): ApiShape | undefined {
  const route = /^[^?#]*?(\/chat\/completions|\/responses|\/messages)\/?(?:[?#]|$)/.exec(url)?.[1]
  return route === undefined ? undefined : ROUTES[route]
}

const event = (data: object, name?: string) => `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`

/** Events of the other two APIs carry their type as the event's name too. */
const typed = (data: { type: string } & Record<string, unknown>) => event(data, data.type)

const STREAMS: Readonly<Record<ApiShape, (text: string, model: string) => string[]>> = {
  chat(text, model) {
    const chunk = (choices: object[], more: object = {}) =>
      event({ id: "chatcmpl-opencode-vllm", object: "chat.completion.chunk", created: seconds(), model, choices, ...more })
    return [
      chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]),
      chunk([{ index: 0, delta: { content: text }, finish_reason: null }]),
      chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
      // Without counts OpenCode would think the context empty; zero tokens were spent.
      chunk([], { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }),
      "data: [DONE]\n\n",
    ]
  },

  responses(text, model) {
    const content = [{ type: "output_text", text, annotations: [] }]
    const message = (status: string, parts: object[]) => ({
      ...{ type: "message", id: "msg_opencode_vllm", role: "assistant", status, content: parts },
    })
    const response = (status: string, output: object[], usage: object | null) => ({
      ...{ id: "resp_opencode_vllm", object: "response", created_at: seconds(), model, status, output, usage },
      ...{ error: null, incomplete_details: null },
    })
    const used = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }
    const details = { input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } }
    const at = { item_id: "msg_opencode_vllm", output_index: 0, content_index: 0 }
    const done = message("completed", content)
    return [
      { type: "response.created", response: response("in_progress", [], null) },
      { type: "response.output_item.added", output_index: 0, item: message("in_progress", []) },
      { type: "response.content_part.added", ...at, part: { type: "output_text", text: "", annotations: [] } },
      { type: "response.output_text.delta", ...at, delta: text },
      { type: "response.output_text.done", ...at, text },
      { type: "response.content_part.done", ...at, part: content[0] },
      { type: "response.output_item.done", output_index: 0, item: done },
      { type: "response.completed", response: response("completed", [done], { ...used, ...details }) },
    ].map((one, sequence_number) => typed({ ...one, sequence_number }))
  },

  messages(text, model) {
    const message = { id: "msg_opencode_vllm", type: "message", role: "assistant", content: [], model }
    const usage = { input_tokens: 0, output_tokens: 0 }
    return [
      typed({ type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null, usage } }),
      typed({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
      typed({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
      typed({ type: "content_block_stop", index: 0 }),
      typed({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage }),
      typed({ type: "message_stop" }),
    ]
  },
}

const seconds = () => Math.floor(Date.now() / 1000)

/** A Response with the server-sent events of an answer that says `text`, as the API of that shape streams it. */
export function localAnswer(text: string, shape: ApiShape = "chat", model = "opencode-vllm"): Response {
  const body = STREAMS[shape](text, model).join("")
  return new Response(body, { status: 200, headers: { "content-type": "text/event-stream; charset=utf-8" } })
}
