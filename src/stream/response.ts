import { createParser } from "eventsource-parser"
import { type CallDelta, type Calls, createCalls } from "./calls.ts"
import { type Channel, createChannel } from "./channel.ts"
import { cut } from "./strings.ts"
import type { Usage } from "./types.ts"

/** Characters of one event, or of a body that is not a stream, beyond which nothing is looked at any more. */
const MAX_EVENT = 8 * 1024 * 1024
/** Characters kept at each end. Of the answer more, since a call written as text has to be read from its beginning. */
const KEEP_REASONING = 16_384
const KEEP_CONTENT = 32_768

/**
 * - `unknown`: nothing has come that tells
 * - `chat`: Chat Completions, streamed or whole
 * - `other`: something else (Responses, Messages, plain completions): no rule applies
 */
export type Shape = "unknown" | "chat" | "other"

export type ChannelName = "reasoning" | "content" | "arguments"

/** What the server said so far, as a client reads it. The rules look at nothing else. */
export interface Reading {
  shape: Shape
  /** The body was a JSON document, not an event stream. */
  whole: boolean
  model: string | undefined
  /** `system_fingerprint`; vLLM writes its version into it. */
  fingerprint: string | undefined
  reasoning: Channel
  content: Channel
  calls: Calls
  /** The channel that the latest piece belongs to. */
  last: ChannelName | undefined
  /** More than one choice was sent, so that counts cannot be compared. */
  several: boolean
  finish: string | null
  usage: Usage | null
  /** Error object of the server in the stream. */
  error: { message: string; code: string | undefined } | undefined
  /** Events that were not JSON, or had no end within the limit. */
  unreadable: number
  /** Events with data, `[DONE]` included. */
  events: number
  /** `[DONE]` came. */
  done: boolean
  ended: boolean
  /** The client cut the stream. */
  aborted: boolean
  /** The stream was not readable within the limits; no rule applies. */
  gaveUp: boolean
}

export interface Reader {
  readonly reading: Reading
  push(bytes: Uint8Array): void
  end(aborted: boolean): void
}

/**
 * Reads the body of one chat answer: framing by eventsource-parser, one `JSON.parse` per event. Per event nothing happens but appends.
 * The shapes of other APIs are recognised and left alone.
 */
export function createReader(): Reader {
  const reading = emptyReading()
  const decoder = new TextDecoder()
  /** A body that begins with `{` is a JSON document and kept whole until its end. */
  let body: string[] | undefined
  let bodyLength = 0
  let started = false

  const parser = createParser({
    onEvent: (event) => takeEvent(reading, event.data),
    onError: (error) => {
      if (error.type !== "max-buffer-size-exceeded") return
      reading.gaveUp = true
      reading.unreadable++
    },
    maxBufferSize: MAX_EVENT,
  })

  const feed = (text: string): void => {
    if (text === "") return
    let rest = text
    if (!started) {
      rest = text.trimStart()
      if (rest === "") return
      started = true
      if (rest.startsWith("{")) body = []
    }
    if (!body) {
      parser.feed(rest)
      return
    }
    bodyLength += rest.length
    if (bodyLength > MAX_EVENT) giveUp()
    else body.push(rest)
  }

  const giveUp = (): void => {
    reading.gaveUp = true
    body = undefined
  }

  return {
    reading,
    push(bytes) {
      if (reading.gaveUp || reading.ended || reading.shape === "other") return
      feed(decoder.decode(bytes, { stream: true }))
      if (reading.gaveUp) parser.reset()
    },
    end(aborted) {
      if (reading.ended) return
      if (!reading.gaveUp && reading.shape !== "other") {
        feed(decoder.decode())
        // An event without its closing empty line is none, to this reader as to the client.
        if (body && !aborted) takeBody(reading, body.join(""))
      }
      body = undefined
      reading.aborted = aborted
      reading.ended = true
    },
  }
}

