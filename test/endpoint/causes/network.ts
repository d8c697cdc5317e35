/** Nothing that speaks HTTP answers. */
import { fullBacklog, healthyVllm, type Running, serveHttps, serveRaw, serveRoutes } from "../servers.ts"
import type { Cause } from "./cause.ts"

async function closedPort(): Promise<Running> {
  const server = await serveRaw(() => {})
  await server.close()
  return { ...server, close: async () => {} }
}

const nowhere = (url: string) => async () => ({ port: 0, origin: url, url, seen: [], close: async () => {} })
const at = (server: Running, host: string): Running => ({ ...server, origin: `http://${host}:${server.port}` })
/** Fetch in Node knows some eighty such ports; the first free one is taken. */
const BLOCKED = { ports: [6665, 6666, 6667, 6668, 6669, 6697, 10_080] }
/** The address behind it is never asked for. */
const behindProxy = (start: () => Promise<Running>) => async () => ({ ...(await start()), url: "http://gpu.example:8000/v1" })
const https = (certificate: "localhost" | "expired" | "other") => (certificates: string) =>
  serveHttps(certificate, (_, response) => void response.end("{}"), certificates)

export const NETWORK: Cause[] = [
  { does: "nothing listens", expect: ["refused"], start: closedPort },
  {
    does: "nothing listens, IPv6",
    expect: ["refused"],
    start: async () => {
      const closed = await closedPort()
      return { ...closed, origin: `http://[::1]:${closed.port}` }
    },
  },
  {
    does: "listens on IPv6",
    expect: [],
    start: async () => at(await serveRoutes(healthyVllm(), undefined, { host: "::1" }), "[::1]"),
  },
  {
    does: "listens on IPv4 only, the base URL says localhost",
    expect: [],
    start: async () => at(await serveRoutes(healthyVllm()), "localhost"),
  },
  { does: "listens at a port that browsers block", expect: [], start: () => serveRoutes(healthyVllm(), undefined, BLOCKED) },
  { does: "the name does not exist", expect: ["dns"], start: nowhere("http://no-such-host.invalid:8000/v1") },
  { does: "no route leads to the address", expect: ["unreachable"], start: nowhere("http://255.255.255.255:8000/v1") },
  { does: "drops the connection attempt, as a firewall does", expect: ["connect-timeout"], start: fullBacklog },
  { does: "accepts and never answers", expect: ["hung"], start: () => serveRaw(() => {}) },
  {
    does: "accepts and never answers a TLS greeting",
    expect: ["hung"],
    start: async () => {
      const server = await serveRaw(() => {})
      return { ...server, origin: `https://127.0.0.1:${server.port}` }
    },
  },
  {
    does: "sends the headers, then nothing",
    expect: ["response-timeout"],
    start: () => serveRaw((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")),
  },
  {
    does: "sends one byte at a time, without end",
    expect: ["response-timeout"],
    start: () =>
      serveRaw((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        const timer = setInterval(() => socket.write(" "), 50)
        socket.on("close", () => clearInterval(timer))
      }),
  },
  { does: "resets the connection", expect: ["reset"], start: () => serveRaw((socket) => socket.resetAndDestroy()) },
  { does: "closes without an answer", expect: ["reset"], start: () => serveRaw((socket) => socket.end()) },
  {
    does: "dies in the middle of the body",
    expect: ["reset"],
    start: () =>
      serveRaw((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        setTimeout(() => socket.resetAndDestroy(), 30)
      }),
  },
  {
    does: "sends a body that ends in the middle of a chunk",
    expect: ["reset"],
    start: () => serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"')),
    says: "in the middle of an answer",
  },
  {
    does: "sends headers without end",
    expect: ["not-openai"],
    start: () =>
      serveRaw((socket) => {
        const more = () => socket.write(`x: ${"y".repeat(1_000)}\r\n`.repeat(2_000))
        socket.write("HTTP/1.1 200 OK\r\n")
        socket.on("drain", more)
        more()
      }),
  },
  {
    does: "says that its answer is compressed, which it is not",
    expect: ["not-openai"],
    start: () => serveRaw((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello")),
    says: "compression",
  },
  {
    does: "speaks HTTP/1.0",
    expect: ["no-models"],
    start: () => serveRaw((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\n{"data":[]}')),
  },
  {
    does: "speaks something else than HTTP",
    expect: ["not-openai"],
    start: () => serveRaw((socket) => socket.end("\x00\x01SSH-2.0-garbage\r\n\r\n")),
  },
  { does: "has a self-signed certificate", expect: ["tls-untrusted"], start: https("localhost"), cure: "NODE_EXTRA_CA_CERTS" },
  { does: "has an expired certificate", expect: ["tls-expired"], start: https("expired") },
  {
    does: "has a certificate for another host, of a trusted authority",
    expect: ["tls-hostname"],
    start: https("other"),
    env: (_, certificates) => ({ NODE_EXTRA_CA_CERTS: `${certificates}/other.crt` }),
  },
  {
    does: "speaks https, the base URL says http",
    expect: ["http-on-https-port"],
    start: async (certificates) => {
      const server = await https("localhost")(certificates)
      return { ...server, origin: `http://127.0.0.1:${server.port}` }
    },
    cure: "https://",
  },
  {
    does: "speaks http, the base URL says https",
    expect: ["https-on-http-port"],
    start: async () => {
      const server = await serveRoutes(healthyVllm())
      return { ...server, origin: `https://127.0.0.1:${server.port}` }
    },
    cure: "http://",
  },
  {
    does: "stands behind a proxy of the environment that does not run",
    expect: ["proxy"],
    // Node's fetch reads no proxy from the environment; Bun's, which OpenCode runs on, does.
    start: behindProxy(closedPort),
    ...{ env: ({ origin }) => ({ HTTP_PROXY: origin, NO_PROXY: "" }), cure: "NO_PROXY" },
  },
  {
    does: "stands behind a proxy of the environment that does not reach it",
    expect: ["proxy"],
    start: behindProxy(() => serveRaw((socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"))),
    ...{ env: ({ origin }) => ({ HTTP_PROXY: origin, NO_PROXY: "" }), cure: "NO_PROXY" },
  },
]
