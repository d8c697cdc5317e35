/**
 * How a sentence reaches the person in every front end: a line of the plugin's own in the session (all front ends, `opencode run`
 * included, and it survives a restart) and a toast (terminal interface only). Each cause once per session.
 */
import type { Options } from "../options.ts"
import type { Host, Toast, ToastVariant } from "./host.ts"
import type { Session, Sessions } from "./sessions.ts"

/** OpenCode's terminal interface loses toasts sent before it is on the screen, about 3 s after the plugin starts (measured). */
const TOASTS_VISIBLE_AFTER_MS = 5_000
/** A finding waits for the end of its step, so that it stands below the tool call; a long-running tool does not hold it longer. */
const STEP_END_PATIENCE_MS = 1_500
const TOAST_MS = 12_000
const RANK: readonly ToastVariant[] = ["error", "warning", "success", "info"]

export interface Notice {
  /** Said once per session. */
  cause: string
  text: string
  /** What the toast says, where that is shorter. */
  toast?: string
  variant: ToastVariant
  /** `now`: stands where the answer stands at this moment. `step-end`: below the tool calls of the running step. */
  when: "now" | "step-end"
}

export interface Notices {
  /** Says it in a session, unless it was said there before. */
  say(sessionID: string, notice: Notice, how?: { toast?: boolean }): void
  /** Says it outside any session (toast only), at most once per cause. */
  sayToScreen(notice: Omit<Notice, "when">): void
  /** Resolves when the host has taken what was put into sessions so far. */
  settled(): Promise<void>
  /** A cause whose name begins so is over: it may be said on the screen again. */
  forget(prefix: string): void
  /** Puts everything that waits in this session into its current message. */
  flush(session: Session, after?: string): void
  dispose(): void
}

export interface NoticesOptions {
  host: Host
  sessions: Sessions
  options: Options
  /** Shows a toast; default: the host does. */
  onScreen?(toast: Toast): void
  /** Causes that are on the screen already, kept up to date here. */
  shown?: Set<string>
  now?: () => number
}

export function createNotices({
  host,
  sessions,
  options,
  onScreen = host.toast,
  shown = new Set(),
  now = Date.now,
}: NoticesOptions): Notices {
  const started = now()
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let putting = Promise.resolve()
  let early: Omit<Notice, "when">[] = []

  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, ms)
    timer.unref?.()
    timers.add(timer)
  }

  /** The worst of them: more would cover a small screen. */
  function show(all: readonly Omit<Notice, "when">[]) {
    const sorted = [...all].sort((a, b) => RANK.indexOf(a.variant) - RANK.indexOf(b.variant))
    const [worst] = sorted
    if (!worst) return
    const rest = sorted.length > 1 ? `\nAnd ${sorted.length - 1} more: /vllm-status` : ""
    // A toast shows text as it is, a session reads markdown.
    const message = `${worst.toast ?? worst.text}${rest}`.replaceAll("`", "")
    onScreen({ message, variant: worst.variant, duration: TOAST_MS })
  }

  function toast(notice: Omit<Notice, "when">) {
    if (!options.toasts || shown.has(notice.cause)) return
    shown.add(notice.cause)
    const wait = started + TOASTS_VISIBLE_AFTER_MS - now()
    if (wait <= 0) return show([notice])
    // One toast is visible at a time, a newer one replaces it: what comes early is said together.
    early.push(notice)
    if (early.length > 1) return
    later(wait, () => {
      const all = early
      early = []
      show(all)
    })
  }

  function flush(session: Session, after = session.lastPartID) {
    const { messageID } = session
    if (!messageID || session.waiting.length === 0) return
    const text = session.waiting.join("\n\n")
    session.waiting = []
    const put = host.putPart({ sessionID: session.id, messageID, text, ...(after !== undefined && { after }) }).then((taken) => {
      if (!taken) host.log("debug", "the host did not take a notice", { sessionID: session.id })
    })
    putting = Promise.all([putting, put]).then(() => {})
  }

  return {
    say(sessionID, notice, { toast: visible = true } = {}) {
      const session = sessions.get(sessionID)
      if (session.told.has(notice.cause)) return
      session.told.add(notice.cause)
      session.waiting.push(notice.text)
      if (visible) toast({ ...notice, cause: `${sessionID} ${notice.cause}` })
      if (notice.when === "now") flush(session)
      else later(STEP_END_PATIENCE_MS, () => flush(session))
    },
    sayToScreen: toast,
    settled: () => putting,
    forget(prefix) {
      for (const cause of shown) if (cause.startsWith(prefix)) shown.delete(cause)
    },
    flush,
    dispose() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      // These were not shown after all.
      for (const { cause } of early) shown.delete(cause)
    },
  }
}
