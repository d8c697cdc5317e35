/** What the engine counts while it serves. */
import { createHistogram, type Histogram } from "./exposition.ts"
import { countTokens } from "./tokens.ts"

export type FinishedReason = "stop" | "length" | "abort" | "error" | "repetition"
export type Outcome = "tool_call" | "no_tool_call"
export type Mode = "streaming" | "non_streaming"

export interface Figures {
  running: number
  /** Tokens of the requests that are running. */
  heldTokens: number
  promptTokens: number
  cachedTokens: number
  generatedTokens: number
  finished: Record<FinishedReason, number>
  /** Invocations of the tool parser, by `mode/outcome`. */
  invocations: Record<`${Mode}/${Outcome}`, number>
  /** HTTP requests by `handler method class`, for example `/v1/models GET 2xx`. */
  http: Map<string, number>
  firstToken: Histogram
  betweenTokens: Histogram
  whole: Histogram
}

export interface Ticket {
  /** The engine has made `count` more tokens. */
  tokens(count: number): void
  /** The tool parser has looked at one delta (streaming) or one answer. */
  parsed(mode: Mode, outcome: Outcome): void
  /** Counted once; later calls change nothing. */
  end(reason: FinishedReason): void
}

export interface Meter {
  figures: Figures
  start(prompt: string, promptTokens: number): Ticket
  http(handler: string, method: string, status: number): void
}

// Bounds of `vllm/v1/metrics/loggers.py` 0.32.
const FIRST_TOKEN = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
]
const BETWEEN = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80]
const WHOLE = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680]

const CACHE_BLOCK = 16
const PROMPTS_KEPT = 8

export function createMeter(now: () => number = Date.now): Meter {
  const figures: Figures = {
    ...{ running: 0, heldTokens: 0, promptTokens: 0, cachedTokens: 0, generatedTokens: 0 },
    finished: { stop: 0, length: 0, abort: 0, error: 0, repetition: 0 },
    invocations: {
      ...{ "streaming/tool_call": 0, "streaming/no_tool_call": 0 },
      ...{ "non_streaming/tool_call": 0, "non_streaming/no_tool_call": 0 },
    },
    http: new Map(),
    firstToken: createHistogram(FIRST_TOKEN),
    betweenTokens: createHistogram(BETWEEN),
    whole: createHistogram(WHOLE),
  }
  const seen: string[] = []

  function start(prompt: string, promptTokens: number): Ticket {
    figures.running++
    figures.promptTokens += promptTokens
    figures.cachedTokens += cachedTokens(seen, prompt)
    seen.push(prompt)
    if (seen.length > PROMPTS_KEPT) seen.shift()
    let held = promptTokens
    figures.heldTokens += held
    const began = now()
    let last: number | undefined
    let over = false
    return {
      tokens(count) {
        const at = now()
        if (last === undefined) figures.firstToken.observe((at - began) / 1000)
        else figures.betweenTokens.observe((at - last) / 1000)
        last = at
        held += count
        figures.heldTokens += count
        figures.generatedTokens += count
      },
      parsed(mode, outcome) {
        figures.invocations[`${mode}/${outcome}`]++
      },
      end(reason) {
        if (over) return
        over = true
        figures.running--
        figures.heldTokens -= held
        figures.finished[reason]++
        figures.whole.observe((now() - began) / 1000)
      },
    }
  }

  return {
    figures,
    start,
    http(handler, method, status) {
      const key = `${handler} ${method} ${Math.floor(status / 100)}xx`
      figures.http.set(key, (figures.http.get(key) ?? 0) + 1)
    },
  }
}

/** Tokens of the longest head that an earlier prompt had too, in whole cache blocks. */
function cachedTokens(seen: readonly string[], prompt: string): number {
  const shared = Math.max(0, ...seen.map((earlier) => sharedHead(earlier, prompt)))
  return Math.floor(countTokens(prompt.slice(0, shared)) / CACHE_BLOCK) * CACHE_BLOCK
}

function sharedHead(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  let at = 0
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}
