/**
 * When to look at the watched servers, and what changed since the last look. Start-up waits for nothing: every look runs in the
 * background with a deadline and sends nothing that costs GPU time.
 */
import type { lookAt } from "../endpoint/look.ts"
import { worthANotice } from "../endpoint/problems.ts"
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"

/** A look older than this is repeated when a session is created. */
const FRESH_MS = 60_000
/** A status page repeats a look older than this, so that its figures are those of now. */
const PAGE_FRESH_MS = 1_000
/** While a server that was said to be down stays down, it is looked at again this often, this many times. */
const RECHECK_MS = 30_000
const RECHECKS = 20
/** A failed request asks for a new look, but not more often than this. */
const FAILURE_FRESH_MS = 3_000

export interface HealthOptions {
  endpoints(): Endpoint[]
  /** A server has problems worth a notice, or other ones than at the last look. */
  onProblems(report: EndpointReport): void
  /** A server whose problems were announced has none any more. */
  onRecovered(report: EndpointReport): void
  onError(error: unknown): void
  look?: typeof lookAt
  now?: () => number
}

export interface Health {
  /** Looks at every server whose last look is older than a minute. Never throws, resolves when all have been looked at. */
  refresh(): Promise<void>
  /** What is known now; looks first (2 s at most) where the last look is not from this very moment. */
  current(provider?: string): Promise<EndpointReport[]>
  /** The last look, if it found problems worth a notice. */
  trouble(provider: string): EndpointReport | undefined
  last(provider: string): EndpointReport | undefined
  /** Traffic tells as much as a look: a failed request asks for one, an answer after trouble too. */
  traffic(provider: string, reached: boolean): void
  dispose(): void
}

/** The first look loads what opens sockets: not while OpenCode starts. */
const lookLater: typeof lookAt = async (endpoint, options) => (await import("./late.ts")).lookAt(endpoint, options)

interface Watched {
  report?: EndpointReport
  /** Codes of the problems that were announced; empty: nothing is open. */
  announced: string
  running?: Promise<EndpointReport>
  rechecks: number
  timer?: ReturnType<typeof setTimeout>
}

export function createHealth({
  endpoints,
  onProblems,
  onRecovered,
  onError,
  look = lookLater,
  now = Date.now,
}: HealthOptions): Health {
  const watched = new Map<string, Watched>()
  const stop = new AbortController()
  const nameOf = (endpoint: Endpoint) => endpoint.provider ?? endpoint.url

  function stateOf(name: string): Watched {
    const known = watched.get(name)
    if (known) return known
    const fresh: Watched = { announced: "", rechecks: 0 }
    watched.set(name, fresh)
    return fresh
  }

  function announce(state: Watched, report: EndpointReport) {
    const open = worthANotice(report)
    const codes = open.map((c) => `${c.id}:${c.code}`).join(" ")
    if (codes === state.announced) return
    const before = state.announced
    state.announced = codes
    if (codes) onProblems(report)
    else if (before) onRecovered(report)
  }

  function recheckLater(endpoint: Endpoint, state: Watched) {
    clearTimeout(state.timer)
    if (!state.announced || state.rechecks >= RECHECKS || stop.signal.aborted) return
    state.timer = setTimeout(() => {
      state.rechecks++
      void lookNow(endpoint)
    }, RECHECK_MS)
    state.timer.unref?.()
  }

  function lookNow(endpoint: Endpoint): Promise<EndpointReport> {
    const state = stateOf(nameOf(endpoint))
    state.running ??= look(endpoint, { previous: state.report, signal: stop.signal })
      .then((report) => {
        state.report = report
        if (stop.signal.aborted) return report
        try {
          announce(state, report)
        } catch (error) {
          onError(error)
        }
        recheckLater(endpoint, state)
        return report
      })
      .finally(() => {
        state.running = undefined
      })
    return state.running
  }

  const olderThan = (endpoint: Endpoint, ms: number) =>
    now() - (stateOf(nameOf(endpoint)).report?.at ?? Number.NEGATIVE_INFINITY) > ms

  return {
    async refresh() {
      await Promise.all(endpoints().map((e) => (olderThan(e, FRESH_MS) ? lookNow(e).catch(onError) : undefined)))
    },
    current(provider) {
      const wanted = endpoints().filter((e) => provider === undefined || e.provider === provider)
      return Promise.all(
        wanted.map((e) => (olderThan(e, PAGE_FRESH_MS) ? lookNow(e) : (stateOf(nameOf(e)).report ?? lookNow(e)))),
      )
    },
    trouble(provider) {
      const state = watched.get(provider)
      return state?.announced ? state.report : undefined
    },
    last: (provider) => watched.get(provider)?.report,
    traffic(provider, reached) {
      const endpoint = endpoints().find((e) => e.provider === provider)
      if (!endpoint) return
      const state = stateOf(provider)
      const wasUp = state.report !== undefined && !state.announced
      if (reached && (wasUp || !state.report || !olderThan(endpoint, FAILURE_FRESH_MS))) return
      if (!reached && !olderThan(endpoint, FAILURE_FRESH_MS)) return
      state.rechecks = 0
      void lookNow(endpoint).catch(onError)
    },
    dispose() {
      stop.abort()
      for (const state of watched.values()) clearTimeout(state.timer)
    },
  }
}
