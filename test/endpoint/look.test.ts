import { describe, expect, test } from "bun:test"
import { lookAt } from "../../src/endpoint/look.ts"
import { problems } from "../../src/endpoint/problems.ts"
import { calmClock } from "../calm-clock.ts"
import { card, healthyVllm, METRICS, serveHttp, serveRaw, serveRoutes } from "./servers.ts"

describe("what a healthy server tells", () => {
  test("kind, version, API shapes, models and load are read", async () => {
    const server = await serveRoutes(healthyVllm())
    const report = await lookAt(
      {
        url: `${server.origin}/v1`,
        provider: "mine",
        models: [{ key: "nemotron", id: "nemotron", context: 262_144, output: 32_000 }],
      },
      { now: () => 5_000 },
    )
    await server.close()
    expect(report).toMatchObject({
      url: `${server.origin}/v1`,
      provider: "mine",
      server: { kind: "vllm", version: "0.32.0" },
      shapes: ["chat", "responses", "messages"],
      hasKey: false,
      at: 5_000,
      load: {
        running: 2,
        waiting: 1,
        kvCacheUsage: 0.31,
        prefixCacheHitRate: 0.87,
        preemptions: 3,
        generatedTokens: 5_000,
        kvCacheTokens: 16_000,
        toolParserOn: true,
        asleep: false,
      },
    })
    expect(report.models).toEqual([
      {
        id: "nemotron",
        root: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4",
        context: 262_144,
        ownedBy: "vllm",
        parent: undefined,
      },
    ])
    expect(report.checks.map((c) => [c.id, c.status])).toEqual([
      ["config", "pass"],
      ["reach", "pass"],
      ["auth", "pass"],
      ["models", "pass"],
      ["model", "pass"],
      ["limits", "pass"],
      ["chat", "skip"],
      ["tool-call", "skip"],
      ["reasoning", "skip"],
      ["metrics", "pass"],
    ])
  })

  test.each(["ollama", "vllm", "pass", "chat", "EMPTY", "sk-no-key-required"])(
    "the key %p hides nothing that this program says",
    async (key) => {
      const server = await serveRoutes(healthyVllm())
      const url = `${server.origin}/v1`
      const [with_, without] = [await lookAt({ url, key }), await lookAt({ url })]
      await server.close()
      const words = ({ server, shapes, checks }: typeof with_) => [server, shapes, checks.map((c) => [c.id, c.status, c.code])]
      expect(words(with_)).toEqual(words(without))
    },
  )

  test("only requests that cost the server nothing are sent", async () => {
    const server = await serveRoutes(healthyVllm())
    await lookAt({ url: `${server.origin}/v1` })
    await server.close()
    expect(new Set(server.seen.map((r) => r.method))).toEqual(new Set(["GET"]))
    expect(server.seen.map((r) => r.url).sort()).toEqual(["/health", "/metrics", "/openapi.json", "/v1/models", "/version"])
  })

  test("an unknown server is never asked for /health or /metrics, which may cost it work", async () => {
    const server = await serveRoutes({ "/v1/models": { data: [{ id: "m", object: "model" }] } })
    const report = await lookAt({ url: `${server.origin}/v1` })
    await server.close()
    expect(report.server.kind).toBe("unknown")
    expect(server.seen.map((r) => r.url)).not.toContain("/health")
    expect(server.seen.map((r) => r.url)).not.toContain("/metrics")
  })

  test("tokens per second are measured against the last look", async () => {
    let generated = 5_000
    const server = await serveRoutes(
      healthyVllm({
        "/metrics": (_: unknown, r: { end(s: string): void }) => r.end(METRICS.replace("5000.0", `${generated}.0`)),
      }),
    )
    const endpoint = { url: `${server.origin}/v1` }
    const first = await lookAt(endpoint, { now: () => 10_000 })
    generated = 5_900
    const second = await lookAt(endpoint, { now: () => 20_000, previous: first })
    await server.close()
    expect(first.load?.tokensPerSecond).toBeUndefined()
    expect(second.load?.tokensPerSecond).toBe(90)
    expect(server.seen.filter((r) => r.url === "/openapi.json")).toHaveLength(1)
  })
})

