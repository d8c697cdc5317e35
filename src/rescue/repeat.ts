import { createRepetition, type Repetition } from "./repetition.ts"
import { withBody } from "./response.ts"
import { createTail } from "./tail.ts"

export interface HoldTail {
  /** The answer is over but for its end. Undefined: the end goes out as it is; an answer: its events take the end's place. */
  onTail(): Promise<Response | undefined>
}

/**
 * Passes a chat completion stream on byte for byte, but holds its end back, from the event with the finish reason on. At the end of the body
 * another answer may take that place: its events go out without its thoughts and its first chunk, so that for the client one turn goes on.
 */
export function holdTail(response: Response, { onTail }: HoldTail): Response {
  if (!response.ok || !response.body) return response
  let reader = response.body.getReader()
  const tail = createTail()
  let cancelled = false
  let source: "answer" | "repetition" | "none" = "answer"
  let repetition: Repetition | undefined

  /** Undefined at the end of what is to go out. */
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await reader.read()
    if (cancelled) return undefined
    if (source === "answer") {
      if (value) return tail.push(value)
      return done ? atEnd() : EMPTY
    }
    if (value) return repetition?.push(value) ?? EMPTY
    if (!done) return EMPTY
    source = "none"
    return repetition?.anything() ? undefined : tail.held()
  }

  const atEnd = async (): Promise<Uint8Array> => {
    source = "none"
    if (!tail.holding()) return tail.held()
    let better: Response | undefined
    try {
      better = await onTail()
    } catch {
      // The end that is there is better than none.
    }
    if (!better?.ok || !better.body) {
      await better?.body?.cancel().catch(() => undefined)
      return tail.held()
    }
    reader = better.body.getReader()
    if (cancelled) {
      await reader.cancel().catch(() => undefined)
      return EMPTY
    }
    source = "repetition"
    repetition = createRepetition(tail.contentShown())
    return EMPTY
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (!cancelled) {
          if (source === "none") return controller.close()
          let bytes: Uint8Array | undefined
          try {
            bytes = await next()
          } catch (error) {
            if (cancelled) return
            const late = source === "repetition" && repetition?.anything()
            const broken = source === "answer" || late
            source = "none"
            // A repetition that fails before it has said anything has not been.
            const held = late ? EMPTY : tail.held()
            if (held.length > 0) controller.enqueue(held)
            if (broken) throw error
            continue
          }
          if (cancelled) return
          if (bytes && bytes.length > 0) return controller.enqueue(bytes)
        }
      },
      cancel(reason) {
        cancelled = true
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return withBody(response, body)
}

const EMPTY = new Uint8Array()
