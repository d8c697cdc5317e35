import { type Calls, createCalls } from "./calls.ts"
import { type Channel, createChannel } from "./channel.ts"
import { cut } from "./strings.ts"
import type { Usage } from "./types.ts"

/** Characters kept at each end. Of the answer more, since a call written as text has to be read from its beginning. */
const KEEP_REASONING = 16_384
const KEEP_CONTENT = 32_768

/**
 * - `unknown`: nothing has come that tells
 * - `chat`, `responses`, `messages`: Chat Completions, the Responses API, Anthropic Messages, streamed or whole
 * - `other`: something else (plain completions): no rule applies
 */
export type Shape = "unknown" | "chat" | "responses" | "messages" | "other"

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
  /** Why the answer ended, in the words of Chat Completions, whatever the shape. */
  finish: string | null
  /** The same in the server's own words. */
  finishSaid: string | null
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

export function emptyReading(): Reading {
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
    finishSaid: null,
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

/** Lets go of what the pieces that wait to be looked at were cut from. */
export function copyWaiting({ reasoning, content, calls }: Reading): void {
  reasoning.copyWaiting()
  content.copyWaiting()
  calls.copyWaiting()
}

export function addReasoning(reading: Reading, piece: unknown): void {
  if (typeof piece !== "string" || piece === "") return
  reading.reasoning.add(piece)
  reading.last = "reasoning"
}

export function addContent(reading: Reading, piece: unknown): void {
  if (typeof piece !== "string" || piece === "") return
  reading.content.add(piece)
  reading.last = "content"
}

export function addCall(reading: Reading, index: number, id: unknown, name: unknown, args: unknown): void {
  reading.calls.add({ index, id, function: { name, arguments: args } })
  reading.last = "arguments"
}

/** @param said the server's own word, where it is another one */
export function setFinish(reading: Reading, finish: string, said = finish): void {
  reading.finish = cut(finish, 64)
  reading.finishSaid = cut(said, 64)
}

/** A count of tokens, if it is one. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined
}

/** What servers send as `error`: an object, or just a sentence. */
export function errorOf(value: unknown): { message: string; code: string | undefined } {
  if (typeof value === "string") return { message: cut(value, 512), code: undefined }
  const { message, code, type } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>
  const kind = code ?? type
  return {
    message: typeof message === "string" ? cut(message, 512) : "",
    code: typeof kind === "string" || typeof kind === "number" ? cut(String(kind), 64) : undefined,
  }
}
