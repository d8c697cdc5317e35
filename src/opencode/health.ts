/**
 * When to look at the watched servers, and what changed since the last look. Start-up waits for nothing: every look runs in the
 * background with a deadline and sends nothing that costs GPU time.
 */
import type { lookAt } from "../endpoint/look.ts"
import { worthANotice } from "../endpoint/problems.ts"
import type { CheckCode, Endpoint, EndpointReport } from "../endpoint/types.ts"

/** A look older than this is repeated when a session is created. */
const FRESH_MS = 60_000
/** A status page repeats a look older than this, so that its figures are those of now. */
const PAGE_FRESH_MS = 1_000
/** While a server that was said to be down stays down, it is looked at again this often, this many times. */
const RECHECK_MS = 30_000
const RECHECKS = 20
/**
 * A server that was too slow once is not said to hang: a vLLM that has just come up answers `/health` late twice, 0.8 to 2.8 s, right
 * after its start and around its first chat (seen with 0.32.0). So a second look must agree.
 */
const SECOND_LOOK_MS = 2_500
const SLOW: ReadonlySet<CheckCode> = new Set(["hung", "response-timeout", "connect-timeout"])
/** A server that answered a request so recently does not hang, however long its own routes take: it is busy. */
const ALIVE_MS = 20_000
/** A failed request asks for a new look, but not more often than this. */
const FAILURE_FRESH_MS = 3_000

export interface HealthOptions {
  endpoints(): Endpoint[]
  /** Every look, whatever it found, and the one before. */
  onLook?(report: EndpointReport, before: EndpointReport | undefined): void
  /** A server has problems worth a notice, or other ones than at the last look. */
  onProblems(report: EndpointReport): void
  /** A server whose problems were announced has none any more. */
  onRecovered(report: EndpointReport): void
  onError(error: unknown): void
  look?: typeof lookAt
  now?: () => number
  /** Milliseconds until a look that only found slowness is repeated. */
  secondLookMs?: number
}

export interface Health {
  /** Looks at every server whose last look is older than a minute. Never throws, resolves when all have been looked at. */
  refresh(): Promise<void>
  /** What is known now; looks first (2 s at most) where the last look is not from this very moment. */
  current(provider?: string): Promise<EndpointReport[]>
  /** A look that begins now, or runs already. */
  now(provider: string): Promise<EndpointReport | undefined>
  /** The last look, if it found problems worth a notice. */
  trouble(provider: string): EndpointReport | undefined
  last(provider: string): EndpointReport | undefined
  /** It has answered a look since OpenCode's start. */
  answered(provider: string): boolean
  /** Traffic tells as much as a look: a failed request asks for one, an answer after trouble too. Resolves when that look is over. */
  traffic(provider: string, reached: boolean): Promise<void>
  dispose(): void
}

/** The first look loads what opens sockets: not while OpenCode starts. */
const lookLater: typeof lookAt = async (endpoint, options) => (await import("./late.ts")).lookAt(endpoint, options)

interface Watched {
  report?: EndpointReport
  /** Codes of the problems that were announced; empty: nothing is open. */
  announced: string
  /** Codes that only show slowness, waiting for a second look. */
  suspected?: string
  running?: Promise<EndpointReport>
  /** When it last answered a request of the agent. */
  reachedAt: number
  answered?: boolean
  rechecks: number
  timer?: ReturnType<typeof setTimeout>
}

export function createHealth({
  endpoints,
  onLook,
  onProblems,
  onRecovered,
  onError,
  look = lookLater,
  secondLookMs = SECOND_LOOK_MS,
  now = Date.now,
}: HealthOptions): Health {
  const watched = new Map<string, Watched>()
  const stop = new AbortController()
  const nameOf = (endpoint: Endpoint) => endpoint.provider ?? endpoint.url

  function stateOf(name: string): Watched {
    const known = watched.get(name)
    if (known) return known
    const fresh: Watched = { announced: "", reachedAt: Number.NEGATIVE_INFINITY, rechecks: 0 }
    watched.set(name, fresh)
    return fresh
  }

  function announce(state: Watched, report: EndpointReport) {
    const open = worthANotice(report)
    const nameOf = (c: (typeof open)[number]) => `${c.id}:${c.code}`
    const codes = open.map(nameOf).join(" ")
    const told = new Set(state.announced.split(" "))
    const suspicion = open.some((c) => SLOW.has(c.code) && !told.has(nameOf(c)))
    if (suspicion && (state.suspected !== codes || now() - state.reachedAt < ALIVE_MS)) {
      state.suspected = codes
      return
    }
    state.suspected = undefined
    if (codes === state.announced) return
    const before = state.announced
    state.announced = codes
    if (codes) onProblems(report)
    else if (before) onRecovered(report)
  }

  function recheckLater(endpoint: Endpoint, state: Watched) {
    clearTimeout(state.timer)
    if (!(state.announced || state.suspected) || state.rechecks >= RECHECKS || stop.signal.aborted) return
    lookLaterAt(endpoint, state, state.suspected ? secondLookMs : RECHECK_MS)
  }

  function lookLaterAt(endpoint: Endpoint, state: Watched, ms: number) {
    clearTimeout(state.timer)
    state.timer = setTimeout(() => {
      state.rechecks++
      void lookNow(endpoint).catch(onError)
    }, ms)
    state.timer.unref?.()
  }

  function lookNow(endpoint: Endpoint): Promise<EndpointReport> {
    const state = stateOf(nameOf(endpoint))
    state.running ??= look(endpoint, { previous: state.report, signal: stop.signal })
      .then((report) => {
        const before = state.report
        state.report = report
        state.answered ||= report.checks.some(({ id, status }) => id === "reach" && status === "pass")
        if (stop.signal.aborted) return report
        try {
          onLook?.(report, before)
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
    async now(provider) {
      const endpoint = endpoints().find((e) => e.provider === provider)
      return endpoint && lookNow(endpoint)
    },
    trouble(provider) {
      const state = watched.get(provider)
      return state?.announced ? state.report : undefined
    },
    last: (provider) => watched.get(provider)?.report,
    answered: (provider) => watched.get(provider)?.answered === true,
    async traffic(provider, reached) {
      const endpoint = endpoints().find((e) => e.provider === provider)
      if (!endpoint) return
      const state = stateOf(provider)
      if (reached) state.reachedAt = now()
      const wasUp = state.report !== undefined && !state.announced
      // An answer right after the look that found trouble: well again, most likely, and nobody waits half a minute to hear it.
      if (reached && state.announced && !olderThan(endpoint, FAILURE_FRESH_MS)) lookLaterAt(endpoint, state, FAILURE_FRESH_MS)
      if (reached && (wasUp || !state.report || !olderThan(endpoint, FAILURE_FRESH_MS))) return
      // A look that is running is as good as a new one.
      if (!reached && !state.running && !olderThan(endpoint, FAILURE_FRESH_MS)) return
      state.rechecks = 0
      await lookNow(endpoint).catch(onError)
    },
    dispose() {
      stop.abort()
      for (const state of watched.values()) clearTimeout(state.timer)
    },
  }
}
