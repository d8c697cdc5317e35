import { runChecks } from "./checks/all.ts"
import { hasKey, unsendable } from "./checks/auth.ts"
import { isHtml, isUseful, type Seen, usedList } from "./checks/seen.ts"
import { type Client, createClient, type GetResult } from "./client.ts"
import type { Fetch } from "./fetch.ts"
import { type Identity, identify, kindOfList, kindOfVersion, shapesOfKind, shapesOfRoutes } from "./fingerprint.ts"
import { loadOf } from "./metrics.ts"
import { asObject, listEntries, servedModels } from "./models.ts"
import { askNative } from "./native/all.ts"
import { createPoster } from "./proof/post.ts"
import { withFacts } from "./states.ts"
import { clean, redactDeep, redactUrl, secretsOf } from "./text.ts"
import {
  type ApiShape,
  CHECK_IDS,
  type Check,
  type Endpoint,
  type EndpointReport,
  type ServedModel,
  type ServerKind,
} from "./types.ts"
import { type BaseUrl, parseBaseUrl } from "./url.ts"

export interface LookOptions {
  /** The report is there by then, whatever the server does. Default 2000. */
  deadlineMs?: number
  /** The last report of this endpoint: figures per second are measured against it. */
  previous?: EndpointReport
  /** Replaces the transport, for example by a fetch that the user configured. */
  fetch?: Fetch
  /** Milliseconds since the epoch; for tests. */
  now?: () => number
  signal?: AbortSignal
}

/** Kept back from the deadline, so that the report is made and handed over in time. */
const RESERVE_MS = 80

/**
 * One look at one server: who it is, what it serves, whether the configuration fits, how busy it is. GET requests, and Ollama's
 * POST `/api/show`; none of them makes a server compute. Never throws; takes at most `deadlineMs`.
 */
export async function lookAt(endpoint: Endpoint, options: LookOptions = {}): Promise<EndpointReport> {
  const { now = Date.now } = options
  const at = now()
  const secrets = secretsOf(endpoint)
  let report: EndpointReport
  try {
    report = await look(endpoint, options, at)
  } catch (error) {
    // A fault of this program must not look like one of the server.
    const name = error instanceof Error ? error.name : "unknown"
    report = reportOf(
      { endpoint, url: { fault: "unparsable", shown: redactUrl(endpoint.url ?? "") }, kind: "unknown", version: null },
      at,
    )
    report.checks = report.checks.map((c) => ({
      ...c,
      status: "skip",
      code: "ok",
      message: "Not checked.",
      fix: "",
      reference: "",
    }))
    report.checks[CHECK_IDS.indexOf("reach")] = internal(name)
  }
  return withoutSecrets(report, secrets)
}

/** Words of this program stay, also where somebody has chosen one of them for a key. */
function withoutSecrets(report: EndpointReport, secrets: readonly string[]): EndpointReport {
  const { server, shapes, models, checks } = report
  const hidden = redactDeep(report, secrets)
  return {
    ...hidden,
    server: { ...hidden.server, kind: server.kind },
    ...(shapes && { shapes }),
    models: hidden.models.map((model, i) => ({
      ...model,
      ...(models[i]?.state && { state: models[i].state }),
      ...(models[i]?.kindOfModel && { kindOfModel: models[i].kindOfModel }),
    })),
    checks: hidden.checks.map((check, i) => {
      const { id, status, code } = checks[i] as Check
      return { ...check, id, status, code }
    }),
  }
}

function internal(name: string): Check {
  return {
    id: "reach",
    status: "warn",
    code: "internal",
    message: `The check itself failed (${clean(name, 40)}); this says nothing about the server.`,
    fix: "Please report it with the version of opencode-vllm.",
    reference: "",
    ms: 0,
  }
}

async function look(
  endpoint: Endpoint,
  { deadlineMs = 2000, previous, fetch, signal }: LookOptions,
  at: number,
): Promise<EndpointReport> {
  const url = parseBaseUrl(endpoint.url)
  const seen: Seen = { endpoint, url, kind: "unknown", version: null }
  if ("fault" in url || unsendable(endpoint)) return reportOf(seen, at)
  const began = performance.now()
  const left = () => Math.max(1, Math.round(deadlineMs - RESERVE_MS - (performance.now() - began)))
  const client = createClient(endpoint, { fetch, signal })

  // The version is only a hint: it may take half of the time and no more.
  const versionAsked = client.get("/version", { root: true, timeoutMs: left() / 2 })
  const curedAsked = url.cure ? client.get("/models", { base: url.cure, timeoutMs: left() }) : undefined
  seen.list = await client.get("/models", { timeoutMs: left() })
  if (!isUseful(seen.list)) seen.cured = await curedAsked
  if (isNoApi(seen.list) && !isUseful(seen.cured)) Object.assign(seen, await elsewhere(client, url, left()))
  const list = usedList(seen)
  const entries = listEntries(list)
  seen.models = entries && servedModels(entries)

  const byList = list && kindOfList(list, entries)
  const version = await versionAsked
  seen.otherRouteAnswered = version.ok || seen.cured?.ok
  if (!list?.ok) return reportOf(seen, at)
  const versionBody = version.ok && version.status === 200 ? asObject(version.json) : undefined
  const stated = typeof versionBody?.version === "string" ? clean(versionBody.version, 40) : null
  const known = isSameServer(previous, seen.models, stated) ? previous : undefined
  const unnamed = () =>
    isUseful(list) ? identify(client, left() / 2, list, version) : { kind: "unknown" as const, version: stated }
  const identity: Identity = byList
    ? { kind: byList, version: stated, rust: versionBody?.rust_frontend_version !== undefined }
    : (kindOfVersion(version, list) ?? (known ? { kind: known.server.kind, version: known.server.version } : await unnamed()))
  Object.assign(seen, identity)

  seen.shapes = await learnMore(client, seen, identity, { left, at, previous, known, fetch, signal })
  return reportOf(seen, at)
}

