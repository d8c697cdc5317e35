/**
 * Which providers are watched, and how the tap gets in: `provider.<id>.options.fetch`, set in the `config` hook, is used by OpenCode
 * for every request of that provider, titles and sub-agents included (measured with 1.18.33).
 */
import { isHidden } from "../config/hidden.ts"
import { watchedProviders } from "../config/providers.ts"
import type { Endpoint } from "../endpoint/types.ts"
import type { Options } from "../options.ts"
import type { ResolvedProvider } from "./host.ts"
import type { Fetch } from "./watch.ts"

interface ProviderConfig {
  options?: Record<string, unknown>
  models?: Record<string, unknown>
  whitelist?: unknown
  blacklist?: unknown
}
export interface HostConfig {
  provider?: Record<string, ProviderConfig>
  disabled_providers?: unknown
  enabled_providers?: unknown
  command?: Record<string, unknown>
}

export interface Providers {
  endpoints(): Endpoint[]
  isWatched(id: string): boolean
  /** OpenCode was told to leave this model of the provider out. */
  isHidden(provider: string, model: string): boolean
  /** Takes over what the host has resolved since (keys of `opencode auth login`, environment references). */
  resolve(resolved: ResolvedProvider[]): void
}

interface Additions {
  /** The fetch that the provider gets; `inner` is the one that the configuration put there. */
  fetchFor(provider: string, inner?: Fetch): Fetch
  /** Entries for served models that the configuration does not name. */
  discover?(endpoint: Endpoint): Record<string, unknown>
}

/**
 * Finds the watched providers of a configuration and puts a fetch into each. A fetch that the user or another plugin has put there
 * stays in charge of the connection: ours goes around it.
 */
export function watchProviders(config: HostConfig, options: Options, { fetchFor, discover }: Additions): Providers {
  // What the user wrote, kept apart: what is added below is nobody's claim about a server.
  const used = Object.entries(config.provider ?? {}).filter(([id]) => isUsed(config, id))
  const written = { provider: Object.fromEntries(used.map(([id, entry]) => [id, { ...entry }])) }
  let endpoints = watchedProviders(written, options)
  for (const endpoint of endpoints) {
    const { provider } = endpoint
    const entry = provider === undefined ? undefined : config.provider?.[provider]
    if (!provider || !entry) continue
    const inner = entry.options?.fetch
    const more = discover?.(endpoint)
    if (more && Object.keys(more).length > 0) entry.models = { ...more, ...entry.models }
    entry.options = { ...entry.options, fetch: fetchFor(provider, typeof inner === "function" ? (inner as Fetch) : undefined) }
  }
  return {
    endpoints: () => endpoints,
    isHidden: (id, model) => isHidden(written.provider[id], model),
    isWatched: (id) => endpoints.some((e) => e.provider === id),
    resolve(resolved) {
      const ids = new Set(endpoints.map((e) => e.provider))
      endpoints = watchedProviders(written, options, resolved).filter((e) => ids.has(e.provider))
    },
  }
}

const holds = (list: unknown, id: string) => Array.isArray(list) && list.includes(id)

/** OpenCode loads no provider that is disabled, nor one beside those that are enabled. */
function isUsed({ disabled_providers: off, enabled_providers: on }: HostConfig, id: string): boolean {
  return !holds(off, id) && (!Array.isArray(on) || holds(on, id))
}
