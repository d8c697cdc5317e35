/** A simulated server: the routes, bytes and faults of a real vLLM, without a GPU, or the manners of another kind around them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Exchange, State } from "./exchange.ts"
import { createFleet, type SimModel } from "./fleet.ts"
import { isSimKind, KINDS, type SimKind } from "./kinds/all.ts"
import type { Kind } from "./kinds/types.ts"
import { handlerLabel } from "./kinds/vllm.ts"
import { createMeter } from "./meter.ts"
import { route } from "./routes.ts"
import { isScenarioName, type ScenarioName } from "./scenarios.ts"
import { createVocabulary } from "./tokens.ts"
import type { SimRequest } from "./types.ts"

export interface SimOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** The server it is a copy of. Default `vllm`. */
  kind?: SimKind
  /** Name of a scenario, default `healthy`. A prompt overrules it for its request with `SIM:<name>`. */
  scenario?: string
  /** The key that the server then asks for, on the routes that ask for one. Ollama and TensorRT-LLM have none. Default: none. */
  apiKey?: string
  /** Served model name. Default `nemotron-3-super`. */
  model?: string
  /** Served models, in place of the one that `model` names. */
  models?: readonly SimModel[]
  /** Milliseconds that it takes to load a model. Default 2000. */
  loadMs?: number
  /** Context length in tokens. Default 262144. */
  maxModelLen?: number
  /** Milliseconds between tokens. Default 4. */
  chunkMs?: number
  /** Milliseconds before the first token. Default 40. */
  firstTokenMs?: number
  /** Told of every request when its answer is over. */
  onRequest?: (request: SimRequest) => void
}

export interface Sim {
  /** Base URL as a client configures it, ending in `/v1`. */
  url: string
  port: number
  readonly scenario: ScenarioName
  /** Changes the behaviour from the next request on. Throws a `SimError` on an unknown name. */
  set(name: string): void
  /** The last thousand requests, oldest first, running ones included. */
  requests: SimRequest[]
  /** Stops at once: open answers are cut. */
  close(): Promise<void>
}

export class SimError extends Error {
  constructor(
    readonly code: "unknown-scenario" | "unknown-kind",
    message: string,
  ) {
    super(message)
    this.name = "SimError"
  }
}

const REQUESTS_KEPT = 1000
const BODY_LIMIT = 64 * 1024 * 1024

/** Resolves when the server listens. Rejects with a `SimError` on an unknown scenario or kind, and with the runtime's own error (`code: "EADDRINUSE"`) when it cannot. */
export async function startSim(options: SimOptions = {}): Promise<Sim> {
  const { host = "127.0.0.1", scenario = "healthy", kind: name = "vllm" } = options
  assertScenario(scenario)
  if (!isSimKind(name)) throw new SimError("unknown-kind", `There is no kind of server named ${name}.`)
  const kind: Kind = KINDS[name]
  const state: State = {
    scenario,
    fleet: fleetOf(kind, options),
    manner: kind,
    apiKey: options.apiKey,
    pace: { chunkMs: options.chunkMs ?? 4, firstTokenMs: options.firstTokenMs ?? 40 },
    vocabulary: createVocabulary(),
    meter: createMeter(),
    broken: new Set(),
    created: Date.now() / 1000,
  }
  const requests: SimRequest[] = []
  const server = createServer((req, res) => {
    const request = recordOf(req, state)
    requests.push(request)
    if (requests.length > REQUESTS_KEPT) requests.shift()
    void serve({ kind, state, told: options.onRequest }, req, res, request)
  })
  const port = await listen(server, options.port ?? 0, host)
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/v1`,
    port,
    requests,
    get scenario() {
      return state.scenario
    },
    set(name) {
      assertScenario(name)
      state.scenario = name
    },
    close: () => close(server),
  }
}

function assertScenario(name: string): asserts name is ScenarioName {
  if (!isScenarioName(name)) throw new SimError("unknown-scenario", `There is no scenario named ${name}.`)
}

function recordOf(req: IncomingMessage, state: State): SimRequest {
  return {
    method: req.method ?? "GET",
    path: req.url ?? "/",
    headers: req.headers,
    body: "",
    scenario: state.scenario,
    status: 0,
  }
}

function fleetOf(kind: Kind, { model = "nemotron-3-super", maxModelLen = 262_144, loadMs = 2000, ...options }: SimOptions) {
  const { models = [{ id: model }] } = options
  const fleet = createFleet(models, { context: maxModelLen, loadMs, alone: kind.alone })
  const waiting = kind.onDemand ? [] : fleet.models.filter((m) => m.phase === "unloaded")
  for (const { id } of waiting) void fleet.load(id)
  return fleet
}

interface Shared {
  kind: Kind
  state: State
  told: SimOptions["onRequest"]
}

async function serve({ kind, state, told }: Shared, req: IncomingMessage, res: ServerResponse, request: SimRequest) {
  const began = Date.now()
  const path = request.path.split("?", 1)[0]!
  const over = new AbortController()
  res.on("close", () => {
    over.abort()
    request.status = res.headersSent ? res.statusCode : 0
    request.ms = Date.now() - began
    state.meter.http(handlerLabel(path), request.method, request.status)
    told?.(request)
  })
  try {
    request.body = await bodyOf(req)
    const exchange: Exchange = { state, req, res, request, path, signal: over.signal }
    await route(kind, exchange)
  } catch {
    // The client has gone in the middle of its own request, or sent more than a server takes.
    res.destroy()
  }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of req) {
    size += part.length
    if (size > BODY_LIMIT) throw new Error("body too large")
    parts.push(part)
  }
  return Buffer.concat(parts).toString("utf8")
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      server.off("error", reject)
      const address = server.address()
      resolve(typeof address === "object" && address ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
