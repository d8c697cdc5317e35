import { expect, test } from "bun:test"
import type { Endpoint, EndpointReport, ServedModel } from "../../src/endpoint/types.ts"
import type { ModelCache, SeenServer } from "../../src/models/cache.ts"
import { createDiscovery } from "../../src/opencode/discovery.ts"

const endpoint: Endpoint = {
  url: "http://gpu:8000/v1",
  provider: "gpu",
  models: [{ key: "alpha", id: "alpha", context: undefined, output: undefined }],
}
const report = (...models: ServedModel[]): EndpointReport => ({
  ...{ url: endpoint.url, provider: "gpu", server: { kind: "ollama", version: "0.20.0" }, models, checks: [], at: 1_000_000 },
})

function memory(works = true): ModelCache & { kept: Record<string, SeenServer> } {
  const kept: Record<string, SeenServer> = {}
  return {
    kept,
    read: () => structuredClone(kept),
    async write(url, seen) {
      if (works) kept[url] = seen
      return works
    },
  }
}

test("models that OpenCode was not given are news, until it was given them", async () => {
  const cache = memory()
  const first = createDiscovery(cache)
  expect(first.entries(endpoint)).toEqual({})
  expect(await first.seen(report({ id: "alpha" }), endpoint)).toEqual([])
  expect(await first.seen(report({ id: "alpha" }, { id: "beta" }), endpoint)).toEqual(["beta"])
  const second = createDiscovery(cache)
  expect(Object.keys(second.entries(endpoint))).toEqual(["beta"])
  expect(await second.seen(report({ id: "alpha" }, { id: "beta", context: 4_096 }), endpoint)).toEqual([])
  // An outage takes nothing away.
  expect(await second.seen(report(), endpoint)).toEqual([])
  expect(Object.keys(createDiscovery(cache).entries(endpoint))).toEqual(["beta"])
})

test("what cannot be kept is no news: reading again would not bring it", async () => {
  expect(await createDiscovery(memory(false)).seen(report({ id: "beta" }), endpoint)).toEqual([])
})

test("models that nobody can talk to are no news", async () => {
  const others = ["text-embedding-nomic", "BAAI/bge-m3", "qwen3-reranker-4b", "openai/whisper-large-v3"].map((id) => ({ id }))
  expect(await createDiscovery(memory()).seen(report(...others), endpoint)).toEqual([])
})

test("the context of a model that is not loaded now is the one that it had when it was", async () => {
  const cache = memory()
  const discovery = createDiscovery(cache)
  await discovery.seen(report({ id: "beta", state: "loaded", context: 16_384, maxContext: 131_072 }), endpoint)
  await discovery.seen(report({ id: "beta", state: "unloaded", maxContext: 131_072 }, { id: "new" }), endpoint)
  expect(createDiscovery(cache).entries(endpoint).beta).toMatchObject({ limit: { context: 16_384 } })
})
