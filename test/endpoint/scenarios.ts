/**
 * One server per way to fail, with the code that a look has to name. The same table runs under Bun and under Node, since each
 * runtime reports these failures in words of its own.
 */
import { lookAt } from "../../src/endpoint/look.ts"
import { problems } from "../../src/endpoint/problems.ts"
import type { CheckCode } from "../../src/endpoint/types.ts"
import { fullBacklog, healthyVllm, type Running, serveHttp, serveHttps, serveRaw, serveRoutes } from "./servers.ts"

export interface Scenario {
  expect: CheckCode[]
  start(certificates: string): Promise<(Running & { url?: string }) | undefined>
}

const json = (status: number, body: string) => () =>
  serveHttp((_, response) => {
    response.writeHead(status, { "content-type": "application/json" })
    response.end(body)
  })

async function closedPort(): Promise<Running> {
  const server = await serveRaw(() => {})
  await server.close()
  return { ...server, close: async () => {} }
}

export const SCENARIOS: Record<string, Scenario> = {
  "a healthy server": { expect: [], start: () => serveRoutes(healthyVllm()) },
  "nothing listens": { expect: ["refused"], start: closedPort },
  "the name does not exist": {
    expect: ["dns"],
    start: async () => ({ ...(await closedPort()), url: "http://no-such-host.invalid:8000/v1" }),
  },
  "accepts and never answers": { expect: ["hung"], start: () => serveRaw(() => {}) },
  "stalls after the headers": {
    expect: ["response-timeout"],
    start: () => serveRaw((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")),
  },
  "resets the connection": { expect: ["reset"], start: () => serveRaw((socket) => socket.resetAndDestroy()) },
  "closes without an answer": { expect: ["reset"], start: () => serveRaw((socket) => socket.end()) },
  "dies in the middle of the body": {
    expect: ["reset"],
    start: () =>
      serveRaw((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        setTimeout(() => socket.resetAndDestroy(), 30)
      }),
  },
  "speaks something else than HTTP": {
    expect: ["not-openai"],
    start: () => serveRaw((socket) => socket.end("\x00\x01SSH-2.0-garbage\r\n\r\n")),
  },
  "drops the connection attempt": { expect: ["connect-timeout"], start: fullBacklog },
  "self-signed certificate": { expect: ["tls-untrusted"], start: (c) => serveHttps("localhost", (_, r) => void r.end("{}"), c) },
  "expired certificate": { expect: ["tls-expired"], start: (c) => serveHttps("expired", (_, r) => void r.end("{}"), c) },
  "certificate of another host": {
    // Told from an untrusted one only where its authority is trusted: the test of that sets both variables.
    expect: [process.env.TEST_TRUSTS_OTHER ? "tls-hostname" : "tls-untrusted"],
    start: (c) => serveHttps("other", (_, r) => void r.end("{}"), c),
  },
  "http to an https port": {
    expect: ["http-on-https-port"],
    start: async (c) => {
      const server = await serveHttps("localhost", (_, r) => void r.end("{}"), c)
      return { ...server, origin: `http://127.0.0.1:${server.port}` }
    },
  },
  "https to an http port": {
    expect: ["https-on-http-port"],
    start: async () => {
      const server = await serveRoutes(healthyVllm())
      return { ...server, origin: `https://127.0.0.1:${server.port}` }
    },
  },
  "answers with a web page": {
    expect: ["html"],
    start: () =>
      serveHttp((_, response) => {
        response.writeHead(200, { "content-type": "text/html" })
        response.end("<!doctype html><title>Router login</title>")
      }),
  },
  "answers with broken JSON": { expect: ["bad-json"], start: json(200, '{"object":"list","data":[') },
  "answers with other JSON": { expect: ["not-openai"], start: json(200, '{"hello":"world"}') },
  "answers with megabytes": { expect: ["not-openai"], start: json(200, `{"data":[${'{"id":"x"},'.repeat(500_000)}{}]}`) },
  "lists no model": {
    expect: ["no-models"],
    start: () => serveRoutes(healthyVllm({ "/v1/models": { object: "list", data: [] } })),
  },
  "wants a key (vLLM)": { expect: ["key-missing"], start: () => serveRoutes(healthyVllm(), "right") },
  "wants a key (OpenAI shape)": {
    expect: ["key-missing"],
    start: json(401, '{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}'),
  },
  "wants a key (FastAPI shape)": { expect: ["key-missing"], start: json(401, '{"detail":"Not authenticated"}') },
  "forbids it": { expect: ["forbidden"], start: json(403, '{"detail":"not from here"}') },
  "knows no such path": { expect: ["wrong-path"], start: json(404, '{"detail":"Not Found"}') },
  "redirects to another host": {
    expect: ["redirect"],
    start: () =>
      serveHttp((_, response) => {
        response.writeHead(307, { location: "http://127.0.0.1:1/v1/models" })
        response.end()
      }),
  },
  "is loading (llama.cpp)": {
    expect: ["starting"],
    start: json(503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'),
  },
  "limits requests": { expect: ["rate-limited"], start: json(429, '{"error":{"message":"slow down"}}') },
  "gateway without a backend": {
    expect: ["server-error"],
    start: () =>
      serveHttp((_, response) => {
        response.writeHead(502, { "content-type": "text/html" })
        response.end("<html><h1>502 Bad Gateway</h1></html>")
      }),
  },
  "dead engine": {
    expect: ["engine-dead"],
    start: () =>
      serveRoutes(
        healthyVllm({
          "/health": (_: unknown, response: { statusCode: number; end(): void }) => {
            response.statusCode = 503
            response.end()
          },
        }),
      ),
  },
  "a look at /version alone hangs": { expect: [], start: () => serveRoutes(healthyVllm({ "/version": () => {} })) },
}

export interface Outcome {
  codes: string[]
  ms: number
}

/** Looks at the scenario's server. Undefined: it cannot be made on this machine. */
export async function run(name: string, certificates: string): Promise<Outcome | undefined> {
  const scenario = SCENARIOS[name]
  const server = await scenario?.start(certificates)
  if (!server) return undefined
  const began = performance.now()
  const report = await lookAt({ url: server.url ?? `${server.origin}/v1`, provider: "mine" })
  const ms = performance.now() - began
  await server.close()
  return { codes: problems(report).map((c) => c.code), ms }
}
