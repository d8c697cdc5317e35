import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { runChecks } from "../../src/endpoint/checks/all.ts"
import { askedOutput, checkLimits, fittingOutput } from "../../src/endpoint/checks/limits.ts"
import { checkMetrics } from "../../src/endpoint/checks/metrics.ts"
import { checkModel } from "../../src/endpoint/checks/model.ts"
import { editDistance, nearNames } from "../../src/endpoint/checks/near.ts"
import type { Seen } from "../../src/endpoint/checks/seen.ts"
import { checkTools } from "../../src/endpoint/checks/tools.ts"
import type { Answer } from "../../src/endpoint/client.ts"
import type { ConfiguredModel, Load, ServedModel } from "../../src/endpoint/types.ts"
import { parseBaseUrl } from "../../src/endpoint/url.ts"

const answer = (json: unknown, status = 200): Answer => ({
  ok: true,
  status,
  headers: {},
  text: JSON.stringify(json),
  json,
  truncated: false,
  ms: 3,
})

function seen(configured: ConfiguredModel[], models: ServedModel[], more: Partial<Seen> = {}): Seen {
  const url = "http://gpu:8000/v1"
  return {
    endpoint: { url, provider: "mine", models: configured },
    url: parseBaseUrl(url),
    list: answer({ data: [] }),
    kind: "vllm",
    version: "0.32.0",
    models,
    ...more,
  }
}
const named = (id: string, more: Partial<ConfiguredModel> = {}): ConfiguredModel => ({
  key: id,
  id,
  context: 32_768,
  output: 8_192,
  ...more,
})
const served = (...ids: string[]): ServedModel[] => ids.map((id) => ({ id, context: 262_144 }))

describe("model", () => {
  test("passes when every configured model is served", () => {
    expect(checkModel(seen([named("a"), named("b")], served("b", "a", "c")))).toMatchObject({ status: "pass", code: "ok" })
  })

  test("a name that differs in case only is told as that, with the served spelling", () => {
    const check = checkModel(seen([named("Qwen3-Coder")], served("qwen3-coder", "other")))
    expect(check).toMatchObject({ status: "fail", code: "model-case" })
    expect(check.fix).toBe('Write "qwen3-coder" in provider.mine.models, or start vLLM with --served-model-name Qwen3-Coder.')
  })

  test.each([
    ["nemotron-3-super", "nvidia/NVIDIA-Nemotron-3-Super"],
    ["nvidia/nemotron", "nemotron"],
    ["nemotorn", "nemotron"],
    ["qwen3-coder-30b", "Qwen3-Coder-30B-A3B"],
  ])("%p is led to %p", (wanted, right) => {
    const check = checkModel(seen([named(wanted)], served("llama", right, "mistral-small")))
    expect(check).toMatchObject({ status: "fail", code: "no-such-model" })
    expect(check.message).toContain(`"${right}"`)
    if (wanted !== "nemotron-3-super") expect(check.fix).toStartWith(`Write "${right}" in provider.mine.models`)
  })

  test("what is served is named, and a long list is cut", () => {
    const check = checkModel(seen([named("gpt")], served("a1", "b1", "c1", "d1", "e1", "f1", "g1")))
    expect(check.message).toBe('The configured model "gpt" is not served; served: "a1", "b1", "c1", "d1", "e1" and 2 more.')
  })

  test("entries of models served at other times are a warning as long as one works", () => {
    expect(checkModel(seen([named("a"), named("tomorrow")], served("a"))).status).toBe("warn")
  })

  test("the id that is sent counts, not the key of the entry", () => {
    expect(checkModel(seen([named("real", { key: "nice" })], served("real"))).status).toBe("pass")
    expect(checkModel(seen([named("wrong", { key: "nice" })], served("real"))).fix).toContain("provider.mine.models.nice.id")
  })

  test("servers that resolve names in their own way are not accused", () => {
    expect(checkModel(seen([named("llama3")], served("llama3:latest"), { kind: "ollama" })).status).toBe("pass")
    expect(checkModel(seen([named("anything")], served("/models/x.gguf"), { kind: "llama.cpp" })).status).toBe("pass")
    expect(checkModel(seen([named("openai/gpt")], served("openai/*"), { kind: "litellm" })).status).toBe("pass")
  })
})

describe("near names", () => {
  test("case comes before folder, folder before letters", () => {
    expect(nearNames("org/Model-A", ["model-b", "x/model-a", "ORG/MODEL-A", "unrelated-thing"])).toEqual([
      "ORG/MODEL-A",
      "x/model-a",
      "model-b",
    ])
  })

  test("names that have nothing in common are not offered", () => {
    expect(nearNames("gpt", ["nemotron", "qwen3-coder"])).toEqual([])
  })

  test("the distance is symmetric, zero only for equals, and given up in time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const d = editDistance(a, b, 20)
        expect(d).toBe(editDistance(b, a, 20))
        expect(d === 0).toBe(a === b)
        expect(editDistance(a, b, 2)).toBe(d <= 2 ? d : 3)
      }),
    )
  })
})

