/** Bytes that are held back at most, of one event or of the end. */
const MOST_HELD = 65_536
const FINISH = /"finish_reason"\s*:\s*"/
const CONTENT = /"content"\s*:\s*"(?!")/
const LF = 10
const CR = 13
const LONGEST_BOUNDARY = 4
const BOUNDARY = /\r\n\r\n|\n\n|\r\r/g

const EMPTY = new Uint8Array()

/** The end of a chat completion stream, held back. */
export interface Tail {
  /** What of these and earlier bytes goes out now. */
  push(bytes: Uint8Array): Uint8Array
  /** The end has begun and is held back. */
  holding(): boolean
  /** Gives out everything that is held back. */
  held(): Uint8Array
  contentShown(): boolean
}

/** One character per byte while events are looked for, so that the bytes come out as they went in. */
export function createTail(): Tail {
  let kept = ""
  /** Up to here no event ends. */
  let scanned = 0
  let holding = false
  let through = false
  let content = false

  const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1")
  const giveUp = (): Uint8Array => {
    through = true
    holding = false
    const all = kept
    kept = ""
    return bytesOf(all)
  }

  return {
    push(bytes) {
      if (through) return bytes
      kept += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
      if (holding) return kept.length > MOST_HELD ? giveUp() : EMPTY
      if (scanned > 0 && !bytes.includes(LF) && !bytes.includes(CR) && kept.length <= MOST_HELD) return EMPTY
      const { end, finish } = wholeEvents(kept, Math.max(0, scanned - LONGEST_BOUNDARY))
      const out = kept.slice(0, finish ?? end)
      kept = kept.slice(out.length)
      scanned = kept.length
      holding = finish !== undefined
      content ||= CONTENT.test(out)
      if (kept.length > MOST_HELD) return Buffer.concat([bytesOf(out), giveUp()])
      return bytesOf(out)
    },
    holding: () => holding,
    held() {
      const all = kept
      kept = ""
      return bytesOf(all)
    },
    contentShown: () => content,
  }
}

/** Where the last whole event ends, and where the first one with a finish reason begins. */
function wholeEvents(text: string, from: number): { end: number; finish: number | undefined } {
  let end = 0
  BOUNDARY.lastIndex = from
  for (let found = BOUNDARY.exec(text); found; found = BOUNDARY.exec(text)) {
    if (carriesFinish(text.slice(end, found.index))) return { end, finish: end }
    end = BOUNDARY.lastIndex
  }
  return { end, finish: undefined }
}

function carriesFinish(event: string): boolean {
  if (!FINISH.test(event)) return false
  const data = event
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5))
    .join("\n")
  try {
    const { choices } = JSON.parse(data) as { choices?: { finish_reason?: unknown }[] }
    return Array.isArray(choices) && choices.some((choice) => typeof choice?.finish_reason === "string")
  } catch {
    return false
  }
}
