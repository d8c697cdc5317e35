/**
 * What is done to every request of a watched provider on its way out and to its failure on its way back: output that fits the served context,
 * and errors that say what is wrong. The code is loaded with the first request, not while OpenCode starts.
 */
import type { EndpointReport } from "../endpoint/types.ts"
import type { Fitter } from "../request/fitter.ts"
import { EXPLAINED } from "../request/types.ts"
import { type Origin, takeOwnHeaders } from "./own-headers.ts"
import type { Fetch } from "./watch.ts"

export interface RequestsOptions {
  /** A look at the provider's server as it is now. */
  look(provider: string): Promise<EndpointReport | undefined>
  last(provider: string): EndpointReport | undefined
  /** A failure of this session's request is about to be looked into; what comes of it is told by `onFailure`. */
  onLook(origin: Origin, provider: string): void
  /** The failure is over. `explained`: the answer itself says what is wrong. */
  onFailure(origin: Origin, provider: string, explained: boolean): void
  /** The request waits for a server that is loading. */
  onWait(origin: Origin, provider: string, wait: { text: string; ms: number; loading: number }): void
  /** Why this session's request is not to be sent; undefined: send it. */
  onSend(origin: Origin): { message: string } | undefined
  onError(error: unknown): void
}

/** A server that nobody has seen loading for so long is not loading still. */
const FORGOTTEN_MS = 60_000

export interface Requests {
  /** Next to the network. */
  fitting(provider: string, send: Fetch): Fetch
  /** Around everything else. */
  explaining(provider: string, inner: Fetch): Fetch
  /** What an answer counted teaches about the next prompt. */
  learn(provider: string, model: string | undefined, body: string, promptTokens: number): void
}

export function createRequests(o: RequestsOptions): Requests {
  const fitters = new Map<string, Fitter>()
  const late = () => import("./late.ts")
  /** Servers that are loading: since when, and when they were last seen so. The host gives up requests that wait long, and sends new ones. */
  const loading = new Map<string, { since: number; last: number }>()
  const loadingNow = (provider: string) => {
    const known = loading.get(provider)
    return known && Date.now() - known.last < FORGOTTEN_MS ? known : undefined
  }

  return {
    fitting: (provider, send) => async (url, init) => {
      const code = await late().catch(o.onError)
      if (!code) return send(url, init)
      const fitter = fitters.get(provider) ?? code.createFitter()
      fitters.set(provider, fitter)
      const context = (model: string | undefined) => code.servedContext(o.last(provider), model)
      return code.fittingFetch({ fitter, context, onError: o.onError })(send)(url, init)
    },
    explaining: (provider, inner) => async (url, init) => {
      const code = await late().catch(o.onError)
      if (!code) return inner(url, init)
      const { origin } = takeOwnHeaders(init)
      const stopped = o.onSend(origin)
      if (stopped) return code.errorAnswer(stopped.message)
      let looked = false
      const fetch = code.explainingFetch({
        look() {
          looked = true
          o.onLook(origin, provider)
          return o.look(provider)
        },
        waitedMs: () => Date.now() - (loadingNow(provider)?.since ?? Date.now()),
        onWait(text, ms) {
          const since = loadingNow(provider)?.since ?? Date.now() - ms
          loading.set(provider, { since, last: Date.now() })
          o.onWait(origin, provider, { text, ms, loading: since })
        },
        onError: o.onError,
      })(inner)
      let explained = false
      try {
        const response = await fetch(url, init)
        explained = response.headers.get(EXPLAINED) !== null
        loading.delete(provider)
        return response
      } finally {
        if (looked) o.onFailure(origin, provider, explained)
      }
    },
    learn(provider, model, body, promptTokens) {
      fitters.get(provider)?.learn(model, body, promptTokens)
    },
  }
}
