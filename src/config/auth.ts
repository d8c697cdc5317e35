/** The key store of `opencode auth login`. Values are only ever put into requests. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Where } from "./files.ts"
import { object, text } from "./json.ts"

export interface KeyStore {
  path: string
  /** Ids that something is stored under. */
  ids: string[]
  /** Undefined for an id without a key, for example one with an OAuth login. */
  keyOf(id: string): string | undefined
  /** The store is there and cannot be read; the word says why. */
  fault?: string
}

export function keyStorePath({ env, home }: Pick<Where, "env" | "home">): string {
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "opencode", "auth.json")
}

/** Reads the store. A missing one is empty; never throws. */
export async function readKeyStore(where: Pick<Where, "env" | "home">): Promise<KeyStore> {
  const path = keyStorePath(where)
  let entries: Record<string, unknown> = {}
  let fault: string | undefined
  try {
    entries = object(JSON.parse(where.env.OPENCODE_AUTH_CONTENT || (await readFile(path, "utf8"))))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== "ENOENT" && code !== "ENOTDIR") fault = code ?? "it is not JSON"
  }
  const keys = new Map(Object.entries(entries).map(([id, entry]) => [id.replace(/\/+$/, ""), text(object(entry).key)]))
  return { path, ids: [...keys.keys()], keyOf: (id) => keys.get(id), ...(fault && { fault }) }
}
