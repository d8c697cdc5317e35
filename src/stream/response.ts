import { createParser } from "eventsource-parser"
import { bytesAsText } from "./byte-text.ts"
import { createEventParser } from "./event-json.ts"
import { copyWaiting, emptyReading, errorOf, type Reading } from "./reading.ts"
import { type Chunk, takeChat } from "./shapes/chat.ts"
import { createMessages, isMessages } from "./shapes/messages.ts"
import { createResponses, isResponses } from "./shapes/responses.ts"

/** Bytes of one event, or of a body that is not a stream, beyond which nothing is looked at any more. */
const MAX_EVENT = 8 * 1024 * 1024

/**
 * Bytes that are framed at once. A server sends an event at a time; doing this for each by itself costs as much as all that this side adds,
 * and nobody asks before a tool starts to run or the answer ends.
 */
const BATCH = 16_384

/** Bytes after which pieces that wait are copied: a piece keeps alive the whole text that it was cut from. */
const COPY_AFTER = 131_072

/** What may stand before the first character that tells what a body is: blanks and byte order marks. */
const LEAD = /^(?:[\t-\r ]|\u00ef\u00bb\u00bf)+/
/** The beginning of a mark. */
const CUT_MARK = /^\u00ef(?:\u00bb)?$/

export interface Reader {
  readonly reading: Reading
  push(bytes: Uint8Array): void
  /** Brings the reading up to date with what was pushed. */
  flush(): void
  end(aborted: boolean): void
}

/**
 * Reads the body of one answer: framing by eventsource-parser, and every event parsed as by `JSON.parse`. Per event nothing happens but
 * appends. What else a server sends is recognised and left alone.
 */
export function createReader(): Reader {
  const reading = emptyReading()
  const take = createTaker(reading)
  /** A body that begins with `{` is a JSON document and kept whole until its end. */
  let body: string[] | undefined
  let bodyLength = 0
  let started = false
  /** The beginning, while it does not tell anything. */
  let lead = ""
  /** Made at the first bytes: most answers of a session are short, and many inspectors never see any. */
  let waiting: Buffer | undefined
  let waitingLength = 0
  let sinceCopy = 0

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
    let rest = text
    if (!started) {
      rest = (lead + text).replace(LEAD, "")
      lead = ""
      if (rest === "" || CUT_MARK.test(rest)) {
        lead = rest
        return
      }
      started = true
      if (rest.startsWith("{")) body = []
    }
    if (body) {
      bodyLength += rest.length
      if (bodyLength > MAX_EVENT) giveUp()
      else body.push(rest)
      return
    }
    parser.feed(rest)
    if (reading.gaveUp) parser.reset()
    sinceCopy += rest.length
    if (sinceCopy < COPY_AFTER) return
    sinceCopy = 0
    copyWaiting(reading)
  }

  const giveUp = (): void => {
    reading.gaveUp = true
    body = undefined
  }

  const over = (): boolean => reading.gaveUp || reading.ended || reading.shape === "other"

  const flush = (): void => {
    if (!waiting || waitingLength === 0) return
    const text = bytesAsText(waiting, 0, waitingLength)
    waitingLength = 0
    feed(text)
  }

  return {
    reading,
    push(bytes) {
      if (over()) return
      if (waitingLength + bytes.length > BATCH) flush()
      if (bytes.length > BATCH) {
        for (let at = 0; at < bytes.length && !over(); at += BATCH)
          feed(bytesAsText(bytes, at, Math.min(bytes.length, at + BATCH)))
        return
      }
      waiting ??= Buffer.allocUnsafeSlow(BATCH)
      waiting.set(bytes, waitingLength)
      waitingLength += bytes.length
    },
    flush,
    end(aborted) {
      if (reading.ended) return
      if (!over()) flush()
      // An event without its closing empty line is none, to this reader as to the client.
      if (body && !aborted && !over()) {
        reading.whole = true
        take(body.join(""))
      }
      body = undefined
      reading.aborted = aborted
      reading.ended = true
    },
  }
}

/** Tells the shape from the first event and hands this and every later one to its reader. */
function createTaker(reading: Reading): (data: string) => void {
  const parse = createEventParser()
  let take: ((value: object) => void) | undefined

  return (data) => {
    if (reading.shape === "other") return
    reading.events++
    if (data === "[DONE]") {
      reading.done = true
      return
    }
    const value = parse(data)
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
