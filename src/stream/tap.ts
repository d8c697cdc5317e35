import type { Inspector, Report } from "./types.ts"

export interface TapOptions {
  inspector: Inspector
  /** The body is over, or the client cut it. Called once, after the reader has had the last byte. */
  onEnd(report: Report): void
  /** Something of this side failed. The looking has ended; the bytes flow on. */
  onError?(error: unknown): void
}

/**
 * The same response, looked at on the way: same status, headers and bytes in the same order. Every chunk is handed on before it is looked
 * at. Upstream is read only when the reader asks, so a slow reader slows the server, and cancelling reaches it. Whatever fails on this side,
 * the inspector and the callbacks included, only ends the looking.
 */
export function tap(response: Response, { inspector, onEnd, onError }: TapOptions): Response {
  let looking = true

  const failed = (error: unknown): void => {
    looking = false
    try {
      onError?.(error)
    } catch {
      // Nobody is left to tell.
    }
  }
  const look = (bytes: Uint8Array): void => {
    if (!looking) return
    try {
      inspector.push(bytes)
    } catch (error) {
      failed(error)
    }
  }
  const finish = (aborted: boolean): void => {
    if (!looking) return
    looking = false
    try {
      onEnd(inspector.end({ aborted }))
    } catch (error) {
      failed(error)
    }
  }

  if (!response.body) {
    finish(false)
    return response
  }
  const reader = response.body.getReader()
  let out: ReadableStreamDefaultController<Uint8Array>
  // One function for all chunks: this is the path that every byte takes.
  const pass = ({ done, value }: { done: boolean; value?: Uint8Array }): void => {
    if (value !== undefined) {
      out.enqueue(value)
      look(value)
    } else if (done) {
      out.close()
      finish(false)
    }
  }
  const broken = (error: unknown): void => {
    out.error(error)
    finish(isAbort(error))
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        out = controller
      },
      pull: () => reader.read().then(pass).catch(broken),
      cancel(reason) {
        finish(true)
        return reader.cancel(reason)
      },
    },
    // No queue of its own: nothing is read ahead of the reader.
    { highWaterMark: 0 },
  )
  return sameAs(response, body)
}

/** The constructor leaves `url` empty; some clients put it into their error texts. */
function sameAs(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers } = response
  const copy = new Response(body, { status, statusText, headers })
  Object.defineProperty(copy, "url", { value: response.url })
  return copy
}

/** The client cut the request itself, or had set a time limit. */
function isAbort(error: unknown): boolean {
  const name = typeof error === "object" && error !== null && "name" in error ? error.name : undefined
  return name === "AbortError" || name === "TimeoutError"
}
