/** NVIDIA NIM (docs.nvidia.com/nim/large-language-models): a vLLM with routes of its own around it. */
import { type Exchange, listed, sendJson } from "../exchange.ts"
import type { Scenario } from "../types.ts"
import type { Kind } from "./types.ts"
import { models, ROOT, vllm } from "./vllm.ts"

const { "/version": _, ...routes } = vllm.routes

export const nim: Kind = {
  ...vllm,
  routes: {
    ...routes,
    "/v1/models": { GET: (exchange, scenario) => models(exchange, scenario, "system") },
    "/v1/health/live": { GET: (exchange) => sendJson(exchange, 200, healthOf("live")) },
    "/v1/health/ready": { GET: ready },
    "/v1/metadata": { GET: metadata },
    "/v1/version": { GET: (exchange) => sendJson(exchange, 200, { release: VERSION, api: "1.0.0" }) },
  },
  needsKey: (path) => vllm.needsKey(path) && !path.startsWith("/v1/health/"),
}

const VERSION = "1.13.1"

const healthOf = (word: string) => ({ object: "health.response", message: `Service is ${word}.`, status: word })

function ready(exchange: Exchange) {
  const all = exchange.state.fleet.models.every((m) => m.phase === "loaded")
  sendJson(exchange, all ? 200 : 503, healthOf(all ? "ready" : "not ready"))
}

function metadata(exchange: Exchange, scenario: Scenario) {
  const modelInfo = listed(exchange.state, scenario).map(({ id, root = ROOT }) => ({
    shortName: id,
    modelUrl: `ngc://nim/${root}`,
  }))
  sendJson(exchange, 200, { version: VERSION, assetInfo: [], licenseInfo: {}, modelInfo, repository_override: "" })
}
