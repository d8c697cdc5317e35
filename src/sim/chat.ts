/** POST /v1/chat/completions */
import { deliver } from "./deliver.ts"
import { UNAUTHORIZED } from "./errors.ts"
import { type Exchange, nameOf, refuse, sendJson, startStream, termsOf } from "./exchange.ts"
import { answerWhole, playFault } from "./faults.ts"
import type { Ticket } from "./meter.ts"
import { pause, play } from "./pacing.ts"
import { RECORDED, replay } from "./recorded.ts"
import { type ChatAsked, messagesOf, parseBody, readChat, type Terms, toolsOf } from "./requests.ts"
import { SCENARIOS } from "./scenarios.ts"
import { conversationOf, LAST_ANSWER, type Turn, turnOf } from "./turn.ts"
import type { ChatFault, Scenario } from "./types.ts"
import * as wire from "./wire.ts"

export async function chat(exchange: Exchange): Promise<void> {
  const { state, request } = exchange
  const body = parseBody(request.body, exchange.req.headers["content-type"])
  if (!body.ok) return refuse(exchange, body.refusal)
  const messages = messagesOf(body.value)
  const first = turnOf(conversationOf(messages, toolsOf(body.value)), state.scenario)
  const scenario: Scenario = SCENARIOS[first.scenario]
  const turn = isRetry(exchange, first, messages.length) ? { ...first, step: "plain" as const, says: LAST_ANSWER } : first
  request.scenario = turn.scenario
  if (scenario.whole) return answerWhole(exchange, scenario.whole)
  if (scenario.refuseKeys) return refuse(exchange, UNAUTHORIZED)
  const terms = termsOf(state, scenario)
  const asked = readChat(body.value, terms)
  if (!asked.ok) return refuse(exchange, asked.refusal)
  await answer(exchange, { turn, scenario, terms, asked: asked.value })
}

const STEPS_KEPT = 1000

/**
 * A broken stream is broken once per step of an OpenCode session (it sends `x-session-id`): OpenCode asks again at once, and
 * for ever where the stream had no finish, so the session would never end. Other clients get the fault each time.
 */
function isRetry({ state, req }: Exchange, turn: Turn, messages: number): boolean {
  const session = req.headers["x-session-id"]
  const { chat: fault }: Scenario = SCENARIOS[turn.scenario]
  if (session === undefined || turn.step !== "play" || fault === undefined || breaksEngine(fault)) return false
  const step = `${session} ${messages} ${turn.scenario}`
  if (state.broken.has(step)) return true
  state.broken.add(step)
  if (state.broken.size > STEPS_KEPT) state.broken.delete(state.broken.values().next().value!)
  return false
}

const breaksEngine = (fault: ChatFault) => fault === "hang" || fault === "engine-dead"

interface Job {
  turn: Turn
  scenario: Scenario
  terms: Terms
  asked: ChatAsked
}

async function answer(exchange: Exchange, job: Job): Promise<void> {
  const { state, signal, res } = exchange
  const { asked, scenario, terms } = job
  const ticket = state.meter.start(asked.prompt, asked.promptTokens)
  signal.addEventListener("abort", () => ticket.end("abort"), { once: true })
  const pace = { ...state.pace, firstTokenMs: scenario.firstTokenMs ?? state.pace.firstTokenMs }
  const head = wire.envelope("chatcmpl", nameOf(state, scenario))
  const stream = wire.withThoughtsAs(state.manner.thoughts, streamOf(job, head))
  const fault = faultOf(job)
  if (fault && (asked.stream || breaksEngine(fault))) {
    await playFault(exchange, fault, stream.events, pace, asked.stream)
    return ticket.end("error")
  }
  if (!asked.stream) {
    await pause(pace.firstTokenMs + pace.chunkMs * stream.completionTokens, signal)
    if (signal.aborted) return
    ticket.tokens(stream.completionTokens)
    if (terms.parsers.tool) ticket.parsed("non_streaming", stream.finish === "tool_calls" ? "tool_call" : "no_tool_call")
    ticket.end(stream.finish === "length" ? "length" : "stop")
    return sendJson(exchange, 200, stream.whole)
  }
  startStream(exchange)
  const meterEvent = meterOf(ticket, stream.events, terms.parsers.tool !== null)
  if (!(await play(res, stream.events, pace, signal, meterEvent))) return ticket.end("abort")
  ticket.tokens(Math.max(0, stream.completionTokens - stream.events.filter(isDelta).length))
  ticket.end(stream.finish === "length" ? "length" : "stop")
  res.end()
}

/** What breaks the engine breaks every request; what breaks a stream leaves titles and last answers alone. */
function faultOf({ scenario, turn }: Job) {
  const { chat: fault } = scenario
  return fault && (breaksEngine(fault) || turn.step === "play") ? fault : undefined
}

interface Stream {
  events: string[]
  /** The same answer without `stream`. */
  whole: object
  finish: string
  completionTokens: number
}

function streamOf({ turn, scenario, terms, asked }: Job, head: wire.Envelope): Stream {
  const limit = Math.min(asked.limit, (turn.step === "play" && scenario.cutAt) || asked.limit)
  const options = { callsAllowed: asked.callsAllowed, stream: asked.stream, limit, callId: wire.callId }
  const said = deliver(turn.says, terms.parsers, options)
  const counts = { prompt: asked.promptTokens, completion: said.completionTokens, reasoning: said.reasoningTokens }
  const whole = wire.wholeChat(head, said.deltas, said.finish, counts)
  const recorded = recordingFor(turn, scenario, asked)
  if (recorded) {
    const events = replay(RECORDED[recorded], head, wire.callId)
    return { events: events.filter((event) => asked.includeUsage || !isUsage(event)), whole, ...countsOf(events) }
  }
  const cut = said.finish === "length"
  const events = [
    wire.roleEvent(head),
    ...wire.deltaEvents(head, said.deltas, cut),
    ...(cut && said.deltas.length > 0 ? [] : [wire.finishEvent(head, said.finish)]),
    ...(asked.includeUsage ? [wire.usageEvent(head, counts)] : []),
    wire.DONE,
  ]
  return { events, whole, finish: said.finish, completionTokens: said.completionTokens }
}

/** A recording fits while the model says what it said then, calls are allowed, and the output limit lets all of it out. */
function recordingFor(turn: Turn, scenario: Scenario, asked: ChatAsked) {
  const { recorded } = scenario
  if (!recorded || turn.step !== "play" || turn.says !== scenario.says || !asked.stream) return undefined
  const fits = countsOf([RECORDED[recorded]]).completionTokens <= asked.limit
  return fits && (asked.callsAllowed || !scenario.says?.calls) ? recorded : undefined
}

const isUsage = (event: string) => event.includes('"choices":[],"usage":')
const isDelta = (event: string) => event.includes('"delta":{"') && !event.includes('"delta":{"role"')

function countsOf(events: readonly string[]) {
  const all = events.join("")
  const finish = [...all.matchAll(/"finish_reason":"(\w+)"/g)].at(-1)?.[1] ?? "stop"
  return { finish, completionTokens: Number(/"completion_tokens":(\d+)/.exec(all)?.[1] ?? 0) }
}

function meterOf(ticket: Ticket, events: readonly string[], parserOn: boolean) {
  return (index: number) => {
    const event = events[index]!
    if (!isDelta(event)) return
    ticket.tokens(1)
    if (parserOn) ticket.parsed("streaming", event.includes('"delta":{"tool_calls"') ? "tool_call" : "no_tool_call")
  }
}
