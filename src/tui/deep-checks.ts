/** Deep checks: by the server half where there is one, else from here. How each one goes, and why the last one gave nothing. */
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import { STOPPED } from "../opencode/tui-messages.ts"
import { serverNameOf } from "./known-servers.ts"
import type { Link } from "./link.ts"

export interface Progress {
  step: string
  share: number
}

export interface DeepCheckOptions {
  link: Link
  endpoints(): Endpoint[]
  report(name: string): EndpointReport | undefined
  /** Asks the server from here. */
  prove(
    endpoint: Endpoint,
    report: EndpointReport | undefined,
    how: { model?: string; onProgress(progress: Progress): void; signal: AbortSignal },
  ): Promise<EndpointReport>
  onFound(report: EndpointReport): void
  onChange(): void
  onError(error: unknown): void
}

export interface DeepChecks {
  readonly progress: ReadonlyMap<string, Progress>
  readonly problems: ReadonlyMap<string, string>
  /** One that runs already is not begun again. */
  start(name: string, model: string | undefined): Promise<void>
  stop(name: string): void
  /** How one goes that runs in the server half, whoever asked for it. */
  goes(name: string, progress: Progress): void
  /** What came of one: a report, or why there is none. */
  ends(name: string, found: EndpointReport | string | undefined): void
  /** Those of the server half have ended with it. */
  forget(): void
  dispose(): void
}

/** A wish that cannot be met, in words for a person. */
export class NotPossible extends Error {
  override name = "NotPossible"
}

const PROOF_MS = 150_000

export function createDeepChecks(o: DeepCheckOptions): DeepChecks {
  const { link } = o
  const progress = new Map<string, Progress>()
  const problems = new Map<string, string>()
  /** Those that run from here. */
  const own = new Map<string, AbortController>()

  function goes(name: string, made: Progress) {
    progress.set(name, made)
    o.onChange()
  }

  function ends(name: string, found: EndpointReport | string | undefined) {
    progress.delete(name)
    if (typeof found === "object") o.onFound(found)
    else problems.set(name, found ?? "No answer came.")
    o.onChange()
  }

  async function fromThere(name: string, model: string | undefined) {
    link.send({ type: "prove", provider: name, ...(model !== undefined && { model }) })
    // Its message ends the check by itself.
    const answer = await link.next((message) => message.type === "proof" && message.provider === name, PROOF_MS)
    if (!answer) ends(name, undefined)
  }

  async function fromHere(name: string, model: string | undefined) {
    const stop = new AbortController()
    const { signal } = stop
    own.set(name, stop)
    try {
      const endpoint = o.endpoints().find((one) => serverNameOf(one) === name)
      if (!endpoint) throw new NotPossible("It is not in the configuration any more.")
      const how = { ...(model !== undefined && { model }), onProgress: (made: Progress) => goes(name, made), signal }
      const found = await o.prove(endpoint, o.report(name), how)
      ends(name, signal.aborted ? STOPPED : found)
    } catch (error) {
      ends(name, error instanceof NotPossible ? error.message : "The deep check failed.")
      if (!(error instanceof NotPossible)) o.onError(error)
    } finally {
      own.delete(name)
    }
  }

  return {
    progress,
    problems,
    async start(name, model) {
      if (progress.has(name)) return
      problems.delete(name)
      goes(name, { step: "asking the model", share: 0 })
      await link.found()
      await (link.state === "here" ? fromThere(name, model) : fromHere(name, model))
    },
    stop(name) {
      if (link.state === "here") link.send({ type: "stop", provider: name })
      own.get(name)?.abort()
    },
    goes,
    ends,
    forget: () => progress.clear(),
    dispose() {
      for (const one of own.values()) one.abort()
    },
  }
}
