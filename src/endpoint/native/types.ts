import type { Client, GetResult } from "../client.ts"
import { asObject } from "../models.ts"
import type { Poster } from "../proof/post.ts"
import type { ModelFacts } from "../states.ts"
import { clean } from "../text.ts"
import type { ServedModel } from "../types.ts"

export type Json = Record<string, unknown>

/** What a known kind of server tells on its own routes beyond the model list. */
export interface Native {
  version?: string | null
  toolParser?: string | null
  reasoningParser?: string | null
  /** By model id. */
  facts?: ReadonlyMap<string, ModelFacts>
  /** For every model of the server. */
  all?: ModelFacts
}

export interface NativeAsk {
  client: Client
  poster: Poster
  /** Everything is there by then; what is not is left out. */
  timeoutMs: number
  models: readonly ServedModel[]
  /** The models of the last look at the same server: what does not change is not asked for again. */
  known?: readonly ServedModel[]
  /** Only what is loaded, as often as somebody waits for it. */
  statesOnly?: boolean
}

/** A route below the server's root; undefined when it is not there, or holds no JSON object. */
export async function askRoot({ client, timeoutMs }: NativeAsk, path: string): Promise<Json | undefined> {
  return bodyOf(await client.get(path, { root: true, timeoutMs }))
}

export const bodyOf = (result: GetResult): Json | undefined =>
  result.ok && result.status === 200 ? asObject(result.json) : undefined

export const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined

export const flag = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined)

/** A name or a version, safe to show. */
export const word = (value: unknown, max = 200): string | undefined =>
  typeof value === "string" && value !== "" ? clean(value, max) : undefined

/** More than any server of one house has; the rest keeps what the model list says. */
const MOST_ENTRIES = 1000

export const entriesOf = (list: unknown): Json[] =>
  Array.isArray(list)
    ? list
        .slice(0, MOST_ENTRIES)
        .map(asObject)
        .filter((entry) => entry !== undefined)
    : []
