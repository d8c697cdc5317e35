import { requestHeaders } from "../client.ts"
import { type Failure, failureOf } from "../failure.ts"
import type { Fetch } from "../fetch.ts"
import { proxyFor } from "../proxy.ts"
import type { Endpoint } from "../types.ts"
import { parseBaseUrl } from "../url.ts"

/** An answer is not read beyond this; the longest that is asked for is a few hundred kilobytes. */
const MOST_BYTES = 4_000_000

export interface PostOptions {
  /** The answer, body included, has to be there by then. */
  timeoutMs: number
  /** The first bytes of the body have to be there by then. */
  firstByteMs?: number
  /** Ask below the server's root instead of the base URL: `/tokenize`. */
  root?: boolean
  /** Told of each piece of the body of a 200, with the milliseconds since the request began. */
  onBytes?(bytes: Uint8Array, ms: number): void
}

export type Posted =
  | { ok: true; status: number; type: string; text: string /** The body broke off. */; broken: boolean; ms: number }
  | { ok: false; failure: Failure; ms: number }

export interface Poster {
  /** Never rejects, follows no redirect, leaves no socket and no timer behind. */
  post(path: string, body: unknown, options: PostOptions): Promise<Posted>
}

/** POST requests with a JSON body to one server. */
export function createPoster(endpoint: Endpoint, { fetch: replaced, signal }: { fetch?: Fetch; signal?: AbortSignal }): Poster {
  const url = parseBaseUrl(endpoint.url)
  return {
    async post(path, body, options) {
      const began = performance.now()
      const ms = () => Math.round(performance.now() - began)
      const failed = (failure: Failure): Posted => ({ ok: false, failure, ms: ms() })
      if ("fault" in url) return failed({ code: "unreachable", detail: "not an address" })
      if (signal?.aborted || options.timeoutMs <= 0) return failed({ code: "response-timeout", detail: "given up" })
      const address = `${options.root ? url.root : url.base}${path}${url.query}`
      const transport = replaced
        ? { fetch: replaced, close: () => {} }
        : (await import("../network.ts")).openTransport(proxyFor(new URL(address), process.env))
      const control = new AbortController()
      let bytes = 0
      let settle: (posted: Posted) => void = () => {}
      const settled = new Promise<Posted>((resolve) => {
        settle = resolve
      })
      const late = () => settle(failed({ code: bytes > 0 ? "response-timeout" : "hung" }))
      const giveUp = () => settle(failed({ code: "response-timeout", detail: "given up" }))
      const timer = setTimeout(late, options.timeoutMs)
      const first = setTimeout(() => bytes === 0 && late(), options.firstByteMs ?? options.timeoutMs)
      signal?.addEventListener("abort", giveUp, { once: true })

      const request = async (): Promise<Posted> => {
        const response = await transport.fetch(address, {
          method: "POST",
          headers: { ...requestHeaders(endpoint, url.userinfo), accept: "*/*", "content-type": "application/json" },
          body: JSON.stringify(body),
          redirect: "manual",
          signal: control.signal,
        })
        const read = await readAll(response, (piece) => {
          bytes += piece.byteLength
          if (response.status === 200) options.onBytes?.(piece, performance.now() - began)
        })
        return { ok: true, status: response.status, type: response.headers.get("content-type") ?? "", ...read, ms: ms() }
      }
      try {
        return await Promise.race([request().catch((error) => failed(failureOf(error))), settled])
      } finally {
        clearTimeout(timer)
        clearTimeout(first)
        signal?.removeEventListener("abort", giveUp)
        control.abort()
        transport.close()
      }
    },
  }
}

/** The body as text. What breaks off after its beginning is kept as far as it came. */
async function readAll(response: Response, take: (bytes: Uint8Array) => void): Promise<{ text: string; broken: boolean }> {
  const reader = response.body?.getReader()
  if (!reader) return { text: "", broken: false }
  const decoder = new TextDecoder()
  let text = ""
  let size = 0
  for (;;) {
    let piece: Awaited<ReturnType<typeof reader.read>>
    try {
      piece = await reader.read()
    } catch (error) {
      if (size === 0) throw error
      return { text, broken: true }
    }
    if (piece.done) return { text: text + decoder.decode(), broken: false }
    size += piece.value.byteLength
    take(piece.value)
    text += decoder.decode(piece.value, { stream: true })
    if (size > MOST_BYTES) {
      reader.cancel().catch(() => {})
      return { text, broken: true }
    }
  }
}
