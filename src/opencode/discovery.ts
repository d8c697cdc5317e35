/** Served models in OpenCode's picker: at the start those that were seen last, because the start waits for no server. */
import { redactUrl } from "../endpoint/text.ts"
import type { Endpoint, EndpointReport, ServedModel } from "../endpoint/types.ts"
import { createModelCache, isNews, type ModelCache, type SeenServer } from "../models/cache.ts"
import { discovered } from "../models/discover.ts"

export interface Discovery {
  /** Entries for what the server of this provider served last and the configuration does not name. */
  entries(endpoint: Endpoint): Record<string, unknown>
  /** What the server of this address served when it was last seen. */
  last(url: string): SeenServer | undefined
  /**
   * Takes a new look into the cache, where it says something new. An outage says nothing. Resolves to the models that OpenCode has not,
   * and would get if it read its configuration again.
   */
  seen(report: EndpointReport, endpoint: Endpoint | undefined): Promise<string[]>
}

export function createDiscovery(cache: ModelCache = createModelCache()): Discovery {
  let known: Record<string, SeenServer> | undefined
  const all = () => {
    known ??= cache.read()
    return known
  }
  /** Ids that OpenCode was given, by provider. */
  const offered = new Map<string | undefined, ReadonlySet<string>>()
  return {
    entries(endpoint) {
      const last = all()[redactUrl(endpoint.url)]
      const entries = last ? discovered(last, endpoint.models ?? []) : {}
      offered.set(endpoint.provider, new Set(Object.keys(entries)))
      return entries
    },
    last: (url) => all()[redactUrl(url)],
    async seen({ url, at, server, models: now, checks }, endpoint) {
      const key = redactUrl(url)
      const models = withLastContext(now, all()[key]?.models)
      if (!isNews(all()[key], { url, at, server, models, checks })) return []
      const fresh = { at, server: { kind: server.kind, version: server.version }, models }
      all()[key] = fresh
      // What is not on disk would not be there after the reading either.
      if (!(await cache.write(key, fresh)) || !endpoint) return []
      const before = offered.get(endpoint.provider)
      return Object.keys(discovered(fresh, endpoint.models ?? [])).filter((id) => !before?.has(id))
    },
  }
}

/** Servers that load on demand tell the context of what is loaded; of the rest the last one is as near as can be. */
function withLastContext(now: readonly ServedModel[], before: readonly ServedModel[] = []): ServedModel[] {
  return now.map((model) => {
    const context = model.context ?? before.find(({ id }) => id === model.id)?.context
    return context === undefined ? model : { ...model, context }
  })
}
