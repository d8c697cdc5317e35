/**
 * What a person sees of a server that fails, in the real OpenCode: seconds from the head that `opencode run` prints (agent and model) to
 * the first sentence, the requests that the server got, and the sentence; without the plugin and with it. The head may come in one piece with
 * the sentence, which then counts as 0.0 s.
 *
 *   bun bench/errors.ts [--only name] [--limit seconds] [--plugin folder]
 */
import { join } from "node:path"
import { parseArgs } from "node:util"
import { makeProject, type ProjectOptions, root, start } from "../scripts/host.ts"
import { ENGINE_DEAD, unknownModel } from "../src/sim/errors.ts"
import { card, type Handler, healthyVllm, type Running, serveHttps, serveRaw, serveRoutes } from "../test/endpoint/servers.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    limit: { type: "string", default: "90" },
    plugin: { type: "string", default: root },
    debug: { type: "boolean" },
  },
})
const LIMIT_MS = Number(values.limit) * 1_000

interface Cause {
  name: string
  /** `mine`: what stands in the configuration in place of the right thing. */
  start(): Promise<Running & { url?: string }>
  project?: Partial<ProjectOptions>
}

const json =
  (status: number, body: unknown, headers: object = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers })
    response.end(JSON.stringify(body))
  }

const USAGE = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "nemotron", choices: [], usage: { prompt_tokens: 100, completion_tokens: 4, total_tokens: 104 } })}\n\n`

/** The answer of a healthy server, as an event stream. */
const answers: Handler = (_, response) => {
  const chunk = (delta: object, more: object = {}) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "nemotron", choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`
  response.writeHead(200, { "content-type": "text/event-stream" })
  response.end(
    `${chunk({ role: "assistant", content: "All is well." })}${chunk({}, { finish_reason: "stop" })}${USAGE}data: [DONE]\n\n`,
  )
}

const serving = (chat: Handler, more: object = {}, key?: string) =>
  serveRoutes(healthyVllm({ "/v1/chat/completions": chat, ...more }), key)

const page: Handler = (_, response) => {
  response.writeHead(200, { "content-type": "text/html" })
  response.end("<!doctype html><html><head><title>Router login</title></head><body>Log in</body></html>")
}

/** What servers say of a prompt that is too long. Each makes OpenCode compact, and must go on doing so. */
const OVERFLOWS = {
  SGLang: "The input (8200 tokens) is longer than the model's context length (8192 tokens).",
  "llama.cpp": "the request exceeds the available context size, try increasing it",
  Ollama: "prompt too long; exceeded max context length by 8 tokens",
  "LM Studio":
    "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input",
  LiteLLM:
    "litellm.ContextWindowExceededError: litellm.BadRequestError: Hosted_vllmException - This model's maximum context length is 8192 tokens. However, you requested 8200 tokens.",
}

const OVERFLOW =
  "This model's maximum context length is 8192 tokens. However, your prompt contains at least 8193 input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=8193)"

/** Refuses the first request with tools, as too long; what comes after it is answered. */
function overflowing(message = OVERFLOW): Handler {
  let refused = false
  return async (request, response) => {
    let body = ""
    for await (const piece of request) body += piece
    if (refused || !JSON.parse(body).tools) return answers(request, response)
    refused = true
    json(400, { error: { message, type: "BadRequestError", param: "input_tokens", code: 400 } })(request, response)
  }
}

/** Busy for the first two requests, as a full queue is, with the time after which to ask again. */
function queueing(): Handler {
  let times = 0
  return (request, response) =>
    times++ < 2
      ? json(
          503,
          { error: { message: "The queue is full", type: "overloaded_error", code: 503 } },
          { "retry-after": "1" },
        )(request, response)
      : answers(request, response)
}

/** Loads for eight seconds from the first chat request on. */
function loading(): Promise<Running> {
  let ready = Number.POSITIVE_INFINITY
  const guarded =
    (then: Handler): Handler =>
    (request, response) => {
      if (request.method === "POST" && ready === Number.POSITIVE_INFINITY) ready = performance.now() + 8_000
      if (performance.now() >= ready) return then(request, response)
      json(503, { error: { code: 503, message: "Loading model", type: "unavailable_error" } })(request, response)
    }
  const list = { object: "list", data: [card("nemotron", { owned_by: "llamacpp" })] }
  return serveRoutes({
    "/v1/models": guarded(json(200, list)),
    "/v1/chat/completions": guarded(answers),
    "/health": guarded(json(200, {})),
  })
}

async function closedPort(): Promise<Running> {
  const server = await serveRaw(() => {})
  await server.close()
  return { ...server, close: async () => {} }
}

