import { createTextScan, type TextScan } from "./text-scan.ts"

/** Characters kept at each end of a channel. */
const KEEP = 32_768
/** Characters that are taken in at once. */
const BLOCK = 8192
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
  let waiting = ""
  const first: string[] = []

  const flush = (): void => {
    if (waiting === "") return
    scan.add(waiting)
    waiting = ""
  }

  return {
    add(piece) {
      if (piece === "") return
      pieces++
      if (pieces <= SAMPLE) first.push(piece.slice(0, 64))
      waiting += piece
      if (waiting.length >= BLOCK) flush()
    },
    get pieces() {
      return pieces
    },
    text() {
      flush()
      return scan
    },
    sample: () => first,
  }
}
