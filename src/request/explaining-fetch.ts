import { readBody } from "../endpoint/body.ts"
import { secretsOf } from "../endpoint/text.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import { errorAnswer } from "./error-answer.ts"
import { type Advice, explain, type Failed, isSlow, isStarting, wantsLook } from "./explain.ts"
import type { Refused } from "./signs.ts"
import { sleep, unlessAborted } from "./sleep.ts"
import { addressOf, type Fetch, modelOf, restored, routeOf, type Wrapper } from "./types.ts"

export interface ExplainingOptions {
  /** A look at the server as it is now, two seconds at most; undefined: nothing is known. A rejection counts as that. */
  look(): Promise<EndpointReport | undefined>
  /** The request waits for a server that is loading: at once, then every few seconds. `ms` since it began to wait. */
  onWait?(text: string, ms: number): void
  /** How long requests before this one have waited for the same loading: it counts. */
  waitedMs?(): number
  /** The wait is over, and the request goes out again. */
  onReady?(ms: number): void
  /** Longest wait for a server that is loading. Default ten minutes; OpenCode gives up after five unless its `headerTimeout` is raised. */
  maxWaitMs?: number
  /** Time between two questions to a server that is loading. Default 2 s. */
  pollMs?: number
  /** Time between two reports of waiting. Default 5 s. */
  sayMs?: number
  /** A request without an answer for that long is looked after: nobody may take the connection. Default 6 s. */
  patienceMs?: number
  /** A fault in here or in a callback; the request goes on, a failure passes as it came. */
  onError?(error: unknown): void
}

/** These say all there is to say, and the host knows what to do. */
const LEFT_ALONE: ReadonlySet<number> = new Set([408, 409, 413, 429])

/**
 * A fetch whose failures say what is wrong. A failed connection that a look confirms becomes an error answer that OpenCode shows at once;
 * a server that is loading is waited for; what OpenCode repeats or compacts on with good reason passes as it came. Belongs outside of
 * everything that reads refusals itself.
 */
export const explainingFetch =
  (given: ExplainingOptions): Wrapper =>
  (inner) =>
  async (url, init) => {
    const address = addressOf(url)
    if (routeOf(address) === undefined || !/^post$/i.test(init?.method ?? "")) return inner(url, init)
    const signal = init?.signal
    const o = guarded(given)
    const request = { url: address, init, signal }
    let waiting: Waiting | undefined
    for (;;) {
      const outcome = await attempt(inner, url, init, o)
      if ("response" in outcome && isAnswer(outcome.response)) {
        if (waiting) o.onReady(waiting.ms())
        return outcome.response
      }
      // Given up by the host: it wants to see its own reason, and no look.
      if ("error" in outcome && signal?.aborted) throw outcome.error
      const { advice, pass } = await judge(outcome, request, o)
      if (advice.action === "pass") return pass()
      if (advice.action === "answer") return errorAnswer(advice.message, advice.status)
      waiting ??= createWaiting(o)
      if (!(await waiting.untilReady(advice.reason, signal))) return errorAnswer(waiting.tooLong(advice.reason))
    }
  }

type Options = Required<ExplainingOptions>

/** Defaults filled in; nothing that is called from here can fail the request. */
function guarded({ look, onWait, onReady, waitedMs = () => 0, onError = () => {}, ...times }: ExplainingOptions): Options {
  const safely = (step: () => void) => {
    try {
      step()
    } catch (error) {
      onError(error)
    }
  }
  return {
    ...{ maxWaitMs: 600_000, pollMs: 2_000, sayMs: 5_000, patienceMs: 6_000 },
    ...times,
    onError,
    waitedMs,
    async look() {
      try {
        return await look()
      } catch (error) {
        onError(error)
        return undefined
      }
    },
    onWait: (text, ms) => safely(() => onWait?.(text, ms)),
    onReady: (ms) => safely(() => onReady?.(ms)),
  }
}

type Outcome = { response: Response } | { error: unknown } | { unreached: EndpointReport }

/** A model's answer, or an error that is not for this program to explain. */
function isAnswer(response: Response): boolean {
  if (LEFT_ALONE.has(response.status)) return true
  return response.status < 400 && !/^text\/html\b/i.test(response.headers.get("content-type") ?? "")
}

/** Sends the request. Where nobody takes the connection, the runtime would wait for minutes: two looks that agree end it before. */
async function attempt(inner: Fetch, url: string | URL | Request, init: RequestInit | undefined, o: Options): Promise<Outcome> {
  const done = new AbortController()
  const send = async (): Promise<Outcome> => {
    try {
      return { response: await unmasked(await inner(url, init), init) }
    } catch (error) {
      return { error }
    }
  }
  const sent = send()
  const lost = unconnectable(o, done.signal).then((unreached) => (unreached ? { unreached } : sent))
  try {
    const outcome = await Promise.race([sent, lost])
    // The attempt is left behind; should it get an answer after all, nobody reads it.
    if ("unreached" in outcome) void sent.then(discard)
    return outcome
  } finally {
    done.abort()
  }
}

