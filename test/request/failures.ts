/**
 * One server per way in which a request fails, with what has to come of it. The same table runs under Bun and under Node, since each
 * runtime throws errors of its own.
 */
import { lookAt } from "../../src/endpoint/look.ts"
import { explainingFetch } from "../../src/request/explaining-fetch.ts"
import { calmClock } from "../calm-clock.ts"
import {
  card,
  healthyVllm,
  type Routes,
  type Running,
  serveHttp,
  serveHttps,
  serveRaw,
  serveRoutes,
} from "../endpoint/servers.ts"

export interface Outcome {
  /** 0: the fetch threw. */
  status: number
  /** The message of the error answer, or the whole body where it is none of ours. */
  said: string
  /** As the clock of a calm machine would show. */
  ms: number
  /** Chat requests that the server saw. */
  requests: number
}

export interface Failure {
  /** 0: the error is thrown on. */
  status: number
  /** Parts of what is said. */
  says: string[]
  /** The address below the origin; default `/v1`. */
  path?: string
  model?: string
  headers?: Record<string, string>
  start(certificates: string): Promise<(Running & { url?: string }) | undefined>
}

async function closedPort(): Promise<Running> {
  const server = await serveRaw(() => {})
  await server.close()
  return { ...server, close: async () => {} }
}

/** The same answer on every route. */
const always = (status: number, body: string, contentType = "application/json") => ({
  start: () =>
    serveHttp((_, response) => {
      response.writeHead(status, { "content-type": contentType })
      response.end(body)
    }),
})

const https = (certificate: "localhost" | "expired" | "other") => ({
  start: (certificates: string) => serveHttps(certificate, (_, response) => void response.end("{}"), certificates),
})

const wantsKey = { start: () => serveRoutes(healthyVllm(), "right") }

const answering = (status: number, body: string, contentType = "application/json") => ({
  "/v1/chat/completions": (
    _: unknown,
    response: { writeHead(status: number, headers: object): void; end(text: string): void },
  ) => {
    response.writeHead(status, { "content-type": contentType, "retry-after": "7" })
    response.end(body)
  },
})

/** A healthy server but for what it answers to a chat. */
const chat = (status: number, body: string, contentType?: string, more: Routes = {}) => ({
  start: () => serveRoutes(healthyVllm({ ...answering(status, body, contentType), ...more })),
})

const error = (message: string, code = 400) => JSON.stringify({ error: { message, type: "Error", param: null, code } })
const OVERFLOW = error(
  "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, which exceeds this limit even without any output tokens.",
)
const ENGINE_DEAD = error("EngineCore encountered an issue. See stack trace (above) for the root cause.", 500)
const PAGE = "<!doctype html><html><head><title>Router login</title></head></html>"

