import { describe, expect, test } from "bun:test"
import { waitUntilLoaded } from "../../src/endpoint/wake.ts"
import { card, type Handler, type Routes, serveRoutes } from "./servers.ts"

const list = (...data: object[]) => ({ object: "list", data })
const json =
  (body: () => unknown): Handler =>
  (_, response) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body()))

type Phase = "unloaded" | "loading" | "loaded"
interface Machine {
  phase: Phase
  /** Starts loading, and answers when that is done. */
  load: Handler
}

function machine(loadMs = 60, end: Phase = "loaded"): Machine {
  const it: Machine = {
    phase: "unloaded",
    load: (_, response) => {
      it.phase = "loading"
      setTimeout(() => {
        it.phase = end
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      }, loadMs)
    },
  }
  return it
}

const word = { unloaded: "not-loaded", loading: "loading", loaded: "loaded" }
const KINDS: Record<string, { trigger: string; routes: (m: Machine) => Routes }> = {
  ollama: {
    trigger: "POST /api/generate",
    routes: (m) => ({
      "/v1/models": list({ id: "m", owned_by: "library" }),
      "/api/version": { version: "0.33.0" },
      "/api/ps": json(() => ({ models: m.phase === "loaded" ? [{ model: "m", context_length: 4_096 }] : [] })),
      "/api/generate": m.load,
    }),
  },
  lmstudio: {
    trigger: "POST /api/v1/models/load",
    routes: (m) => ({
      "/v1/models": list({ id: "m", owned_by: "organization_owner" }),
      "/api/v0/models": json(() => list({ id: "m", state: word[m.phase], loaded_context_length: 4_096 })),
      "/api/v1/models/load": m.load,
    }),
  },
  "LM Studio before 0.4": {
    trigger: "POST /v1/chat/completions",
    routes: (m) => ({
      "/v1/models": list({ id: "m", owned_by: "organization_owner" }),
      "/api/v0/models": json(() => list({ id: "m", state: word[m.phase], loaded_context_length: 4_096 })),
      "/api/v1/models/load": { error: "Unexpected endpoint or method." },
      "/v1/chat/completions": m.load,
    }),
  },
  "llama-swap": {
    trigger: "GET /upstream/m/health",
    routes: (m) => ({
      "/v1/models": list({ id: "m", owned_by: "llama-swap", context_length: 4_096 }),
      "/running": json(() => ({
        running: m.phase === "unloaded" ? [] : [{ model: "m", state: m.phase === "loaded" ? "ready" : "starting" }],
      })),
      "/upstream/m/health": m.load,
    }),
  },
  "llama.cpp router": {
    trigger: "POST /models/load",
    routes: (m) => ({
      "/v1/models": json(() => list({ id: "m", owned_by: "llamacpp", status: { value: m.phase }, meta: { n_ctx: 4_096 } })),
      "/props": { role: "router" },
      "/models/load": m.load,
    }),
  },
}
const SLEEPS = '# TYPE vllm:engine_sleep_state gauge\nvllm:engine_sleep_state{engine="0",sleep_state="awake"} 0.0\n'
const sleepy = (more: Routes): Routes => ({
  "/v1/models": list(card("m", { max_model_len: 4_096 })),
  "/version": { version: "0.32.0" },
  "/metrics": SLEEPS,
  ...more,
})

async function wake(routes: Routes, options: Partial<Parameters<typeof waitUntilLoaded>[2]> = {}, model = "m") {
  const server = await serveRoutes(routes)
  const said: string[] = []
  const onProgress = (text: string) => void said.push(text)
  const result = await waitUntilLoaded({ url: `${server.origin}/v1` }, model, {
    timeoutMs: 20_000,
    everyMs: 10,
    onProgress,
    ...options,
  })
  await server.close()
  return { result, said, asked: server.seen.map((r) => `${r.method} ${r.url}`) }
}

