/** What a configuration has already of a server, and which names are free for it. */
import type { Endpoint, EndpointReport } from "../../endpoint/types.ts"
import { parseBaseUrl } from "../../endpoint/url.ts"
import { catalogueIds } from "../catalogue.ts"
import { endpointsOf } from "../endpoints.ts"
import { object } from "../json.ts"
import type { LoadedConfig } from "../load.ts"
import { usualId } from "./block.ts"

/** Ids in a list such as `disabled_providers`; undefined where there is none. */
export function idsIn({ merged }: LoadedConfig, key: "disabled_providers" | "enabled_providers"): string[] | undefined {
  const list = merged[key]
  return Array.isArray(list) ? list.filter((id) => typeof id === "string") : undefined
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?=:|$)/

/** Whether two base URLs reach the same API, with or without the `/v1`. */
export function isSameServer(a: string, b: string): boolean {
  const of = (url: string) => {
    const base = parseBaseUrl(url)
    if ("fault" in base) return undefined
    const { host, pathname, protocol } = new URL(base.cure ?? base.base)
    return `${protocol}//${host.replace(LOOPBACK, "localhost")}${pathname}${base.query}`
  }
  return of(a) !== undefined && of(a) === of(b)
}

/** The provider that is this server already, with its key. Providers that are turned off do not count. */
export function providerOf(loaded: LoadedConfig, url: string): Endpoint | undefined {
  const include = Object.keys(object(loaded.merged.provider))
  const off = idsIn(loaded, "disabled_providers") ?? []
  return endpointsOf(loaded, { include, exclude: off }).find((one) => isSameServer(one.url, url))
}

/** The models of a provider that the server has. Ollama adds `:latest` to a name without a tag. */
export function servedOf({ models = [] }: Endpoint, report: Pick<EndpointReport, "models">): string[] {
  const ids = new Set(report.models.flatMap(({ id }) => [id, id.replace(/:latest$/, "")]))
  return models.filter(({ id }) => ids.has(id)).map(({ key }) => key)
}

/** An id by the kind of server that nobody uses: no block, no turned-off provider, none of OpenCode's catalogue. */
export async function freeId(loaded: LoadedConfig, kind: EndpointReport["server"]["kind"]): Promise<string> {
  const taken = new Set([
    ...Object.keys(object(loaded.merged.provider)),
    ...(idsIn(loaded, "disabled_providers") ?? []),
    ...(await catalogueIds(loaded.where)),
  ])
  const usual = usualId(kind)
  for (let n = 1; ; n++) {
    const id = n === 1 ? usual : `${usual}-${n}`
    if (!taken.has(id)) return id
  }
}

/** Why an id that somebody asked for cannot be given to a new provider; undefined where it can. */
export async function objection(loaded: LoadedConfig, id: string): Promise<string | undefined> {
  if (!/^\w[\w.-]*$/.test(id)) return "A provider id is made of letters, digits, dots, dashes and underscores."
  if (id in object(loaded.merged.provider)) return `The provider ${id} is there already and is another server. Choose another id.`
  if (idsIn(loaded, "disabled_providers")?.includes(id))
    return `The provider ${id} is turned off by disabled_providers. Choose another id.`
  // Its stored key would be sent to this server. LM Studio's entry in the catalogue is for servers of one's own.
  if (id !== "lmstudio" && (await catalogueIds(loaded.where)).has(id))
    return `OpenCode knows ${id} as a hosted service. Choose another id.`
  return undefined
}
