import { afterEach, describe, expect, test } from "bun:test"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Check, EndpointReport, ServedModel } from "../../src/endpoint/types.ts"
import { createModelCache, isNews } from "../../src/models/cache.ts"
import { type Choice, catalog, type Known } from "../../src/models/catalog.ts"
import { choose } from "../../src/models/choose.ts"
import { discovered } from "../../src/models/discover.ts"
import { modelEntry, outputOf } from "../../src/models/entry.ts"
import { fits, objections } from "../../src/models/fitting.ts"

const NEMOTRON = { id: "nemotron-3-super", root: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4", context: 262_144 }

function report(provider: string, models: ServedModel[], more: Partial<EndpointReport> = {}): EndpointReport {
  return {
    url: `http://${provider}:8000/v1`,
    provider,
    server: { kind: "vllm", version: "0.32.0" },
    models,
    checks: [],
    at: 1_000_000,
    ...more,
  }
}

const known = (provider: string, ...ids: string[]): Known[] => ids.map((id) => ({ provider, key: id, id }))

describe("the list of models", () => {
  test("holds what is served, then what is only configured; each under the name that OpenCode has for it", () => {
    const sql = { id: "sql-lora", parent: "nemotron-3-super", context: 262_144 }
    const choices = catalog(
      [report("gpu", [NEMOTRON, sql])],
      [{ provider: "gpu", key: "super", id: "nemotron-3-super" }, ...known("gpu", "gone"), ...known("other", "else")],
    )
    expect(choices.map(({ provider, key, served, known: is }) => [provider, key, served, is])).toEqual([
      ["gpu", "super", true, true],
      ["gpu", "sql-lora", true, false],
      ["gpu", "gone", false, true],
    ])
    expect(choices[1]).toMatchObject({ parent: "nemotron-3-super", context: 262_144 })
    // The family of the root calls tools; of a name that says nothing, nothing is known.
    expect(choices[0]?.tools).toBe(true)
    expect(choices[2]?.tools).toBeUndefined()
  })

  test("leaves out what is no language model, and keeps the state that the server tells", () => {
    const models: ServedModel[] = [
      { id: "qwen3:8b", state: "unloaded", maxContext: 40_960, kindOfModel: "llm" },
      { id: "bge-m3", kindOfModel: "embedding" },
    ]
    const choices = catalog([report("box", models, { server: { kind: "ollama", version: "0.20.0" } })], [])
    expect(choices).toMatchObject([{ key: "qwen3:8b", state: "unloaded", context: 40_960 }])
    expect(choices).toHaveLength(1)
  })

  test("says of every model of a server that did not answer what is wrong", () => {
    const down: Check = {
      id: "reach",
      status: "fail",
      code: "refused",
      message: "Nothing listens there.",
      fix: "",
      reference: "",
      ms: 1,
    }
    const choices = catalog([report("gpu", [], { checks: [down] })], known("gpu", "a", "b"))
    expect(choices).toMatchObject([{ trouble: "Nothing listens there." }, { trouble: "Nothing listens there." }])
    expect(objections(choices[0] as Choice, 10)).toEqual(["server-down"])
  })

  test("a server that tells no context length leaves the configured one", () => {
    const choices = catalog(
      [
        report("swap", [
          { id: "a", state: "unloaded" },
          { id: "b", context: 4_096 },
        ]),
      ],
      known("swap", "a", "b").map((one) => ({ ...one, context: 8_192 })),
    )
    expect(choices.map(({ context }) => context)).toEqual([8_192, 4_096])
  })

  test("takes an Ollama name without its tag for the one that is served", () => {
    const models = [{ id: "llama3.2:latest" }]
    const choices = catalog([report("box", models, { server: { kind: "ollama", version: null } })], known("box", "llama3.2"))
    expect(choices).toMatchObject([{ key: "llama3.2", served: true, known: true }])
    expect(choices).toHaveLength(1)
  })
})

test("a name that two servers have means the one that serves it, whichever the session uses", () => {
  const choices = catalog([report("gpu", [{ id: "other" }]), report("box", [{ id: "qwen3" }])], [...known("gpu", "qwen3")])
  for (const current of ["gpu", "box", undefined])
    expect(choose("qwen3", choices, current)).toMatchObject({ is: "one", choice: { provider: "box", served: true } })
  // Said in full, or with nobody to serve it, it is what was said.
  expect(choose("gpu/qwen3", choices, "box")).toMatchObject({ is: "one", choice: { provider: "gpu", served: false } })
})

describe("a name", () => {
  const choices = catalog(
    [
      report("gpu", [{ id: "nvidia/nemotron-3-super" }, { id: "qwen3-32b" }, { id: "Qwen3-32B-AWQ" }]),
      report("box", [{ id: "qwen3-32b" }]),
    ],
    [],
  )
  const chosen = (wanted: string, current?: string) => {
    const is = choose(wanted, choices, current)
    if (is.is === "one") return `${is.choice.provider}/${is.choice.key}`
    return [is.is, ...(is.is === "many" ? is.choices : is.near).map(({ provider, key }) => `${provider}/${key}`)]
  }

  test.each([
    ["gpu/nvidia/nemotron-3-super", "gpu/nvidia/nemotron-3-super"],
    ["nvidia/nemotron-3-super", "gpu/nvidia/nemotron-3-super"],
    ["NEMOTRON", "gpu/nvidia/nemotron-3-super"],
    ["box/qwen3-32b", "box/qwen3-32b"],
    ["awq", "gpu/Qwen3-32B-AWQ"],
    ["2", "gpu/qwen3-32b"],
    ["#4", "box/qwen3-32b"],
  ])("%s means %s", (wanted, name) => {
    expect(chosen(wanted)).toBe(name)
  })

  test("that several have is the one of the current server, else a question", () => {
    expect(chosen("qwen3-32b", "box")).toBe("box/qwen3-32b")
    expect(chosen("qwen3-32b")).toEqual(["many", "gpu/qwen3-32b", "box/qwen3-32b"])
    expect(chosen("qwen3", "box")).toEqual(["many", "gpu/qwen3-32b", "gpu/Qwen3-32B-AWQ", "box/qwen3-32b"])
  })

  test("that nobody has gets the near ones", () => {
    expect(chosen("nemotron-3-supr")).toEqual(["none", "gpu/nvidia/nemotron-3-super"])
    expect(chosen("claude")).toEqual(["none"])
    expect(chosen("99")).toEqual(["none"])
    expect(chosen("  ")).toEqual(["none"])
  })
})

describe("whether a session fits", () => {
  test.each([
    [100_000, 131_072, "yes"],
    [129_000, 131_072, "tight"],
    [131_072, 131_072, "no"],
    [undefined, 131_072, "unknown"],
    [100, undefined, "unknown"],
  ] as const)("%p tokens in %p: %p", (used, context, fit) => {
    expect(fits({ context }, used)).toBe(fit)
  })
})

describe("what OpenCode is told of a served model", () => {
  const vllm = { kind: "vllm", version: "0.32.0" } as const

  test("limits from the server, abilities from its family, thoughts sent back in the field that the server reads", () => {
    expect(modelEntry(NEMOTRON, vllm)).toEqual({
      name: "nemotron-3-super",
      tool_call: true,
      reasoning: true,
      temperature: true,
      attachment: false,
      interleaved: { field: "reasoning" },
      limit: { context: 262_144, output: 32_000 },
      cost: { input: 0, output: 0 },
    })
    expect(modelEntry(NEMOTRON, { kind: "vllm", version: "0.15.1" }).interleaved).toEqual({ field: "reasoning_content" })
    expect(modelEntry(NEMOTRON, { kind: "sglang", version: "0.5.0" }).interleaved).toEqual({ field: "reasoning_content" })
  })

  test("what the server says goes before what the family can", () => {
    expect(
      modelEntry({ id: "qwen3:8b", tools: false, reasoning: false, vision: true }, { kind: "ollama", version: null }),
    ).toMatchObject({
      tool_call: false,
      reasoning: false,
      attachment: true,
      modalities: { input: ["text", "image"], output: ["text"] },
    })
  })

  test("a name that says nothing is read with its root, an adapter with its base", () => {
    expect(modelEntry({ id: "default", root: "Qwen/Qwen3-32B" }, vllm).name).toBe("default (Qwen3-32B)")
    expect(modelEntry({ id: "sql", parent: "org/base-7b" }, vllm).name).toBe("sql (adapter of base-7b)")
  })

  test("the output limit leaves room for the conversation", () => {
    expect([4_096, 32_768, 131_072, 1_000_000].map(outputOf)).toEqual([1_024, 8_192, 32_000, 32_000])
  })

  test("only what the configuration does not name is added", () => {
    const seen = {
      at: 1,
      server: vllm,
      models: [NEMOTRON, { id: "b" }, { id: "emb", kindOfModel: "embedding" as const }, { id: "openai/*" }],
    }
    expect(Object.keys(discovered(seen, []))).toEqual(["nemotron-3-super", "b"])
    expect(Object.keys(discovered(seen, [{ key: "mine", id: "nemotron-3-super" }]))).toEqual(["b"])
  })
})

describe("the last known lists on disk", () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  function file(): string {
    const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-cache-"))
    folders.push(folder)
    return join(folder, "deep", "models.json")
  }
  const seen = { at: 5, server: { kind: "vllm" as const, version: "0.32.0" }, models: [{ id: "a" }] }

  test("are there again, beside what others wrote, readable by their owner only", async () => {
    const path = file()
    expect(createModelCache(path).read()).toEqual({})
    expect(await createModelCache(path).write("http://a/v1", seen)).toBe(true)
    expect(await createModelCache(path).write("http://b/v1", { ...seen, at: 6 })).toBe(true)
    expect(Object.keys(createModelCache(path).read()).sort()).toEqual(["http://a/v1", "http://b/v1"])
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  test("of servers that answer at the same time are all kept", async () => {
    const path = file()
    const caches = [createModelCache(path), createModelCache(path)]
    const urls = Array.from({ length: 8 }, (_, i) => `http://${i}/v1`)
    const written = await Promise.all(urls.map((url, i) => caches[i % 2]?.write(url, seen)))
    expect(written).toEqual(urls.map(() => true))
    expect(Object.keys(createModelCache(path).read()).sort()).toEqual(urls)
  })

  test("that are broken or of another shape are empty, and are written anew", async () => {
    const path = file()
    await createModelCache(path).write("http://a/v1", seen)
    for (const text of [
      "{",
      "[]",
      "null",
      '{"servers":{"x":{"at":"now"}}}',
      '{"servers":{"x":{"at":1,"server":{},"models":[{"id":7}]}}}',
      "",
    ]) {
      writeFileSync(path, text)
      expect(createModelCache(path).read()).toEqual({})
    }
    expect(await createModelCache(path).write("http://a/v1", seen)).toBe(true)
    expect(JSON.parse(readFileSync(path, "utf8")).servers["http://a/v1"].models).toEqual([{ id: "a" }])
  })

  test("that cannot be written harm nobody", async () => {
    expect(await createModelCache("/proc/nowhere/models.json").write("http://a/v1", seen)).toBe(false)
  })

  test("are written only when there is news; an outage is none", () => {
    const now = report("gpu", [{ id: "a" }], { at: 6 })
    expect(isNews(undefined, now)).toBe(true)
    expect(isNews(seen, now)).toBe(false)
    expect(isNews(seen, { ...now, models: [{ id: "a", context: 9 }] })).toBe(true)
    expect(isNews(seen, { ...now, at: 5 + 3_600_001 })).toBe(true)
    expect(isNews(seen, { ...now, models: [] })).toBe(false)
  })
})