describe("a model is loaded and waited for", () => {
  test.each(Object.entries(KINDS))("%s", async (_, { trigger, routes }) => {
    const { result, said, asked } = await wake(routes(machine()))
    expect(result).toMatchObject({ is: "loaded", context: 4_096 })
    expect(asked.filter((line) => line === trigger)).toHaveLength(1)
    expect(said[0]).toBe("m is not loaded yet")
  })

  test.each(Object.entries(KINDS))("%s: what is loaded already is not loaded again", async (_, { trigger, routes }) => {
    const m = machine()
    m.phase = "loaded"
    const { result, asked } = await wake(routes(m))
    expect(result.is).toBe("loaded")
    expect(asked).not.toContain(trigger)
  })

  test("a vLLM is woken", async () => {
    const m = machine()
    const { result } = await wake(
      sleepy({ "/wake_up": m.load, "/is_sleeping": json(() => ({ is_sleeping: m.phase !== "loaded" })) }),
    )
    expect(result).toMatchObject({ is: "loaded", context: 4_096 })
  })

  test("a server that loads nothing on demand has what it lists", async () => {
    expect((await wake({ "/v1/models": list(card("m")), "/version": { version: "0.32.0" } })).result.is).toBe("loaded")
  })
})

describe("what goes wrong is told", () => {
  const { ollama, "llama-swap": swap, "llama.cpp router": router } = KINDS as Record<string, (typeof KINDS)[string]>
  const refuse =
    (status: number): Handler =>
    (_, response) =>
      void response.writeHead(status).end("{}")

  test("a vLLM without the routes for it", async () => {
    expect((await wake(sleepy({}))).result).toMatchObject({ is: "failed", code: "no-wake-route" })
  })
  test("a model that is not there", async () => {
    expect((await wake(ollama!.routes(machine()), {}, "other")).result).toMatchObject({ is: "failed", code: "no-such-model" })
  })
  test("a server that is not there", async () => {
    const result = await waitUntilLoaded({ url: "http://127.0.0.1:1/v1" }, "m", { timeoutMs: 20_000 })
    expect(result).toMatchObject({ is: "failed", code: "refused" })
  })
  test.each([
    [500, "load-failed"],
    [401, "unauthorized"],
  ])("a loading refused with %d", async (status, code) => {
    const routes = { ...ollama!.routes(machine()), "/api/generate": refuse(status) }
    expect((await wake(routes)).result).toMatchObject({ is: "failed", code })
  })
  test("llama-swap whose server does not start", async () => {
    const routes = { ...swap!.routes(machine()), "/upstream/m/health": refuse(502) }
    expect((await wake(routes)).result).toMatchObject({ is: "failed", code: "load-failed" })
  })
  test("a loading that falls back to nothing", async () => {
    expect((await wake(router!.routes(machine(60, "unloaded")))).result).toMatchObject({ is: "failed", code: "load-failed" })
  })
  test("time that runs out", async () => {
    const { result } = await wake(swap!.routes(machine(5000)), { timeoutMs: 250 })
    expect(result.is).toBe("timeout")
    expect(result.ms).toBeLessThan(2_500)
  })
  test("a loading that takes long is told again and again, with the time", async () => {
    const { said } = await wake(swap!.routes(machine(800)), { sayMs: 60 })
    expect(said.length).toBeGreaterThan(3)
    expect(said.at(-1)).toMatch(/^m is loading, \d+ s so far$/)
  })
  test("waiting that is given up, in the middle or before it began", async () => {
    const control = new AbortController()
    setTimeout(() => control.abort(), 100)
    expect((await wake(swap!.routes(machine(5000)), { signal: control.signal })).result).toMatchObject({ code: "cancelled" })
    expect((await wake(swap!.routes(machine()), { signal: control.signal })).result).toMatchObject({ code: "cancelled" })
  })
  test("a listener that throws does not end the waiting", async () => {
    const onProgress = () => {
      throw new Error("mine")
    }
    expect((await wake(swap!.routes(machine()), { onProgress })).result.is).toBe("loaded")
  })
})
