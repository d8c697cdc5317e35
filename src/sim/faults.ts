/** Answers that are no answers: of the whole server, and of a stream. */
import { ENGINE_DEAD, STARTING, STREAM_ERROR } from "./errors.ts"
import { type Exchange, refuse, sendText, startStream } from "./exchange.ts"
import { gone, type Pace, play, write } from "./pacing.ts"
import type { ChatFault, WholeFault } from "./types.ts"
import { DONE, event } from "./wire.ts"

const LOGIN_PAGE = `<!doctype html>
<html lang="en"><head><title>Sign in</title></head>
<body><h1>Sign in to continue</h1><form method="post" action="/login"><input name="user"><input name="password" type="password"></form></body></html>
`

export function answerWhole(exchange: Exchange, fault: WholeFault): void {
  if (fault === "html") sendText(exchange, 200, "text/html; charset=utf-8", LOGIN_PAGE)
  else if (fault === "starting") refuse(exchange, STARTING)
  // silent: the socket stays open and nothing is ever written
}

/** Plays the fault in place of the stream `events`. Resolves when the answer is over, one way or the other. */
export async function playFault(
  exchange: Exchange,
  fault: ChatFault,
  events: readonly string[],
  pace: Pace,
  stream = true,
): Promise<void> {
  const { res, signal } = exchange
  if (fault === "engine-dead") return refuse(exchange, ENGINE_DEAD)
  if (stream) startStream(exchange)
  switch (fault) {
    case "hang":
      return gone(signal)
    case "error-object":
      if (await play(res, [...firstHalf(events), event(STREAM_ERROR), DONE], pace, signal)) res.end()
      return
    case "cut":
      // The last bytes leave before the socket breaks, so that a client has really read half of the answer.
      if (await play(res, firstHalf(events), pace, signal)) await flushed(exchange)
      res.destroy()
      return
    case "garbage":
      if (await write(res, noise(4096), signal)) res.end()
      return
    case "flood":
      if (await flood(exchange)) res.end()
      return
  }
}

const firstHalf = (events: readonly string[]) => events.slice(0, Math.max(2, Math.floor(events.length / 2)))

const flushed = ({ res, signal }: Exchange) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    res.write("", () => setTimeout(resolve, 20))
  })

/** The same bytes in every run, with every value among them (xorshift32). */
export function noise(length: number): Uint8Array {
  let x = 0x9e3779b9
  return Uint8Array.from({ length }, () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x & 0xff
  })
}

export const FLOOD_BYTES = 20 * 1024 * 1024

async function flood({ res, signal }: Exchange): Promise<boolean> {
  const block = "a".repeat(64 * 1024)
  if (!(await write(res, "data: ", signal))) return false
  for (let sent = 0; sent < FLOOD_BYTES; sent += block.length) {
    if (!(await write(res, block, signal))) return false
  }
  return true
}
