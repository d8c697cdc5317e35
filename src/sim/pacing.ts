/** Sends a stream at the speed of a model, stops when the client has gone, waits when the client reads slowly. */
import type { ServerResponse } from "node:http"

export interface Pace {
  /** Milliseconds from the request to the first event. */
  firstTokenMs: number
  /** Milliseconds between events. */
  chunkMs: number
}

/** Resolves after `ms`, or at once when the signal fires. Zero does not wait at all. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener("abort", finish, { once: true })
  })
}

/** Resolves when the client has gone. */
export function gone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))
}

/** Writes, then waits until the socket takes more. False: the client has gone. */
export async function write(res: ServerResponse, data: string | Uint8Array, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  if (!res.write(data)) {
    await new Promise<void>((resolve) => {
      const finish = () => {
        res.off("drain", finish)
        signal.removeEventListener("abort", finish)
        resolve()
      }
      res.once("drain", finish)
      signal.addEventListener("abort", finish, { once: true })
    })
  }
  return !signal.aborted
}

/** `sent` is told of every event that went out. False: the client has gone before the end. */
export async function play(
  res: ServerResponse,
  events: readonly string[],
  pace: Pace,
  signal: AbortSignal,
  sent: (index: number) => void = () => {},
): Promise<boolean> {
  await pause(pace.firstTokenMs, signal)
  for (const [index, event] of events.entries()) {
    if (!(await write(res, event, signal))) return false
    sent(index)
    if (index < events.length - 1) await pause(pace.chunkMs, signal)
  }
  return !signal.aborted
}