describe("a fault is one problem", () => {
  test("a dead server is one problem, not ten", async () => {
    const server = await serveRaw((socket) => socket.destroy())
    await server.close()
    const report = await lookAt({ url: `${server.origin}/v1`, models: [{ key: "m", id: "m" }] })
    expect(problems(report)).toHaveLength(1)
    expect(report.checks).toHaveLength(10)
    expect(report.models).toEqual([])
  })

  test("a base URL without /v1 is told with the right one, and the rest is checked there", async () => {
    const server = await serveRoutes(healthyVllm())
    const report = await lookAt({
      url: server.origin,
      provider: "mine",
      models: [{ key: "gpt", id: "gpt", context: 1, output: 1 }],
    })
    await server.close()
    expect(problems(report).map((c) => c.code)).toEqual(["wrong-path", "no-such-model"])
    expect(problems(report)[0]?.fix).toBe(`Set provider.mine.options.baseURL to "${server.origin}/v1".`)
    expect(report.server.kind).toBe("vllm")
  })

  test("a base URL that ends in a route is told with the right one", async () => {
    const server = await serveRoutes(healthyVllm())
    const report = await lookAt({ url: `${server.origin}/v1/chat/completions` })
    await server.close()
    expect(problems(report).map((c) => c.code)).toEqual(["wrong-path"])
    expect(problems(report)[0]?.fix).toContain(`"${server.origin}/v1"`)
  })

  test("a server that answers without /v1 is left alone", async () => {
    const server = await serveRoutes({ "/models": { data: [card("m", { owned_by: "me" })] } })
    const report = await lookAt({ url: server.origin, models: [{ key: "m", id: "m", context: 262_144, output: 1_000 }] })
    await server.close()
    expect(problems(report)).toEqual([])
  })

  test("vLLM refusing the key is still recognised by what it leaves open", async () => {
    const server = await serveRoutes(healthyVllm(), "right")
    const report = await lookAt({ url: `${server.origin}/v1`, key: "wrong-key-of-mine" })
    await server.close()
    expect(report.server).toEqual({ kind: "vllm", version: "0.32.0" })
    expect(problems(report).map((c) => c.code)).toEqual(["unauthorized"])
    expect(report.load?.running).toBe(2)
  })

  test("no parser flag on a vLLM that would tell is a failure with the flags of that model", async () => {
    const server = await serveRoutes(
      healthyVllm({
        "/metrics": METRICS.split("\n")
          .filter((l) => !l.includes("tool_call_parser"))
          .join("\n"),
      }),
    )
    const report = await lookAt({ url: `${server.origin}/v1` })
    await server.close()
    expect(problems(report).map((c) => [c.id, c.code])).toEqual([["tool-call", "tools-off"]])
    expect(problems(report)[0]?.fix).toContain("--enable-auto-tool-choice --tool-call-parser qwen3_coder")
  })
})

