import { describe, expect, test } from "bun:test"
import { lookAt } from "../../src/endpoint/look.ts"
import type { EndpointReport } from "../../src/endpoint/types.ts"
import { calmClock } from "../calm-clock.ts"
import { card, type Handler, type Routes, serveRoutes } from "./servers.ts"

async function look(routes: Routes, previous?: EndpointReport) {
  const server = await serveRoutes(routes)
  const report = await lookAt({ url: `${server.origin}/v1` }, { previous })
  await server.close()
  return { report, asked: server.seen.map((r) => `${r.method} ${r.url}`) }
}
const list = (...data: object[]) => ({ object: "list", data })

/** Answers a POST by the model that its body names. */
const byModel =
  (answers: Record<string, unknown>): Handler =>
  (request, response) => {
    let body = ""
    request.on("data", (piece) => {
      body += piece
    })
    request.on("end", () => {
      const answer = answers[JSON.parse(body).model]
      response.writeHead(answer ? 200 : 404, { "content-type": "application/json" })
      response.end(JSON.stringify(answer ?? { error: "model not found" }))
    })
  }

const OLLAMA: Routes = {
  "/v1/models": list(
    { id: "qwen3:latest", object: "model", owned_by: "library" },
    { id: "gemma:4b", object: "model", owned_by: "library" },
    { id: "nomic:latest", object: "model", owned_by: "library" },
    { id: "gone:latest", object: "model", owned_by: "library" },
  ),
  "/api/version": { version: "0.33.0" },
  "/api/ps": { models: [{ name: "qwen3:latest", model: "qwen3:latest", context_length: 32_768 }] },
  "/api/show": byModel({
    "qwen3:latest": {
      capabilities: ["completion", "tools", "thinking"],
      model_info: { "general.architecture": "qwen3", "qwen3.context_length": 262_144 },
    },
    "gemma:4b": {
      capabilities: ["completion", "vision"],
      parameters: 'stop                           "<end_of_turn>"\nnum_ctx                        8192',
      model_info: { "general.architecture": "gemma3", "gemma3.context_length": 131_072 },
    },
    "nomic:latest": { capabilities: ["embedding"], model_info: { "general.architecture": "bert", "bert.context_length": 2_048 } },
  }),
}

