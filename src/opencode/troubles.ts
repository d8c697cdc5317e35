/** What a person is told of the servers themselves: by the answer that failed, in the session, on the screen; each cause once. */
import { worthANotice } from "../endpoint/problems.ts"
import type { CheckCode, CheckId, EndpointReport } from "../endpoint/types.ts"
import type { Family } from "../knowledge/families.ts"
import type { Options } from "../options.ts"
import { healthNotice, recoveredNotice, refusalNotice, retryNotice, waitNotice } from "../report/notice.ts"
import { rescueMode } from "../rescue/mode.ts"
import type { Health } from "./health.ts"
import type { Host } from "./host.ts"
import type { Notices } from "./notices.ts"
import type { Origin } from "./own-headers.ts"
import type { Session, Sessions } from "./sessions.ts"

export interface TroublesOptions {
  host: Host
  notices: Notices
  sessions: Sessions
  options: Options
  /** What is known of the servers; asked when something happens, not before. */
  health(): Health
  /** Requests of this OpenCode to that server wait for their first token. */
  waiting(provider: string): boolean
  family(provider: string, model: string | undefined): Family | undefined
  /** The server is well again after it was not: it may be another one. */
  onBack(provider: string): void
  now(): number
}

export interface Troubles {
  /** A look found problems, or other ones than before. */
  found(report: EndpointReport): void
  recovered(report: EndpointReport): void
  /** Says in a session what is wrong with its server. `failed`: a request of it failed, and its answer did not say what is wrong. */
  say(session: Session, failed?: boolean): void
  /** A failed request of this session is being looked into. */
  looking(origin: Origin, provider: string): void
  /** It is over; `explained`: the answer itself said it. */
  failed(origin: Origin, provider: string, explained: boolean): void
  /** A request waits for a server that is loading, `ms` by now. `loading` names this one loading among others of the same server. */
  waits(origin: Origin, provider: string, wait: { text: string; ms: number; loading: number }): void
  /** The host sends a failed request of this session again, by itself and without a word. */
  retries(session: Session, message: string): void
  /** The server refused tools, and the answer is not read here. */
  refused(origin: Origin, provider: string, model: string | undefined): void
  /** The report without what rescue makes good. */
  shown(report: EndpointReport): EndpointReport
}

/** Code of the check, and cause of the notice, for a server that takes no tools as it is configured. */
const TOOLS_OFF = "tools-off"

/** A request to such a server gets no answer and no error for minutes: only a look can tell. */
const SILENT: ReadonlySet<CheckCode> = new Set(["hung", "response-timeout"])
const BREAKING: ReadonlySet<CheckId> = new Set(["reach", "auth", "models", "model"])

/** A request runs into it at once, and its answer says it. */
const breaksRequests = ({ id, status, code }: EndpointReport["checks"][number]) =>
  status === "fail" && BREAKING.has(id) && !SILENT.has(code)

/** A request that is sent again for an answer that broke off follows it at once. */
const BROKE_OFF_MS = 5_000

const nameOf = (report: EndpointReport) => report.provider ?? report.url

function causeOf(report: EndpointReport): string {
  const codes = report.checks.filter((c) => c.status === "fail" || c.status === "warn").map((c) => c.code)
  return `health:${nameOf(report)}:${codes.join(",")}`
}

