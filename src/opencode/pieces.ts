import type { Answer } from "./local-answer.ts"

/**
 * An answer that grows while something is done: `work` says what happens on the way, and returns the end of the text. Its failure ends the text.
 * Who stops reading ends the work by its signal.
 */
export function pieces(
  work: (say: (text: string) => void, signal: AbortSignal) => Promise<string>,
): AsyncIterableIterator<string, undefined> {
  const said: string[] = []
  const stop = new AbortController()
  let wake = () => {}
  let over = false
  const done = work((text) => {
    said.push(text)
    wake()
  }, stop.signal)
    .then((text) => void said.push(text))
    .finally(() => {
      over = true
      wake()
    })
  // Its failure is thrown below, when all that was said is out.
  done.catch(() => {})
  async function* read(): AsyncGenerator<string, undefined> {
    while (!stop.signal.aborted && (!over || said.length > 0)) {
      const next = said.shift()
      if (next !== undefined) yield next
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
    if (!stop.signal.aborted) await done
    return undefined
  }
  const reader = read()
  return {
    next: () => reader.next(),
    return() {
      stop.abort()
      wake()
      return reader.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The same answer; `then` runs when all of it was read, before its end is told. Not where the reader stops before. */
export async function* finished(answer: Answer, then: () => Promise<void>): AsyncGenerator<string> {
  if (typeof answer === "string") yield answer
  else yield* answer
  await then()
}

export interface WholeOptions {
  signal?: AbortSignal
  /** Told with all that was said so far. */
  onPiece?(text: string): void
}

/** All of an answer. */
export async function whole(answer: Answer, { signal, onPiece }: WholeOptions = {}): Promise<string> {
  if (typeof answer === "string") return answer
  const reader = answer[Symbol.asyncIterator]()
  const stop = () => void reader.return?.()
  signal?.addEventListener("abort", stop, { once: true })
  let text = ""
  try {
    for (let next = await reader.next(); !next.done; next = await reader.next()) {
      text += next.value
      onPiece?.(text)
    }
  } finally {
    signal?.removeEventListener("abort", stop)
  }
  return text
}
