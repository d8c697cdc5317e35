import { createClient } from "./client.ts"
import type { Fetch } from "./fetch.ts"
import { lookAt } from "./look.ts"
import { asObject, listEntries, servedModels } from "./models.ts"
import { askNative } from "./native/all.ts"
import { createPoster, type Posted } from "./proof/post.ts"
import { withFacts } from "./states.ts"
import type { CheckCode, Endpoint, EndpointReport, ModelState, ServedModel, ServerKind } from "./types.ts"

export interface WakeOptions {
  /** The result is there by then; the server may go on loading. */
  timeoutMs: number
  /** Told with one line whenever the state changes, and every few seconds how long it has taken. */
  onProgress?: (text: string) => void
  signal?: AbortSignal
  /** Replaces the transport, for example by a fetch that the user configured. */
  fetch?: Fetch
  /** Milliseconds between two looks at the state. Default 500. */
  everyMs?: number
  /** Milliseconds between two lines while nothing changes. Default 5000. */
  sayMs?: number
}

export type Woken =
  | { is: "loaded"; ms: number /** Tokens, where the server tells. */; context?: number }
  | { is: "timeout"; ms: number }
  | { is: "failed"; ms: number; code: WakeCode }

/** `load-failed`: the server tried, or gave up. `no-wake-route`: a vLLM sleeps and its development routes are off. */
export type WakeCode = CheckCode | "load-failed" | "no-wake-route" | "cancelled"

const LINES: Record<ModelState, string> = {
  loaded: "loaded",
  loading: "is loading",
  unloaded: "is not loaded yet",
  sleeping: "is waking up",
}

/**
 * Makes a server load a model and waits for it. Where a server loads nothing on demand, or does not tell, a listed model counts as
 * loaded. Never throws.
 */
