/** The switcher of this instance: what it needs of host, servers and sessions, and its code, which is not loaded while OpenCode starts. */
import type { Endpoint } from "../endpoint/types.ts"
import type { Health } from "./health.ts"
import type { Host, ModelRef, ResolvedProvider } from "./host.ts"
import type { Sessions } from "./sessions.ts"
import { sameModel } from "./switch-memory.ts"
import type { SwitcherOptions, Wish } from "./switcher.ts"

export interface SwitchersOptions {
  host: Host
  health: Health
  sessions: Sessions
  endpoint(provider: string): Endpoint | undefined
  hidden(provider: string, id: string): boolean
  onError(error: unknown): void
}

/** A message that is just being sent shows as a busy session by then. */
const QUIET_MS = 1_500

export function createSwitchers({ host, health, sessions, endpoint, hidden, onError }: SwitchersOptions) {
  let reloadWanted = false
  const options: SwitcherOptions = {
    look: () => health.current(),
    known: async () => knownModels((await host.providers()) ?? []),
    used: async (sessionID) => sessions.peek(sessionID)?.tokens ?? (await host.tokensOf(sessionID)),
    before: async (sessionID, current) =>
      (await host.modelsOf(sessionID)).findLast((one) => current !== undefined && !sameModel(one, current)),
    hidden,
    endpoint,
    load: async (...given) => (await import("./late.ts")).loadModel(...given),
    reload() {
      reloadWanted = true
    },
  }
  /** Nothing runs in any session: a reload that was wanted harms nobody now. */
  async function idle() {
    if (!reloadWanted || sessions.all().some((session) => session.busy)) return
    reloadWanted = false
    await host.reload().catch(onError)
  }

  return {
    async wish(sessionID: string, args: string, current: ModelRef | undefined): Promise<Wish> {
      const { createSwitcher } = await import("./late.ts")
      return createSwitcher(options).wish(sessionID, args, current, sessions.get(sessionID).switching)
    },
    idle,
    /** OpenCode should read its models again as soon as nothing runs. */
    reload() {
      reloadWanted = true
      const timer = setTimeout(() => void idle(), QUIET_MS)
      timer.unref?.()
    },
  }
}

/** What the host has: its key, and the id that goes to the server. */
function knownModels(resolved: readonly ResolvedProvider[]) {
  return resolved.flatMap(({ id: provider, models }) =>
    Object.entries(models).map(([key, value]) => {
      const { id, api, limit } = value as { id?: string; api?: { id?: string }; limit?: { context?: number } }
      return { provider, key, id: api?.id ?? id ?? key, context: limit?.context || undefined }
    }),
  )
}
