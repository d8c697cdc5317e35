import type { Check, EndpointReport } from "../../src/endpoint/types.ts"
import { CHECK_IDS } from "../../src/endpoint/types.ts"
import type { SessionFinding } from "../../src/report/types.ts"

export const NOW = 1_800_000_000_000

export function checks(...problems: Partial<Check>[]): Check[] {
  return CHECK_IDS.map((id) => {
    const base: Check = { id, status: "pass", code: "ok", message: "Fine.", fix: "", reference: "", ms: 3 }
    const costly = ["chat", "tool-call", "reasoning"].includes(id)
    const plain: Check = costly ? { ...base, status: "skip", message: "Not checked: it would cost tokens." } : base
    return { ...plain, ...problems.find((p) => p.id === id) }
  })
}

export const healthy: EndpointReport = {
  url: "http://gpu-box:8000/v1",
  provider: "my-vllm",
  server: { kind: "vllm", version: "0.32.0" },
  shapes: ["chat", "responses", "messages"],
  models: [{ id: "nemotron", root: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4", context: 262_144 }],
  configured: [{ key: "nemotron", id: "nemotron", context: 262_144, output: 32_000 }],
  hasKey: true,
  checks: checks(),
  load: {
    running: 2,
    waiting: 0,
    kvCacheUsage: 0.312,
    kvCacheTokens: 450_000,
    prefixCacheHitRate: 0.87,
    preemptions: 0,
    generatedTokens: 5_000,
    tokensPerSecond: 45.2,
    toolParserOn: true,
    asleep: false,
  },
  at: NOW,
}

const refusedChecks = CHECK_IDS.map((id): Check => {
  const skipped: Check = {
    id,
    status: "skip",
    code: "ok",
    message: "Not checked: the server cannot be used now.",
    fix: "",
    reference: "",
    ms: 0,
  }
  if (id === "config") return { ...skipped, status: "pass", message: "The base URL has the usual form." }
  if (id !== "reach") return skipped
  return {
    ...skipped,
    status: "fail",
    code: "refused",
    message: "Nothing listens at gpu-box:8000.",
    fix: "Start the server, or correct provider.my-vllm.options.baseURL.",
    reference: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
  }
})

export const refused: EndpointReport = {
  url: "http://gpu-box:8000/v1",
  provider: "my-vllm",
  server: { kind: "unknown", version: null },
  models: [],
  configured: [{ key: "nemotron", id: "nemotron" }],
  hasKey: false,
  checks: refusedChecks,
  at: NOW,
}

export const twoProblems: EndpointReport = {
  ...healthy,
  checks: checks(
    {
      id: "model",
      status: "fail",
      code: "no-such-model",
      message: 'The configured model "nemotron-3" is not served; served: "nemotron".',
      fix: 'Write "nemotron" in provider.my-vllm.models, or start vLLM with --served-model-name nemotron-3.',
      reference: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    },
    {
      id: "metrics",
      status: "warn",
      code: "queueing",
      message: "9 requests wait for a place while 4 run.",
      fix: "Run fewer sessions at once, or raise --max-num-seqs if memory allows.",
      reference: "https://docs.vllm.ai/en/latest/usage/metrics.html",
    },
  ),
}

export const leak: SessionFinding = {
  finding: {
    kind: "reasoning-in-arguments",
    certainty: "certain",
    tool: "bash",
    callId: "call_1",
    field: "command",
    family: "nemotron3",
    cause:
      "The model's thoughts (<think>…</think>) stand inside the argument command of bash: the server's reasoning parser does not fit.",
    fix: "Restart vLLM with --reasoning-parser nemotron_v3; the model card has the last word.",
    reference: "https://docs.vllm.ai/en/latest/features/reasoning_outputs.html",
    excerpt: "<think>We should list the files</think>ls",
  },
  count: 3,
  weak: 0,
  tools: ["bash"],
  first: NOW - 600_000,
  last: NOW - 120_000,
}
