/** Finding the server that a project is set up for. */
import { endpointsOf } from "../../config/endpoints.ts"
import type { LoadedConfig } from "../../config/load.ts"
import { isSameServer } from "../../config/setup/known.ts"
import { lookAt } from "../../endpoint/look.ts"
import type { Endpoint, EndpointReport } from "../../endpoint/types.ts"
import { parseBaseUrl } from "../../endpoint/url.ts"

/**
 * Where servers listen when nobody says otherwise: vLLM, NIM, TensorRT-LLM; llama.cpp, llama-swap, MLX; SGLang; Ollama; LM Studio;
 * LiteLLM. In the order in which they are preferred.
 */
export const USUAL_PORTS: readonly number[] = [8000, 8080, 30_000, 11_434, 1234, 4000]

/** Milliseconds for servers on this machine, and for one that was named. */
const NEAR_MS = 1500
const NAMED_MS = 5000

export interface Found {
  endpoint: Endpoint
  report: EndpointReport
}

/** A look at an address, and at the one that it probably should be where that has no API. The endpoint has the address that was used. */
export async function lookWell(endpoint: Endpoint, deadlineMs = NAMED_MS): Promise<Found> {
  const report = await lookAt(endpoint, { deadlineMs })
  const base = parseBaseUrl(endpoint.url)
  if ("fault" in base) return { endpoint, report }
  const wrong = report.checks.some(({ id, code }) => id === "config" && code === "wrong-path")
  if (!wrong || !base.cure) return { endpoint: { ...endpoint, url: `${base.base}${base.query}` }, report }
  const cured = { ...endpoint, url: `${base.cure}${base.query}` }
  return { endpoint: cured, report: await lookAt(cured, { deadlineMs }) }
}

/** The check that says that the server wants a key, or another one. */
export const refusal = ({ checks }: EndpointReport) => checks.find(({ id, status }) => id === "auth" && status === "fail")

/** Servers that are configured and answer, then those on the usual ports. No key is sent to a server that it is not configured for. */
export async function findServers(loaded: LoadedConfig, ports: readonly number[] = USUAL_PORTS): Promise<Found[]> {
  const configured = endpointsOf(loaded).filter(({ url }) => !("fault" in parseBaseUrl(url)))
  const near = ports
    .map((port): Endpoint => ({ url: `http://localhost:${port}/v1` }))
    .filter(({ url }) => !configured.some((one) => isSameServer(one.url, url)))
  const found = await Promise.all([...configured, ...near].map((endpoint) => lookWell(endpoint, NEAR_MS)))
  return found
    .map((one) => ({ one, rank: rankOf(one) }))
    .filter(({ rank }) => rank < NONE)
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one)
}

const NONE = 3

/** What answers with models comes first, then what wants a key. Any program may want one: what does not say who it is comes last. */
function rankOf({ endpoint, report }: Found): number {
  if (report.models.length > 0) return 0
  const refused = refusal(report)
  if (refused && (endpoint.provider !== undefined || isKnown(report))) return 1
  return refused?.code === "key-missing" ? 2 : NONE
}

/** The server has said what it is, also without a key. */
export const isKnown = ({ server }: EndpointReport) => server.kind !== "unknown"
