import { type Delimiter, findDelimiters } from "../formats/delimiters.ts"

/** Characters kept on either side of a delimiter. */
const CONTEXT = 256
/** New characters that make a look worth while before the end. */
const BLOCK = 16_384
/** Sightings kept per text; more of them say nothing new. */
const MAX_HITS = 24

/** A delimiter in a text, with its surroundings. */
export interface Sighting {
  delimiter: Delimiter
  /** Offset in the whole text, in UTF-16 units. */
  index: number
  before: string
  after: string
}

/** A text of any length, of which head, tail and sightings are kept. */
export interface TextScan {
  add(text: string): void
  /** No more text will come: the working buffer is let go. */
  close(): void
  readonly length: number
  /** UTF-8 bytes added. */
  readonly bytes: number
  /** The first characters, up to `keep`. The whole text when `length <= keep`. */
  readonly head: string
  /** The last characters, up to `keep`. */
  readonly tail: string
  /** Sightings so far, in order; those at the very end are found as well. */
  sightings(): readonly Sighting[]
}

/**
 * Reads a text in pieces with memory that does not grow with it.
 *
 * @param keep characters kept at each end
 */
export function createTextScan(keep: number): TextScan {
  let length = 0
  let bytes = 0
  let head = ""
  // The latest pieces, together at least `keep` long; joined only when asked for.
  let recent: string[] = []
  let recentLength = 0
  // What has not been looked at, preceded by up to CONTEXT characters that have; `start` is where the unseen part begins.
  let buffer = ""
  let start = 0
  let closed = false
  const found: Sighting[] = []

  const look = (end: number): Sighting[] => {
    const seen: Sighting[] = []
    const offset = length - buffer.length
    for (const hit of findDelimiters(buffer, start)) {
      if (hit.index >= end || found.length + seen.length >= MAX_HITS) break
      seen.push({
        delimiter: hit.delimiter,
        index: offset + hit.index,
        before: detach(buffer.slice(Math.max(0, hit.index - CONTEXT), hit.index)),
        after: detach(buffer.slice(hit.end, hit.end + CONTEXT)),
      })
    }
    return seen
  }

  const consume = (end: number): void => {
    const seen = look(end)
    found.push(...seen)
    const last = seen.at(-1)
    const offset = length - buffer.length
    const next = Math.max(end, last ? last.index - offset + last.delimiter.literal.length : 0)
    const cut = Math.max(0, end - CONTEXT)
    buffer = detach(buffer.slice(cut))
    start = next - cut
  }

  const addRecent = (text: string): void => {
    const piece = text.length > keep ? detach(text.slice(-keep)) : text
    recent.push(piece)
    recentLength += piece.length
    // Shifting piece by piece would cost as much as it saves.
    if (recentLength < keep * 2) return
    const last = recent.join("").slice(-keep)
    recent = [detach(last)]
    recentLength = last.length
  }

  return {
    add(text) {
      if (text === "") return
      length += text.length
      bytes += Buffer.byteLength(text)
      if (head.length < keep) head = detach(head + text.slice(0, keep - head.length))
      if (keep > 0) addRecent(text)
      buffer += text
      if (buffer.length - start > BLOCK) consume(buffer.length - CONTEXT)
    },
    close() {
      if (closed) return
      closed = true
      found.push(...look(buffer.length))
      buffer = ""
    },
    get length() {
      return length
    },
    get bytes() {
      return bytes
    },
    get head() {
      return head
    },
    get tail() {
      return recent.join("").slice(-keep || length)
    },
    sightings: () => (closed ? found : [...found, ...look(buffer.length)]),
  }
}

/** A copy of its own: engines keep the whole text alive behind a slice of it. Short ones are not worth it. */
function detach(text: string): string {
  return text.length < 64 ? text : Buffer.from(text, "utf16le").toString("utf16le")
}
