import { detach } from "./strings.ts"
import { createTextScan, type TextScan } from "./text-scan.ts"

/** Characters that are taken in at once. */
const BLOCK = 8192
/** Pieces kept as they came, to judge the pacing. */
const SAMPLE = 256

/** One stream of text (reasoning, or content) as it arrives. Taking a piece in costs an append; everything else happens in blocks. */
export interface Channel {
  add(piece: string): void
  /** Replaces what is kept as it came by copies of its own. */
  copyWaiting(): void
  /** Non-empty pieces so far. */
  readonly pieces: number
  /** The text, up to date. */
  text(): TextScan
  /** The first pieces, as they came. */
  sample(): readonly string[]
  /** Characters of the latest piece. */
  latest(): number
}

/** @param keep characters kept at each end */
export function createChannel(keep: number): Channel {
  const scan = createTextScan(keep)
  let waiting = ""
  const first: string[] = []
  /** Of the first pieces, how many are copies of their own. */
  let copied = 0
  let latest = 0

  const flush = (): void => {
    if (waiting === "") return
    scan.add(waiting)
    waiting = ""
  }

  const channel = {
    pieces: 0,
    add(piece: string): void {
      if (piece === "") return
      channel.pieces++
      latest = piece.length
      if (channel.pieces <= SAMPLE) first.push(piece.slice(0, 64))
      waiting += piece
      if (waiting.length >= BLOCK) flush()
    },
    copyWaiting(): void {
      if (waiting !== "") waiting = detach(waiting)
      for (; copied < first.length; copied++) first[copied] = detach(first[copied] ?? "")
    },
    text(): TextScan {
      flush()
      return scan
    },
    sample: (): readonly string[] => first,
    latest: (): number => latest,
  }
  return channel
}
