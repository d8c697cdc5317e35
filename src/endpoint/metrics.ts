import parsePrometheus, { type PrometheusFamily } from "parse-prometheus-text-format"
import type { Load } from "./types.ts"
import { atLeast } from "./version.ts"

/**
 * Names of the figures, newest first. vLLM: `vllm/v1/metrics/loggers.py`; the `gpu_` names went between 0.9 and 0.12. SGLang:
 * `python/sglang/srt/metrics/collector.py`. llama.cpp: `tools/server/README.md`.
 */
const NAMES = {
  running: ["vllm:num_requests_running", "sglang:num_running_reqs", "llamacpp:requests_processing"],
  waiting: ["vllm:num_requests_waiting", "sglang:num_queue_reqs", "llamacpp:requests_deferred"],
  cache: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc", "sglang:token_usage", "llamacpp:kv_cache_usage_ratio"],
  hits: [
    "vllm:prefix_cache_hits_total",
    "vllm:prefix_cache_hits",
    "vllm:gpu_prefix_cache_hits_total",
    "vllm:gpu_prefix_cache_hits",
  ],
  queries: [
    "vllm:prefix_cache_queries_total",
    "vllm:prefix_cache_queries",
    "vllm:gpu_prefix_cache_queries_total",
    "vllm:gpu_prefix_cache_queries",
  ],
  hitRate: ["sglang:cache_hit_rate", "vllm:gpu_prefix_cache_hit_rate"],
  preemptions: ["vllm:num_preemptions_total", "vllm:num_preemptions"],
  generated: [
    "vllm:generation_tokens_total",
    "vllm:generation_tokens",
    "sglang:generation_tokens_total",
    "llamacpp:tokens_predicted_total",
  ],
  sleep: ["vllm:engine_sleep_state"],
  config: ["vllm:cache_config_info"],
  started: ["process_start_time_seconds"],
} as const

const TOOL_COUNTER = "vllm:tool_call_parser_invocations"
const WANTED = new Set<string>(Object.values(NAMES).flat())

export interface MetricsContext {
  /** vLLM's version, to know whether a missing counter means something. */
  version?: string | null
  /** The load of the last look, and when that was. */
  previous?: { load?: Load; at: number }
  /** When this page was read, milliseconds since the epoch. */
  at: number
}

/** Reads a Prometheus page. Figures of several engines are summed, the cache use is that of the fullest. Undefined: no known metric. */
export function loadOf(text: string, { version, previous, at }: MetricsContext): Load | undefined {
  const families = new Map<string, PrometheusFamily>()
  // Some exporters do not keep the samples of one metric together.
  for (const family of familiesOf(text))
    families.get(family.name)?.metrics.push(...family.metrics) ?? families.set(family.name, family)
  const samples = (names: readonly string[]) => {
    const found = names.find((name) => (families.get(name)?.metrics.length ?? 0) > 0)
    const metrics = found === undefined ? [] : (families.get(found)?.metrics ?? [])
    return metrics.map((m) => ({ value: Number(m.value), labels: m.labels ?? {} })).filter((m) => Number.isFinite(m.value))
  }
  const sum = (names: readonly string[]) => {
    const found = samples(names)
    return found.length === 0 ? undefined : found.reduce((total, m) => total + m.value, 0)
  }
  const max = (names: readonly string[]) => {
    const found = samples(names)
    return found.length === 0 ? undefined : found.reduce((most, m) => Math.max(most, m.value), Number.NEGATIVE_INFINITY)
  }

  const hits = sum(NAMES.hits)
  const queries = sum(NAMES.queries)
  const generatedTokens = sum(NAMES.generated)
  const awake = samples(NAMES.sleep).filter((m) => m.labels.sleep_state === "awake")
  const load: Load = {
    running: sum(NAMES.running),
    waiting: sum(NAMES.waiting),
    kvCacheUsage: share(max(NAMES.cache)),
    kvCacheTokens: capacity(samples(NAMES.config).map((m) => m.labels)),
    prefixCacheHitRate: hits !== undefined && queries ? share(hits / queries) : share(max(NAMES.hitRate)),
    preemptions: sum(NAMES.preemptions),
    generatedTokens,
    tokensPerSecond: rate(generatedTokens, at, previous),
    toolParserOn: toolParser(text, families, version),
    asleep: awake.length === 0 ? undefined : awake.every((m) => m.value === 0),
    startedAt: max(NAMES.started),
  }
  const known = Object.entries(load).filter(([, value]) => value !== undefined)
  // Every program that exports metrics says when it began.
  return known.every(([name]) => name === "startedAt") ? undefined : (Object.fromEntries(known) as Load)
}

/** A server has some dozens of these lines; reading more would take longer than asking for them. */
const MOST_LINES = 5000

/** Only lines of wanted metrics are parsed, each on its own where one of them is broken: the parser gives up at the first bad line. */
function familiesOf(text: string): PrometheusFamily[] {
  const lines = text
    .split("\n")
    .filter((line) => WANTED.has(/^[a-z][\w:]*/.exec(line)?.[0] ?? ""))
    .slice(0, MOST_LINES)
  try {
    return parsePrometheus(ended(lines))
  } catch {
    const good = lines.filter((line) => {
      try {
        parsePrometheus(ended([line]))
        return true
      } catch {
        return false
      }
    })
    return parsePrometheus(ended(good))
  }
}

/** The parser drops a last line that has no end. */
const ended = (lines: string[]) => lines.map((line) => `${line}\n`).join("")

function share(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(1, Math.max(0, value))
}

/** Since 0.30 the label says it; before, blocks times their size (right for dense models). */
function capacity(engines: Record<string, string>[]): number | undefined {
  const tokens = engines.map((labels) => {
    const stated = Number(labels.kv_cache_size_tokens)
    return stated > 0 ? stated : Number(labels.block_size) * Number(labels.num_gpu_blocks)
  })
  const total = tokens.filter((n) => n > 0).reduce((a, b) => a + b, 0)
  return total > 0 ? total : undefined
}

function rate(generated: number | undefined, at: number, previous: MetricsContext["previous"]): number | undefined {
  const before = previous?.load?.generatedTokens
  const seconds = (at - (previous?.at ?? at)) / 1000
  // A smaller counter means that the server was restarted in between.
  if (generated === undefined || before === undefined || seconds <= 0 || generated < before) return undefined
  return (generated - before) / seconds
}

/** vLLM registers the counter when `--tool-call-parser` was given, since 0.24 (`vllm/parser/metrics.py`, vllm-project/vllm#44448). */
function toolParser(
  text: string,
  families: Map<string, PrometheusFamily>,
  version: string | null | undefined,
): boolean | undefined {
  if (text.includes(TOOL_COUNTER)) return true
  const isVllm = NAMES.running.some((name) => name.startsWith("vllm:") && families.has(name))
  return isVllm && version && atLeast(version, 0, 24) ? false : undefined
}
