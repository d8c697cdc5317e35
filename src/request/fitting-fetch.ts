import { readBody } from "../endpoint/body.ts"
import type { Fitted, Fitter } from "./fitter.ts"
import { addressOf, modelOf, restored, routeOf, type Wrapper } from "./types.ts"

export interface FittingOptions {
  fitter: Fitter
  /** The context that the server reports for a model, in tokens; undefined: not known. */
  context(model: string | undefined): number | undefined
  /** A request went out with less output than it asked for. `refused`: only after the server had said no. */
  onFitted?(event: Fitted & { model: string | undefined; refused: boolean }): void
  /** A fault in here; the request went on as it was. */
  onError?(error: unknown): void
}

/** Statuses of a request that is too long: vLLM and SGLang 400, text-generation-inference 422, gateways 413. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422])
/** A server that stops counting needs a second hint (`Fitter.refused`); whoever refuses a third time means it. */
const AGAIN = 2

/**
 * A fetch that keeps the asked output inside the server's context: before sending where that is known, and once more after a refusal that
 * tells the numbers. Every other request and answer passes as it is. Belongs next to the network, inside of everything that reads requests.
 */
export const fittingFetch =
  (o: FittingOptions): Wrapper =>
  (inner) =>
  async (url, init) => {
    const route = routeOf(addressOf(url))
    const given = init?.body
    if (route === undefined || typeof given !== "string" || !/^post$/i.test(init?.method ?? "")) return inner(url, init)
    const model = modelOf(given)
    let body = given
    const take = (next: { body: string; fitted?: Fitted } | undefined, refused: boolean): boolean => {
      if (!next?.fitted) return false
      body = next.body
      o.onFitted?.({ ...next.fitted, model, refused })
      return true
    }
    const safely = (step: () => boolean): boolean => {
      try {
        return step()
      } catch (error) {
        o.onError?.(error)
        return false
      }
    }
    // A prompt of token ids has no share of bytes that a text teaches.
    if (route !== "completions") safely(() => take(o.fitter.prepare(body, model, o.context(model)), false))
    for (let again = 0; ; again++) {
      const response = await inner(url, body === given ? init : { ...init, body, headers: withoutLength(init?.headers) })
      if (again === AGAIN || !REFUSALS.has(response.status)) return response
      const { text } = await readBody(response)
      if (!safely(() => take(o.fitter.refused(body, model, response.status, text), true))) return restored(response, text)
    }
  }

/** The headers without a length that was counted for another body. */
function withoutLength(headers: RequestInit["headers"]): RequestInit["headers"] {
  if (headers === undefined) return undefined
  const out = new Headers(headers)
  if (!out.has("content-length")) return headers
  out.delete("content-length")
  return out
}
