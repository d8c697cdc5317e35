import type { Host, NewPart, ResolvedProvider } from "../../src/opencode/host.ts"

/** A host that records what the plugin asks of it. */
export function fakeHost(resolved: ResolvedProvider[] = [], tokens?: number) {
  const parts: NewPart[] = []
  const toasts: { message: string; variant: string }[] = []
  const switches: { sessionID: string; providerID: string; modelID: string }[] = []
  const reloads: number[] = []
  const logs: { level: string; message: string; extra?: Record<string, unknown> }[] = []
  const host: Host = {
    log: (level, message, extra) => void logs.push({ level, message, ...(extra && { extra }) }),
    toast: (toast) => void toasts.push(toast),
    putPart: async (part) => {
      parts.push(part)
      return true
    },
    providers: async () => resolved,
    tokensOf: async () => tokens,
    modelsOf: async () => [],
    useModel: async (sessionID, model) => {
      switches.push({ sessionID, ...model })
      return true
    },
    publish: async () => {},
    inUse: async () => false,
    reload: async () => void reloads.push(Date.now()),
  }
  return { host, parts, toasts, logs, switches, reloads }
}