describe("a look cannot be led astray", () => {
  const canary = "canary-9f8e7d6c5b4a"

  test("the key does not follow a redirect, and stands in nothing that is reported", async () => {
    const other = await serveHttp((_, response) => response.end('{"data":[]}'))
    const server = await serveHttp((request, response) => {
      response.writeHead(302, { location: `${other.origin}/steal?key=${request.headers.authorization?.slice(7)}` })
      response.end()
    })
    const report = await lookAt({ url: `${server.origin}/v1`, key: canary })
    await Promise.all([server.close(), other.close()])
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${canary}`)
    expect(other.seen).toEqual([])
    expect(problems(report).map((c) => c.code)).toEqual(["redirect"])
    expect(JSON.stringify(report)).not.toContain(canary)
  })

  test("a server that repeats the key in every text does not get it printed", async () => {
    const echo = { id: `model-${canary}`, owned_by: "vllm", root: canary, max_model_len: 1 }
    const server = await serveRoutes(healthyVllm({ "/v1/models": { data: [echo] }, "/version": { version: canary } }))
    const refusing = await serveHttp((_, response) => {
      response.writeHead(401, { "content-type": "application/json" })
      response.end(
        JSON.stringify({ error: { message: `Received API Key = ${canary}, and header ${encodeURIComponent(`x ${canary}`)}` } }),
      )
    })
    const endpoint = (origin: string) => ({
      url: `${origin.replace("://", `://user:${canary}@`)}/v1?token=${canary}`,
      headers: { "X-Api-Key": canary },
      models: [{ key: "m", id: "m" }],
    })
    const reports = await Promise.all([lookAt(endpoint(server.origin)), lookAt(endpoint(refusing.origin))])
    await Promise.all([server.close(), refusing.close()])
    expect(reports[1] && problems(reports[1]).map((c) => c.code)).toEqual(["unauthorized"])
    expect(JSON.stringify(reports)).not.toContain(canary)
  })

  test("a key that no header can carry is told as such, without the key", async () => {
    const server = await serveRoutes(healthyVllm(), "right")
    const report = await lookAt({ url: `${server.origin}/v1`, key: `${canary}\nsecond line` })
    await server.close()
    expect(problems(report).map((c) => c.code)).toEqual(["unauthorized"])
    expect(JSON.stringify(report)).not.toContain(canary)
  })

  test("control characters and endless names of a server do not reach the report", async () => {
    const server = await serveRoutes(
      healthyVllm({ "/v1/models": { data: [card(`\u001b[31mred\u202e${"x".repeat(5_000)}`), { id: 7 }, null, "plain"] } }),
    )
    const report = await lookAt({ url: `${server.origin}/v1` })
    await server.close()
    expect(report.models.map((m) => m.id.length)).toEqual([200, 5])
    expect(JSON.stringify(report)).not.toMatch(/\\u001b|\u202e/)
  })

  test.each([undefined, "", "undefined", "not a url", "localhost:8000/v1", "ftp://host/v1", "{env:MY_URL}/v1", "http://"])(
    "the address %p is told as wrong and nothing is thrown",
    async (url) => {
      const report = await lookAt({ url: url as string, provider: "mine" })
      expect(problems(report).map((c) => [c.id, c.code])).toEqual([["config", "wrong-path"]])
      expect(problems(report)[0]?.fix).toContain("provider.mine.options.baseURL")
    },
  )

  test("a look that is given up ends at once", async () => {
    const server = await serveRaw(() => {})
    const control = new AbortController()
    setTimeout(() => control.abort(), 50)
    const clock = calmClock()
    await lookAt({ url: `${server.origin}/v1` }, { signal: control.signal })
    expect(clock()).toBeLessThan(500)
    await server.close()
  })

  test("a fetch of the user that ignores every signal does not hold the look", async () => {
    const clock = calmClock()
    const report = await lookAt({ url: "http://127.0.0.1:9/v1" }, { fetch: () => new Promise(() => {}), deadlineMs: 300 })
    expect(clock()).toBeLessThan(600)
    expect(problems(report).map((c) => c.code)).toEqual(["response-timeout"])
  })

  test("an error that nobody knows is told as such, without its text", async () => {
    const fetch = () => Promise.reject(Object.assign(new Error(`odd ${canary}`), { code: "EODD" }))
    const report = await lookAt({ url: "http://127.0.0.1:9/v1" }, { fetch })
    expect(problems(report).map((c) => [c.id, c.code])).toEqual([["reach", "internal"]])
    expect(JSON.stringify(report)).not.toContain(canary)
  })
})
