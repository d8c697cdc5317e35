/** The switcher of this instance: what it needs of host, servers and sessions, and its code, which is not loaded while OpenCode starts. */
import type { Endpoint } from "../endpoint/types.ts"
import type { WakeCode } from "../endpoint/wake.ts"
import type { Health } from "./health.ts"
import type { Host, ModelRef, ResolvedProvider } from "./host.ts"
import type { Sessions } from "./sessions.ts"
import { sameModel } from "./switch-memory.ts"
import type { Loaded, SwitcherOptions, Wish } from "./switcher.ts"

export interface SwitchersOptions {
  host: Host
  health: Health
  sessions: Sessions
  endpoint(provider: string): Endpoint | undefined
  hidden(provider: string, id: string): boolean
  onError(error: unknown): void
}

/** A server that loads a model from a slow disk takes minutes; longer than this nobody waits in one answer. */
const LOADING_MS = 240_000

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
    async load(to, model, onProgress, signal): Promise<Loaded> {
      const { waitUntilLoaded } = await import("./late.ts")
      const result = await waitUntilLoaded(to, model, { timeoutMs: LOADING_MS, onProgress, signal })
      if (result.is === "loaded") return result
      if (result.is === "timeout") return { is: "late", why: `It is still loading after ${Math.round(result.ms / 1_000)} s.` }
      return { is: "failed", why: notLoaded(result.code) }
    },
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

function notLoaded(code: WakeCode): string {
  switch (code) {
    case "no-wake-route":
      return "The server sleeps, and only whoever runs it can wake it: its wake-up route is off (vLLM has it with VLLM_SERVER_DEV_MODE=1)."
    case "cancelled":
      return "Nobody waits for the loading any more."
    case "load-failed":
      return "The server did not load it; its log says why (often too little memory)."
    default:
      return `The server did not load it (${code}).`
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