/** A body longer than this is no error. */
const MAX_ERROR = 65_536

/**
 * Some gateways answer HTTP 200 with an error object. OpenCode reads an event stream there, finds none, and asks again without end (as it
 * does with an HTML page: 627 requests in 90 s, measured with 1.18.33); with the status that the error stands for it says what it reads.
 */
async function unmasked(response: Response, init: RequestInit | undefined): Promise<Response> {
  const length = Number(response.headers.get("content-length") ?? Number.NaN)
  const isJson = /^application\/json\b/i.test(response.headers.get("content-type") ?? "")
  // An answer of known length cannot be a stream that is still being written, whatever its type says.
  if (!response.ok || !isJson || !(length <= MAX_ERROR)) return response
  if (typeof init?.body !== "string" || !/(?<!\\)"stream"\s*:\s*true\b/.test(init.body)) return response
  const { text } = await readBody(response)
  const status = errorStatus(text)
  return restored(response, text, status)
}

function errorStatus(text: string): number | undefined {
  try {
    const { error, code } = JSON.parse(text) ?? {}
    if (!error) return undefined
    const stated = Number(error.code ?? code)
    return Number.isInteger(stated) && stated >= 400 && stated <= 599 ? stated : 400
  } catch {
    return undefined
  }
}

function discard(late: Outcome): void {
  if ("response" in late) late.response.body?.cancel().catch(() => {})
}

async function unconnectable(o: Options, done: AbortSignal): Promise<EndpointReport | undefined> {
  let report: EndpointReport | undefined
  for (const pause of [o.patienceMs, o.patienceMs / 2]) {
    await sleep(pause, done)
    if (done.aborted) return undefined
    report = await o.look()
    const reach = report?.checks.find((c) => c.id === "reach")?.code
    if (reach !== "connect-timeout" && reach !== "unreachable") return undefined
  }
  return report
}

interface Judged {
  advice: Advice
  /** The failure as it came. */
  pass(): Response
}

interface Asked {
  url: string
  init: RequestInit | undefined
  signal: AbortSignal | null | undefined
}

async function judge(outcome: Outcome, { url, init, signal }: Asked, o: Options): Promise<Judged> {
  const model = typeof init?.body === "string" ? modelOf(init.body) : undefined
  const request = { url, secrets: secretsIn(url, init?.headers), ...(model !== undefined && { model }) }
  const advise = (failed: Failed): Advice => {
    try {
      return explain(failed)
    } catch (error) {
      o.onError(error)
      return { action: "pass" }
    }
  }
  if ("response" in outcome) {
    const { response } = outcome
    const { text } = await unlessAborted(readBody(response), signal)
    const refused: Refused = { status: response.status, contentType: response.headers.get("content-type") ?? "", text }
    const report = wantsLook(refused) ? await unlessAborted(o.look(), signal) : undefined
    return { advice: advise({ ...request, response: refused, report }), pass: () => restored(response, text) }
  }
  let report = "unreached" in outcome ? outcome.unreached : await unlessAborted(o.look(), signal)
  // An error that came at once and a look that only found slowness do not fit together: a busy machine, for example. One more look.
  if ("error" in outcome && isSlow(report)) report = await unlessAborted(o.look(), signal)
  return {
    advice: advise({ ...request, report }),
    pass() {
      throw "error" in outcome ? outcome.error : new TypeError("fetch failed")
    },
  }
}

interface Waiting {
  /** Resolves with true when the server looks ready, with false when it took too long; rejects when the request is given up. */
  untilReady(reason: string, signal: AbortSignal | null | undefined): Promise<boolean>
  tooLong(reason: string): string
  ms(): number
}

/** One wait over all refusals of one request. */
function createWaiting(o: Options): Waiting {
  const began = performance.now() - o.waitedMs()
  let said = Number.NEGATIVE_INFINITY
  const ms = () => performance.now() - began
  const seconds = () => Math.round(ms() / 1_000)
  return {
    ms,
    tooLong: (reason) => `${reason} after ${seconds()} s.\nCure: Wait until its log says that it is ready, then ask again.`,
    async untilReady(reason, signal) {
      for (;;) {
        if (ms() >= o.maxWaitMs) return false
        if (ms() - said >= o.sayMs) {
          said = ms()
          o.onWait(seconds() < 1 ? `${reason}.` : `${reason}, for ${seconds()} s now.`, Math.round(ms()))
        }
        await sleep(Math.min(o.pollMs, Math.max(1, o.maxWaitMs - ms())), signal)
        signal?.throwIfAborted()
        const report = await unlessAborted(o.look(), signal)
        if (!isStarting(report)) return true
      }
    },
  }
}

/** What in a request opens doors: its address and the headers that are named like a key. */
function secretsIn(url: string, headers: RequestInit["headers"]): string[] {
  const named = [...new Headers(headers ?? {})].filter(([name]) => /auth|key|token|secret|cookie/i.test(name))
  return secretsOf({ url, headers: Object.fromEntries(named) })
}
