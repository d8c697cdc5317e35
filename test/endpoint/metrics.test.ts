import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { loadOf } from "../../src/endpoint/metrics.ts"
import { METRICS } from "./servers.ts"

const at = 10_000

describe("the load of a metrics page", () => {
  test("the names that vLLM dropped are still read", () => {
    const old = `vllm:gpu_cache_usage_perc{model_name="m"} 0.5\nvllm:gpu_prefix_cache_queries{engine="0"} 200\nvllm:gpu_prefix_cache_hits{engine="0"} 50\nvllm:num_preemptions_total 4`
    expect(loadOf(old, { at, version: "0.8.5" })).toEqual({ kvCacheUsage: 0.5, prefixCacheHitRate: 0.25, preemptions: 4 })
  })

  test("engines are summed, and the fullest one counts for the cache", () => {
    const two = ["0", "1"].map(
      (e) =>
        `vllm:num_requests_running{engine="${e}"} ${e}.0\nvllm:kv_cache_usage_perc{engine="${e}"} 0.${e}5\nvllm:generation_tokens_total{engine="${e}"} 1.5e3`,
    )
    const info = ["0", "1"].map(
      (e) =>
        `vllm:cache_config_info{block_size="16",engine="${e}",num_gpu_blocks="100",kv_cache_size_tokens="${e === "0" ? "None" : "5000"}"} 1.0`,
    )
    expect(loadOf([...two, ...info].join("\n"), { at })).toMatchObject({
      running: 1,
      kvCacheUsage: 0.15,
      generatedTokens: 3_000,
      kvCacheTokens: 6_600,
    })
  })

  test("other servers' names are read", () => {
    expect(
      loadOf("sglang:num_running_reqs 2\nsglang:num_queue_reqs 1\nsglang:token_usage 0.3\nsglang:cache_hit_rate 0.7\n", { at }),
    ).toEqual({ running: 2, waiting: 1, kvCacheUsage: 0.3, prefixCacheHitRate: 0.7 })
    expect(
      loadOf("llamacpp:requests_processing 1\nllamacpp:requests_deferred 0\nllamacpp:tokens_predicted_total 9\n", { at }),
    ).toEqual({ running: 1, waiting: 0, generatedTokens: 9 })
  })

  test("a sleeping engine is told by its state", () => {
    const asleep = `vllm:engine_sleep_state{engine="0",sleep_state="awake"} 0.0\nvllm:engine_sleep_state{engine="0",sleep_state="weights_offloaded"} 1.0\n`
    expect(loadOf(asleep, { at })?.asleep).toBe(true)
  })

  test("a missing parser counter means a missing flag only where vLLM would have it", () => {
    const without = METRICS.replace(/.*tool_call_parser.*\n/g, "")
    expect(loadOf(METRICS, { at, version: "0.32.0" })?.toolParserOn).toBe(true)
    expect(loadOf(without, { at, version: "0.32.0" })?.toolParserOn).toBe(false)
    expect(loadOf(without, { at, version: "0.24.0rc1" })?.toolParserOn).toBe(false)
    expect(loadOf(without, { at, version: "0.23.2" })?.toolParserOn).toBeUndefined()
    expect(loadOf(without, { at, version: null })?.toolParserOn).toBeUndefined()
  })

  test("a counter that went back means a restart, not a negative rate", () => {
    const previous = { load: { generatedTokens: 9_999_999 }, at: 0 }
    expect(loadOf(METRICS, { at, previous })?.tokensPerSecond).toBeUndefined()
    expect(loadOf(METRICS, { at, previous: { load: { generatedTokens: 4_000 }, at: 0 } })?.tokensPerSecond).toBe(100)
  })

  test("a page of something else is no load", () => {
    expect(loadOf("<html>hello</html>", { at })).toBeUndefined()
    expect(loadOf("python_info 1\nprocess_cpu_seconds_total 3\n", { at })).toBeUndefined()
  })

  test("one broken line does not cost the others", () => {
    expect(loadOf(`vllm:num_requests_running{{{ 1\n${METRICS}`, { at })?.running).toBe(2)
  })

  test("whatever stands on the page, nothing is thrown and shares stay shares", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...METRICS.split("\n")),
      fc.string().map((s) => `vllm:kv_cache_usage_perc${s}`),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const load = loadOf(lines.join("\n"), { at, version: "0.32.0" })
        if (load?.kvCacheUsage !== undefined) expect(load.kvCacheUsage >= 0 && load.kvCacheUsage <= 1).toBe(true)
      }),
    )
  })

  test("a page cut anywhere is read as far as it goes", () => {
    for (let end = 0; end <= METRICS.length; end += 7) expect(() => loadOf(METRICS.slice(0, end), { at })).not.toThrow()
  })
})
