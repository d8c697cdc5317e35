/** Servers with bad manners, on real sockets. Runs under Bun and Node. */
import { execFileSync, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import http, { type IncomingMessage, type ServerResponse } from "node:http"
import https from "node:https"
import net, { type AddressInfo, type Server, type Socket } from "node:net"

export interface Running {
  port: number
  /** `http://127.0.0.1:<port>` */
  origin: string
  /** Requests seen, in order. */
  seen: { method: string; url: string; headers: IncomingMessage["headers"] }[]
  close(): Promise<void>
}

export interface Listening {
  host?: string
  /** The first free one is taken; default: any. */
  ports?: readonly number[]
}

async function running(
  server: Server,
  seen: Running["seen"] = [],
  scheme = "http",
  { host = "127.0.0.1", ports = [0] }: Listening = {},
): Promise<Running> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
    socket.on("close", () => sockets.delete(socket))
  }
  server.on("connection", keep)
  server.on("tlsClientError", () => {})
  await listen(server, host, [...ports])
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        ;(server as http.Server).closeAllConnections?.()
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function listen(server: Server, host: string, ports: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = () => {
      const port = ports.shift()
      if (port === undefined) return reject(new Error("no free port"))
      server.once("error", next).listen(port, host, () => {
        server.off("error", next)
        resolve()
      })
    }
    next()
  })
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export function serveHttp(handler: Handler, listening?: Listening): Promise<Running> {
  const seen: Running["seen"] = []
  const server = http.createServer((request, response) => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers })
    handler(request, response)
  })
  return running(server, seen, "http", listening)
}

export function serveHttps(
  certificate: "localhost" | "expired" | "other",
  handler: Handler,
  certificates: string,
): Promise<Running> {
  const read = (end: string) => readFileSync(`${certificates}/${certificate}.${end}`)
  return running(https.createServer({ key: read("key"), cert: read("crt") }, handler), [], "https")
}

/** Answers each connection by hand. */
export function serveRaw(onData: (socket: Socket) => void): Promise<Running> {
  return running(net.createServer((socket) => socket.once("data", () => onData(socket))))
}

export type Routes = Record<string, unknown>

/** JSON by path; a function writes its own answer; everything else is FastAPI's 404. */
export function serveRoutes(routes: Routes, key?: string, listening?: Listening): Promise<Running> {
  return serveHttp((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? ""
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json", server: "uvicorn" })
      response.end(JSON.stringify(body))
    }
    if (key && path.startsWith("/v1") && request.headers.authorization !== `Bearer ${key}`)
      return send(401, { error: "Unauthorized" })
    const route = routes[path]
    if (route === undefined) return send(404, { detail: "Not Found" })
    if (typeof route === "function") return (route as Handler)(request, response)
    if (typeof route === "string") return void response.end(route)
    send(200, route)
  }, listening)
}

export const card = (id: string, more: object = {}) => ({
  id,
  object: "model",
  created: 1,
  owned_by: "vllm",
  root: id,
  parent: null,
  max_model_len: 262_144,
  ...more,
})

export const METRICS = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="nemotron"} 2.0
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="nemotron"} 1.0
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="nemotron"} 0.31
# HELP vllm:prefix_cache_queries_total Prefix cache queries, in tokens.
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total{engine="0",model_name="nemotron"} 1000.0
# TYPE vllm:prefix_cache_hits_total counter
vllm:prefix_cache_hits_total{engine="0",model_name="nemotron"} 870.0
# TYPE vllm:num_preemptions_total counter
vllm:num_preemptions_total{engine="0",model_name="nemotron"} 3.0
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{engine="0",model_name="nemotron"} 5000.0
# TYPE vllm:engine_sleep_state gauge
vllm:engine_sleep_state{engine="0",model_name="nemotron",sleep_state="awake"} 1.0
vllm:engine_sleep_state{engine="0",model_name="nemotron",sleep_state="weights_offloaded"} 0.0
# TYPE vllm:cache_config_info gauge
vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="1000"} 1.0
# TYPE vllm:tool_call_parser_invocations_total counter
vllm:tool_call_parser_invocations_total{mode="streaming",model_name="nemotron",outcome="tool_call"} 0.0
`

/** A vLLM as it should be. */
export const healthyVllm = (over: Routes = {}): Routes => ({
  "/v1/models": {
    object: "list",
    data: [card("nemotron", { root: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4", permission: [] })],
  },
  "/version": { version: "0.32.0" },
  "/health": "",
  "/metrics": METRICS,
  "/openapi.json": { paths: { "/v1/chat/completions": {}, "/v1/responses": {}, "/v1/messages": {} } },
  ...over,
})

/** A port that accepts no more connections, as behind a firewall that drops packets. Linux only; undefined where it cannot be made. */
export async function fullBacklog(): Promise<Running | undefined> {
  if (process.platform !== "linux") return undefined
  const script = `import socket,time
s=socket.socket(); s.bind(("127.0.0.1",0)); s.listen(0); print(s.getsockname()[1],flush=True); time.sleep(30)`
  try {
    execFileSync("python3", ["-c", "pass"])
  } catch {
    return undefined
  }
  const child = spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] })
  const port = await new Promise<number>((resolve) => child.stdout.once("data", (d) => resolve(Number(d))))
  const fillers = Array.from({ length: 3 }, () => net.connect({ host: "127.0.0.1", port }).on("error", () => {}))
  await new Promise((resolve) => setTimeout(resolve, 100))
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    seen: [],
    close: () =>
      new Promise((resolve) => {
        for (const filler of fillers) filler.destroy()
        child.once("exit", () => resolve())
        child.kill("SIGKILL")
      }),
  }
}
