import { createParser, type EventSourceMessage } from "eventsource-parser"
import { decoded } from "../stream/byte-text.ts"
import { type Choice, type Chunk, isShallow, readChoice, saysOnly } from "./chunk.ts"
import type { Deltas, Sink } from "./deltas.ts"
import { createEnvelope } from "./envelope.ts"
import { quoted } from "./json.ts"
import { learn, type Pattern, type Place } from "./pattern.ts"
import type { Tally } from "./tally.ts"

/** Translates the text of a raw event stream. */
export interface Translator {
  /** Takes the next bytes of the body, as a text of one character each, and returns what goes out for it; often nothing, where a delimiter may be coming. */
  push(text: string): string
  /** The body is over: what was held back. */
  end(): string
}

export interface TranslatorOptions {
  tally: Tally
  deltas(sink: Sink): Deltas
}

/** Characters of one event beyond which the stream is given up. */
const MAX_EVENT = 8 * 1024 * 1024
const TOO_LONG = `data: ${JSON.stringify({
  error: { message: "The server sent an event of more than 8 MB.", type: "BadGatewayError", param: null, code: 502 },
})}\n\ndata: [DONE]\n\n`
const TEXT_OBJECT = /"object"\s*:\s*"text_completion"/
const CHAT_OBJECT = '"object":"chat.completion.chunk"'
const ROLE = '{"role":"assistant","content":""}'
/** Chunks of one stream that a pattern is learned from: a stream has one or two. */
const MOST_LESSONS = 32

/**
 * Events that hold text of the model are written anew; usage, errors, comments and whatever else comes are passed on. Only the first choice is
 * read: further ones are passed on as they are.
 */
export function createTranslator({ tally, deltas: open }: TranslatorOptions): Translator {
  const envelope = createEnvelope()
  let out = ""
  let begun = false
  let over = false
  let atEnd = false
  let pattern: Pattern | undefined
  let lessons = 0
  /** Text of the events that came together, read at once. */
  let waiting = ""

  const begin = (): void => {
    begun = true
    out += envelope.delta(ROLE)
  }
  const write = (delta: string): void => {
    if (!begun) begin()
    out += envelope.delta(delta)
  }
  const deltas = open({
    reasoning: (text, field) => write(`{"${field}":${quoted(text)}}`),
    content: (text) => write(`{"content":${quoted(text)}}`),
    call: (index, id, name) => {
      const call = `"id":${JSON.stringify(id)},"type":"function","index":${index},"function":{"name":${JSON.stringify(name)}}`
      write(`{"tool_calls":[{${call}}]}`)
    },
    arguments: (index, text) => write(`{"tool_calls":[{"index":${index},"function":{"arguments":${quoted(text)}}}]}`),
  })

  const addText = (text: string): void => {
    if (text === "") return
    tally.addContent(text)
    waiting += text
  }
  /** Everything but text comes in its place behind the text. */
  const settle = (): void => {
    if (waiting === "") return
    const text = waiting
    waiting = ""
    deltas.content(text)
  }
  const addThought = (text: string, field: string): void => {
    if (text === "") return
    settle()
    tally.addReasoning(text)
    deltas.reasoning(text, field)
  }
  const finishText = (): void => {
    settle()
    deltas.end()
  }

  const onEvent = (event: EventSourceMessage): void => {
    if (over) return
    if (pattern) {
      const text = pattern.read(event.data)
      if (text !== undefined) {
        if (pattern.place === "content" || pattern.place === "text") addText(text)
        else addThought(text, pattern.place)
        return
      }
    }
    const whole = { data: decoded(event.data), event: event.event && decoded(event.event), id: event.id && decoded(event.id) }
    if (!take(whole, event.data)) pass(whole)
  }

  /**
   * False: the event goes out as it is.
   *
   * @param bytes its data with one character per byte
   */
  const take = (event: EventSourceMessage, bytes: string): boolean => {
    if (event.data === "[DONE]") {
      finishText()
      return false
    }
    let chunk: Chunk
    try {
      chunk = JSON.parse(event.data) as Chunk
    } catch {
      // A last event that was cut is none, as for every client.
      return atEnd
    }
    if (typeof chunk !== "object" || chunk === null) return false
    if (chunk.error !== undefined && chunk.error !== null) {
      finishText()
      return false
    }
    if (!Array.isArray(chunk.choices)) return false
    if (chunk.usage) tally.usage(chunk.usage)
    const choice = chunk.choices[0] as Choice | undefined | null
    if (typeof choice !== "object" || choice === null) passChunk(event)
    else if (typeof choice.index === "number" && choice.index > 0) return false
    else if (!isShallow([chunk.usage, choice.stop_reason, choice.delta?.tool_calls])) return false
    else takeChoice(event, bytes, chunk, choice)
    return true
  }

  const takeChoice = (event: EventSourceMessage, bytes: string, chunk: Chunk, choice: Choice): void => {
    envelope.head(chunk)
    if (!begun) begin()
    const said = readChoice(choice)
    addThought(said.thought, said.thoughtIn)
    addText(said.text)
    if (said.calls.length > 0) {
      settle()
      deltas.serverCalls(said.calls)
      write(JSON.stringify({ tool_calls: said.calls }))
    }
    if (said.finish !== undefined) {
      finishText()
      out += envelope.finish(deltas.finish(said.finish), choice.stop_reason, chunk.usage)
      return
    }
    // Proxies send the usage beside an empty delta.
    if (chunk.usage && said.text === "" && said.thought === "") passChunk(event)
    else if (said.text !== "") remember(bytes, said.textIn, said.text)
    else if (said.thought !== "") remember(bytes, said.thoughtIn, said.thought)
  }

  const remember = (bytes: string, place: Place, text: string): void => {
    if (lessons >= MOST_LESSONS || !saysOnly(decoded(bytes), place, text)) return
    lessons++
    pattern = learn(bytes, place, (other, probe) => saysOnly(decoded(other), place, probe))
  }

  /** A chunk without text, under the name that a chat completion has. */
  const passChunk = (event: EventSourceMessage): void => pass({ ...event, data: event.data.replace(TEXT_OBJECT, CHAT_OBJECT) })

  const pass = ({ data, event, id }: EventSourceMessage): void => {
    settle()
    if (event) out += `event: ${event}\n`
    if (id) out += `id: ${id}\n`
    out += `data: ${data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data}\n\n`
  }

  const parser = createParser({
    onEvent,
    onComment: (comment) => {
      settle()
      out += `: ${decoded(comment)}\n\n`
    },
    onError: (error) => {
      if (error.type !== "max-buffer-size-exceeded" || over) return
      finishText()
      out += TOO_LONG
      over = true
    },
    maxBufferSize: MAX_EVENT,
  })

  const taken = (): string => {
    settle()
    const text = out
    out = ""
    return text
  }

  return {
    push(text) {
      if (!over) parser.feed(text)
      return taken()
    },
    end() {
      if (!over) {
        // Servers forget the empty line behind the last event.
        atEnd = true
        parser.feed("\n\n")
        finishText()
      }
      return taken()
    },
  }
}
