/** `/metrics` of vLLM 0.32.0: names, labels and help texts as a running server shows them. */
import { counter, gauge, histogram, type Labels, type Sample } from "./exposition.ts"
import type { Figures, Mode, Outcome } from "./meter.ts"
import type { Parsers, Pinned } from "./types.ts"

export interface MetricsView {
  figures: Figures
  /** First served name. */
  model: string
  parsers: Parsers
  pinned: Pinned
  /** Start of the server, seconds since the epoch. */
  created: number
}

export const METRICS_TYPE = "text/plain; version=1.0.0; charset=utf-8"

const BLOCK = 16
const BLOCKS = 40_960
export const CACHE_TOKENS = BLOCK * BLOCKS

const CACHE_CONFIG: Labels = {
  block_size: String(BLOCK),
  cache_dtype: "fp8",
  enable_prefix_caching: "True",
  gpu_memory_utilization: "0.92",
  kv_cache_max_concurrency: "2.5",
  kv_cache_size_tokens: String(CACHE_TOKENS),
  mamba_cache_mode: "align",
  num_cpu_blocks: "None",
  num_gpu_blocks: String(BLOCKS),
  num_gpu_blocks_override: "None",
  prefix_caching_hash_algo: "sha256",
  sliding_window: "None",
}

export function metricsText(view: MetricsView): string {
  return [engineGauges(view), tokenCounters(view), latencies(view), httpCounter(view), parserCounter(view)].join("")
}

const engine = (view: MetricsView, more: Labels = {}): Labels => ({ engine: "0", model_name: view.model, ...more })

function engineGauges(view: MetricsView): string {
  const { figures, pinned } = view
  const waiting = pinned.waiting ?? 0
  const one = (value: number): Sample[] => [{ labels: engine(view), value }]
  const state = (sleep_state: string, on: boolean): Sample => ({ labels: engine(view, { sleep_state }), value: on ? 1 : 0 })
  const asleep = pinned.asleep ?? false
  return [
    gauge(
      "vllm:num_requests_running",
      "Number of requests in model execution batches.",
      one(figures.running + (pinned.running ?? 0)),
    ),
    gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", one(waiting)),
    gauge("vllm:num_requests_waiting_by_reason", "Number of waiting requests by reason.", [
      { labels: engine(view, { reason: "capacity" }), value: waiting },
      { labels: engine(view, { reason: "deferred" }), value: 0 },
    ]),
    gauge(
      "vllm:engine_sleep_state",
      "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.",
      [state("awake", !asleep), state("weights_offloaded", asleep), state("discard_all", false)],
    ),
    gauge(
      "vllm:kv_cache_usage_perc",
      "KV-cache usage. 1 means 100 percent usage.",
      one(pinned.kvCacheUsage ?? Math.min(1, figures.heldTokens / CACHE_TOKENS)),
    ),
    gauge("vllm:cache_config_info", "Information of the LLMEngine CacheConfig", [
      { labels: { ...CACHE_CONFIG, engine: "0" }, value: 1 },
    ]),
  ].join("")
}

function tokenCounters(view: MetricsView): string {
  const { figures, pinned, created } = view
  const one = (value: number): Sample[] => [{ labels: engine(view), value }]
  const by = (label: string, values: Record<string, number>): Sample[] =>
    Object.entries(values).map(([key, value]) => ({ labels: engine(view, { [label]: key }), value }))
  const computed = figures.promptTokens - figures.cachedTokens
  const all: [string, string, Sample[]][] = [
    ["prefix_cache_queries", "Prefix cache queries, in terms of number of queried tokens.", one(figures.promptTokens)],
    ["prefix_cache_hits", "Prefix cache hits, in terms of number of cached tokens.", one(figures.cachedTokens)],
    ["num_preemptions", "Cumulative number of preemption from the engine.", one(pinned.preemptions ?? 0)],
    ["prompt_tokens", "Number of prefill tokens processed.", one(figures.promptTokens)],
    [
      "prompt_tokens_by_source",
      "Number of prompt tokens by source.",
      by("source", { local_compute: computed, local_cache_hit: figures.cachedTokens, external_kv_transfer: 0 }),
    ],
    ["prompt_tokens_cached", "Number of cached prompt tokens (local + external).", one(figures.cachedTokens)],
    ["generation_tokens", "Number of generation tokens processed.", one(figures.generatedTokens)],
    ["request_success", "Count of successfully processed requests.", by("finished_reason", figures.finished)],
  ]
  return all.map(([name, help, samples]) => counter(`vllm:${name}_total`, help, samples, created)).join("")
}

function latencies(view: MetricsView): string {
  const { firstToken, betweenTokens, whole } = view.figures
  return [
    histogram("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.", engine(view), firstToken),
    histogram("vllm:inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", engine(view), betweenTokens),
    histogram("vllm:e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", engine(view), whole),
  ].join("")
}

function httpCounter(view: MetricsView): string {
  const samples = [...view.figures.http].map(([key, value]) => {
    const [handler = "", method = "", status = ""] = key.split(" ")
    return { labels: { handler, method, status }, value }
  })
  return counter("http_requests_total", "Total number of requests by method, status and handler.", samples, view.created)
}

/** Registered when `--tool-call-parser` was given, and only then: its absence is how a client sees that the flag is missing. */
function parserCounter(view: MetricsView): string {
  if (view.parsers.tool === null) return ""
  const modes: Mode[] = ["streaming", "non_streaming"]
  const outcomes: Outcome[] = ["tool_call", "no_tool_call"]
  const samples = modes.flatMap((mode) =>
    outcomes.flatMap((outcome) =>
      ["chat_completions", "responses", "other"].map((request_type) => ({
        labels: { mode, model_name: view.model, outcome, request_type },
        value: request_type === "chat_completions" ? view.figures.invocations[`${mode}/${outcome}`] : 0,
      })),
    ),
  )
  const help =
    "Total number of ToolParser invocations. Non-streaming increments once per choice; streaming increments once per delta."
  return counter("vllm:tool_call_parser_invocations_total", help, samples, view.created)
}