const CAUSES: Cause[] = [
  { name: "all is well", start: () => serving(answers) },
  { name: "connection refused", start: closedPort },
  // OpenCode takes any 500 in a text for the status.
  { name: "connection refused, port 5000", start: async () => ({ ...(await closedPort()), url: "http://127.0.0.1:5000/v1" }) },
  { name: "unknown host name", start: async () => ({ ...(await closedPort()), url: "http://no-such-host.invalid:8000/v1" }) },
  { name: "self-signed certificate", start: () => serveHttps("localhost", page, join(root, "test/endpoint/certs")) },
  { name: "expired certificate", start: () => serveHttps("expired", page, join(root, "test/endpoint/certs")) },
  {
    name: "certificate of another host",
    start: () => serveHttps("other", page, join(root, "test/endpoint/certs")),
    project: { env: { NODE_EXTRA_CA_CERTS: join(root, "test/endpoint/certs/other.crt") } },
  },
  { name: "forbidden", start: () => serving(json(403, { detail: "Forbidden" })) },
  { name: "wrong key", start: () => serving(answers, {}, "right") },
  { name: "login page", start: () => serveRoutes({ "/v1/models": page, "/v1/chat/completions": page }) },
  {
    name: "no /v1 in the base URL",
    start: async () => {
      const server = await serving(answers)
      return { ...server, url: server.origin }
    },
  },
  {
    name: "unknown model",
    start: () =>
      serving(json(404, unknownModel("nemotron", ["nemotron-3-super"]).body), {
        "/v1/models": { object: "list", data: [card("nemotron-3-super")] },
      }),
  },
  {
    name: "dead engine",
    start: () => serving(json(500, ENGINE_DEAD.body), { "/health": json(503, {}) }),
  },
  {
    name: "open model list, chat wants a key",
    start: () =>
      serving(json(401, { error: { code: 401, message: "Invalid API Key", type: "authentication_error" } }), {
        "/v1/models": { object: "list", data: [card("nemotron", { owned_by: "llamacpp" })] },
      }),
  },
  {
    name: "tools refused",
    start: () =>
      serving(
        json(400, {
          error: { message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set' },
        }),
      ),
    project: { options: { rescue: "off" } },
  },
  {
    name: "a proxy that is not there",
    start: () => serving(answers),
    project: { env: { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9", NO_PROXY: "", no_proxy: "" } },
  },
  {
    name: "headers, then nothing, chunkTimeout 5 s",
    start: () => serving((_, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders()),
    project: { provider: { options: { chunkTimeout: 5_000 } } },
  },
  { name: "accepts and never answers", start: () => serveRaw(() => {}) },
  {
    name: "answers without an end",
    start: () =>
      serving((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.end('data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"Half an ans"}}]}\n\n')
      }),
  },
  { name: "loading for 8 s", start: loading },
  { name: "context overflow", start: () => serving(overflowing()) },
  ...Object.entries(OVERFLOWS).map(
    ([server, text]): Cause => ({ name: `context overflow, ${server}`, start: () => serving(overflowing(text)) }),
  ),
  { name: "queue full twice", start: () => serving(queueing()) },
]

interface Measured {
  /** Seconds from the head of the message; undefined: nothing was said within the limit. */
  seconds?: number
  /** POST requests that the server got. */
  requests: number
  shown: string
}

const plain = (text: string) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\u2060", "")
/** What `opencode run` prints before anything happened: the agent and the model. */
const said = (text: string) =>
  plain(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("> ") && !line.startsWith("at "))

async function measure(cause: Cause, wrapped: boolean): Promise<Measured> {
  const server = await cause.start()
  const project = makeProject({
    url: server.url ?? `${server.origin}/v1`,
    model: "nemotron",
    apiKey: "sk-wrong",
    ...cause.project,
    plugin: wrapped ? [[values.plugin, cause.project?.options ?? {}]] : [],
  })
  let began = performance.now()
  let headed = false
  const child = start(project, ["run", "hi"])
  let output = ""
  let seconds: number | undefined
  const take = (chunk: Buffer) => {
    output += chunk.toString()
    if (!headed && plain(output).includes("> build")) {
      headed = true
      began = performance.now()
    }
    if (seconds === undefined && said(output).length > 0) seconds = (performance.now() - began) / 1_000
  }
  child.stdout?.on("data", take)
  child.stderr?.on("data", take)
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS)
  await new Promise((resolve) => child.on("close", resolve))
  clearTimeout(timer)
  const requests = server.seen.filter((request) => request.method === "POST").length
  await server.close()
  project.dispose()
  if (values.debug) console.error(cause.name, wrapped, { seconds, requests, output })
  return { ...(seconds !== undefined && { seconds }), requests, shown: said(output).join(" / ") }
}

const cell = (text: string) => text.replaceAll("|", "\\|").replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
const time = ({ seconds }: Measured) => (seconds === undefined ? `nothing in ${LIMIT_MS / 1_000} s` : `${seconds.toFixed(1)} s`)

console.log("| failure | | first sentence after | requests | what is shown |")
console.log("|---|---|---|---|---|")
const wanted = CAUSES.filter((cause) => values.only === undefined || cause.name.includes(values.only))
// Pairs of runs, so that a minute of silence is not waited for eleven times; more at once would measure the machine.
const queue = [...wanted]
async function worker(): Promise<void> {
  for (let cause = queue.shift(); cause; cause = queue.shift()) {
    const without = await measure(cause, false)
    const wrapped = await measure(cause, true)
    console.log(`| ${cause.name} | without | ${time(without)} | ${without.requests} | ${cell(without.shown)} |`)
    console.log(`| | with | ${time(wrapped)} | ${wrapped.requests} | ${cell(wrapped.shown)} |`)
  }
}
await Promise.all([worker(), worker(), worker()])
