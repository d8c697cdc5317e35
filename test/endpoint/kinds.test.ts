/** Each kind of server, looked at over a real socket. */
import { describe, expect, test } from "bun:test"
import { lookAt } from "../../src/endpoint/look.ts"
import { waitUntilLoaded } from "../../src/endpoint/wake.ts"
import { type Sim, type SimKind, type SimOptions, startSim } from "../../src/sim/index.ts"

async function withSim<T>(options: SimOptions, use: (sim: Sim) => Promise<T>): Promise<T> {
  const sim = await startSim({ chunkMs: 0, firstTokenMs: 0, loadMs: 80, ...options })
  try {
    return await use(sim)
  } finally {
    await sim.close()
  }
}

const look = (options: SimOptions) => withSim(options, (sim) => lookAt({ url: sim.url, key: options.apiKey }))

const on = { id: "on:1", context: 8_192, maxContext: 131_072, root: "org/on" }
const off = { id: "off:1", context: 4_096, maxContext: 65_536, loaded: false, tools: false }

interface Expected {
  version: string | null
  models: object[]
  server?: object
}

const KINDS: Record<Exclude<SimKind, "sglang" | "nim">, Expected> = {
  vllm: { version: "0.32.0", models: [{ id: "on:1", root: "org/on", context: 8_192 }, { context: 4_096 }] },
  "llama.cpp": {
    version: "b8123-1a2b3c4d",
    models: [
      { state: "loaded", context: 8_192, maxContext: 131_072, tools: true },
      { state: "unloaded", context: undefined },
    ],
  },
  "llama-swap": {
    version: "201",
    models: [
      { state: "loaded", context: 8_192 },
      { state: "unloaded", context: undefined },
    ],
  },
  ollama: {
    version: "0.33.0",
    models: [
      { state: "loaded", context: 8_192, maxContext: 131_072, tools: true, kindOfModel: "llm" },
      { state: "unloaded", context: undefined, maxContext: 65_536, tools: false },
    ],
  },
  lmstudio: {
    version: null,
    models: [
      { state: "loaded", context: 8_192, maxContext: 131_072, tools: true, kindOfModel: "llm" },
      { state: "unloaded", context: undefined, maxContext: 65_536, tools: false },
    ],
  },
  litellm: { version: null, models: [{ root: "org/on", context: 8_192 }, { context: 4_096 }] },
  "tensorrt-llm": { version: "1.3.0", models: [{ state: "loading", context: undefined }, { state: "loading" }] },
}

describe("lookAt tells kind, version, models, contexts, states and tools", () => {
  test.each(Object.entries(KINDS) as [SimKind, Expected][])("%s", async (kind, { version, models }) => {
    const report = await look({ kind, models: [on, off] })
    expect(report.server).toEqual({ kind, version })
    expect(report.models.map((m) => m.id)).toEqual(["on:1", "off:1"])
    expect(report.models).toMatchObject(models)
    expect(report.checks.filter((c) => c.status === "fail")).toEqual([])
  })

  test.each(["healthy", "no-tool-parser"])("SGLang with the parsers of the scenario %s", async (scenario) => {
    const report = await look({ kind: "sglang", models: [on], scenario })
    const parsers =
      scenario === "healthy"
        ? { toolParser: "qwen3_coder", reasoningParser: "nemotron_3" }
        : { toolParser: null, reasoningParser: null }
    expect(report.server).toEqual({ kind: "sglang", version: "0.5.9", ...parsers })
    expect(report.models).toMatchObject([{ state: "loaded", context: 8_192, tools: scenario === "healthy", kindOfModel: "llm" }])
  })

  test("NIM before and after its model is there", () =>
    withSim({ kind: "nim", models: [{ ...on, loaded: false }] }, async (sim) => {
      const before = await lookAt({ url: sim.url })
      expect(before.server).toEqual({ kind: "nim", version: "1.13.1" })
      expect(before.models).toMatchObject([{ id: "on:1", context: 8_192, state: "loading" }])
      expect(await waitUntilLoaded({ url: sim.url }, "on:1", { timeoutMs: 20_000, everyMs: 10 })).toMatchObject({ is: "loaded" })
      expect((await lookAt({ url: sim.url })).models[0]?.state).toBe("loaded")
    }))

  test("an adapter of vLLM has the context of its base", async () => {
    const report = await look({ models: [on, { id: "tuned", parent: "on:1", root: "/adapters/tuned" }] })
    expect(report.models[1]).toMatchObject({ id: "tuned", parent: "on:1", root: "/adapters/tuned", context: 8_192 })
  })

  test("llama.cpp with one model is no router", async () => {
    const report = await look({ kind: "llama.cpp", models: [{ ...on, tools: false }] })
    expect(report.models).toMatchObject([{ state: "loaded", context: 8_192, maxContext: 131_072, tools: false }])
  })

  test("LiteLLM is never asked for its API document: making it, 2 MB, holds up every other request for seconds", () =>
    withSim({ kind: "litellm", apiKey: "sk-right-1" }, async (sim) => {
      for (const key of ["sk-right-1", "sk-wrong-1", undefined]) await lookAt({ url: sim.url, key })
      expect(sim.requests.map((r) => r.path)).toContain("/health/liveliness")
      expect(sim.requests.map((r) => r.path)).not.toContain("/openapi.json")
    }))

  test("looking loads nothing", async () => {
    for (const kind of ["llama.cpp", "llama-swap", "ollama", "lmstudio"] as const)
      await withSim({ kind, models: [off, on], loadMs: 0 }, async (sim) => {
        for (let i = 0; i < 2; i++) expect((await lookAt({ url: sim.url })).models[0]?.state).toBe("unloaded")
      })
  })
})

