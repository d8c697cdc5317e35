/**
 * When OpenCode may read its configuration again, so that its picker has what a server serves by now. OpenCode 1.18 can do that only by
 * ending the instance of the directory: terminals, MCP servers and event streams of clients end with it. So nothing may be in use, and
 * no two servers behind one address may make it happen over and over.
 */
export interface Reloads {
  /** A reload would bring these models, named `provider/id`. Resolves to whether it is wanted: each model is worth one in a while. */
  want(models: readonly string[]): boolean
  /** Reloads where one is wanted, allowed by now, and harms nobody. */
  tryNow(): Promise<void>
}

export interface ReloadsOptions {
  directory: string
  /** Something in this instance would be ended by a reload. */
  inUse(): Promise<boolean>
  reload(): Promise<void>
  now(): number
  past?: Past
}

/** When a reload was made, and for which models. */
interface Made {
  at: number
  models: ReadonlySet<string>
}

export type Past = Map<string, Made[]>

/** Between two reloads of one directory. */
const PAUSE_MS = 10 * 60_000
/** A model that a reload was made for already is no reason for another one. */
const REMEMBERED_MS = 24 * 3_600_000

const KEY = Symbol.for("opencode-vllm.reloads")

/** The instance that reloads ends by it; what has to be remembered is remembered by the process. */
function ofProcess(): Past {
  const all = globalThis as { [KEY]?: Past }
  all[KEY] ??= new Map()
  return all[KEY]
}

export function createReloads({ directory, inUse, reload, now, past = ofProcess() }: ReloadsOptions): Reloads {
  const wanted = new Set<string>()
  let trying = false
  const made = () => (past.get(directory) ?? []).filter(({ at }) => now() - at < REMEMBERED_MS)
  return {
    want(models) {
      const before = made()
      const fresh = models.filter((model) => !before.some((one) => one.models.has(model)))
      for (const model of fresh) wanted.add(model)
      return fresh.length > 0
    },
    async tryNow() {
      const before = made()
      if (trying || wanted.size === 0 || before.some(({ at }) => now() - at < PAUSE_MS)) return
      trying = true
      try {
        if (await inUse()) return
        past.set(directory, [...before, { at: now(), models: new Set(wanted) }])
        wanted.clear()
        await reload()
      } finally {
        trying = false
      }
    },
  }
}
