import type { ConfiguredModel, Endpoint } from "../endpoint/types.ts"
import { isCloudHost as isKnownCloudHost } from "../knowledge/clouds.ts"

/** `provider.<id>` of an OpenCode configuration, as far as it is read here. Everything in it may be wrong: people wrote it. */
interface ProviderLike {
  npm?: unknown
  api?: unknown
  key?: unknown
  options?: unknown
  models?: unknown
}

/** A provider as the host has resolved it: references filled in, `key` from `opencode auth login`. */
export interface ResolvedLike {
  id: string
  key?: string
  options?: Record<string, unknown>
  models?: Record<string, unknown>
}

export interface WatchOptions {
  /** Provider ids to watch whatever their adapter and address. */
  include?: readonly string[]
  /** Provider ids never to watch; wins over `include`. */
  exclude?: readonly string[]
  isCloudHost?: (host: string) => boolean
}

const COMPATIBLE = "@ai-sdk/openai-compatible"
const OPENAI = "@ai-sdk/openai"

type Json = Record<string, unknown>
const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {}
const text = (value: unknown): string | undefined => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined)
const tokens = (value: unknown): number | undefined => (typeof value === "number" && value > 0 ? value : undefined)

/** Ids of OpenCode's own catalogue whose adapter is another one when the configuration names none. */
const OTHER_ADAPTER =
  /^(?:anthropic|google|google-vertex.*|amazon-bedrock|azure.*|mistral|groq|cohere|xai|github-copilot|openrouter|opencode.*|perplexity|vercel|cerebras|deepinfra|togetherai|gitlab)$/

/**
 * The providers of an OpenCode configuration that are servers of one's own: OpenAI-compatible adapter and an address that is no
 * known hosted service. What the host has resolved is laid over what the file says. Pure; never throws on a malformed file.
 */
export function watchedProviders(
  config: { provider?: unknown },
  options: WatchOptions = {},
  resolved: readonly ResolvedLike[] = [],
): Endpoint[] {
  const { include = [], exclude = [], isCloudHost = isKnownCloudHost } = options
  const providers = object(config.provider)
  const byId = new Map(resolved.map((r) => [r.id, r]))
  // Servers that only OpenCode's catalogue knows (LM Studio) have no entry in the file.
  const ids = [...new Set([...Object.keys(providers), ...byId.keys()])]
  return ids.flatMap((id) => {
    if (exclude.includes(id)) return []
    const endpoint = endpointOf(id, object(providers[id]), byId.get(id))
    if (!endpoint) return include.includes(id) ? [bare(id, object(providers[id]))] : []
    if (include.includes(id)) return [endpoint]
    const watched = (endpoint.adapter === COMPATIBLE || endpoint.adapter === OPENAI) && !isCloud(endpoint.url, isCloudHost)
    return watched ? [endpoint] : []
  })
}

function bare(id: string, entry: ProviderLike): Endpoint {
  return { url: "", provider: id, adapter: adapterOf(id, entry), models: modelsOf(object(entry.models)) }
}

/** Undefined for a provider without an address of its own: that is a hosted service in its usual place. */
function endpointOf(id: string, entry: ProviderLike, resolved: ResolvedLike | undefined): Endpoint | undefined {
  const options = { ...object(entry.options), ...object(resolved?.options) }
  const api = object(object(Object.values(object(resolved?.models))[0]).api)
  const adapter = adapterOf(id, entry) ?? text(api.npm)
  const configured = Object.keys(entry).length > 0
  const url = text(options.baseURL) ?? text(entry.api) ?? text(api.url)
  // A provider written for an OpenAI-compatible server without its address is a mistake worth telling.
  if (url === undefined && !(configured && text(entry.npm) === COMPATIBLE)) return undefined
  const headers = Object.fromEntries(
    Object.entries(object(options.headers)).filter(([, value]) => typeof value === "string"),
  ) as Record<string, string>
  const key = text(options.apiKey) ?? text(resolved?.key)
  return {
    url: url ?? "",
    ...(key !== undefined && { key }),
    ...(Object.keys(headers).length > 0 && { headers }),
    provider: id,
    ...(adapter !== undefined && { adapter }),
    // Only models that the file names: what the catalogue knows of a server is nobody's claim about this one.
    models: modelsOf(object(entry.models)),
  }
}

function adapterOf(id: string, entry: ProviderLike): string | undefined {
  const named = text(entry.npm)
  if (named) return named
  if (Object.keys(entry).length === 0) return undefined
  if (id === "openai") return OPENAI
  return OTHER_ADAPTER.test(id) ? undefined : COMPATIBLE
}

function modelsOf(models: Json): ConfiguredModel[] {
  return Object.entries(models).map(([key, value]) => {
    const model = object(value)
    const limit = object(model.limit)
    return { key, id: text(model.id) ?? key, context: tokens(limit.context), output: tokens(limit.output) }
  })
}

function isCloud(url: string, isCloudHost: (host: string) => boolean): boolean {
  try {
    return isCloudHost(new URL(url).hostname)
  } catch {
    return false
  }
}