export const FAILURES: Record<string, Failure> = {
  "nothing listens": { status: 424, says: ["Nothing listens at 127.0.0.1:", "Cure: Start the server"], start: closedPort },
  "the name does not exist": {
    status: 424,
    says: ["no-such-host.invalid cannot be resolved", "Cure:"],
    start: async () => ({ ...(await closedPort()), url: "http://no-such-host.invalid:8000/v1" }),
  },
  "self-signed certificate": {
    status: 424,
    says: ["The certificate of", "is not trusted", "NODE_EXTRA_CA_CERTS"],
    ...https("localhost"),
  },
  "expired certificate": { status: 424, says: ["expired", "Cure: Renew"], ...https("expired") },
  // Where its authority is trusted the name is what is wrong; the test of other processes has it so.
  "certificate of another host": { status: 424, says: ["The certificate of", "Cure:"], ...https("other") },
  "open model list, key for the chat": {
    status: 401,
    says: ["does not accept the configured API key for this request", "Cure:"],
    headers: { authorization: "Bearer sk-wrong-5f00" },
    ...chat(401, '{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}'),
  },
  "open model list, no key for the chat": {
    status: 401,
    says: ["API key", "Cure:"],
    ...chat(401, '{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}'),
  },
  "http to an https port": {
    status: 424,
    says: ["speaks https", "Cure: Write https://"],
    start: async (certificates) => {
      const server = await https("localhost").start(certificates)
      return { ...server, origin: `http://127.0.0.1:${server.port}` }
    },
  },
  "https to an http port": {
    status: 424,
    says: ["speaks plain http", "Cure: Write http://"],
    start: async () => {
      const server = await serveRoutes(healthyVllm())
      return { ...server, origin: `https://127.0.0.1:${server.port}` }
    },
  },
  "resets the connection": {
    status: 424,
    says: ["closes the connection without an answer", "Cure:"],
    start: () => serveRaw((socket) => socket.resetAndDestroy()),
  },
  "speaks something else than HTTP": {
    status: 424,
    says: ["not in HTTP", "Cure: Correct the port"],
    start: () => serveRaw((socket) => socket.end("\x00\x01SSH-2.0-garbage\r\n\r\n")),
  },
  "a hiccup": {
    status: 0,
    says: [],
    start: () =>
      serveRoutes(
        healthyVllm({ "/v1/chat/completions": (request: { socket: { destroy(): void } }) => request.socket.destroy() }),
      ),
  },
  "no key": {
    ...wantsKey,
    status: 401,
    says: ["wants an API key, and none is configured", "Cure: Set provider.mine.options.apiKey"],
  },
  "a wrong key": {
    ...wantsKey,
    status: 401,
    says: ["does not accept the configured API key", "Cure: Correct the key"],
    headers: { authorization: "Bearer sk-wrong-5f00" },
  },
  "a key that is repeated": {
    status: 401,
    says: ["The server said: Incorrect API key: ***."],
    headers: { authorization: "Bearer sk-wrong-5f00" },
    ...chat(401, error("Incorrect API key: sk-wrong-5f00")),
  },
  "no key (LiteLLM without a database)": {
    status: 424,
    says: ["wants an API key, and none is configured", "No api key passed in"],
    start: () =>
      serveHttp((_, response) => {
        response.writeHead(500, { "content-type": "text/plain" })
        response.end("Internal Server Error: No api key passed in.")
      }),
  },
  forbidden: {
    ...always(403, '{"detail":"not from here"}'),
    status: 403,
    says: ["refuses", "not from here", "no key is configured", "ask whoever runs the server"],
  },
  "a page at login": {
    ...always(200, PAGE, "text/html"),
    status: 424,
    says: ["web page", "Cure: Correct the port or path", "Router login"],
  },
  "a page for the chat alone": {
    status: 424,
    says: ["web page instead of the model's answer", "Router login"],
    ...chat(200, PAGE, "text/html"),
  },
  "a page with status 404": { status: 424, says: ["Cure:"], ...chat(404, PAGE, "text/html") },
  "no /v1": {
    status: 424,
    says: ["lacks the /v1 at its end", "Cure: Add /v1 at the end of provider.mine.options.baseURL."],
    path: "",
    start: () => serveRoutes(healthyVllm()),
  },
  "no such route": { status: 424, says: ["has no /v1/chat/completions", "Cure:"], start: () => serveRoutes(healthyVllm()) },
  "unknown model (vLLM)": {
    status: 424,
    model: "nemotron-3",
    says: [
      'does not serve the model "nemotron-3"; it serves "nemotron-3-super", "embedder".',
      'Cure: Write "nemotron-3-super" in provider.mine.models',
      "--served-model-name",
    ],
    ...chat(404, error("The model `nemotron-3` does not exist.", 404), undefined, {
      "/v1/models": { object: "list", data: [card("nemotron-3-super"), card("embedder")] },
    }),
  },
  "unknown model (LiteLLM)": {
    status: 424,
    model: "nope",
    says: ['does not serve the model "nope"'],
    ...chat(
      400,
      error(
        "/chat/completions: Invalid model name passed in model=nope. Call `/v1/models` to view available models for your key.",
      ),
    ),
  },
  "unknown model (Ollama)": {
    status: 424,
    model: "nope",
    says: ['does not serve the model "nope"', "try pulling it first"],
    ...chat(404, error('model "nope" not found, try pulling it first', 404)),
  },
  "dead engine": {
    status: 424,
    says: ["engine is dead", "Cure: Restart the server", "The server said: EngineCore encountered an issue"],
    ...chat(500, ENGINE_DEAD, undefined, {
      "/health": (_: unknown, response: { statusCode: number; end(): void }) => {
        response.statusCode = 503
        response.end()
      },
    }),
  },
  "dead engine, health unknown": { status: 424, says: ["engine is dead", "Cure: Restart"], ...chat(500, ENGINE_DEAD) },
  "gateway without a backend": {
    ...always(502, "<html><h1>Bad Gateway</h1></html>", "text/html"),
    status: 424,
    says: ["the model server behind it does not", "Cure: Start the model server"],
  },
  "tools refused": {
    status: 424,
    says: ["refuses every request with tools", "--enable-auto-tool-choice"],
    ...chat(400, error('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set')),
  },
  "too long a prompt": { status: 400, says: [OVERFLOW], ...chat(400, OVERFLOW) },
  "too long a prompt, status 413": { status: 413, says: [""], ...chat(413, "") },
  "limits requests": { status: 429, says: [error("slow down", 429)], ...chat(429, error("slow down", 429)) },
  "queue full": { status: 503, says: [error("Server is overloaded", 503)], ...chat(503, error("Server is overloaded", 503)) },
  "an internal error": {
    status: 500,
    says: [error("Internal server error", 500)],
    ...chat(500, error("Internal server error", 500)),
  },
  "a bad request": { status: 400, says: [error("1 validation error")], ...chat(400, error("1 validation error")) },
  "a healthy server": { status: 200, says: ["data: [DONE]"], ...chat(200, "data: [DONE]\n\n", "text/event-stream") },
}

