/** Raw answers of a server, recorded or written, and what clients read from their translation. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { jsonSchema, streamText, type ToolSet, tool } from "ai"
import { readJson, TOOLS } from "../stream/captures.ts"

const encoder = new TextEncoder()

/** One recorded raw output. */
export interface RawCapture {
  file: string
  family: string
  scenario: string
  request: Record<string, unknown>
  meant: { reasoning: string | null; content: string; calls: { name: string; arguments: unknown }[] }
  /** Well-formed, so that everything can be read as meant. */
  sane: boolean
  bytes: Uint8Array
  /** The text of the field that the server's reasoning parser fills, empty without one. */
  reasoning: string
  content: string
}

/** The recorded families as the family table calls them. */
export const FAMILY: Readonly<Record<string, string>> = {
  nemotron: "nemotron3",
  qwen3: "qwen3",
  deepseek: "deepseek-v3",
  mistral: "mistral",
  llama3: "llama3",
}

export const RAW: readonly RawCapture[] = readJson<RawCapture[]>("raw.json").map((capture) => {
  const bytes = readFileSync(join(import.meta.dir, "..", "captures", capture.file))
  const texts = { reasoning: "", content: "" }
  for (const { choices } of chunksOf(bytes.toString())) {
    texts.reasoning += choices?.[0]?.delta?.reasoning ?? ""
    texts.content += choices?.[0]?.delta?.content ?? ""
  }
  return { ...capture, request: { ...capture.request, tools: TOOLS }, bytes, ...texts }
})

/** The chunks of a translated stream, as far as tests look at them. */
export interface Chunk {
  id?: string
  object?: string
  created?: number
  model?: string
  choices?: { index: number; delta?: Delta; finish_reason?: string | null; stop_reason?: unknown }[]
  usage?: Record<string, unknown>
  error?: { message: string }
}

interface Delta {
  role?: string
  content?: string
  reasoning?: string
  reasoning_content?: string
  tool_calls?: { index: number; id?: string; type?: string; function: { name?: string; arguments?: string } }[]
}

export function chunksOf(text: string): Chunk[] {
  return text
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)) as Chunk)
}

export interface StreamShape {
  /** As `chat`: in `content` of chat chunks; as `text`: chunks of a plain completion. */
  as?: "chat" | "text"
  finish?: string | null
  usage?: object | null
  done?: boolean
}

export const HEAD = { id: "chatcmpl-0123456789abcdef", created: 1_795_391_378, model: "local" }
export const USAGE = { prompt_tokens: 1000, total_tokens: 1008, completion_tokens: 8 }

/** A raw stream as vLLM sends it; one event for each piece. */
export function rawStream(
  pieces: readonly string[],
  { as = "chat", finish = "stop", usage = USAGE, done = true }: StreamShape = {},
): string {
  const object = as === "chat" ? "chat.completion.chunk" : "text_completion"
  const event = (choice: object, reason: string | null): string =>
    `data: ${JSON.stringify({ ...HEAD, object, choices: [{ index: 0, ...choice, logprobs: null, finish_reason: reason }] })}\n\n`
  const piece = (text: string, reason: string | null = null): string =>
    event(as === "chat" ? { delta: { content: text } } : { text }, reason)
  return [
    ...(as === "chat" ? [event({ delta: { role: "assistant", content: "" } }, null)] : []),
    ...pieces.map((text) => piece(text)),
    ...(finish === null ? [] : [piece("", finish)]),
    ...(usage === null ? [] : [`data: ${JSON.stringify({ ...HEAD, object, choices: [], usage })}\n\n`]),
    ...(done ? ["data: [DONE]\n\n"] : []),
  ].join("")
}

/** A body that comes in pieces of the given lengths, the last of which is repeated. */
export function bodyOf(
  body: string | Uint8Array,
  lengths: readonly number[] = [Number.POSITIVE_INFINITY],
  init?: ResponseInit,
): Response {
  const bytes = typeof body === "string" ? encoder.encode(body) : body
  let at = 0
  let turn = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close()
        const length = Math.max(1, lengths[Math.min(turn++, lengths.length - 1)] ?? 1)
        controller.enqueue(bytes.slice(at, at + length))
        at += length
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(stream, { headers: { "content-type": "text/event-stream; charset=utf-8" }, ...init })
}

export interface Heard {
  role: number
  reasoning: string
  content: string
  calls: { id: string; name: string; arguments: string }[]
  finish: string | null
  usage: unknown
  error: unknown
  done: boolean
}

/** What a plain client puts together from a translated stream. */
export function hear(text: string): Heard {
  const heard: Heard = {
    role: 0,
    reasoning: "",
    content: "",
    calls: [],
    finish: null,
    usage: undefined,
    error: undefined,
    done: text.endsWith("data: [DONE]\n\n"),
  }
  for (const chunk of chunksOf(text)) {
    if (chunk.error) heard.error = chunk.error
    if (chunk.usage) heard.usage = chunk.usage
    const { delta, finish_reason: finish } = chunk.choices?.[0] ?? {}
    if (delta?.role) heard.role++
    heard.reasoning += delta?.reasoning ?? delta?.reasoning_content ?? ""
    heard.content += delta?.content ?? ""
    for (const call of delta?.tool_calls ?? []) {
      if (call.id !== undefined) heard.calls.push({ id: call.id, name: call.function.name ?? "", arguments: "" })
      const open = heard.calls[call.index]
      if (!open) throw new Error("A piece of a call that has not begun.")
      open.arguments += call.function.arguments ?? ""
    }
    heard.finish = finish ?? heard.finish
  }
  return heard
}

export interface SdkRead {
  reasoning: string
  content: string
  calls: { name: string; arguments: unknown }[]
  /** Calls among them whose arguments are not what the tool takes: the SDK does not run those. */
  invalid: number
  finish: string
}

/** What the AI SDK makes of a response: the client that OpenCode uses. */
export async function sdkReads(response: Response): Promise<SdkRead> {
  const provider = createOpenAICompatible({
    name: "local",
    baseURL: "http://127.0.0.1/v1",
    fetch: (async () => response) as unknown as typeof fetch,
  })
  const tools: ToolSet = Object.fromEntries(
    TOOLS.map(({ function: { name, parameters } }) => [name, tool({ inputSchema: jsonSchema(parameters) })]),
  )
  const { fullStream } = streamText({
    model: provider.chatModel("local"),
    prompt: "x",
    tools,
    maxRetries: 0,
    onError: () => undefined,
  })
  const read: SdkRead = { reasoning: "", content: "", calls: [], invalid: 0, finish: "" }
  for await (const part of fullStream) {
    if (part.type === "reasoning-delta") read.reasoning += part.text
    else if (part.type === "text-delta") read.content += part.text
    else if (part.type === "tool-call") {
      read.calls.push({ name: part.toolName, arguments: part.input })
      if (part.invalid) read.invalid++
    } else if (part.type === "finish") read.finish = part.finishReason
    else if (part.type === "error") throw part.error
  }
  return read
}
