/** The server answers well; the configuration does not fit it, or it is busy. */
import type { ConfiguredModel } from "../../../src/endpoint/types.ts"
import { card, healthyVllm, METRICS, serveRoutes } from "../servers.ts"
import type { Cause } from "./cause.ts"

const serving =
  (id: string, context = 131_072) =>
  () =>
    serveRoutes(healthyVllm({ "/v1/models": { object: "list", data: [card(id, { max_model_len: context })] } }))
const naming = (id: string, more: Partial<ConfiguredModel> = {}) => ({
  models: [{ key: id, id, context: 131_072, output: 16_000, ...more }],
})
const speaking =
  (...paths: string[]) =>
  () =>
    serveRoutes(healthyVllm({ "/openapi.json": { paths: Object.fromEntries(paths.map((path) => [path, {}])) } }))
const metrics = (from: string | RegExp, to: string) => () =>
  serveRoutes(healthyVllm({ "/metrics": METRICS.replaceAll(from, to) }))

export const FITTING: Cause[] = [
  {
    does: "serves the model under a longer name",
    expect: ["no-such-model"],
    start: serving("nvidia/NVIDIA-Nemotron-3-Super"),
    endpoint: naming("nemotron-3-super"),
    cure: "nvidia/NVIDIA-Nemotron-3-Super",
  },
  {
    does: "serves the model without its prefix",
    expect: ["no-such-model"],
    start: serving("nemotron-3-super"),
    endpoint: naming("nvidia/nemotron-3-super"),
    cure: '"nemotron-3-super"',
  },
  {
    does: "serves a name that differs by a slip",
    expect: ["no-such-model"],
    start: serving("nemotron"),
    endpoint: naming("nemotorn"),
    cure: '"nemotron"',
  },
  {
    does: "serves something else",
    expect: ["no-such-model"],
    start: serving("llama"),
    endpoint: naming("gpt"),
    cure: "--served-model-name",
  },
  {
    does: "serves a name that differs in case",
    expect: ["model-case"],
    start: serving("qwen3-coder"),
    endpoint: naming("Qwen3-Coder"),
    cure: '"qwen3-coder"',
  },
  {
    does: "serves less context than is configured",
    expect: ["limit-too-large"],
    start: serving("m", 65_536),
    endpoint: naming("m"),
    cure: "65536",
  },
  {
    does: "serves far more context than is configured",
    expect: ["limit-too-small"],
    start: serving("m"),
    endpoint: naming("m", { context: 16_384, output: 8_192 }),
    cure: "131072",
  },
  {
    does: "has no configured context",
    expect: ["limit-missing"],
    start: serving("m"),
    endpoint: naming("m", { context: undefined }),
    cure: "131072",
  },
  {
    does: "has less context than OpenCode asks to be answered",
    expect: ["output-eats-context"],
    start: serving("m", 16_384),
    endpoint: naming("m", { context: 16_384, output: undefined }),
    cure: '"output": 4096',
  },
  {
    does: "has a context of which the answer takes nearly all",
    expect: ["output-eats-context"],
    start: serving("m", 40_960),
    endpoint: naming("m", { context: 40_960, output: 32_000 }),
  },
  {
    does: "speaks Responses only",
    expect: ["wrong-adapter"],
    start: speaking("/v1/responses"),
    endpoint: { adapter: "@ai-sdk/openai-compatible" },
    cure: '"@ai-sdk/openai"',
  },
  {
    does: "speaks Anthropic Messages only",
    expect: ["wrong-adapter"],
    start: speaking("/v1/messages"),
    endpoint: { adapter: "@ai-sdk/openai-compatible" },
    cure: '"@ai-sdk/anthropic"',
  },
  {
    does: "speaks Chat Completions only, the adapter Responses",
    expect: ["wrong-adapter"],
    start: speaking("/v1/chat/completions"),
    endpoint: { adapter: "@ai-sdk/openai" },
    cure: '"@ai-sdk/openai-compatible"',
  },
  {
    does: "runs without a tool parser, by its metrics",
    expect: ["tools-off"],
    start: metrics(/^.*tool_call_parser.*$/gm, ""),
    cure: "--enable-auto-tool-choice --tool-call-parser qwen3_coder",
  },
  { does: "makes requests wait", expect: ["queueing"], start: metrics(/(requests_waiting\{.*\}) 1.0/g, "$1 17.0") },
  { does: "has a full cache", expect: ["cache-full"], start: metrics(/(kv_cache_usage_perc\{.*\}) 0.31/g, "$1 0.99") },
  { does: "sleeps", expect: ["sleeping"], start: metrics(/(sleep_state="awake"\}) 1.0/g, "$1 0.0"), cure: "/wake_up" },
]
