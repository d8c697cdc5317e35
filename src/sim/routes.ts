/** A request's way to the route that answers it. */
import { METHOD_NOT_ALLOWED, NOT_FOUND, UNAUTHORIZED } from "./errors.ts"
import { type Exchange, listed, refuse, sendJson } from "./exchange.ts"
import { answerWhole } from "./faults.ts"
import type { Kind } from "./kinds/types.ts"
import { parseBody } from "./requests.ts"
import { SCENARIOS } from "./scenarios.ts"
import type { Scenario } from "./types.ts"

export async function route(kind: Kind, exchange: Exchange): Promise<void> {
  const { state, path, req } = exchange
  const scenario: Scenario = SCENARIOS[state.scenario]
  if (scenario.whole) return answerWhole(exchange, scenario.whole)
  // Before routing, as the real middleware: an unknown path under /v1 is a 401 too.
  if (kind.needsKey(path) && req.method !== "OPTIONS" && !mayEnter(exchange, scenario)) return refuse(exchange, UNAUTHORIZED)
  const methods = Object.hasOwn(kind.routes, path) ? kind.routes[path] : kind.under?.(path)
  if (!methods) return refuse(exchange, NOT_FOUND)
  const handler = methods[req.method ?? "GET"]
  if (!handler) return refuse(exchange, METHOD_NOT_ALLOWED, { allow: Object.keys(methods).join(", ") })
  const ready = MODEL_ROUTES.test(path) ? await withModel(kind, exchange, scenario) : exchange
  if (ready) await handler(ready, scenario)
}

const MODEL_ROUTES = /^(?:\/v1)?\/(?:chat\/completions|completions|tokenize|detokenize)$/

function mayEnter({ state, req }: Exchange, scenario: Scenario): boolean {
  if (scenario.refuseKeys) return false
  return state.apiKey === undefined || req.headers.authorization === `Bearer ${state.apiKey}`
}

/** The exchange with the model that it is about, loaded; undefined when it has been answered already, or nobody waits for it. */
async function withModel(kind: Kind, exchange: Exchange, scenario: Scenario): Promise<Exchange | undefined> {
  const { state, request, req } = exchange
  const body = parseBody(request.body, req.headers["content-type"])
  if (!body.ok) return exchange
  const all = listed(state, scenario)
  const { model: name } = body.value
  const found = typeof name === "string" ? all.find((m) => m.id === name || m.id === kind.alias?.(name)) : all[0]
  const model = found ?? (kind.takesAnyName?.(all) ? all[0] : undefined)
  // The handler refuses a model that is not there, in its turn.
  if (!model) return exchange
  const refusal = kind.refuses?.(model, body.value)
  if (refusal) {
    sendJson(exchange, refusal.status, refusal.body)
    return undefined
  }
  await state.fleet.load(model.id)
  if (exchange.signal.aborted) return undefined
  const asked = typeof name === "string" ? { ...model, id: name } : model
  return { ...exchange, state: { ...state, asked } }
}