/** Sends one chat request through the wrapper. Undefined: the failure cannot be made on this machine. */
export async function outcomeOf(name: string, certificates: string): Promise<Outcome | undefined> {
  const failure = FAILURES[name]
  const server = await failure?.start(certificates)
  if (!failure || !server) return undefined
  const base = server.url ?? `${server.origin}${failure.path ?? "/v1"}`
  const key = failure.headers?.authorization?.replace("Bearer ", "")
  // None of them is silent: more time than the two seconds of a look changes nothing but on a busy machine.
  const look = () => lookAt({ url: base, provider: "mine", ...(key && { key }) }, { deadlineMs: 20_000 })
  const send = explainingFetch({ look })((url, init) => fetch(url, init))
  const clock = calmClock()
  const outcome = await send(`${base}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...failure.headers },
    body: JSON.stringify({ model: failure.model ?? "nemotron", stream: true, messages: [] }),
  }).then(
    async (response) => ({ status: response.status, said: said(await response.text()) }),
    (thrown: unknown) => ({ status: 0, said: String(thrown) }),
  )
  const ms = clock()
  const requests = server.seen.filter((request) => request.method === "POST").length
  await server.close()
  return { ...outcome, ms, requests }
}

function said(body: string): string {
  try {
    const { type, error } = JSON.parse(body)
    return type === "error" ? error.message : body
  } catch {
    return body
  }
}

/** A server that loads for a while, then works. */
export function loadingServer(loadsMs: number): Promise<Running> {
  const ready = performance.now() + loadsMs
  return serveHttp((request, response) => {
    const loads = performance.now() < ready
    response.writeHead(loads ? 503 : 200, { "content-type": "application/json" })
    if (loads) return void response.end('{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}')
    const list = { object: "list", data: [card("nemotron", { owned_by: "llamacpp" })] }
    response.end(request.method === "POST" ? '{"answer":42}' : JSON.stringify(list))
  })
}
