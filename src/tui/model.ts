/**
 * What the terminal interface knows of servers and sessions. The server half, where there is one, does the looking: in `opencode attach`
 * its addresses may be out of reach from here, or lead to another machine's server. Without it this half looks itself. Knows no host.
 */
import type { LookOptions } from "../endpoint/look.ts"
import { worthANotice } from "../endpoint/problems.ts"
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import type { Toast } from "../opencode/host.ts"
import type { ToTui } from "../opencode/tui-messages.ts"
import type { SessionFinding } from "../report/types.ts"
import { version } from "../version.ts"
import { type Activity, createActivities } from "./activity.ts"
import { createDeepChecks, type DeepCheckOptions, type Progress } from "./deep-checks.ts"
import { createKnownServers, serverNameOf } from "./known-servers.ts"
import { createLink, FIND_MS } from "./link.ts"
import { createListeners } from "./listeners.ts"
import type { PanelServer } from "./panel-lines.ts"
import { createPoller } from "./poller.ts"
import { createSchedule } from "./schedule.ts"

export interface ModelOptions {
  /** Watched servers by the host's configuration. */
  endpoints(): Endpoint[]
  directory(): string
  publish(command: string): Promise<unknown>
  look(endpoint: Endpoint, options: LookOptions): Promise<EndpointReport>
  /** The deep check, from here. */
  prove: DeepCheckOptions["prove"]
  /** The session on the screen. */
  session(): string | undefined
  /** Tokens of a session by its stored messages, for one that was opened and not asked anything yet. */
  tokens?(sessionID: string): number | undefined
  /** Says something that nobody else says: only used where there is no server half. */
  notify(report: EndpointReport, is: "trouble" | "well"): void
  /** Shows what the server half has to say. */
  toast?(toast: Toast): void
  /** A switch was made on the server's side. */
  onModel?(sessionID: string, model: { providerID: string; modelID: string }): void
  onError(error: unknown): void
  now?: () => number
  patienceMs?: number
}

export interface TuiModel {
  servers(): PanelServer[]
  endpoint(name: string): Endpoint | undefined
  activity(sessionID: string): Activity
  findings(sessionID: string): readonly SessionFinding[]
  /** Causes of which an evidence file can be written. */
  kept(sessionID: string): readonly string[]
  readonly progress: ReadonlyMap<string, Progress>
  /** Why the last deep check of a server gave nothing. */
  readonly problems: ReadonlyMap<string, string>
  /** Version to show: that of the server half where there is one. */
  readonly version: string
  readonly half: "asking" | "here" | "absent"
  /** An event of the host. */
  event(type: string, properties: unknown): void
  /** Polls until the returned function is called; more often where somebody looks closely. */
  watch(closely?: boolean): () => void
  /** A round of looks now. */
  refresh(): void
  /** Resolves when every server was looked at in the last minute, or after some seconds; whether anybody watches or not. */
  looked(): Promise<void>
  askFindings(sessionID: string): void
  /** The deep check, of the model with this id where it is named. One that runs already is not begun again. */
  prove(name: string, model?: string): Promise<void>
  /** Ends a deep check that runs. */
  stopProving(name: string): void
  evidence(sessionID: string, cause: string, prompts: boolean): Promise<{ path?: string; problem?: string }>
  switched(
    sessionID: string,
    from: { providerID: string; modelID: string } | undefined,
    to: { providerID: string; modelID: string },
  ): void
  /** How many are called back. */
  readonly subscribers: number
  /** Calls back when something changed, at most four times a second. */
  subscribe(changed: () => void): () => void
  dispose(): void
}

/** How long a round waits for the server half, whose own look takes two seconds at most. */
const ANSWER_MS = 4_000
/** A list of models this old is as good as one of now. */
const FRESH_MS = 60_000
const EVIDENCE_MS = 10_000
const NOTIFY_MS = 250
const SESSIONS_KEPT = 50

