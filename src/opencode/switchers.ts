/** The switcher of this instance: what it needs of host, servers and sessions, and its code, which is not loaded while OpenCode starts. */
import type { Endpoint } from "../endpoint/types.ts"
import type { Health } from "./health.ts"
import type { Host, ModelRef, ResolvedProvider } from "./host.ts"
import type { Reloads } from "./reloads.ts"
import type { Sessions } from "./sessions.ts"
import { sameModel } from "./switch-memory.ts"
import type { SwitcherOptions, Wish } from "./switcher.ts"

export interface SwitchersOptions {
  host: Host
  health: Health
  sessions: Sessions
  endpoint(provider: string): Endpoint | undefined
  hidden(provider: string, id: string): boolean
  reloads: Reloads
  /** Whether OpenCode may be made to read its models again here. */
  mayReload(): boolean
  onError(error: unknown): void
}

/** A message that is just being sent shows as a busy session by then. */
const QUIET_MS = 1_500

export function createSwitchers({ host, health, sessions, endpoint, hidden, reloads, mayReload, onError }: SwitchersOptions) {
  const options: SwitcherOptions = {
    look: () => health.current(),
    known: async () => knownModels((await host.providers()) ?? []),
    used: async (sessionID) => sessions.peek(sessionID)?.tokens ?? (await host.tokensOf(sessionID)),
    before: async (sessionID, current) =>
      (await host.modelsOf(sessionID)).findLast((one) => current !== undefined && !sameModel(one, current)),
    hidden,
    endpoint,
    load: async (...given) => (await import("./late.ts")).loadModel(...given),
    reload: (model) => mayReload() && reloads.want([model]),
  }
  /** A session came to rest: what was wanted may be done now. */
  async function idle() {
    if (mayReload() && !sessions.all().some((session) => session.busy || session.working)) await reloads.tryNow().catch(onError)
  }
  function soon() {
    const timer = setTimeout(() => void idle(), QUIET_MS)
    timer.unref?.()
  }

  return {
    async wish(sessionID: string, args: string, current: ModelRef | undefined): Promise<Wish> {
      const { createSwitcher } = await import("./late.ts")
      return createSwitcher(options).wish(sessionID, args, current, sessions.get(sessionID).switching)
    },
    idle,
    /** It may be that OpenCode can read its models again from now on. */
    soon,
    /** OpenCode should read its models again as soon as nothing is in use, and it may: the first look comes before any front end has said hello. */
    offer(models: readonly string[]) {
      if (reloads.want(models)) soon()
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

/** Switches of the model, as the messages and the tool ask for them. */
export type Switchers = ReturnType<typeof createSwitchers>
