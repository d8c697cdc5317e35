/** One request on its way through the server, and what it shares with the others. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Refusal } from "./errors.ts"
import type { Fleet, Hosted } from "./fleet.ts"
import type { Meter } from "./meter.ts"
import type { Pace } from "./pacing.ts"
import type { Rules, Terms } from "./requests.ts"
import type { ScenarioName } from "./scenarios.ts"
import type { Vocabulary } from "./tokens.ts"
import type { Scenario, SimRequest } from "./types.ts"

/** How a kind of server behaves and speaks, where it differs from vLLM. */
export interface Manner {
  /** On every answer. */
  headers: Readonly<Record<string, string>>
  rules: Rules
  /** Field of a chat answer that holds the thoughts. */
  thoughts: "reasoning" | "reasoning_content"
  /** A refusal of vLLM in this server's words. A body that is a string is sent as plain text. */
  says(refusal: Refusal, exchange: Exchange): Refusal
}

/** State of one simulated server. */
export interface State {
  scenario: ScenarioName
  /** Served models, unless a scenario says otherwise. */
  fleet: Fleet
  /** The model that one request is about; set for that request only. */
  asked?: Hosted
  manner: Manner
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

/** The models as the server lists them. */
export function listed(state: State, scenario: Scenario): Hosted[] {
  const { models } = state.fleet
  const [first] = models
  if (scenario.served === null || !first) return []
  const named = scenario.served === undefined ? models : [{ ...first, id: scenario.served }]
  const { maxModelLen } = scenario
  return maxModelLen === undefined ? [...named] : named.map((m) => ({ ...m, context: maxModelLen, maxContext: maxModelLen }))
}

/** The name that was asked for comes first: an answer is given under it. */
export function servedNames(state: State, scenario: Scenario): string[] {
  const names = listed(state, scenario).map((m) => m.id)
  const { asked } = state
  return asked && scenario.served === undefined ? [asked.id, ...names.filter((name) => name !== asked.id)] : names
}

/** The name in an answer. */
export const nameOf = (state: State, scenario: Scenario): string =>
  servedNames(state, scenario)[0] ?? state.fleet.models[0]?.id ?? ""

export const RIGHT_PARSERS = { tool: "qwen3_coder", reasoning: "nemotron_v3" } as const

export function termsOf(state: State, scenario: Scenario): Terms {
  return {
    served: servedNames(state, scenario),
    maxModelLen: scenario.maxModelLen ?? (state.asked ?? state.fleet.models[0])?.context ?? 0,
    rules: state.manner.rules,
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
    ...exchange.state.manner.headers,
    ...extra,
    "content-length": String(body.length),
    ...(type ? { "content-type": type } : {}),
  }
  exchange.res.writeHead(status, headers)
  exchange.res.end(exchange.req.method === "HEAD" ? undefined : body)
}

export const sendJson = (exchange: Exchange, status: number, value: unknown, extra: Record<string, string> = {}) =>
  sendText(exchange, status, "application/json", JSON.stringify(value), extra)

export function refuse(exchange: Exchange, refusal: Refusal, extra?: Record<string, string>) {
  const { status, body } = exchange.state.manner.says(refusal, exchange)
  if (typeof body === "string") sendText(exchange, status, "text/plain; charset=utf-8", body, extra)
  else sendJson(exchange, status, body, extra)
}

/** Headers go out at once, as a real server's do: the bytes come when the engine has some. */
export function startStream(exchange: Exchange) {
  exchange.res.writeHead(200, { ...exchange.state.manner.headers, "content-type": "text/event-stream; charset=utf-8" })
  exchange.res.flushHeaders()
}