/**
 * It serves what it served at the last look, and does not state another version: it is looked at every few seconds, and need not be asked
 * each time who it is, on up to six routes of others, nor for the megabytes of its route list.
 */
function isSameServer(
  previous: EndpointReport | undefined,
  models: readonly ServedModel[] | undefined,
  stated: string | null,
): previous is EndpointReport {
  if (!previous || previous.server.kind === "unknown" || previous.models.length === 0) return false
  const ids = (all: readonly ServedModel[]) => all.map(({ id }) => id).join("\n")
  return ids(previous.models) === ids(models ?? []) && (stated === null || stated === previous.server.version)
}

/** Something answers in HTTP, and not with an API. */
const isNoApi = (list: GetResult) =>
  list.ok && (list.status === 404 || list.status === 405 || (list.status === 200 && isHtml(list)))

/** Where servers and gateways have their API: most of them, OpenRouter's likes and LM Studio, Open WebUI, Docker. */
const PLACES = ["/v1", "/api/v1", "/openai/v1", "/api", "/engines/v1"]

/** The list below another path of the same server, where there is one. The key goes nowhere else. */
async function elsewhere(client: Client, url: BaseUrl, timeoutMs: number): Promise<Pick<Seen, "url" | "cured"> | undefined> {
  const origin = new URL(url.base).origin
  const others = PLACES.map((path) => `${origin}${path}`).filter((base) => base !== url.base && base !== url.cure)
  const lists = await Promise.all(others.map((base) => client.get("/models", { base, timeoutMs })))
  const at = lists.findIndex((list) => isUseful(list) && list.status === 200)
  return at < 0 ? undefined : { url: { ...url, cure: others[at] as string }, cured: lists[at] as GetResult }
}

/** The second round, once the kind of server is known: health, load, API shapes, context lengths. */
async function learnMore(
  client: Client,
  seen: Seen,
  identity: Identity,
  {
    left,
    at,
    previous,
    known,
    ...transport
  }: { left: () => number; at: number; known: EndpointReport | undefined } & Pick<LookOptions, "previous" | "fetch" | "signal">,
): Promise<ApiShape[] | undefined> {
  const { kind, version } = identity
  const timeoutMs = left()
  const ask = (path: string) => client.get(path, { root: true, timeoutMs })
  // Reading TensorRT-LLM's /metrics empties its buffer, and LiteLLM's needs rights: only these three are asked.
  const hasMetrics = kind === "vllm" || kind === "sglang" || kind === "llama.cpp"
  const before = previous?.server.kind === kind ? previous : undefined
  const shapesKnown = known?.server.kind === kind ? known.shapes : undefined
  // Nor LiteLLM's /openapi.json: making it holds up every other request for seconds (3.4 s and 2 MB on 1.108.7). An unknown server that
  // refuses the list may be one.
  const undocumented: ServerKind[] = ["litellm", "llama.cpp", "ollama", "lmstudio", "mlx-lm"]
  const documented = !undocumented.includes(kind) && (kind !== "unknown" || isUseful(usedList(seen)))
  const [health, metrics, openapi, more] = await Promise.all([
    kind === "vllm" ? ask("/health") : undefined,
    hasMetrics ? ask("/metrics") : undefined,
    !shapesKnown && documented ? ask("/openapi.json") : undefined,
    askNative(kind, {
      ...{ client, poster: createPoster(seen.endpoint, transport), timeoutMs },
      ...{ models: seen.models ?? [], known: before?.models },
    }),
  ])
  seen.health = health
  seen.metrics = metrics
  seen.version = more.version ?? version
  seen.parsers = { toolParser: more.toolParser, reasoningParser: more.reasoningParser }
  if (seen.models) seen.models = withFacts(seen.models, more.facts, more.all)
  if (metrics?.ok && metrics.status === 200) seen.load = loadOf(metrics.text, { version, at, previous })
  if (seen.models && kind === "vllm" && seen.load?.asleep) seen.models = withFacts(seen.models, undefined, { state: "sleeping" })
  return shapesKnown ?? shapesOfRoutes(openapi) ?? shapesOfKind(identity)
}

function reportOf(seen: Seen, at: number): EndpointReport {
  const { endpoint, url, shapes } = seen
  return {
    url: (url as BaseUrl).shown,
    ...(endpoint.provider !== undefined && { provider: endpoint.provider }),
    ...(!("fault" in url) && url.cure && !isUseful(seen.list) && isUseful(seen.cured) && { foundAt: url.cure }),
    server: {
      ...{ kind: seen.kind, version: seen.version },
      ...(seen.parsers?.toolParser !== undefined && { toolParser: seen.parsers.toolParser }),
      ...(seen.parsers?.reasoningParser !== undefined && { reasoningParser: seen.parsers.reasoningParser }),
    },
    ...(shapes && { shapes }),
    models: seen.models ?? [],
    configured: endpoint.models ?? [],
    hasKey: hasKey(endpoint),
    checks: runChecks(seen),
    ...(seen.load && { load: seen.load }),
    at,
  }
}
