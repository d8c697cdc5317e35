/** One request on its way through the server, and what it shares with the others. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Refusal } from "./errors.ts"
import type { Meter } from "./meter.ts"
import type { Pace } from "./pacing.ts"
import type { Terms } from "./requests.ts"
import type { ScenarioName } from "./scenarios.ts"
import type { Vocabulary } from "./tokens.ts"
import type { Scenario, SimRequest } from "./types.ts"

/** State of one simulated server. */
export interface State {
  scenario: ScenarioName
  /** Served name, unless a scenario says otherwise. */
  model: string
  maxModelLen: number
  apiKey?: string
  pace: Pace
  vocabulary: Vocabulary
  meter: Meter
  /** Steps of sessions in which a broken stream was played already. */
  broken: Set<string>
  /** Start, seconds since the epoch. */
  created: number
}

export interface Exchange {
  state: State
  req: IncomingMessage
  res: ServerResponse
  request: SimRequest
  /** Path without query. */
  path: string
  /** Fires when the client has gone or the answer has ended. */
  signal: AbortSignal
}

export const servedNames = (state: State, scenario: Scenario): string[] =>
  scenario.served === null ? [] : [scenario.served ?? state.model]

export const RIGHT_PARSERS = { tool: "qwen3_coder", reasoning: "nemotron_v3" } as const

export function termsOf(state: State, scenario: Scenario): Terms {
  return {
    served: servedNames(state, scenario),
    maxModelLen: scenario.maxModelLen ?? state.maxModelLen,
    parsers: scenario.parsers ?? RIGHT_PARSERS,
    vocabulary: state.vocabulary,
  }
}

export function sendText(
  exchange: Exchange,
  status: number,
  type: string | undefined,
  text: string,
  extra: Record<string, string> = {},
) {
  const body = Buffer.from(text)
  const headers = {
    server: "uvicorn",
    ...extra,
    "content-length": String(body.length),
    ...(type ? { "content-type": type } : {}),
  }
  exchange.res.writeHead(status, headers)
  exchange.res.end(exchange.req.method === "HEAD" ? undefined : body)
}

export const sendJson = (exchange: Exchange, status: number, value: unknown, extra: Record<string, string> = {}) =>
  sendText(exchange, status, "application/json", JSON.stringify(value), extra)

export const refuse = (exchange: Exchange, refusal: Refusal) => sendJson(exchange, refusal.status, refusal.body)

/** Headers go out at once, as a real server's do: the bytes come when the engine has some. */
export function startStream(exchange: Exchange) {
  exchange.res.writeHead(200, { server: "uvicorn", "content-type": "text/event-stream; charset=utf-8" })
  exchange.res.flushHeaders()
}
