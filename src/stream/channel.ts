import { createTextScan, type TextScan } from "./text-scan.ts"

/** Characters kept at each end of a channel. */
const KEEP = 32_768
/** Pieces that are joined at once. */
const BLOCK = 1024
/** Pieces kept as they came, to judge the pacing. */
const SAMPLE = 256

/** One stream of text (reasoning, or content) as it arrives. Taking a piece in costs an append; everything else happens in blocks. */
export interface Channel {
  add(piece: string): void
  /** Non-empty pieces so far. */
  readonly pieces: number
  /** The text, up to date. */
  text(): TextScan
  /** The first pieces, as they came. */
  sample(): readonly string[]
}

export function createChannel(): Channel {
  const scan = createTextScan(KEEP)
  let pieces = 0
  let waiting: string[] = []
  let first: string[] = []

  const flush = (): void => {
    if (waiting.length === 0) return
    if (first.length === 0) first = waiting.slice(0, SAMPLE).map((piece) => piece.slice(0, 64))
    scan.add(waiting.join(""))
    waiting = []
  }

  return {
    add(piece) {
      if (piece === "") return
      pieces++
      waiting.push(piece)
      // A piece is at most one event long, so long pieces are joined early to let them go.
      if (waiting.length >= BLOCK || piece.length > BLOCK) flush()
    },
    get pieces() {
      return pieces
    },
    text() {
      flush()
      return scan
    },
    sample() {
      flush()
      return first
    },
  }
}
