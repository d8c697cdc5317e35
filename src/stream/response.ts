import { createParser } from "eventsource-parser"
import { bytesAsText, decoded } from "./byte-text.ts"
import { type Mould, mouldOf, readRun } from "./event-run.ts"
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

const LINE_BREAK = 10
/** Bytes from here on begin a character of several bytes. */
const FIRST_OF_SEVERAL = 0xc0

/** What may stand before the first character that tells what a body is: blanks and byte order marks. */
const LEAD = /^[\t-\r \ufeff]+/

/** Bytes of an event from which its text is the larger part. */
const WIDE = 1024

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const asIs = (text: string): string => text

export interface Reader {
  readonly reading: Reading
  push(bytes: Uint8Array): void
  /** Brings the reading up to date with what was pushed. */
  flush(): void
  end(aborted: boolean): void
}

/**
 * Reads the body of one answer: framing by eventsource-parser and every event parsed by `JSON.parse`, or many that are alike at once with the
 * same outcome. Per event nothing happens but appends. What else a server sends is recognised and left alone.
 */
export function createReader(): Reader {
  const reading = emptyReading()
  const take = createTaker(reading)
  /** A body that begins with `{` is a JSON document and kept whole until its end. */
  let body: string[] | undefined
  let bodyLength = 0
  let started = false
  /** Made at the first bytes: most answers of a session are short, and many inspectors never see any. */
  let waiting: Buffer | undefined
  let waitingLength = 0
  let sinceCopy = 0
  /** All that was framed so far were whole events. */
  let clean = true
  let mould: Mould | undefined
  /**
   * Decoding all costs more than anything that this side does with short events, so they are framed with one character per byte, and only their
   * text is decoded. Long ones are decoded as they come.
   */
  let decode: (text: string) => string = asIs

  /** What the event read last by itself holds. */
  let latest: string | undefined
  const parser = createParser({
    onEvent: ({ data }) => {
      latest = data
      take.event(decode(data))
    },
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
      rest = text.replace(LEAD, "")
      if (rest === "") return
      started = true
      if (rest.startsWith("{")) body = []
    }
    if (body) {
      bodyLength += rest.length
      if (bodyLength > MAX_EVENT) giveUp()
      else body.push(rest)
      return
    }
    feedEvents(rest)
    if (reading.gaveUp) parser.reset()
    sinceCopy += rest.length
    if (sinceCopy < COPY_AFTER) return
    sinceCopy = 0
    copyWaiting(reading)
  }

  const feedEvents = (text: string): void => {
    const before = reading.events
    const run = clean && mould && decode === decoded ? readRun(text, mould, decode) : undefined
    if (mould && run) take.run(mould, run.pieces)
    if (run?.end !== text.length) feedParser(run ? text.slice(run.end) : text)
    if (clean) decode = text.length > (reading.events - before) * WIDE ? asIs : decoded
  }

  const feedParser = (text: string): void => {
    const begun = clean
    latest = undefined
    parser.feed(text)
    clean = text.endsWith("\n\n")
    if (begun && clean && latest !== undefined && decode === decoded) mould = mouldOf(text, latest, decode) ?? mould
  }

  const giveUp = (): void => {
    reading.gaveUp = true
    body = undefined
  }

  const over = (): boolean => reading.gaveUp || reading.ended || reading.shape === "other"

  /** Reads the whole events that wait, or all of it where no end of one is in sight. */
  const flush = (): void => {
    if (!waiting || over()) return
    const end = endOfEvents(waiting, waitingLength) || endOfCharacters(waiting, waitingLength)
    read(end)
  }

  const read = (end: number): void => {
    if (!waiting || end === 0) return
    const text = decode === asIs ? decoder.decode(waiting.subarray(0, end)) : bytesAsText(waiting, 0, end)
    waiting.copyWithin(0, end, waitingLength)
    waitingLength -= end
    feed(text)
  }

  return {
    reading,
    push(bytes) {
      waiting ??= Buffer.allocUnsafeSlow(BATCH)
      for (let at = 0; at < bytes.length && !over(); ) {
        const room = BATCH - waitingLength
        const part = at === 0 && bytes.length <= room ? bytes : bytes.subarray(at, at + room)
        waiting.set(part, waitingLength)
        waitingLength += part.length
        at += part.length
        if (waitingLength === BATCH) flush()
      }
    },
    flush,
    end(aborted) {
      if (reading.ended) return
      flush()
      if (!over()) read(waitingLength)
      // An event without its closing empty line is none, to this reader as to the client.
      if (body && !aborted && !over()) {
        reading.whole = true
        take.event(body.join(""))
      }
      body = undefined
      reading.aborted = aborted
      reading.ended = true
    },
  }
}

/** Place behind the last empty line, 0 where there is none. */
function endOfEvents(bytes: Uint8Array, length: number): number {
  for (let at = length; at >= 2; at--) if (bytes[at - 1] === LINE_BREAK && bytes[at - 2] === LINE_BREAK) return at
  return 0
}

/** Where bytes can be cut without cutting a character. */
function endOfCharacters(bytes: Uint8Array, length: number): number {
  for (let at = length - 1; at >= Math.max(0, length - 3); at--) if ((bytes[at] ?? 0) >= FIRST_OF_SEVERAL) return at
  return length
}

interface Taker {
  /** One event, as JSON text. */
  event(data: string): void
  /** Events of one mould. */
  run(mould: Mould, pieces: readonly string[]): void
}

/** Tells the shape from the first event and hands this and every later one to its reader. */
function createTaker(reading: Reading): Taker {
  let take: ((value: object) => void) | undefined

  const takeValue = (value: unknown): void => {
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

  return {
    event(data) {
      if (reading.shape === "other") return
      reading.events++
      if (data === "[DONE]") reading.done = true
      else takeValue(parsed(data))
    },
    run({ value, holder, key }, pieces) {
      for (const piece of pieces) {
        if (reading.shape === "other") return
        reading.events++
        holder[key] = piece
        takeValue(value)
      }
    },
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
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
