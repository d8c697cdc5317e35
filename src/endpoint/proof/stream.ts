import { createParser } from "eventsource-parser"
import { asObject } from "../models.ts"
import { clean } from "../text.ts"

/** Kept of each channel; the answers that are asked for are a hundred times shorter. */
const MOST_TEXT = 200_000
const MOST_CALLS = 20

type Json = Record<string, unknown>

/** One stream as it was received: of the chat route, or of the completions route, whose text is `content`. */
export interface Received {
  reasoning: string
  content: string
  calls: { name: string; arguments: string }[]
  finish: string | null
  usage?: { prompt?: number; completion?: number; reasoning?: number }
  error?: string
  firstTokenMs?: number
  lastTokenMs?: number
  /** Events that were read. */
  events: number
}

export interface StreamReader {
  push(bytes: Uint8Array, ms: number): void
  received: Received
}

const count = (value: unknown): number | undefined => (typeof value === "number" && value >= 0 ? value : undefined)
const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Puts the pieces of a stream together. Never throws, whatever comes. */
export function createStreamReader(): StreamReader {
  const received: Received = { reasoning: "", content: "", calls: [], finish: null, events: 0 }
  const decoder = new TextDecoder()
  let now = 0
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === "[DONE]") return
      try {
        const chunk = asObject(JSON.parse(data))
        if (chunk) take(chunk)
      } catch {
        // An unreadable event is for the stream inspector to judge.
      }
    },
  })

  function take(chunk: Json): void {
    received.events++
    const error = asObject(chunk.error)?.message ?? chunk.error
    if (error !== undefined && error !== null) received.error = clean(text(error) || "an error without a text", 160)
    const usage = asObject(chunk.usage)
    if (usage) {
      const reasoning = count(asObject(usage.completion_tokens_details)?.reasoning_tokens)
      received.usage = { prompt: count(usage.prompt_tokens), completion: count(usage.completion_tokens), reasoning }
    }
    const choice = asObject(Array.isArray(chunk.choices) ? chunk.choices[0] : undefined)
    if (!choice) return
    if (typeof choice.finish_reason === "string") received.finish = clean(choice.finish_reason, 40)
    const delta = asObject(choice.delta) ?? {}
    const reasoning = text(delta.reasoning_content ?? delta.reasoning)
    const content = text(delta.content) + text(choice.text)
    const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : []
    if (received.reasoning.length < MOST_TEXT) received.reasoning += reasoning
    if (received.content.length < MOST_TEXT) received.content += content
    for (const call of calls) takeCall(asObject(call))
    if (reasoning === "" && content === "" && calls.length === 0) return
    received.firstTokenMs ??= now
    received.lastTokenMs = now
  }

  function takeCall(delta: Json | undefined): void {
    const index = count(delta?.index) ?? Math.max(0, received.calls.length - 1)
    if (!delta || index >= MOST_CALLS) return
    while (received.calls.length <= index) received.calls.push({ name: "", arguments: "" })
    const call = received.calls[index]
    const made = asObject(delta.function)
    if (!call || !made) return
    call.name += text(made.name)
    if (call.arguments.length < MOST_TEXT) call.arguments += text(made.arguments)
  }

  return {
    received,
    push(bytes, ms) {
      now = ms
      try {
        parser.feed(decoder.decode(bytes, { stream: true }))
      } catch {
        // A field too long for the parser: what came before it counts.
      }
    },
  }
}