export function createModel(o: ModelOptions): TuiModel {
  const { now = Date.now, onError } = o
  const servers = createKnownServers(now)
  const findings = new Map<string, { findings: SessionFinding[]; kept: string[] }>()
  const activities = createActivities(now)
  const schedule = createSchedule(now)
  const listeners = createListeners(NOTIFY_MS)
  const { changed, subscribe } = listeners
  const stop = new AbortController()
  /** Codes of what was said of a server. */
  const said = new Map<string, string>()
  let remote: string[] | undefined
  let serverVersion: string | undefined
  let ticks: ReturnType<typeof setInterval> | undefined

  const link = createLink({
    publish: o.publish,
    directory: o.directory,
    onMessage,
    onChange: changed,
    ...(o.patienceMs !== undefined && { patienceMs: o.patienceMs }),
  })

  const deep = createDeepChecks({
    ...{ link, endpoints: o.endpoints, report: servers.report, prove: o.prove, onChange: changed, onError },
    onFound(report) {
      servers.prove(report)
      take(report)
    },
  })

  function onMessage(message: ToTui) {
    if (message.type === "welcome") {
      remote = message.providers
      serverVersion = message.version
    } else if (message.type === "report") take(message.report)
    else if (message.type === "findings") {
      findings.delete(message.sessionID)
      findings.set(message.sessionID, { findings: message.findings, kept: message.kept })
      if (findings.size > SESSIONS_KEPT) findings.delete(findings.keys().next().value as string)
    } else if (message.type === "progress") deep.goes(message.provider, { step: message.step, share: message.share })
    else if (message.type === "proof") deep.ends(message.provider, message.report ?? message.problem)
    else if (message.type === "model") o.onModel?.(message.sessionID, message.model)
    else if (message.type === "toast" && o.toast) {
      const { message: text, variant, duration } = message
      o.toast({ message: text, variant, duration })
      link.send({ type: "shown", number: message.number })
    }
    changed()
  }

  /** What the session on the screen does. */
  function doing(): Activity | undefined {
    const session = o.session()
    return session === undefined ? undefined : activities.of(session)
  }

  function take(seen: EndpointReport) {
    const report = servers.take(seen, doing())
    const name = serverNameOf(report)
    changed()
    // The server half says it better: once, and where the session stands.
    if (link.state !== "absent") return
    const codes = worthANotice(report)
      .map((check) => check.code)
      .join(",")
    const before = said.get(name) ?? ""
    if (codes === before) return
    said.set(name, codes)
    o.notify(report, codes === "" ? "well" : "trouble")
  }

  const names = () => remote ?? o.endpoints().map(serverNameOf)

  async function ask() {
    await link.found()
    if (stop.signal.aborted) return
    const due = schedule.due(names())
    if (due.length === 0) return
    if (link.state === "here") {
      const missing = new Set(due)
      if (due.length === names().length) link.send({ type: "look" })
      else for (const provider of due) link.send({ type: "look", provider })
      const answer = await link.next((message) => {
        if (message.type === "report") missing.delete(serverNameOf(message.report))
        return missing.size === 0
      }, ANSWER_MS)
      if (!answer) link.greet()
    } else {
      const endpoints = o.endpoints().filter((endpoint) => due.includes(serverNameOf(endpoint)))
      await Promise.all(
        endpoints.map(async (endpoint) => {
          const previous = servers.report(serverNameOf(endpoint))
          const report = await o.look(endpoint, { ...(previous && { previous }), signal: stop.signal })
          if (!stop.signal.aborted) take(report)
        }),
      )
    }
    for (const name of due) {
      const { checks, load } = servers.report(name) ?? {}
      const failed = checks?.some((check) => check.status === "fail") ?? true
      schedule.looked(name, failed ? "failed" : load ? "lively" : "still")
    }
  }

  /** The session on the screen works. Returns whether it was quiet before. */
  function busy(): boolean {
    const session = o.session()
    return session !== undefined && activities.busy(session) && schedule.busy(activities.of(session).provider)
  }

  function delay(): number {
    busy()
    return schedule.delay(names())
  }

  const poller = createPoller({ ask, delay, onError })

  /** Seconds are counted on the screen only while somebody waits for a first token there. */
  function tick() {
    const wanted = poller.watched && doing()?.doing === "waiting"
    if (wanted && !ticks) {
      ticks = setInterval(() => {
        tick()
        changed()
      }, 1_000)
      ticks.unref?.()
    } else if (!wanted && ticks) {
      clearInterval(ticks)
      ticks = undefined
    }
  }

  const askFindings = (sessionID: string) => {
    if (link.state === "here") link.send({ type: "findings", sessionID })
  }

  function watch(closely = false) {
    if (closely) schedule.closely(true)
    // Whoever opens a page wants to see how it is now.
    schedule.all()
    const release = poller.watch()
    const session = o.session()
    if (session !== undefined) askFindings(session)
    // The wait may have begun before anybody looked: a session opens with its first prompt.
    tick()
    return () => {
      if (closely) schedule.closely(false)
      release()
      tick()
    }
  }

  async function looked() {
    const all = () => names().every((name) => now() - (servers.report(name)?.at ?? Number.NEGATIVE_INFINITY) < FRESH_MS)
    if (all()) return
    const release = watch()
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        off()
        resolve()
      }
      const off = subscribe(() => all() && end())
      const timer = setTimeout(end, FIND_MS + ANSWER_MS)
      timer.unref?.()
    })
    release()
  }

  return {
    servers: () => servers.list(names(), doing()),
    endpoint: (name) => o.endpoints().find((one) => serverNameOf(one) === name),
    activity(sessionID) {
      const activity = activities.of(sessionID)
      const tokens = activity.tokens ?? o.tokens?.(sessionID)
      return tokens === undefined ? activity : { ...activity, tokens }
    },
    findings: (sessionID) => findings.get(sessionID)?.findings ?? [],
    kept: (sessionID) => findings.get(sessionID)?.kept ?? [],
    progress: deep.progress,
    problems: deep.problems,
    get version() {
      return serverVersion ?? version
    },
    get half() {
      return link.state
    },
    event(type, properties) {
      if (type === "tui.command.execute") return link.receive((properties as { command?: unknown } | undefined)?.command)
      // The instance was loaded anew, and with it the server half.
      if (type === "server.instance.disposed") {
        const { directory } = (properties ?? {}) as { directory?: unknown }
        if (directory !== undefined && directory !== o.directory()) return
        deep.forget()
        return link.greet()
      }
      const session = activities.event(type, properties)
      const current = o.session()
      // A sub-agent of the session may have come to its end: what was found in its answers counts here.
      if (session !== undefined && session !== current && current !== undefined && poller.watched && !activities.busy(session)) {
        if (type === "session.status" || type === "session.idle") askFindings(current)
      }
      if (session === undefined || session !== current) return
      if (activities.busy(session)) {
        if (busy()) poller.poke()
      } else if (type === "session.status" || type === "session.idle") {
        askFindings(session)
        schedule.rests()
        poller.poke()
      }
      tick()
      changed()
    },
    watch,
    looked,
    refresh() {
      schedule.all()
      poller.poke()
    },
    askFindings,
    prove: deep.start,
    stopProving: deep.stop,
    async evidence(sessionID, cause, prompts) {
      if (link.state !== "here") return { problem: "The server half of the plugin is not loaded." }
      link.send({ type: "evidence", sessionID, cause, prompts })
      const answer = await link.next((m) => m.type === "evidence" && m.sessionID === sessionID, EVIDENCE_MS)
      return answer?.type === "evidence" ? answer : { problem: "No answer came." }
    },
    switched(sessionID, from, to) {
      if (link.state === "here") link.send({ type: "switched", sessionID, ...(from && { from }), to })
    },
    subscribe,
    get subscribers() {
      return listeners.size
    },
    dispose() {
      stop.abort()
      deep.dispose()
      poller.dispose()
      link.dispose()
      clearInterval(ticks)
      listeners.dispose()
    },
  }
}