function emptyReading(): Reading {
  return {
    shape: "unknown",
    whole: false,
    model: undefined,
    fingerprint: undefined,
    reasoning: createChannel(KEEP_REASONING),
    content: createChannel(KEEP_CONTENT),
    calls: createCalls(),
    last: undefined,
    several: false,
    finish: null,
    usage: null,
    error: undefined,
    unreadable: 0,
    events: 0,
    done: false,
    ended: false,
    aborted: false,
    gaveUp: false,
  }
}

function takeEvent(reading: Reading, data: string): void {
  if (reading.shape === "other") return
  reading.events++
  if (data === "[DONE]") {
    reading.done = true
    return
  }
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    reading.unreadable++
    return
  }
  takeChunk(reading, value)
}

function takeBody(reading: Reading, text: string): void {
  reading.events++
  reading.whole = true
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    reading.unreadable++
    return
  }
  takeChunk(reading, value)
}

/** The parts of a chunk (or whole answer) that are looked at. Every one of them may be anything. */
interface Chunk {
  object?: unknown
  model?: unknown
  system_fingerprint?: unknown
  choices?: unknown
  usage?: unknown
  error?: unknown
}

interface Choice {
  index?: unknown
  delta?: Message | null
  message?: Message | null
  finish_reason?: unknown
}

interface Message {
  reasoning_content?: unknown
  reasoning?: unknown
  content?: unknown
  tool_calls?: unknown
}

function takeChunk(reading: Reading, value: unknown): void {
  if (typeof value !== "object" || value === null) {
    reading.unreadable++
    return
  }
  const chunk = value as Chunk
  if (chunk.error !== undefined && chunk.error !== null) {
    reading.error ??= errorOf(chunk.error)
    return
  }
  if (!Array.isArray(chunk.choices)) {
    if (reading.shape === "unknown") reading.shape = "other"
    return
  }
  if (reading.shape === "unknown") {
    // Plain completions have `text` in place of a message.
    reading.shape = typeof chunk.choices[0]?.text === "string" ? "other" : "chat"
    if (typeof chunk.model === "string") reading.model = cut(chunk.model, 512)
  }
  if (typeof chunk.system_fingerprint === "string") reading.fingerprint = cut(chunk.system_fingerprint, 128)
  if (chunk.usage) reading.usage = usageOf(chunk.usage) ?? reading.usage
  const choice = chunk.choices[0] as Choice | undefined
  if (!choice) return
  if (chunk.choices.length > 1 || (typeof choice.index === "number" && choice.index > 0)) {
    reading.several = true
    if (choice.index !== 0 && choice.index !== undefined) return
  }
  if (typeof choice.finish_reason === "string") reading.finish = cut(choice.finish_reason, 64)
  const message = choice.delta ?? choice.message
  if (message) takeMessage(reading, message)
}

/** The AI SDK reads `reasoning_content ?? reasoning`, so a null of the first gives way to the second. */
function takeMessage(reading: Reading, message: Message): void {
  const reasoning = message.reasoning_content ?? message.reasoning
  if (typeof reasoning === "string" && reasoning !== "") {
    reading.reasoning.add(reasoning)
    reading.last = "reasoning"
  }
  if (typeof message.content === "string" && message.content !== "") {
    reading.content.add(message.content)
    reading.last = "content"
  }
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
    for (const delta of message.tool_calls as CallDelta[]) reading.calls.add(delta)
    reading.last = "arguments"
  }
}

function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const usage = value as Record<string, unknown>
  const details = usage.completion_tokens_details as Record<string, unknown> | null | undefined
  return {
    promptTokens: count(usage.prompt_tokens),
    completionTokens: count(usage.completion_tokens),
    reasoningTokens: count(details?.reasoning_tokens),
  }
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined
}

function errorOf(value: unknown): { message: string; code: string | undefined } {
  if (typeof value === "string") return { message: cut(value, 512), code: undefined }
  const { message, code, type } = (typeof value === "object" ? value : {}) as Record<string, unknown>
  const kind = code ?? type
  return {
    message: typeof message === "string" ? cut(message, 512) : "",
    code: typeof kind === "string" || typeof kind === "number" ? cut(String(kind), 64) : undefined,
  }
}
