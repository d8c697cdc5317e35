import { createParser } from "eventsource-parser"
import { emptyReading, errorOf, type Reading } from "./reading.ts"
import { type Chunk, takeChat } from "./shapes/chat.ts"
import { createMessages, isMessages } from "./shapes/messages.ts"
import { createResponses, isResponses } from "./shapes/responses.ts"

/** Characters of one event, or of a body that is not a stream, beyond which nothing is looked at any more. */
const MAX_EVENT = 8 * 1024 * 1024

/**
 * Bytes that are decoded and framed at once. A server sends an event at a time; doing this for each by itself costs as much as all that this
 * side adds, and nobody asks before a tool starts to run or the answer ends.
 */
const BATCH = 16_384

export interface Reader {
  readonly reading: Reading
  push(bytes: Uint8Array): void
  /** Brings the reading up to date with what was pushed. */
  flush(): void
  end(aborted: boolean): void
}

/**
 * Reads the body of one answer: framing by eventsource-parser, one `JSON.parse` per event. Per event nothing happens but appends. What else a
 * server sends is recognised and left alone.
 */
export function createReader(): Reader {
  const reading = emptyReading()
  const take = createTaker(reading)
  const decoder = new TextDecoder()
  /** A body that begins with `{` is a JSON document and kept whole until its end. */
  let body: string[] | undefined
  let bodyLength = 0
  let started = false
  /** Made at the first bytes: most answers of a session are short, and many inspectors never see any. */
  let waiting: Uint8Array | undefined
  let waitingLength = 0

  const parser = createParser({
    onEvent: (event) => take(event.data),
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

  const flush = (): void => {
    if (!waiting || waitingLength === 0) return
    const text = decoder.decode(waiting.subarray(0, waitingLength), { stream: true })
    waitingLength = 0
    feedAndCheck(text)
  }

  const feedAndCheck = (text: string): void => {
    feed(text)
    if (reading.gaveUp) parser.reset()
  }

  return {
    reading,
    push(bytes) {
      if (reading.gaveUp || reading.ended || reading.shape === "other") return
      if (waitingLength + bytes.length > BATCH) flush()
      if (bytes.length > BATCH) {
        feedAndCheck(decoder.decode(bytes, { stream: true }))
        return
      }
      waiting ??= new Uint8Array(BATCH)
      waiting.set(bytes, waitingLength)
      waitingLength += bytes.length
    },
    flush,
    end(aborted) {
      if (reading.ended) return
      flush()
      if (!reading.gaveUp && reading.shape !== "other") {
        feed(decoder.decode())
        // An event without its closing empty line is none, to this reader as to the client.
        if (body && !aborted) {
          reading.whole = true
          take(body.join(""))
        }
      }
      body = undefined
      reading.aborted = aborted
      reading.ended = true
    },
  }
}

/** Tells the shape from the first event and hands this and every later one to its reader. */
function createTaker(reading: Reading): (data: string) => void {
  let take: ((value: object) => void) | undefined

  return (data) => {
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
    if (typeof value !== "object" || value === null) {
      reading.unreadable++
      return
    }
    const { error } = value as { error?: unknown }
    if (error !== undefined && error !== null) {
      reading.error ??= errorOf(error)
      return
    }
    take ??= takerOf(reading, value)
    take(value)
  }
}

function takerOf(reading: Reading, value: object): (value: object) => void {
  const { choices } = value as Chunk
  if (Array.isArray(choices)) {
    // Plain completions have `text` in place of a message.
    reading.shape = typeof choices[0]?.text === "string" ? "other" : "chat"
    return (chunk) => takeChat(reading, chunk)
  }
  if (isResponses(value)) {
    reading.shape = "responses"
    return createResponses(reading)
  }
  if (isMessages(value)) {
    reading.shape = "messages"
    return createMessages(reading)
  }
  reading.shape = "other"
  return () => undefined
}
