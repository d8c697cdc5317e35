import { createParser } from "eventsource-parser"
import { isShallow } from "./chunk.ts"

/** An answer that goes on where another one stopped: without its thoughts and its first chunk. */
export interface Repetition {
  push(bytes: Uint8Array): Uint8Array
  /** Something went out. */
  anything(): boolean
}

interface Delta {
  role?: unknown
  content?: unknown
  reasoning?: unknown
  reasoning_content?: unknown
}

/** @param apart the text that was shown before must not run into the text to come */
export function createRepetition(apart: boolean): Repetition {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let out = ""
  let anything = false
  let first = apart

  const send = (data: string): void => {
    anything = true
    out += `data: ${data}\n\n`
  }
  const parser = createParser({
    onEvent({ data }) {
      const chunk = readChunk(data)
      const choice = chunk?.choices?.[0]
      if (!chunk || !choice?.delta || !isShallow(chunk)) return send(data)
      const { role: _role, reasoning: _thought, reasoning_content: _other, ...delta } = choice.delta
      if (delta.content === "") delete delta.content
      const ends = typeof choice.finish_reason === "string" || Boolean(chunk.usage)
      if (Object.keys(delta).length === 0 && !ends) return
      if (first && typeof delta.content === "string") {
        delta.content = `\n\n${delta.content}`
        first = false
      }
      send(JSON.stringify({ ...chunk, choices: [{ ...choice, delta }] }))
    },
  })

  return {
    push(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      const text = out
      out = ""
      return encoder.encode(text)
    },
    anything: () => anything,
  }
}

interface ReadChunk {
  choices?: { delta?: Delta; finish_reason?: unknown }[]
  usage?: unknown
}

function readChunk(data: string): ReadChunk | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === "object" && value !== null ? (value as ReadChunk) : undefined
  } catch {
    return undefined
  }
}
