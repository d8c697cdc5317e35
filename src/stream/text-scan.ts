import { type Delimiter, findDelimiters } from "../formats/delimiters.ts"
import { fenceAt } from "./fences.ts"
import { detach } from "./strings.ts"

/** Characters kept on either side of a delimiter. */
const CONTEXT = 256
/** New characters that make a look worth while before the end. */
const BLOCK = 16_384
/** Sightings kept per text; more of them say nothing new. */
const MAX_HITS = 24
/** Empty places at the beginning of a list that are put up with. */
const MOST_GONE = 64

/** A delimiter in a text, with its surroundings. */
export interface Sighting {
  delimiter: Delimiter
  /** Offset in the whole text, in UTF-16 units. */
  index: number
  before: string
  after: string
  /** Inside a fenced code block. */
  fenced: boolean
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
  tail(): string
  /** Sightings so far, in order; those at the very end are found as well. */
  sightings(): readonly Sighting[]
}

/**
 * Reads a text in pieces with memory that does not grow with it.
 *
 * @param keep characters kept at each end
 */
export function createTextScan(keep: number): TextScan {
  // The latest pieces, together at least `keep` long; joined only when asked for.
  let recent: string[] = []
  // The pieces before this one are gone.
  let from = 0
  let recentLength = 0
  // What has not been looked at, preceded by up to CONTEXT characters that have; `start` is where the unseen part begins.
  let buffer = ""
  let start = 0
  let closed = false
  // The fenced block that is open where the unseen part begins.
  let fence: string | undefined
  let fenceFrom = 0
  const found: Sighting[] = []

  const look = (end: number): Sighting[] => {
    const seen: Sighting[] = []
    const offset = scan.length - buffer.length
    let at = fenceFrom
    let open = fence
    for (const hit of findDelimiters(buffer, start)) {
      if (hit.index >= end || found.length + seen.length >= MAX_HITS) break
      open = fenceAt(buffer, at, hit.index, open)
      at = Math.max(at, hit.index)
      seen.push({
        delimiter: hit.delimiter,
        index: offset + hit.index,
        before: detach(buffer.slice(Math.max(0, hit.index - CONTEXT), hit.index)),
        after: detach(buffer.slice(hit.end, hit.end + CONTEXT)),
        fenced: open !== undefined,
      })
    }
    return seen
  }

  const consume = (end: number): void => {
    const seen = look(end)
    found.push(...seen)
    const last = seen.at(-1)
    const offset = scan.length - buffer.length
    const next = Math.max(end, last ? last.index - offset + last.delimiter.literal.length : 0)
    const cut = Math.max(0, end - CONTEXT)
    fence = fenceAt(buffer, fenceFrom, end, fence)
    fenceFrom = end - cut
    buffer = detach(buffer.slice(cut))
    start = next - cut
  }

  const addRecent = (text: string): void => {
    const piece = text.length > keep ? detach(text.slice(-keep)) : text
    recent.push(piece)
    recentLength += piece.length
    for (let first = recent[from]; first && recentLength - first.length >= keep; first = recent[from]) {
      recent[from++] = ""
      recentLength -= first.length
    }
    // Shifting at every piece would cost as much as it saves.
    if (from < MOST_GONE) return
    recent = recent.slice(from)
    from = 0
  }

  // Plain fields: an object with accessors costs V8 several kilobytes, and there is one of these per string value.
  const scan = {
    length: 0,
    bytes: 0,
    head: "",
    add(text: string): void {
      if (text === "") return
      scan.length += text.length
      scan.bytes += Buffer.byteLength(text)
      // A slice is copied; a whole text keeps nothing alive but itself.
      const room = keep - scan.head.length
      if (room > 0) scan.head += text.length > room ? detach(text.slice(0, room)) : text
      if (keep > 0) addRecent(text)
      buffer += text
      if (buffer.length - start > BLOCK) consume(buffer.length - CONTEXT)
    },
    close(): void {
      if (closed) return
      closed = true
      found.push(...look(buffer.length))
      buffer = ""
    },
    tail: (): string => (keep > 0 ? recent.join("").slice(-keep) : ""),
    sightings: (): readonly Sighting[] => (closed ? found : [...found, ...look(buffer.length)]),
  }
  return scan
}

/** Nothing but white space. */
export function isBlank(text: Pick<TextScan, "head" | "length">): boolean {
  return text.length === 0 || (text.length === text.head.length && text.head.trim() === "")
}