describe("the models of each kind of server", () => {
  test("Ollama: what is loaded, what could be, and what each can do", async () => {
    const { report } = await look(OLLAMA)
    const [qwen, gemma, nomic, gone] = report.models
    const can = { tools: true, reasoning: true, vision: false, kindOfModel: "llm" }
    expect(qwen).toMatchObject({ state: "loaded", context: 32_768, maxContext: 262_144, ...can })
    expect(gemma).toMatchObject({ state: "unloaded", context: 8_192, maxContext: 131_072, tools: false, vision: true })
    expect(nomic).toMatchObject({ state: "unloaded", context: undefined, kindOfModel: "embedding" })
    expect(gone).toEqual({ id: "gone:latest", context: undefined, ownedBy: "library", state: "unloaded" })
  })

  test("Ollama: a model is described once, and keeps no context of an earlier loading", async () => {
    const { report } = await look(OLLAMA)
    const again = await look({ ...OLLAMA, "/api/ps": { models: [] } }, report)
    // Only the one that had no description is asked for again.
    expect(again.asked.filter((line) => line === "POST /api/show")).toHaveLength(1)
    expect(again.report.models[0]).toMatchObject({ state: "unloaded", context: undefined, maxContext: 262_144, tools: true })
    expect(again.report.models[1]).toMatchObject({ context: 8_192 })
  })

  test("LM Studio 0.4: the smallest loaded instance counts, and its own name is known", async () => {
    const instances = [
      { id: "qwen", config: { context_length: 32_000 } },
      { id: "small", config: { context_length: 8_000 } },
    ]
    const { report } = await look({
      "/v1/models": list({ id: "qwen" }, { id: "small" }, { id: "idle" }, { id: "embed" }),
      "/api/v0/models": list({ id: "qwen", state: "loaded", type: "llm" }, { id: "idle", state: "not-loaded" }),
      "/api/v1/models": {
        models: [
          {
            ...{ key: "qwen", type: "llm", loaded_instances: instances, max_context_length: 262_144 },
            capabilities: { vision: false, trained_for_tool_use: true },
          },
          { key: "idle", type: "llm", loaded_instances: [], max_context_length: 4_096 },
          { key: "embed", type: "embedding", loaded_instances: [], max_context_length: 2_048 },
        ],
      },
    })
    expect(report.server.kind).toBe("lmstudio")
    const [qwen, small, idle, embed] = report.models
    expect(qwen).toMatchObject({ state: "loaded", context: 8_000, maxContext: 262_144, tools: true, vision: false })
    expect(small).toMatchObject({ state: "loaded", context: 8_000 })
    expect(idle).toMatchObject({ state: "unloaded", context: undefined, maxContext: 4_096 })
    expect(embed).toMatchObject({ state: "unloaded", kindOfModel: "embedding" })
  })

  test("llama.cpp: a template without tools, a sleeping model, the context it was trained for", async () => {
    const { report } = await look({
      "/v1/models": { models: [], data: [{ id: "x", owned_by: "llamacpp", meta: { n_ctx_train: 131_072 } }] },
      "/props": {
        ...{ default_generation_settings: { n_ctx: 8_192 }, is_sleeping: true, modalities: { vision: true } },
        chat_template_caps: { supports_tools: false, supports_tool_calls: true },
      },
    })
    const expected = { context: 8_192, maxContext: 131_072, state: "sleeping", tools: false, vision: true }
    expect(report.models[0]).toMatchObject(expected)
  })

  test("llama.cpp's router: looking at it loads nothing", async () => {
    const entry = (id: string, value: string) => ({ id, owned_by: "llamacpp", status: { value } })
    const { report, asked } = await look({
      "/v1/models": { data: [entry("org/a", "loaded"), entry("b", "unloaded"), entry("c", "loading"), entry("d", "sleeping")] },
      "/props": { role: "router", default_generation_settings: { n_ctx: 4_096 } },
    })
    expect(report.models.map((m) => [m.state, m.context])).toEqual([
      ["loaded", 4_096],
      ["unloaded", undefined],
      ["loading", undefined],
      ["sleeping", undefined],
    ])
    const props = asked.filter((line) => line.includes("/props"))
    expect(props).toEqual(["GET /props", "GET /props?model=org%2Fa&autoload=false"])
  })

  test.each([
    ["vllm serve x --max-model-len 65536 --port 1", 65_536],
    ["llama-server --port 1 -c 16384", 16_384],
    ["llama-server --ctx-size=16384 --parallel 4", undefined],
    ["llama-server -m x.gguf", undefined],
  ])("llama-swap: %s", async (cmd, context) => {
    const { report } = await look({
      "/v1/models": list({ id: "a", owned_by: "llama-swap" }, { id: "b", owned_by: "llama-swap" }),
      "/running": { running: [{ model: "a", state: "starting", cmd: `${cmd} --api-key topsecret` }] },
      "/api/version": { version: "250", commit: "abc" },
    })
    expect(report.server).toEqual({ kind: "llama-swap", version: "250" })
    expect(report.models[0]).toMatchObject({ state: "loading", context })
    expect(report.models[1]).toMatchObject({ state: "unloaded" })
    expect(JSON.stringify(report)).not.toContain("topsecret")
  })

  test.each([
    ["qwen3_coder", true],
    [null, false],
  ])("SGLang with the tool parser %s", async (parser, tools) => {
    const { report, asked } = await look({
      "/v1/models": list(card("m", { owned_by: "sglang" })),
      "/get_server_info": { version: "0.5.0", tool_call_parser: parser, reasoning_parser: "qwen3", context_length: 40_960 },
      "/get_model_info": { is_generation: true },
    })
    expect(report.server).toEqual({ kind: "sglang", version: "0.5.0", toolParser: parser, reasoningParser: "qwen3" })
    expect(report.models[0]).toMatchObject({ tools, reasoning: true, context: 40_960, kindOfModel: "llm" })
    expect(asked.some((line) => line.includes("health"))).toBe(false)
  })

  test("LiteLLM: the model behind an alias, the narrower of two deployments, and no belief in its no", async () => {
    const deployment = (model_name: string, model: string, model_info: object) => ({
      model_name,
      model_info,
      litellm_params: { model },
    })
    const { report } = await look({
      "/v1/models": list({ id: "big", owned_by: "openai" }, { id: "embed", owned_by: "openai" }),
      "/health/liveliness": "I'm alive!",
      "/v1/model/info": {
        data: [
          deployment("big", "hosted_vllm/nvidia/x", { max_input_tokens: 131_072, mode: "chat", supports_function_calling: true }),
          deployment("big", "hosted_vllm/nvidia/x", { max_input_tokens: 65_536, mode: "chat", supports_function_calling: false }),
          deployment("embed", "openai/e", { mode: "embedding" }),
        ],
      },
    })
    expect(report.models[0]).toMatchObject({ root: "nvidia/x", context: 65_536, kindOfModel: "llm" })
    expect(report.models[0]?.tools).toBeUndefined()
    expect(report.models[1]).toMatchObject({ root: "e", kindOfModel: "embedding" })
  })

  test("NIM and TensorRT-LLM: ready or still loading", async () => {
    const refuses: Handler = (_, response) => void response.writeHead(503).end()
    const nim = await look({
      "/v1/models": list({ id: "m", owned_by: "system", max_model_len: 4_096 }),
      "/v1/metadata": { version: "1.8.0", modelInfo: [] },
      "/v1/health/ready": refuses,
    })
    expect(nim.report).toMatchObject({
      server: { kind: "nim", version: "1.8.0" },
      models: [{ state: "loading", context: 4_096 }],
    })
    const trt = await look({ "/v1/models": list({ id: "m", owned_by: "tensorrt_llm" }), "/health": "" })
    expect(trt.report.models[0]?.state).toBe("loaded")
  })

  test("a vLLM that sleeps says so in its metrics", async () => {
    const { report } = await look({
      "/v1/models": list(card("m")),
      "/version": { version: "0.32.0" },
      "/metrics": '# TYPE vllm:engine_sleep_state gauge\nvllm:engine_sleep_state{engine="0",sleep_state="awake"} 0.0\n',
    })
    expect(report.models[0]?.state).toBe("sleeping")
  })

  test("native routes full of nonsense change nothing", async () => {
    for (const nonsense of [
      [],
      {},
      { models: 1, data: "x", running: {} },
      { models: [null, 1, { key: {} }], data: [[]], running: [0] },
    ]) {
      const routes = ["/api/ps", "/running", "/v1/model/info", "/api/v1/models", "/props", "/server_info", "/api/show"]
      for (const owner of ["sglang", "llamacpp", "llama-swap"]) {
        const all = Object.fromEntries(routes.map((path) => [path, nonsense]))
        const { report } = await look({ ...all, "/v1/models": list({ id: "m", owned_by: owner, max_model_len: 512 }) })
        expect(report.models).toMatchObject([{ id: "m", context: 512 }])
      }
    }
  })

  test("a native route that never answers does not hold the look", async () => {
    const server = await serveRoutes({ ...OLLAMA, "/api/show": () => {} })
    const clock = calmClock()
    const report = await lookAt({ url: `${server.origin}/v1` }, { deadlineMs: 400 })
    await server.close()
    expect(clock()).toBeLessThan(450)
    expect(report.models[0]).toMatchObject({ state: "loaded", context: 32_768 })
  })
})
