/** The server half's end of the channel to the terminal interface: looks, findings and evidence are its to give. */
import type { EndpointReport } from "../endpoint/types.ts"
import type { SessionFinding } from "../report/types.ts"
import type { ModelRef, Toast } from "./host.ts"
import { decode, encode, STOPPED, type ToServer, type ToTui } from "./tui-messages.ts"

export interface ChannelOptions {
  /** Publishes a command text to every front end. */
  publish(command: string): Promise<unknown>
  /** Directory of this instance. */
  directory: string
  version: string
  /** Names of the watched providers. */
  providers(): string[]
  /** What is known of a server now; looks first where that is old. */
  look(provider: string): Promise<EndpointReport | undefined>
  findings(sessionID: string): SessionFinding[]
  /** Causes of which evidence is kept. */
  kept?(sessionID: string): string[]
  evidence?(sessionID: string, cause: string, options: { prompts: boolean }): Promise<{ path: string } | { problem: string }>
  /** The deep check, or why there can be none; absent: not available here. */
  prove?(
    provider: string,
    model: string | undefined,
    onProgress: (step: string, share: number) => void,
    signal: AbortSignal,
  ): Promise<EndpointReport | { problem: string }>
  /** The terminal interface switched the model itself. */
  onSwitched?(sessionID: string, from: ModelRef | undefined, to: ModelRef): void
  /** A terminal interface has said hello for the first time. */
  onPresent?(): void
  /** Milliseconds until a toast counts as not shown. Default 5000. */
  shownMs?: number
  onError(error: unknown): void
}

export interface TuiChannel {
  /** A terminal interface has said hello. */
  greeted(): boolean
  /** Takes the command of a `tui.command.execute` event; everything that is not for this instance is ignored. */
  receive(command: unknown): void
  /** What a look has found, unasked. */
  report(report: EndpointReport): void
  /** An answer of this session was found faulty: a turn may go on for long. */
  findings(sessionID: string): void
  /** The session goes on with this model from now on. */
  model(sessionID: string, model: ModelRef): void
  /** Shows a toast in the terminals of this directory. Resolves to whether one of them has shown it. */
  toast(toast: Toast): Promise<boolean>
}

/** A terminal answers within milliseconds, where there still is one; on a loaded machine three seconds were seen. */
const SHOWN_MS = 5_000

/** A report too long to pass says the same with fewer models; those that the configuration names are the last to go. */
function smaller(report: EndpointReport): EndpointReport | undefined {
  const { models, configured = [] } = report
  if (models.length + configured.length <= 1) return undefined
  const named = (id: string) => (configured.some((one) => one.id === id) ? 0 : 1)
  const half = <T>(all: readonly T[]) => all.slice(0, Math.floor(all.length / 2))
  const ordered = [...models].sort((a, b) => named(a.id) - named(b.id))
  return { ...report, models: half(ordered), configured: models.length > 50 ? configured : half(configured) }
}

export function createTuiChannel(o: ChannelOptions): TuiChannel {
  const send = (message: ToTui) => {
    const text = encode({ to: "tui", directory: o.directory }, message)
    if (text !== undefined) void o.publish(text).catch(o.onError)
    else if ((message.type === "report" || message.type === "proof") && message.report) {
      const report = smaller(message.report)
      if (report) send({ ...message, report } as ToTui)
    }
  }

  let greeted = false
  /** Deep checks that run, by provider. Everybody hears how one goes and ends, so a second wish for it needs nothing. */
  const proofs = new Map<string, AbortController>()

  async function prove(provider: string, model: string | undefined): Promise<void> {
    const stop = new AbortController()
    proofs.set(provider, stop)
    const end = (how: { report: EndpointReport } | { problem: string }) => send({ type: "proof", provider, ...how })
    try {
      const onProgress = (step: string, share: number) => send({ type: "progress", provider, step, share })
      const found = (await o.prove?.(provider, model, onProgress, stop.signal)) ?? { problem: "The deep check is not available." }
      if (stop.signal.aborted) end({ problem: STOPPED })
      else end("problem" in found ? found : { report: found })
    } catch (error) {
      end({ problem: "The deep check failed." })
      throw error
    } finally {
      proofs.delete(provider)
    }
  }

  /** Toasts that no terminal has shown yet. */
  const toasts = new Map<number, (shown: boolean) => void>()
  let toastsSent = 0

  function toast(given: Toast): Promise<boolean> {
    if (!greeted) return Promise.resolve(false)
    const number = ++toastsSent
    return new Promise((resolve) => {
      const end = (shown: boolean) => {
        clearTimeout(timer)
        toasts.delete(number)
        resolve(shown)
      }
      const timer = setTimeout(end, o.shownMs ?? SHOWN_MS, false)
      timer.unref?.()
      toasts.set(number, end)
      send({ type: "toast", number, ...given })
    })
  }

  const findings = (sessionID: string) =>
    send({ type: "findings", sessionID, findings: o.findings(sessionID), kept: o.kept?.(sessionID) ?? [] })

  async function answer(message: ToServer): Promise<void> {
    switch (message.type) {
      case "hello":
        if (!greeted) o.onPresent?.()
        greeted = true
        return send({ type: "welcome", version: o.version, providers: o.providers(), deep: o.prove !== undefined })
      case "look": {
        const wanted = o.providers().filter((name) => message.provider === undefined || name === message.provider)
        await Promise.all(
          wanted.map(async (name) => {
            const report = await o.look(name)
            if (report) send({ type: "report", report })
          }),
        )
        return
      }
      case "findings":
        return findings(message.sessionID)
      case "evidence": {
        const { sessionID, cause, prompts } = message
        const done = (await o.evidence?.(sessionID, cause, { prompts })) ?? { problem: "Nothing is kept of answers." }
        return send({ type: "evidence", sessionID, ...done })
      }
      case "prove":
        return proofs.has(message.provider) ? undefined : prove(message.provider, message.model)
      case "stop":
        // A check that is thought to run and does not, as after a reload, ends on the screens too.
        if (!proofs.has(message.provider)) return send({ type: "proof", provider: message.provider, problem: STOPPED })
        return proofs.get(message.provider)?.abort()
      case "switched":
        return o.onSwitched?.(message.sessionID, message.from, message.to)
      case "shown":
        return toasts.get(message.number)?.(true)
    }
  }

  return {
    greeted: () => greeted,
    receive(command) {
      const message = decode(command, { to: "server", directory: o.directory })
      if (message) void answer(message).catch(o.onError)
    },
    report(report) {
      if (greeted) send({ type: "report", report })
    },
    findings(sessionID) {
      if (greeted) findings(sessionID)
    },
    model: (sessionID, model) => send({ type: "model", sessionID, model }),
    toast,
  }
}
