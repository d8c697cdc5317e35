import { describe, expect, test } from "bun:test"
import { FAMILIES, familyById, familyOfModel, vllmFlags } from "../../src/knowledge/families.ts"

describe("the family of a model", () => {
  const NAMES: Record<string, string> = {
    "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8": "nemotron3",
    "/models/nemotron-3.5-lightning": "nemotron3",
    "Qwen/Qwen3-Coder-480B-A35B-Instruct": "qwen3-coder",
    "Qwen/Qwen3.6-27B": "qwen3.5",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "qwen3-instruct",
    "Qwen/Qwen3-Next-80B-A3B-Instruct": "qwen3-instruct",
    "Qwen/Qwen3-235B-A22B-Thinking-2507": "qwen3-thinking",
    "qwen3-8b-awq": "qwen3",
    "Qwen/QwQ-32B": "qwq",
    "Qwen2.5-Coder-7B-Instruct": "qwen2.5",
    "deepseek-ai/DeepSeek-V4": "deepseek-v4",
    "deepseek-ai/DeepSeek-V3.2-Exp": "deepseek-v3.2",
    "deepseek-ai/DeepSeek-V3.1-Terminus": "deepseek-v3.1",
    "deepseek-ai/DeepSeek-V3-0324": "deepseek-v3",
    "deepseek-ai/DeepSeek-R1-0528": "deepseek-r1",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B": "deepseek-r1",
    "zai-org/GLM-4.7-FP8": "glm-4.7",
    "zai-org/GLM-5.1": "glm-4.7",
    "zai-org/GLM-4.6": "glm-4.5",
    "moonshotai/Kimi-K2-Thinking": "kimi-k2",
    "moonshotai/Kimi-K3": "kimi-k3",
    "MiniMaxAI/MiniMax-M2.5": "minimax-m2",
    "MiniMaxAI/MiniMax-M3": "minimax-m3",
    "openai/gpt-oss-120b": "gpt-oss",
    "google/gemma-4-31b-it": "gemma4",
    "mistralai/Devstral-Small-2507": "mistral",
    "mistralai/Magistral-Small-2509": "magistral",
    "meta-llama/Llama-3.3-70B-Instruct": "llama3",
    "meta-llama/Llama-4-Scout-17B": "llama4",
    "NousResearch/Hermes-4-70B": "hermes",
    "ibm-granite/granite-4.0-h-small": "granite4",
    "ByteDance-Seed/Seed-OSS-36B-Instruct": "seed-oss",
    "stepfun-ai/Step-3.5-Flash": "step-3.5",
    "XiaomiMiMo/MiMo-V2.5": "mimo",
  }
  for (const [name, id] of Object.entries(NAMES)) {
    test(`of ${name} is ${id}`, () => expect(familyOfModel({ root: name })?.id).toBe(id))
  }

  test("is told by the root before the id", () => {
    expect(familyOfModel({ id: "qwen3-8b", root: "/models/nemotron-3-nano" })?.id).toBe("nemotron3")
    expect(familyOfModel({ id: "qwen3-8b", root: "/models/current" })?.id).toBe("qwen3")
  })

  test("is not guessed from a name that says nothing", () => {
    for (const id of ["local", "default", "gpt", "main-model"]) expect(familyOfModel({ id })).toBeUndefined()
    expect(familyOfModel({})).toBeUndefined()
  })
})

describe("the table", () => {
  test("has one entry per id, each of which can be found", () => {
    const ids = FAMILIES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(familyById(id)?.id).toBe(id)
  })

  test("gives flags as people type them", () => {
    expect(vllmFlags(familyById("nemotron3")!)).toBe(
      "--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3",
    )
    expect(vllmFlags(familyById("llama3")!)).toBe("--enable-auto-tool-choice --tool-call-parser llama3_json")
  })
})
