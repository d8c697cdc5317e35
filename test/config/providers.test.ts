import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { watchedProviders } from "../../src/config/providers.ts"

const compatible = "@ai-sdk/openai-compatible"
const own = {
  npm: compatible,
  options: { baseURL: "http://gpu:8000/v1" },
  models: { nemotron: { limit: { context: 262_144, output: 32_000 } }, nice: { id: "served-name" } },
}
const ids = (...args: Parameters<typeof watchedProviders>) => watchedProviders(...args).map((e) => e.provider)

describe("which providers are watched", () => {
  test("a server of one's own, with everything that a look needs", () => {
    const config = {
      provider: { mine: { ...own, options: { ...own.options, apiKey: " key ", headers: { "X-Team": "a", bad: 7 } } } },
    }
    expect(watchedProviders(config)).toEqual([
      {
        url: "http://gpu:8000/v1",
        key: "key",
        headers: { "X-Team": "a" },
        provider: "mine",
        adapter: compatible,
        models: [
          { key: "nemotron", id: "nemotron", context: 262_144, output: 32_000 },
          { key: "nice", id: "served-name", context: undefined, output: undefined },
        ],
      },
    ])
  })

  test("OpenAI's adapter counts when it points to another address", () => {
    expect(ids({ provider: { a: { npm: "@ai-sdk/openai", options: { baseURL: "http://gpu:8000/v1" } } } })).toEqual(["a"])
    expect(ids({ provider: { openai: { options: { baseURL: "http://gpu:8000/v1" } } } })).toEqual(["openai"])
    expect(ids({ provider: { openai: { options: { apiKey: "x" } } } })).toEqual([])
  })

  test("hosted services and other adapters are left alone", () => {
    const provider = {
      router: { npm: compatible, options: { baseURL: "https://openrouter.ai/api/v1" } },
      nvidia: { npm: compatible, options: { baseURL: "https://integrate.api.nvidia.com/v1" } },
      claude: { npm: "@ai-sdk/anthropic", options: { baseURL: "http://gpu:8000" } },
      anthropic: { options: { baseURL: "http://proxy:1" } },
    }
    expect(ids({ provider })).toEqual([])
  })

  test("a provider for such a server that lacks its address is watched, so that the mistake is told", () => {
    expect(watchedProviders({ provider: { mine: { npm: compatible, models: {} } } })).toMatchObject([
      { provider: "mine", url: "" },
    ])
  })

  test("include and exclude have the last word, exclude before include", () => {
    const provider = {
      mine: own,
      router: { npm: compatible, options: { baseURL: "https://openrouter.ai/api/v1" } },
      other: { npm: "custom", options: { baseURL: "http://x/v1" } },
    }
    expect(ids({ provider }, { include: ["router", "other"] })).toEqual(["mine", "router", "other"])
    expect(ids({ provider }, { include: ["router"], exclude: ["router", "mine"] })).toEqual([])
    expect(ids({ provider }, { isCloudHost: () => true })).toEqual([])
  })

  test("what the host resolved is laid over the file: stored key, filled-in references", () => {
    const resolved = [
      { id: "mine", key: "stored-key", options: { baseURL: "http://real:8000/v1" }, models: {} },
      { id: "lmstudio", options: {}, models: { a: { api: { npm: compatible, url: "http://127.0.0.1:1234/v1" } } } },
    ]
    const config = { provider: { mine: { ...own, options: { baseURL: "{env:URL}" } } } }
    expect(watchedProviders(config, {}, resolved)).toMatchObject([
      { provider: "mine", url: "http://real:8000/v1", key: "stored-key" },
      { provider: "lmstudio", url: "http://127.0.0.1:1234/v1", adapter: compatible, models: [] },
    ])
  })

  test("a malformed file is read as far as it makes sense and never thrown at", () => {
    fc.assert(fc.property(fc.anything(), (anything) => void watchedProviders({ provider: anything })))
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.record({ npm: fc.anything(), options: fc.anything(), models: fc.anything() })),
        (provider) => void watchedProviders({ provider }),
      ),
    )
  })
})
