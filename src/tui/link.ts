/** The terminal interface's end of the channel to the server half. */
import { decode, encode, type ToServer, type ToTui } from "../opencode/tui-messages.ts"

export interface LinkOptions {
  /** Publishes a command text to everybody on this OpenCode server. */
  publish(command: string): Promise<unknown>
  /** Directory of this session's instance; asked each time, because it is not known at the start. */
  directory(): string
  onMessage(message: ToTui): void
  /** The server half was found, or is known to be missing. */
  onChange(): void
  /** Milliseconds until nobody is expected to answer any more. Default 5000. */
  patienceMs?: number
}

export interface Link {
  /** `asking` until the first answer or until patience ends. */
  readonly state: "asking" | "here" | "absent"
  send(message: ToServer): void
  /** Resolves when `enough` has said yes to a message, after it was taken, or to nothing after so many milliseconds. */
  next(enough: (message: ToTui) => boolean, ms: number): Promise<ToTui | undefined>
  /** Resolves when it is known whether there is a server half, or after a moment. */
  found(): Promise<void>
  /** A published command text. */
  receive(command: unknown): void
  /** The server was started or reloaded: ask again. */
  greet(): void
  dispose(): void
}

/** How long anything waits for the server half to be found. */
export const FIND_MS = 1_500
/** The server half may still be loading when the first greeting is sent. */
const GREETINGS_MS = [0, 1_000, 2_500]

export function createLink({ publish, directory, onMessage, onChange, patienceMs = 5_000 }: LinkOptions): Link {
  let state: Link["state"] = "asking"
  let timers: ReturnType<typeof setTimeout>[] = []
  const waiting = new Set<(message: ToTui) => void>()

  const become = (next: Link["state"]) => {
    if (state === next) return
    state = next
    onChange()
  }
  const stop = () => {
    for (const timer of timers) clearTimeout(timer)
    timers = []
  }
  const send = (message: ToServer) => {
    const text = encode({ to: "server", directory: directory() }, message)
    // A host that refuses the event is a host without a server half.
    if (text !== undefined) void publish(text).catch(() => {})
  }
  const greet = () => {
    stop()
    timers = GREETINGS_MS.map((ms) => setTimeout(() => send({ type: "hello" }), ms))
    timers.push(setTimeout(() => become("absent"), patienceMs))
    for (const timer of timers) timer.unref?.()
  }
  greet()

  function next(enough: (message: ToTui) => boolean, ms: number): Promise<ToTui | undefined> {
    return new Promise((resolve) => {
      const end = (message?: ToTui) => {
        clearTimeout(timer)
        waiting.delete(listen)
        resolve(message)
      }
      const listen = (message: ToTui) => {
        if (enough(message)) end(message)
      }
      const timer = setTimeout(end, ms)
      timer.unref?.()
      waiting.add(listen)
    })
  }

  return {
    get state() {
      return state
    },
    send,
    next,
    async found() {
      if (state === "asking") await next(() => true, FIND_MS)
    },
    receive(command) {
      const message = decode(command, { to: "tui", directory: directory() })
      if (!message) return
      stop()
      become("here")
      onMessage(message)
      for (const one of waiting) one(message)
    },
    greet,
    dispose: stop,
  }
}
