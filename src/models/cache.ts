/**
 * The last known model list of each server, on disk: OpenCode's start waits for nothing, so what it shows at once is what was seen last.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import type { EndpointReport, ServedModel, ServerKind } from "../endpoint/types.ts"

/** What one server served when it was last seen. */
export interface SeenServer {
  /** Milliseconds since the epoch. */
  at: number
  server: { kind: ServerKind; version: string | null }
  models: ServedModel[]
}

export interface ModelCache {
  /** By base URL without credentials. A broken or missing file is an empty cache. */
  read(): Record<string, SeenServer>
  /** Puts one server's list beside what other processes have written since. Never throws; resolves to whether it was written. */
  write(url: string, seen: SeenServer): Promise<boolean>
}

const MAX_BYTES = 4 * 1024 * 1024
const MAX_SERVERS = 50
const MAX_MODELS = 300

/** `$XDG_CACHE_HOME/opencode-vllm/models.json`, as OpenCode keeps its own caches. */
export function cacheFile(env: Record<string, string | undefined> = process.env): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "opencode-vllm", "models.json")
}

export function createModelCache(file: string = cacheFile()): ModelCache {
  function read(): Record<string, SeenServer> {
    try {
      const text = readFileSync(file, "utf8")
      if (text.length > MAX_BYTES) return {}
      const { servers } = JSON.parse(text) as { servers?: unknown }
      if (typeof servers !== "object" || servers === null) return {}
      return Object.fromEntries(Object.entries(servers).filter((entry): entry is [string, SeenServer] => isSeen(entry[1])))
    } catch {
      return {}
    }
  }
  return {
    read,
    async write(url, seen) {
      const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
      try {
        await mkdir(dirname(file), { recursive: true })
        // From reading to renaming in one go: several servers are seen at the same time, and none may undo what another wrote.
        const all = Object.entries({ ...read(), [url]: { ...seen, models: seen.models.slice(0, MAX_MODELS) } })
        const kept = all.sort(([, a], [, b]) => b.at - a.at).slice(0, MAX_SERVERS)
        writeFileSync(draft, `${JSON.stringify({ servers: Object.fromEntries(kept) })}\n`, { mode: 0o600 })
        renameSync(draft, file)
        return true
      } catch {
        try {
          rmSync(draft, { force: true })
        } catch {
          // The folder itself is gone or closed to us: nothing was left there.
        }
        return false
      }
    },
  }
}

/** Whether a new look tells something that the cache does not say already; its time alone is not worth a write more than once an hour. */
export function isNews(known: SeenServer | undefined, report: EndpointReport): boolean {
  if (report.models.length === 0) return false
  if (!known || report.at - known.at > 3_600_000) return true
  const told = (models: readonly ServedModel[]) =>
    JSON.stringify(
      models.map(({ id, root, parent, context, maxContext, tools }) => [id, root, parent, context, maxContext, tools]),
    )
  return told(known.models) !== told(report.models) || known.server.version !== report.server.version
}

function isSeen(value: unknown): value is SeenServer {
  if (typeof value !== "object" || value === null) return false
  const { at, server, models } = value as Partial<SeenServer>
  return (
    typeof at === "number" &&
    typeof server === "object" &&
    server !== null &&
    Array.isArray(models) &&
    models.every((model) => typeof model === "object" && model !== null && typeof model.id === "string" && model.id !== "")
  )
}
