import { createRawReader, type RawReaderOptions } from "../../../src/formats/readers/index.ts"

export interface Read {
  reasoning: string
  content: string
  calls: { name: string; arguments: string; complete: boolean; at: number; end: number }[]
}

/** Everything a reader says about a text that comes in pieces. */
export function read(options: RawReaderOptions, pieces: Iterable<string>): Read {
  const reader = createRawReader(options)
  const result: Read = { reasoning: "", content: "", calls: [] }
  const take = (events: ReturnType<typeof reader.push>): void => {
    for (const event of events) {
      const call = result.calls.at(-1)
      if (event.type === "reasoning") result.reasoning += event.text
      else if (event.type === "content") result.content += event.text
      else if (event.type === "call-start")
        result.calls.push({ name: event.name, arguments: "", complete: false, at: event.at, end: -1 })
      else if (!call || call.end >= 0) throw new Error("Arguments without a call.")
      else if (event.type === "arguments") call.arguments += event.text
      else {
        call.complete = event.complete
        call.end = event.at
      }
    }
  }
  for (const piece of pieces) take(reader.push(piece))
  take(reader.end())
  return result
}

/** Pieces of pseudo-random lengths, most of them short. */
export function chunked(text: string, seed: number): string[] {
  const pieces: string[] = []
  let state = seed * 2_654_435_761
  for (let at = 0; at < text.length; ) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0
    const length = 1 + (state % (state % 7 === 0 ? 60 : 9))
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return pieces
}