describe("a second look", () => {
  test.each(["vllm", "sglang", "llama.cpp", "llama-swap", "ollama", "lmstudio", "litellm", "tensorrt-llm", "nim"] as const)(
    "%s: it says the same, asks for no route list and on no routes of other kinds",
    (kind) =>
      withSim({ kind, models: [on] }, async (sim) => {
        const first = await lookAt({ url: sim.url })
        const asked = sim.requests.length
        const { at: _, load, ...second } = await lookAt({ url: sim.url }, { previous: first })
        expect(first).toMatchObject({ ...second, checks: second.checks.map(({ id, code }) => ({ id, code })) })
        expect(load === undefined).toBe(first.load === undefined)
        const paths = sim.requests.slice(asked).map(({ path }) => path)
        expect(paths).not.toContain("/openapi.json")
        expect(paths.length).toBeLessThanOrEqual(5)
      }),
  )

  test("another kind of server at the same address is recognised", () =>
    withSim({ kind: "ollama", models: [on] }, async (sim) => {
      const first = await lookAt({ url: sim.url })
      await withSim({ kind: "llama-swap", models: [off] }, async (other) => {
        expect((await lookAt({ url: other.url }, { previous: first })).server.kind).toBe("llama-swap")
      })
    }))
})

describe("a key", () => {
  const KEYED = ["vllm", "sglang", "llama.cpp", "llama-swap", "lmstudio", "litellm", "nim"] as const

  test.each(KEYED)("%s: the right one opens everything", async (kind) => {
    const [open, keyed] = [await look({ kind, models: [on] }), await look({ kind, models: [on], apiKey: "sk-right-1" })]
    expect(keyed.server).toEqual(open.server)
    expect(keyed.models).toEqual(open.models)
  })

  test.each(["vllm", "sglang", "llama-swap", "lmstudio", "litellm", "nim"] as const)("%s: a wrong one is told as such", (kind) =>
    withSim({ kind, apiKey: "sk-right-1" }, async (sim) => {
      const report = await lookAt({ url: sim.url, key: "sk-wrong-1" })
      expect(report.checks.find((c) => c.id === "auth")).toMatchObject({ status: "fail", code: "unauthorized" })
      expect(JSON.stringify(report)).not.toContain("sk-wrong-1")
    }),
  )
})

describe("waitUntilLoaded loads and waits", () => {
  test.each([
    ["llama-swap", "GET /upstream/off:1/health"],
    ["ollama", "POST /api/generate"],
    ["lmstudio", "POST /api/v1/models/load"],
    ["llama.cpp", "POST /models/load"],
  ] as const)("%s", (kind, trigger) =>
    withSim({ kind, models: [on, off] }, async (sim) => {
      const said: string[] = []
      const options = { timeoutMs: 20_000, everyMs: 10, onProgress: (text: string) => void said.push(text) }
      const woken = await waitUntilLoaded({ url: sim.url }, "off:1", options)
      expect(woken).toMatchObject({ is: "loaded", context: 4_096 })
      expect(woken.ms).toBeGreaterThan(70)
      expect(said[0]).toBe("off:1 is not loaded yet")
      const asked = sim.requests.map((r) => `${r.method} ${decodeURIComponent(r.path)}`)
      expect(asked.filter((line) => line === trigger)).toHaveLength(1)
      // Asked again, it says so at once and starts nothing.
      expect((await waitUntilLoaded({ url: sim.url }, "off:1", options)).ms).toBeLessThan(10_000)
      expect(sim.requests.filter((r) => `${r.method} ${decodeURIComponent(r.path)}` === trigger)).toHaveLength(1)
    }),
  )

  test("a time that is too short ends as such, and the server goes on", () =>
    withSim({ kind: "ollama", models: [off], loadMs: 300 }, async (sim) => {
      expect(await waitUntilLoaded({ url: sim.url }, "off:1", { timeoutMs: 150, everyMs: 10 })).toMatchObject({ is: "timeout" })
      expect(await waitUntilLoaded({ url: sim.url }, "off:1", { timeoutMs: 20_000, everyMs: 10 })).toMatchObject({ is: "loaded" })
    }))

  test("a name that the server does not have", () =>
    withSim({ kind: "lmstudio", models: [on] }, async (sim) => {
      const woken = await waitUntilLoaded({ url: sim.url }, "nope", { timeoutMs: 20_000 })
      expect(woken).toMatchObject({ is: "failed", code: "no-such-model" })
    }))
})