export async function waitUntilLoaded(endpoint: Endpoint, modelId: string, options: WakeOptions): Promise<Woken> {
  const began = performance.now()
  const ms = () => Math.round(performance.now() - began)
  const { timeoutMs, signal, fetch, everyMs = 500, sayMs = 5000, onProgress } = options
  // Ends the request that loads, and the looks, together with the waiting.
  const over = new AbortController()
  const giveUp = () => over.abort()
  signal?.addEventListener("abort", giveUp, { once: true })
  if (signal?.aborted) giveUp()
  const timer = setTimeout(giveUp, timeoutMs)
  const ended = (): Woken => (signal?.aborted ? { is: "failed", ms: ms(), code: "cancelled" } : { is: "timeout", ms: ms() })
  const transport = { fetch, signal: over.signal }
  try {
    const report = await lookAt(endpoint, { ...transport, deadlineMs: Math.min(2000, Math.max(100, timeoutMs)) })
    if (over.signal.aborted) return ended()
    const found = startOf(report, modelId)
    if ("code" in found) return { is: "failed", ms: ms(), code: found.code }
    if (found.state === undefined || found.state === "loaded") return loaded(found, ms())

    const kind = report.server.kind
    // The signal ends the request that loads. With the same time of its own it could fail first, and a timeout be told as a failure.
    const line = { endpoint, transport, timeoutMs: timeoutMs + 1000 }
    let failure: WakeCode | undefined
    // What loads already is only waited for; a second request would have it loaded twice on LM Studio.
    if (found.state !== "loading")
      void trigger(line, kind, found).then((code) => {
        failure = code
      })
    let said: ModelState | undefined
    let saidAt = 0
    let state: ModelState | undefined = found.state
    for (;;) {
      if (state !== undefined && (state !== said || ms() - saidAt >= sayMs)) {
        tell(onProgress, `${found.id} ${LINES[state]}${said === undefined ? "" : `, ${Math.round(ms() / 1000)} s so far`}`)
        saidAt = ms()
      }
      said = state ?? said
      await pause(everyMs, over.signal)
      if (over.signal.aborted) return ended()
      if (failure) return { is: "failed", ms: ms(), code: failure }
      const now = await stateOf(line, kind, found)
      if (over.signal.aborted) return ended()
      if (now?.state === "loaded") return loaded(now, ms())
      // From loading back to nothing: the server gave up. Before it began to load, nothing is concluded.
      if (said === "loading" && now?.state === "unloaded") return { is: "failed", ms: ms(), code: "load-failed" }
      state = now?.state
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener("abort", giveUp)
    over.abort()
  }
}

const loaded = ({ context }: ServedModel, ms: number): Woken => ({ is: "loaded", ms, ...(context && { context }) })

/** A listener that throws must not end the waiting. */
function tell(onProgress: WakeOptions["onProgress"], text: string) {
  try {
    onProgress?.(text)
  } catch {}
}

function startOf(report: EndpointReport, modelId: string): ServedModel | { code: CheckCode } {
  const found = report.models.find((m) => m.id === modelId) ?? report.models.find((m) => m.id === `${modelId}:latest`)
  if (found) return found
  const broken = report.checks.find((c) => c.status === "fail" && ["config", "reach", "auth", "models"].includes(c.id))
  return { code: broken?.code ?? "no-such-model" }
}

interface Line {
  endpoint: Endpoint
  transport: { fetch?: Fetch; signal: AbortSignal }
  timeoutMs: number
}

/** Sends what makes the server load. Resolves with the code of a refusal, or with nothing when the server did what it was told. */
async function trigger(line: Line, kind: ServerKind, { id }: ServedModel): Promise<WakeCode | undefined> {
  const { endpoint, transport, timeoutMs } = line
  const poster = createPoster(endpoint, transport)
  const root = (path: string, body: object) => poster.post(path, body, { root: true, timeoutMs })
  const oneToken = () =>
    poster.post("/chat/completions", { model: id, max_tokens: 1, messages: [{ role: "user", content: "Hi" }] }, { timeoutMs })
  switch (kind) {
    case "vllm": {
      const posted = await root("/wake_up", {})
      return posted.ok && posted.status === 404 ? "no-wake-route" : refusalOf(posted)
    }
    case "ollama":
      // No prompt: the model is loaded and nothing is generated (docs/api.md, "Load a model").
      return refusalOf(await root("/api/generate", { model: id, stream: false }))
    case "lmstudio": {
      const posted = await root("/api/v1/models/load", { model: id })
      return isLoadAnswer(posted) ? undefined : refusalOf(await oneToken())
    }
    case "llama-swap": {
      const path = `/upstream/${id.split("/").map(encodeURIComponent).join("/")}/health`
      const answer = await createClient(endpoint, transport).get(path, { root: true, timeoutMs })
      if (!answer.ok) return answer.failure.code
      // A server behind that has no such route has been started all the same.
      return answer.status >= 500 ? "load-failed" : answer.status === 401 ? "unauthorized" : undefined
    }
    case "llama.cpp": {
      const posted = await root("/models/load", { model: id })
      // Asleep, or a router without the route: a request wakes it.
      return posted.ok && posted.status < 400 ? undefined : refusalOf(await oneToken())
    }
    default:
      return undefined
  }
}

function refusalOf(posted: Posted): WakeCode | undefined {
  if (!posted.ok) return posted.failure.code
  if (posted.status < 400) return undefined
  if (posted.status === 401) return "unauthorized"
  if (posted.status === 403) return "forbidden"
  return posted.status === 404 ? "no-such-model" : "load-failed"
}

/** A version without the route may answer 200 with an error in the body: that has loaded nothing. */
function isLoadAnswer(posted: Posted): boolean {
  if (!posted.ok || posted.status !== 200) return false
  try {
    const body = asObject(JSON.parse(posted.text))
    return body !== undefined && body.error === undefined
  } catch {
    return false
  }
}

const STATE_MS = 5000

/** The model as the native routes tell it now; undefined when they do not answer. */
async function stateOf(
  { endpoint, transport }: Line,
  kind: ServerKind,
  { id, state: _, ...model }: ServedModel,
): Promise<ServedModel | undefined> {
  const client = createClient(endpoint, transport)
  const timeoutMs = STATE_MS
  if (kind === "vllm") {
    const answer = await client.get("/is_sleeping", { root: true, timeoutMs })
    const asleep = answer.ok ? asObject(answer.json)?.is_sleeping : undefined
    return typeof asleep === "boolean" ? { ...model, id, state: asleep ? "sleeping" : "loaded" } : undefined
  }
  // The states of llama.cpp's router are in its model list.
  const entries = kind === "llama.cpp" ? listEntries(await client.get("/models", { timeoutMs })) : undefined
  const models = entries ? servedModels(entries) : [{ ...model, id }]
  const poster = createPoster(endpoint, transport)
  const native = await askNative(kind, { client, poster, timeoutMs, models, known: models, statesOnly: true })
  return withFacts(models, native.facts, native.all).find((m) => m.id === id)
}

/** Until the time is over or the waiting is given up. */
function pause(forMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, forMs)
    signal.addEventListener("abort", done, { once: true })
    if (signal.aborted) done()
  })
}
