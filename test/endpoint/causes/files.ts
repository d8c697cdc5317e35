/** The server is well; the files of the project are not. */
import { healthyVllm, serveRoutes } from "../servers.ts"
import type { Cause } from "./cause.ts"

const start = (key?: string) => () => serveRoutes(healthyVllm(), key)
const KEY = "sk-4711-written-out-aabbcc"
const LIMIT = { context: 262_144, output: 32_000 }
const provider = (options: object = {}, models: object = { nemotron: { limit: LIMIT } }) => ({
  npm: "@ai-sdk/openai-compatible",
  options: { baseURL: "@", ...options },
  models,
})

export const FILES: Cause[] = [
  {
    does: "is configured as it should be, with its key in the key store",
    expect: [],
    start: start(KEY),
    project: { config: { model: "mine/nemotron", provider: { mine: provider() } }, stored: { mine: { type: "api", key: KEY } } },
  },
  {
    does: "is configured with its key written out",
    expect: ["key-literal"],
    start: start(KEY),
    project: { config: { provider: { mine: provider({ apiKey: KEY }) } } },
    cure: '"{env:MINE_API_KEY}"',
  },
  {
    does: "has its key stored under another provider id",
    expect: ["key-under-other-provider", "key-missing"],
    start: start(KEY),
    project: { config: { provider: { mine: provider() } }, stored: { myserver: { type: "api", key: KEY } } },
  },
  {
    does: "takes its key from a variable that is not set",
    expect: ["key-missing"],
    start: start(KEY),
    project: { config: { provider: { mine: provider({ apiKey: "{env:MINE_API_KEY}" }) } } },
  },
  {
    does: "is configured as `mine`, the default model names the provider `myserver`",
    expect: ["provider-unknown"],
    start: start(),
    project: { config: { model: "myserver/nemotron", provider: { mine: provider() } } },
    cure: '"mine/nemotron"',
  },
  {
    does: "is configured, the default model is none of its models",
    expect: ["default-model-unknown"],
    start: start(),
    project: { config: { model: "mine/nemotorn", provider: { mine: provider() } } },
    cure: '"mine/nemotron"',
  },
]
