/** POST /v1/completions: the model's own text, no parser in the way. */
import { UNAUTHORIZED } from "./errors.ts"
import { type Exchange, nameOf, refuse, sendJson, startStream, termsOf } from "./exchange.ts"
import { answerWhole, playFault } from "./faults.ts"
import { rawText } from "./model.ts"
import { pause, play } from "./pacing.ts"
import { type Asked, parseBody, readCompletion } from "./requests.ts"
import { SCENARIOS } from "./scenarios.ts"
import { pieces } from "./tokens.ts"
import { conversationOfPrompt, turnOf } from "./turn.ts"
import type { Scenario } from "./types.ts"
import * as wire from "./wire.ts"

/** vLLM's default for this route when the request names no limit. */
const DEFAULT_LIMIT = 16

export async function completions(exchange: Exchange): Promise<void> {
  const { state, request } = exchange
  const body = parseBody(request.body, exchange.req.headers["content-type"])
  if (!body.ok) return refuse(exchange, body.refusal)
  const own: Scenario = SCENARIOS[state.scenario]
  const read = readCompletion({ max_tokens: DEFAULT_LIMIT, ...body.value }, termsOf(state, own))
  if (!read.ok) return refuse(exchange, read.refusal)
  const turn = turnOf(conversationOfPrompt(read.value.prompt), state.scenario)
  const scenario: Scenario = SCENARIOS[turn.scenario]
  request.scenario = turn.scenario
  if (scenario.whole) return answerWhole(exchange, scenario.whole)
  if (scenario.refuseKeys) return refuse(exchange, UNAUTHORIZED)
  await answer(exchange, read.value, scenario, rawText(turn.says))
}

async function answer(exchange: Exchange, asked: Asked, scenario: Scenario, raw: string): Promise<void> {
  const { state, signal, res } = exchange
  const ticket = state.meter.start(asked.prompt, asked.promptTokens)
  signal.addEventListener("abort", () => ticket.end("abort"), { once: true })
  const all = pieces(raw)
  const cut = all.length >= asked.limit
  const said = all.slice(0, asked.limit)
  const finish = cut ? "length" : "stop"
  const counts = { prompt: asked.promptTokens, completion: Math.min(asked.limit, all.length + 1) }
  const head = wire.envelope("cmpl", nameOf(state, scenario))
  const pace = { ...state.pace, firstTokenMs: scenario.firstTokenMs ?? state.pace.firstTokenMs }
  const events = [
    ...wire.textEvents(head, said, finish),
    ...(asked.includeUsage ? [wire.textUsageEvent(head, counts)] : []),
    wire.DONE,
  ]
  if (scenario.chat === "hang" || scenario.chat === "engine-dead") {
    await playFault(exchange, scenario.chat, events, pace, asked.stream)
    return ticket.end("error")
  }
  if (!asked.stream) {
    await pause(pace.firstTokenMs + pace.chunkMs * counts.completion, signal)
    if (signal.aborted) return
    ticket.tokens(counts.completion)
    ticket.end(finish)
    return sendJson(exchange, 200, wire.wholeText(head, said.join(""), finish, counts))
  }
  startStream(exchange)
  const played = await play(res, events, pace, signal, (index) => index < said.length && ticket.tokens(1))
  if (!played) return ticket.end("abort")
  ticket.end(finish)
  res.end()
}
