/** Served models in OpenCode's picker: at the start those that were seen last, because the start waits for no server. */
import { redactUrl } from "../endpoint/text.ts"
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import { createModelCache, isNews, type ModelCache, type SeenServer } from "../models/cache.ts"
import { discovered } from "../models/discover.ts"

export interface Discovery {
  /** Entries for what the server of this provider served last and the configuration does not name. */
  entries(endpoint: Endpoint): Record<string, unknown>
  /** What the server of this address served when it was last seen. */
  last(url: string): SeenServer | undefined
  /** Takes a new look into the cache, where it says something new. An outage says nothing. */
  seen(report: EndpointReport): void
}

export function createDiscovery(cache: ModelCache = createModelCache()): Discovery {
  let known: Record<string, SeenServer> | undefined
  const all = () => {
    known ??= cache.read()
    return known
  }
  return {
    entries(endpoint) {
      const last = all()[redactUrl(endpoint.url)]
      return last ? discovered(last, endpoint.models ?? []) : {}
    },
    last: (url) => all()[redactUrl(url)],
    seen({ url, at, server, models, checks }) {
      const key = redactUrl(url)
      if (!isNews(all()[key], { url, at, server, models, checks })) return
      const fresh = { at, server: { kind: server.kind, version: server.version }, models }
      all()[key] = fresh
      void cache.write(key, fresh)
    },
  }
}