export function createTroubles(o: TroublesOptions): Troubles {
  const { host, notices, sessions, options, health } = o
  /** Providers whose problems a person was told of. */
  const announced = new Set<string>()

  /** A server that refuses tools is no trouble while rescue makes the agent work: then the first request says it, once. */
  function shown(report: EndpointReport): EndpointReport {
    if (rescueMode(options.rescue, nameOf(report), undefined) === "off") return report
    return { ...report, checks: report.checks.filter((c) => c.code !== TOOLS_OFF) }
  }

  /** A server that answered before and has a request of ours may do nothing else while it reads a long prompt: slow is not dead. */
  function mayBeBusy(report: EndpointReport): boolean {
    const failed = report.checks.filter(({ status }) => status === "fail")
    const provider = nameOf(report)
    return failed.length > 0 && failed.every(({ code }) => SILENT.has(code)) && health().answered(provider) && o.waiting(provider)
  }

  function say(session: Session, failed = false) {
    const found = session.providerID === undefined ? undefined : health().trouble(session.providerID)
    // The status page tells the trouble itself.
    if (!found || session.local) return
    const report = shown(found)
    if (worthANotice(report).length === 0 || mayBeBusy(report)) return
    // The request that runs into it will say it.
    if (options.explain && !failed && report.checks.some(breaksRequests)) return
    // The server's own refusal said it already.
    if (session.told.has(TOOLS_OFF) && worthANotice(report).every((c) => c.code === TOOLS_OFF)) return
    notices.say(
      session.id,
      { cause: causeOf(report), text: healthNotice(report), variant: "error", when: "now" },
      // The screen was told when the look found it.
      { toast: false },
    )
  }

  return {
    shown,
    say,
    found(given) {
      const report = shown(given)
      const provider = nameOf(report)
      if (worthANotice(report).length === 0 || mayBeBusy(report)) return
      host.log("warn", "a watched server has problems", {
        provider,
        codes: report.checks.filter((c) => c.status === "fail").map((c) => c.code),
      })
      announced.add(provider)
      // The failed request of a person who waits for its answer says it itself.
      const saidBy = (session: Session) => session.explaining === provider && report.checks.some(breaksRequests)
      if (!sessions.all().some(saidBy))
        notices.sayToScreen({ cause: causeOf(report), text: healthNotice(report), variant: "error" })
      for (const session of sessions.all()) if (session.providerID === provider && session.busy && !saidBy(session)) say(session)
    },
    recovered(report) {
      const provider = nameOf(report)
      o.onBack(provider)
      if (!announced.delete(provider)) return
      const notice = {
        cause: `recovered:${provider}:${report.at}`,
        text: recoveredNotice(report),
        variant: "success" as const,
      }
      notices.forget(`health:${provider}:`)
      notices.sayToScreen(notice)
      for (const session of sessions.all()) {
        const told = [...session.told].filter((c) => c.startsWith(`health:${provider}:`))
        if (told.length === 0) continue
        // Said again if it goes down again.
        for (const cause of told) session.told.delete(cause)
        notices.say(session.id, { ...notice, when: "step-end" }, { toast: false })
      }
    },
    looking({ sessionID, agent }, provider) {
      if (sessionID && agent !== "title") sessions.get(sessionID).explaining = provider
    },
    failed({ sessionID, agent }, provider, explained) {
      if (!sessionID || agent === "title") return
      const session = sessions.get(sessionID)
      session.explaining = undefined
      const trouble = health().trouble(provider)
      if (explained && trouble) session.told.add(causeOf(shown(trouble)))
      else if (session.busy) say(session, true)
    },
    waits({ sessionID, agent }, provider, { text, ms, loading }) {
      if (!sessionID || agent === "title") return
      const notice = { text: waitNotice(provider, text), variant: "info" as const }
      // In the session at once, then after 15, 30, 60, 120 ... seconds: each line stays there. On the screen as often as it changes.
      const stage = Math.max(0, Math.floor(Math.log2(ms / 7_500)))
      notices.say(sessionID, { ...notice, cause: `waits:${provider}:${loading}:${stage}`, when: "now" }, { toast: false })
      notices.sayToScreen({ ...notice, cause: `waits:${provider}:${loading}:${text}` })
    },
    retries(session, message) {
      const provider = session.providerID
      if (!options.explain || provider === undefined || session.local) return
      // What is wrong stands in the session already.
      const told = [...session.told].some(
        (cause) => cause.startsWith(`health:${provider}:`) || cause.startsWith(`waits:${provider}:`),
      )
      const broke = session.recurrence
        .counters()
        .some(({ finding, last }) => finding.kind === "stream-error" && o.now() - last < BROKE_OFF_MS)
      if (told || broke || health().trouble(provider)) return
      const notice = { text: retryNotice(provider, message), variant: "info" as const, when: "now" as const }
      // The terminal interface shows the host's own count-down.
      notices.say(session.id, { ...notice, cause: `retries:${provider}:${message.slice(0, 80)}` }, { toast: false })
    },
    refused({ sessionID, agent }, provider, model) {
      // Where failures are explained, the answer itself says it.
      if (!sessionID || agent === "title" || options.explain) return
      const trouble = health().trouble(provider)
      const told = trouble?.checks.some((c) => c.code === TOOLS_OFF) && sessions.get(sessionID).told.has(causeOf(trouble))
      if (told) return
      const text = refusalNotice({ family: o.family(provider, model), server: health().last(provider)?.server.kind })
      notices.say(sessionID, { cause: TOOLS_OFF, text, variant: "error", when: "now" })
    },
  }
}