describe("limits", () => {
  const limits = (model: Partial<ConfiguredModel>, context: number | undefined, more: Partial<Seen> = {}) =>
    checkLimits(seen([{ key: "m", id: "m", ...model }], [{ id: "m", context }], more))

  test("limits that fit pass", () => {
    expect(limits({ context: 131_072, output: 32_000 }, 131_072)).toMatchObject({ status: "pass" })
  })

  test("a context above the served one is a failure, with both lines to write", () => {
    const check = limits({ context: 262_144, output: 16_000 }, 65_536)
    expect(check).toMatchObject({ status: "fail", code: "limit-too-large" })
    expect(check.fix).toBe('Set provider.mine.models.m.limit to { "context": 65536, "output": 16000 }, or raise --max-model-len.')
  })

  test("OpenCode's default output of 32,000 on a small server is told before the first message fails", () => {
    const check = limits({ context: 16_384 }, 16_384)
    expect(check).toMatchObject({ status: "fail", code: "output-eats-context" })
    expect(check.message).toBe(
      "OpenCode asks for 32,000 output tokens by default, the server's whole context is 16,384: it refuses the first message.",
    )
    expect(check.fix).toContain('{ "context": 16384, "output": 4096 }')
  })

  test("an output that leaves no room for the prompt is a warning", () => {
    expect(limits({ context: 40_960, output: 32_000 }, 40_960)).toMatchObject({ status: "warn", code: "output-eats-context" })
  })

  test("a missing context limit is a warning", () => {
    expect(limits({}, 262_144)).toMatchObject({ status: "warn", code: "limit-missing" })
  })

  test("servers that shorten answers instead of refusing them are not accused", () => {
    expect(limits({ context: 16_384 }, 16_384, { kind: "llama.cpp" }).status).toBe("pass")
  })

  test("without a context length nothing is claimed", () => {
    expect(limits({ context: 8_000 }, undefined).status).toBe("skip")
  })

  test("the advice is always one that passes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20_000, max: 2_000_000 }), (context) => {
        const output = fittingOutput(context)
        expect(limits({ context, output }, context).status).toBe("pass")
        expect(askedOutput({ key: "m", id: "m", output })).toBe(output)
      }),
    )
  })
})

describe("load and tools", () => {
  const load = (load: Load) => checkMetrics(seen([], [], { load }))

  test("an idle or busy server passes", () => {
    expect(load({ running: 0, waiting: 0, kvCacheUsage: 0 }).status).toBe("pass")
    expect(load({ running: 8, waiting: 1, kvCacheUsage: 0.8 }).status).toBe("pass")
  })

  test("a queue, a full cache and a sleeping engine are told", () => {
    expect(load({ running: 8, waiting: 9 })).toMatchObject({ status: "warn", code: "queueing" })
    expect(load({ kvCacheUsage: 0.99 })).toMatchObject({ status: "warn", code: "cache-full" })
    expect(load({ asleep: true })).toMatchObject({ status: "fail", code: "sleeping" })
  })

  test("models that need no flag are not accused of a missing one", () => {
    const tools = (root: string, toolParserOn: boolean | undefined) =>
      checkTools(seen([], [{ id: "m", root }], { load: { toolParserOn } }))
    expect(tools("Qwen/Qwen3-Coder-30B", false)).toMatchObject({ status: "fail", code: "tools-off" })
    expect(tools("openai/gpt-oss-120b", false).status).toBe("skip")
    expect(tools("Qwen/Qwen3-Coder-30B", true).status).toBe("skip")
    expect(tools("Qwen/Qwen3-Coder-30B", undefined).status).toBe("skip")
  })
})

test("every check has a message, and every problem a cure and a reference", () => {
  const statuses = [200, 204, 301, 400, 401, 403, 404, 405, 407, 418, 429, 500, 502, 503, 504]
  const codes = [
    "refused",
    "dns",
    "unreachable",
    "connect-timeout",
    "hung",
    "response-timeout",
    "reset",
    "tls-untrusted",
    "tls-expired",
  ] as const
  const more = [
    "tls-hostname",
    "http-on-https-port",
    "https-on-http-port",
    "proxy",
    "redirect",
    "not-openai",
    "internal",
  ] as const
  const bodies = [
    { error: "Unauthorized" },
    { error: { message: "Loading model" } },
    { detail: "x" },
    { message: "the engine is dead" },
    "text",
    null,
    [],
    { data: [] },
  ]
  const lists = [
    ...statuses.flatMap((status) => bodies.map((body) => answer(body, status))),
    ...[...codes, ...more].map((code) => ({ ok: false as const, failure: { code }, ms: 1 })),
  ]
  for (const list of lists) {
    const checks = runChecks(seen([named("m")], [{ id: "n", context: 1_000 }], { list }))
    expect(checks).toHaveLength(10)
    for (const check of checks) {
      expect(check.message).toMatch(/\.$/)
      expect(check.message + check.fix).not.toMatch(/undefined|null|NaN|\n|\[object/)
      if (check.status === "fail" || check.status === "warn")
        expect([check.fix, check.reference].every((s) => s.length > 0)).toBe(true)
    }
    const grave = checks.filter((c) => c.status === "fail" && !["model", "limits"].includes(c.id))
    expect(grave.length).toBeLessThanOrEqual(1)
  }
})
