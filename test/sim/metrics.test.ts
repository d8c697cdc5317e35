import { describe, expect, test } from "bun:test"
import parse from "parse-prometheus-text-format"
import type { Sim } from "../../src/sim/index.ts"
import { agentBody, chat, hearChat, root, withSim } from "./client.ts"

/** Value of the sample whose labels include these, as an ordinary Prometheus parser reads it. */
async function figure(sim: Sim, name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const families = parse(await (await fetch(`${root(sim)}/metrics`)).text())
  const samples = families.find((family) => family.name === name)?.metrics ?? []
  const found = samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels?.[key] === value))
  return found && "value" in found ? Number(found.value) : undefined
}

describe("metrics", () => {
  test("are Prometheus text of vLLM's type, with its labels", () =>
    withSim({}, async (sim) => {
      const response = await fetch(`${root(sim)}/metrics`)
      expect(response.headers.get("content-type")).toBe("text/plain; version=1.0.0; charset=utf-8")
      const text = await response.text()
      expect(text).toContain('\nvllm:num_requests_running{engine="0",model_name="nemotron-3-super"} 0.0\n')
      expect(text).toContain('\nvllm:engine_sleep_state{engine="0",model_name="nemotron-3-super",sleep_state="awake"} 1.0\n')
      expect(text).toMatch(/\nvllm:cache_config_info\{.*num_gpu_blocks="40960".*\} 1\.0\n/)
      expect(text).toContain('vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="nemotron-3-super"} 0.0')
    }))

  test("counters move with what was served", () =>
    withSim({}, async (sim) => {
      const { usage } = await hearChat(sim)
      expect(await figure(sim, "vllm:generation_tokens_total")).toBe(usage!.completion_tokens)
      expect(await figure(sim, "vllm:request_success_total", { finished_reason: "stop" })).toBe(1)
      expect(await figure(sim, "vllm:prompt_tokens_total")).toBeGreaterThan(50)
      const parser = "vllm:tool_call_parser_invocations_total"
      const kind = { mode: "streaming", request_type: "chat_completions" }
      expect(await figure(sim, parser, { ...kind, outcome: "tool_call" })).toBeGreaterThan(2)
      expect(await figure(sim, parser, { ...kind, outcome: "no_tool_call" })).toBeGreaterThan(5)
      await hearChat(sim, agentBody("SIM:truncated-in-reasoning"))
      expect(await figure(sim, "vllm:request_success_total", { finished_reason: "length" })).toBe(1)
      expect(await figure(sim, "http_requests_total", { handler: "/v1/chat/completions", status: "2xx" })).toBe(2)
    }))

  test("a prompt seen before hits the prefix cache in whole blocks", () =>
    withSim({}, async (sim) => {
      await hearChat(sim)
      expect(await figure(sim, "vllm:prefix_cache_hits_total")).toBe(0)
      await hearChat(sim)
      const hits = (await figure(sim, "vllm:prefix_cache_hits_total"))!
      expect(hits).toBeGreaterThan(0)
      expect(hits % 16).toBe(0)
      expect(hits).toBeLessThanOrEqual((await figure(sim, "vllm:prefix_cache_queries_total"))! / 2)
    }))

  test("a running request shows in the gauges and leaves them again", () =>
    withSim({ scenario: "hung" }, async (sim) => {
      const cancel = new AbortController()
      const text = chat(sim, agentBody(), { signal: cancel.signal }).then((response) => response.text())
      text.catch(() => {})
      for (let i = 0; i < 100 && (await figure(sim, "vllm:num_requests_running")) !== 1; i++) await Bun.sleep(5)
      expect(await figure(sim, "vllm:num_requests_running")).toBe(1)
      expect(await figure(sim, "vllm:kv_cache_usage_perc")).toBeGreaterThan(0)
      expect(await figure(sim, "vllm:generation_tokens_total")).toBe(0)
      cancel.abort()
      for (let i = 0; i < 100 && (await figure(sim, "vllm:num_requests_running")) !== 0; i++) await Bun.sleep(5)
      expect(await figure(sim, "vllm:num_requests_running")).toBe(0)
      expect(await figure(sim, "vllm:kv_cache_usage_perc")).toBe(0)
    }))

  test("the counter of the tool parser is there only when a parser is on", async () => {
    const parser = "vllm:tool_call_parser_invocations_total"
    await withSim({}, async (sim) => expect(await figure(sim, parser)).toBe(0))
    await withSim({ scenario: "no-tool-parser" }, async (sim) => expect(await figure(sim, parser)).toBeUndefined())
  })

  test("queue and sleeping show in their gauges", async () => {
    await withSim({ scenario: "queue" }, async (sim) => {
      expect(await figure(sim, "vllm:num_requests_waiting")).toBe(17)
      expect(await figure(sim, "vllm:kv_cache_usage_perc")).toBe(0.98)
      expect(await figure(sim, "vllm:num_preemptions_total")).toBe(231)
    })
    await withSim({ scenario: "sleeping" }, async (sim) => {
      expect(await figure(sim, "vllm:engine_sleep_state", { sleep_state: "awake" })).toBe(0)
      expect(await figure(sim, "vllm:engine_sleep_state", { sleep_state: "weights_offloaded" })).toBe(1)
    })
  })

  test("a model name cannot break the text", () =>
    withSim({ model: 'a"b\\c\nd' }, async (sim) => {
      expect(await figure(sim, "vllm:num_requests_running")).toBe(0)
      expect(await (await fetch(`${root(sim)}/metrics`)).text()).toContain('model_name="a\\"b\\\\c\\nd"')
    }))
})
