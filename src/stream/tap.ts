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

  const quietly = (run: () => void): void => {
    try {
      run()
    } catch (error) {
      looking = false
      try {
        onError?.(error)
      } catch {
        // Nobody is left to tell.
      }
    }
  }
  const look = (bytes: Uint8Array): void => {
    if (looking) quietly(() => inspector.push(bytes))
  }
  const finish = (aborted: boolean): void => {
    if (!looking) return
    quietly(() => {
      const report = inspector.end({ aborted })
      looking = false
      onEnd(report)
    })
    looking = false
  }

  if (!response.body) {
    finish(false)
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            controller.close()
            finish(false)
          } else {
            controller.enqueue(value)
            look(value)
          }
        } catch (error) {
          controller.error(error)
          finish(isAbort(error))
        }
      },
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
