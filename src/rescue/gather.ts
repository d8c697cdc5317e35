import { joined } from "./bytes.ts"

type Part = { done: boolean; value?: Uint8Array }

/** What is taken together at most. */
const MOST_READS = 32
const MOST_BYTES = 16_384
/** Answers at once after which twice as many are taken together: a reader who takes little makes the server send little. */
const FAST = 16
/** Turns of the event queue's micro tasks in which a stream answers that has something. */
const TURNS = 4

/**
 * Reads what a fast server has sent already in one go: what is done for every read, and handed on for every read, is most of the cost where a
 * read brings one event. Never waits for more, and asks nothing ahead of a stream that had to be waited for.
 */
export function gather(read: () => Promise<Part>): () => Promise<Part> {
  /** Asked, and not yet taken. */
  let asked: Promise<Part> | undefined
  /** Answers in a row that came at once. */
  let fast = 0

  return () =>
    new Promise((resolve, reject) => {
      const parts: Uint8Array[] = []
      const most = Math.min(MOST_READS, 2 ** Math.floor(fast / FAST))
      let bytes = 0
      let given = false

      const give = (): void => {
        given = true
        resolve({ done: false, value: joined(parts) })
      }
      const ask = (): void => {
        let answered = false
        let late = false
        asked ??= read()
        asked.then(
          (part) => {
            if (given) return
            answered = true
            // The end is for the next time.
            if (part.done && parts.length > 0) return give()
            asked = undefined
            if (part.value === undefined) return resolve(part)
            parts.push(part.value)
            bytes += part.value.length
            if (parts.length === 1) fast = late ? 0 : fast + 1
            if (late || parts.length >= most || bytes >= MOST_BYTES) give()
            else ask()
          },
          (error) => {
            if (given) return
            answered = true
            if (parts.length > 0) return give()
            asked = undefined
            reject(error)
          },
        )
        const wait = (left: number): void => {
          if (answered) return
          if (left > 0) queueMicrotask(() => wait(left - 1))
          else if (parts.length > 0) give()
          else late = true
        }
        wait(TURNS)
      }
      ask()
    })
}
