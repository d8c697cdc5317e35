import { describe, expect, test } from "bun:test"
import { lookAt } from "../../src/endpoint/look.ts"
import type { EndpointReport } from "../../src/endpoint/types.ts"
import { card, type Routes, serveRoutes } from "./servers.ts"

async function look(routes: Routes): Promise<EndpointReport & { asked: string[] }> {
  const server = await serveRoutes(routes)
  const report = await lookAt({ url: `${server.origin}/v1` })
  await server.close()
  return { ...report, asked: server.seen.map((r) => r.url) }
}
const list = (...data: object[]) => ({ object: "list", data })

describe("servers are told apart by what they say of themselves", () => {
  test("vLLM's Rust frontend speaks one shape", async () => {
    const report = await look({
      "/v1/models": list(card("m", { owned_by: "vllm-frontend-rs" })),
      "/version": { version: "0.32.0", rust_frontend_version: "1" },
    })
    expect(report).toMatchObject({ server: { kind: "vllm", version: "0.32.0" }, shapes: ["chat"] })
  })

  test("an older vLLM is not said to speak what it does not", async () => {
    expect((await look({ "/v1/models": list(card("m")), "/version": { version: "0.9.2" } })).shapes).toEqual(["chat"])
    expect((await look({ "/v1/models": list(card("m")), "/version": { version: "0.11.0" } })).shapes).toEqual([
      "chat",
      "responses",
    ])
  })

  test("SGLang, without asking its /health, which generates a token", async () => {
    const report = await look({
      "/v1/models": list(card("m", { owned_by: "sglang" })),
      "/server_info": { version: "0.6.1", tool_call_parser: null },
      "/api/version": { version: "0.0.0" },
      "/metrics": "sglang:num_running_reqs 1\n",
    })
    expect(report).toMatchObject({ server: { kind: "sglang", version: "0.6.1" }, load: { running: 1 } })
    expect(report.asked).not.toContain("/health")
  })

  test("llama.cpp, with the context that is really set", async () => {
    const models = { models: [{ name: "x" }], data: [{ id: "x.gguf", owned_by: "llamacpp", meta: { n_ctx_train: 131_072 } }] }
    const report = await look({
      "/v1/models": models,
      "/props": { default_generation_settings: { n_ctx: 8_192 }, build_info: "b9000-abc" },
    })
    expect(report).toMatchObject({
      server: { kind: "llama.cpp", version: "b9000-abc" },
      models: [{ id: "x.gguf", context: 8_192 }],
    })
  })

  test("Ollama, with the context of what is loaded", async () => {
    const report = await look({
      "/v1/models": list({ id: "qwen3:latest", object: "model", owned_by: "library" }, { id: "big:latest", owned_by: "library" }),
      "/api/version": { version: "0.33.0" },
      "/api/ps": { models: [{ model: "qwen3:latest", context_length: 32_768 }] },
    })
    expect(report.server).toEqual({ kind: "ollama", version: "0.33.0" })
    expect(report.models.map((m) => m.context)).toEqual([32_768, undefined])
  })

  test("LM Studio", async () => {
    const report = await look({
      "/v1/models": list({ id: "qwen", object: "model", owned_by: "organization_owner" }),
      "/api/v0/models": list({ id: "qwen", state: "loaded", max_context_length: 262_144, loaded_context_length: 8_000 }),
    })
    expect(report).toMatchObject({ server: { kind: "lmstudio", version: null }, models: [{ context: 8_000 }] })
  })

  test("LiteLLM, without ever asking its /health, which calls every model", async () => {
    const report = await look({
      "/v1/models": list({ id: "nemotron", object: "model", owned_by: "openai", max_input_tokens: 131_072 }),
      "/health/liveliness": "I'm alive!",
      "/health": { never: true },
    })
    expect(report).toMatchObject({ server: { kind: "litellm" }, models: [{ id: "nemotron", context: 131_072 }] })
    expect(report.asked).not.toContain("/health")
  })

  test("llama-swap, TGI, TensorRT-LLM and mlx-lm", async () => {
    expect((await look({ "/v1/models": list({ id: "a", owned_by: "llama-swap" }) })).server.kind).toBe("llama-swap")
    const tgi = await look({
      "/v1/models": list({ id: "a", owned_by: "a", object: "model" }),
      "/info": { router: "text-generation-router", version: "3.3.0", max_total_tokens: 4_096 },
    })
    expect(tgi).toMatchObject({ server: { kind: "tgi", version: "3.3.0" }, models: [{ context: 4_096 }] })
    const trt = await look({
      "/v1/models": list({ id: "a", owned_by: "tensorrt_llm" }),
      "/version": { version: "1.2.0" },
      "/metrics": "[]",
    })
    expect(trt.server).toEqual({ kind: "tensorrt-llm", version: "1.2.0" })
    expect(trt.asked).not.toContain("/metrics")
    expect((await look({ "/v1/models": list({ id: "a", object: "model", created: 1 }) })).server.kind).toBe("mlx-lm")
  })

  test("a LoRA adapter has the context of its base", async () => {
    const report = await look({
      "/v1/models": list(card("base"), card("lora", { parent: "base", root: "/adapters/lora", max_model_len: null })),
      "/version": { version: "0.32.0" },
    })
    expect(report.models.map((m) => [m.id, m.parent, m.context])).toEqual([
      ["base", undefined, 262_144],
      ["lora", "base", 262_144],
    ])
  })
})
