import { createBody, type RescueOptions } from "./body.ts"
import { encode } from "./bytes.ts"
import { gather } from "./gather.ts"

export type { RescueOptions } from "./body.ts"

/**
 * The answer that a well-configured vLLM would have given, made from one that holds the model's own text: a chat completion whose `content`
 * (and perhaps `reasoning`) was not parsed, or a plain completion; streamed or whole. Answers with an error status, and bodies that are
 * neither, come back as they are.
 *
 * Upstream is read only when the reader asks, by and by in more than one read where it has them ready; cancelling reaches it.
 */
export function rescueResponse(response: Response, options: RescueOptions): Response {
  if (!response.ok || !response.body) return response
  const { body, report } = createBody(options)
  const reader = response.body.getReader()
  const next = gather(() => reader.read())
  let over = false
  const finish = (): void => {
    if (over) return
    over = true
    report()
  }

  let out: ReadableStreamDefaultController<Uint8Array>
  const send = (what: string | Uint8Array | undefined): boolean => {
    if (what === undefined || what.length === 0) return false
    out.enqueue(typeof what === "string" ? encode(what) : what)
    return true
  }
  const close = (): void => {
    send(body.end())
    finish()
  }
  // One function for all reads: this is the path that every event takes. Reads on until something goes out, because what was read may all
  // be held back.
  const pass = ({ done, value }: { done: boolean; value?: Uint8Array }): Promise<void> | undefined => {
    if (over) return undefined
    if (done) {
      close()
      out.close()
      return undefined
    }
    return value !== undefined && send(body.push(value)) ? undefined : pull()
  }
  const broken = (error: unknown): void => {
    if (over) return
    close()
    throw error
  }
  const pull = (): Promise<void> => next().then(pass, broken)

  const translated = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        out = controller
      },
      pull,
      cancel(reason) {
        finish()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return withBody(response, translated)
}

/** The same response with another body, whose length is not known and which is not compressed. */
export function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText } = response
  const headers = new Headers(response.headers)
  headers.delete("content-length")
  headers.delete("content-encoding")
  const copy = new Response(body, { status, statusText, headers })
  // The constructor leaves `url` empty; some clients put it into their error texts.
  Object.defineProperty(copy, "url", { value: response.url })
  return copy
}
