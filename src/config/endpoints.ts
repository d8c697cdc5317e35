import type { Endpoint } from "../endpoint/types.ts"
import type { Where } from "./files.ts"
import { object } from "./json.ts"
import { type LoadedConfig, loadConfig } from "./load.ts"
import { type WatchOptions, watchedProviders } from "./providers.ts"

/** The servers of one's own in a configuration, keys included, also those of the key store. */
export function endpointsOf({ merged, keys }: LoadedConfig, options: WatchOptions = {}): Endpoint[] {
  // Only ids that the configuration names: a stored key alone is no server.
  const stored = Object.keys(object(merged.provider)).map((id) => ({ id, key: keys.keyOf(id) }))
  return watchedProviders(
    merged,
    options,
    stored.filter(({ key }) => key !== undefined),
  )
}

/** The servers of one's own in the configuration of a directory. Never throws: what cannot be read is not there. */
export async function loadEndpoints(where: Where, options: WatchOptions = {}): Promise<Endpoint[]> {
  return endpointsOf(await loadConfig(where), options)
}
