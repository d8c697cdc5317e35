/** HTTP comes back, but no model list that can be used. */
import type { ServerResponse } from "node:http"
import { card, type Handler, healthyVllm, serveHttp, serveRoutes } from "../servers.ts"
import type { Cause } from "./cause.ts"

const answering =
  (status: number, body: string, headers: Record<string, string> = { "content-type": "application/json" }) =>
  () =>
    serveHttp((_, response) => {
      response.writeHead(status, headers)
      response.end(body)
    })
const HTML = { "content-type": "text/html; charset=utf-8" }
const vllm = (key?: string) => () => serveRoutes(healthyVllm(), key)
const below = (path: string) => async () => {
  const server = await serveRoutes(healthyVllm())
  return { ...server, url: `${server.origin}${path}` }
}
const address = (url: string) => async () => ({ port: 0, origin: "", url, seen: [], close: async () => {} })
const status =
  (code: number): Handler =>
  (_, response) => {
    response.statusCode = code
    response.end()
  }
const LIST = JSON.stringify(healthyVllm()["/v1/models"])
const WRONG_KEY = { key: "not-the-right-key" }
const OPENAI_401 = '{"error":{"message":"Incorrect API key provided","type":"authentication_error","code":401}}'

export const ANSWERS: Cause[] = [
  { does: "is healthy", expect: [], start: vllm() },
  {
    does: "is healthy but for a /version that never answers",
    expect: [],
    start: () => serveRoutes(healthyVllm({ "/version": () => {} })),
  },
  {
    does: "serves a model list without /v1, and nothing is wrong with that",
    expect: [],
    start: async () => {
      const server = await serveRoutes({ "/models": { data: [card("m", { owned_by: "me" })] } })
      return { ...server, url: server.origin }
    },
  },
  { does: "wants a key (vLLM)", expect: ["key-missing"], start: vllm("right"), cure: "{env:" },
  { does: "wants a key (OpenAI shape)", expect: ["key-missing"], start: answering(401, OPENAI_401) },
  { does: "wants a key (FastAPI shape)", expect: ["key-missing"], start: answering(401, '{"detail":"Not authenticated"}') },
  {
    does: "wants a key (LiteLLM without a database: 500, plain text)",
    expect: ["key-missing"],
    start: answering(500, "No api key passed in.", { "content-type": "text/plain" }),
  },
  { does: "refuses the key (vLLM)", expect: ["unauthorized"], start: vllm("right"), endpoint: WRONG_KEY, cure: "--api-key" },
  { does: "refuses the key (OpenAI shape)", expect: ["unauthorized"], start: answering(401, OPENAI_401), endpoint: WRONG_KEY },
  {
    does: "refuses the key (FastAPI shape)",
    expect: ["unauthorized"],
    start: answering(401, '{"detail":"Could not validate credentials"}'),
    endpoint: WRONG_KEY,
  },
  { does: "is given a key with a line break in it", expect: ["unauthorized"], start: vllm("right"), endpoint: { key: "a\nb" } },
  {
    does: "knows the key and forbids it",
    expect: ["forbidden"],
    start: answering(403, '{"detail":"not from here"}'),
    endpoint: WRONG_KEY,
  },
  {
    does: "forbids everything to who has no key",
    expect: ["forbidden"],
    start: answering(403, "", HTML),
    cure: "If it wants a key",
  },
  {
    does: "stands behind a gateway that wants a user and a password",
    expect: ["key-missing"],
    start: answering(401, "<h1>401</h1>", { ...HTML, "www-authenticate": 'Basic realm="gpu"' }),
    cure: "options.headers.Authorization",
  },
  { does: "has the base URL without its /v1", expect: ["wrong-path"], start: below(""), cure: /\/v1"\.$/ },
  { does: "has the base URL with /v1 twice", expect: ["wrong-path"], start: below("/v1/v1"), cure: /\d\/v1"\.$/ },
  {
    does: "has the base URL with the route behind it",
    expect: ["wrong-path"],
    start: below("/v1/chat/completions"),
    cure: /\/v1"\.$/,
  },
  {
    does: "has its API at another path than the base URL says",
    expect: ["wrong-path"],
    start: below("/api"),
    cure: /\d\/v1"\.$/,
  },
  { does: "has a base URL in capitals", expect: ["wrong-path"], start: below("/V1"), cure: /\d\/v1"\.$/ },
  {
    does: "is Open WebUI, the base URL ends in /v1",
    expect: ["wrong-path"],
    start: () => serveRoutes({ "/api/models": { data: [card("m", { owned_by: "openai" })] } }),
    cure: /\/api"\.$/,
  },
  { does: "knows no such path anywhere", expect: ["wrong-path"], start: answering(404, '{"detail":"Not Found"}') },
  { does: "has a base URL without a scheme", expect: ["wrong-path"], start: address("localhost:8000/v1"), cure: "http://" },
  { does: "has a base URL that is none", expect: ["wrong-path"], start: address("not a url") },
  { does: "has no base URL", expect: ["wrong-path"], start: address("") },
  { does: "has a base URL with a reference that was not filled in", expect: ["wrong-path"], start: address("{env:MY_URL}/v1") },
  {
    does: "answers with a login page",
    expect: ["html"],
    start: answering(200, "<!doctype html><title>Router login</title>", HTML),
  },
  { does: "answers with broken JSON", expect: ["bad-json"], start: answering(200, '{"object":"list","data":[') },
  {
    does: "answers with a byte order mark in front",
    expect: [],
    start: () =>
      serveRoutes(healthyVllm({ "/v1/models": (_: unknown, response: ServerResponse) => response.end(`\ufeff${LIST}`) })),
  },
  {
    does: "lists a model twice",
    expect: [],
    start: () => serveRoutes({ "/v1/models": { data: [card("m", { owned_by: "me" }), card("m", { owned_by: "me" })] } }),
  },
  { does: "answers with nothing", expect: ["bad-json"], start: answering(200, "") },
  { does: "answers with other JSON", expect: ["not-openai"], start: answering(200, '{"hello":"world"}') },
  {
    does: "answers with megabytes",
    expect: ["not-openai"],
    start: answering(200, `{"data":[${'{"id":"x"},'.repeat(370_000)}{}]}`),
    // Megabytes take their time on a busy machine.
    timeoutMs: 10_000,
  },
  {
    does: "sends on to another host; the key stays behind",
    expect: ["redirect"],
    start: answering(307, "", { location: "http://127.0.0.1:1/v1/models" }),
    endpoint: WRONG_KEY,
  },
  {
    does: "sends on to a login",
    expect: ["redirect"],
    start: answering(302, "", { location: "/login?next=%2Fv1%2Fmodels" }),
  },
  {
    does: "has moved its API to another address",
    expect: ["redirect"],
    start: answering(308, "", { location: "https://gpu.example/v1/models" }),
    cure: '"https://gpu.example/v1"',
  },
  {
    does: "limits requests and says how long",
    expect: ["rate-limited"],
    start: answering(429, "", { "retry-after": "17" }),
    cure: "Wait 17 seconds",
  },
  {
    does: "is not available and says how long",
    expect: ["overloaded"],
    start: answering(503, "<h1>maintenance</h1>", { ...HTML, "retry-after": "1200" }),
    cure: "Wait 1,200 seconds",
  },
  { does: "limits requests", expect: ["rate-limited"], start: answering(429, '{"error":{"message":"slow down"}}'), cure: "Wait" },
  {
    does: "is overloaded and says so",
    expect: ["overloaded"],
    start: answering(503, '{"error":{"message":"Server is busy, too many requests in the queue"}}'),
  },
  { does: "is not available, without a reason", expect: ["overloaded"], start: answering(503, "") },
  {
    does: "loads its model (llama.cpp)",
    expect: ["starting"],
    start: answering(503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'),
  },
  {
    does: "scales its engines (vLLM)",
    expect: ["starting"],
    start: answering(503, '{"error":"The model is currently scaling. Please try again later."}'),
  },
  {
    does: "has a dead engine: /health is 503",
    expect: ["engine-dead"],
    start: () => serveRoutes(healthyVllm({ "/health": status(503) })),
  },
  {
    does: "has a dead engine and says so",
    expect: ["engine-dead"],
    start: answering(500, '{"error":{"message":"EngineCore encountered an issue. See stack trace (above) for the root cause."}}'),
  },
  {
    does: "is a gateway whose backend is down",
    expect: ["server-error"],
    start: answering(502, "<h1>502 Bad Gateway</h1>", HTML),
  },
  { does: "is a gateway whose backend is slow", expect: ["server-error"], start: answering(504, "", HTML) },
  { does: "fails", expect: ["server-error"], start: answering(500, "Internal Server Error", { "content-type": "text/plain" }) },
  {
    does: "lists its models but does not answer /health",
    expect: ["response-timeout"],
    start: () => serveRoutes(healthyVllm({ "/health": () => {} })),
  },
  {
    does: "lists no model",
    expect: ["no-models"],
    start: () => serveRoutes(healthyVllm({ "/v1/models": { object: "list", data: [] } })),
  },
]
