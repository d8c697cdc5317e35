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

/** One server-sent event; a text stands for itself. */
type Event = string | ({ type?: string } & Record<string, unknown>)

/** An answer in the parts that a stream is made of: what comes before its text, a piece of text, and what comes after. */
interface Streamed {
  open(model: string): Event[]
  piece(text: string): Event[]
  close(whole: string, model: string): Event[]
}

const chatChunk = (choices: object[], more: object = {}): Event => ({
  ...{ id: "chatcmpl-opencode-vllm", object: "chat.completion.chunk", created: seconds(), model: "opencode-vllm" },
  ...{ choices, ...more },
})

const responsesMessage = (status: string, parts: object[]) => ({
  ...{ type: "message", id: "msg_opencode_vllm", role: "assistant", status, content: parts },
})
const responsesAnswer = (model: string, status: string, output: object[], usage: object | null) => ({
  ...{ id: "resp_opencode_vllm", object: "response", created_at: seconds(), model, status, output, usage },
  ...{ error: null, incomplete_details: null },
})
const RESPONSES_AT = { item_id: "msg_opencode_vllm", output_index: 0, content_index: 0 }
const responsesText = (text: string) => ({ type: "output_text", text, annotations: [] })

const STREAMS: Readonly<Record<ApiShape, Streamed>> = {
  chat: {
    open: () => [chatChunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }])],
    piece: (text) => [chatChunk([{ index: 0, delta: { content: text }, finish_reason: null }])],
    close: () => [
      chatChunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
      // Without counts OpenCode would think the context empty; zero tokens were spent.
      chatChunk([], { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }),
      "[DONE]",
    ],
  },
  responses: {
    open: (model) => [
      { type: "response.created", response: responsesAnswer(model, "in_progress", [], null) },
      { type: "response.output_item.added", output_index: 0, item: responsesMessage("in_progress", []) },
      { type: "response.content_part.added", ...RESPONSES_AT, part: responsesText("") },
    ],
    piece: (text) => [{ type: "response.output_text.delta", ...RESPONSES_AT, delta: text }],
    close(whole, model) {
      const done = responsesMessage("completed", [responsesText(whole)])
      const used = { input_tokens: 0, output_tokens: 0, total_tokens: 0 }
      const details = { input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } }
      return [
        { type: "response.output_text.done", ...RESPONSES_AT, text: whole },
        { type: "response.content_part.done", ...RESPONSES_AT, part: responsesText(whole) },
        { type: "response.output_item.done", output_index: 0, item: done },
        { type: "response.completed", response: responsesAnswer(model, "completed", [done], { ...used, ...details }) },
      ]
    },
  },
  messages: {
    open(model) {
      const message = { id: "msg_opencode_vllm", type: "message", role: "assistant", content: [], model }
      const usage = { input_tokens: 0, output_tokens: 0 }
      return [
        { type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null, usage } },
        { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      ]
    },
    piece: (text) => [{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }],
    close: () => [
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { input_tokens: 0, output_tokens: 0 },
      },
      { type: "message_stop" },
    ],
  },
}

/** What answers a request here: a text, or one that comes in pieces. */
export type Answer = string | AsyncIterable<string>

const seconds = () => Math.floor(Date.now() / 1000)

const HEADERS = { "content-type": "text/event-stream; charset=utf-8" }

/** Writes events as that shape's API does: the other two give the event its type as name, Responses numbers them. */
function writer(shape: ApiShape): (events: readonly Event[]) => string {
  let number = 0
  const one = (event: Event): string => {
    if (typeof event === "string") return `data: ${event}\n\n`
    const data = shape === "responses" ? { ...event, sequence_number: number++ } : event
    return `${event.type === undefined ? "" : `event: ${event.type}\n`}data: ${JSON.stringify(data)}\n\n`
  }
  return (events) => events.map(one).join("")
}

/** A Response that gives the answer, whatever it is made of. */
export function answerHere(answer: Answer, shape?: ApiShape): Response {
  return typeof answer === "string" ? localAnswer(answer, shape) : localStream(answer, shape)
}

/** A Response with the server-sent events of an answer that says `text`, as the API of that shape streams it. */
export function localAnswer(text: string, shape: ApiShape = "chat", model = "opencode-vllm"): Response {
  const { open, piece, close } = STREAMS[shape]
  return new Response(writer(shape)([...open(model), ...piece(text), ...close(text, model)]), { status: 200, headers: HEADERS })
}

/** The same for an answer that comes in pieces, each shown as soon as it is there. A failure ends the text where it is. */
export function localStream(pieces: AsyncIterable<string>, shape: ApiShape = "chat", model = "opencode-vllm"): Response {
  const { open, piece, close } = STREAMS[shape]
  const encoder = new TextEncoder()
  const write = writer(shape)
  const bytes = (events: readonly Event[]) => encoder.encode(write(events))
  const text = pieces[Symbol.asyncIterator]()
  let whole = ""
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes(open(model))),
    async pull(controller) {
      const next = await text.next().catch(() => ({ done: true as const, value: undefined }))
      if (next.done) {
        controller.enqueue(bytes(close(whole, model)))
        controller.close()
        return
      }
      whole += next.value
      controller.enqueue(bytes(piece(next.value)))
    },
    async cancel() {
      await text.return?.(undefined)
    },
  })
  return new Response(body, { status: 200, headers: HEADERS })
}
