/**
 * The plugin of one OpenCode instance: holds the parts together and routes what the host reports to them. All state lives in this
 * closure and goes with it.
 */
import { worthANotice } from "../endpoint/problems.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import { familyOfModel, vllmFlags } from "../knowledge/families.ts"
import type { Options } from "../options.ts"
import { findingNotice, healthNotice, recoveredNotice, toolLine } from "../report/notice.ts"
import type { Report } from "../stream/types.ts"
import { version } from "../version.ts"
import type { Asked } from "./asked.ts"
import { createCommands, registerCommands } from "./commands.ts"
import { reasonToRefuse, refusal } from "./guard.ts"
import { createHealth, type Health } from "./health.ts"
import type { Host } from "./host.ts"
import { createNotices } from "./notices.ts"
import type { Origin } from "./own-headers.ts"
import { type HostConfig, type Providers, watchProviders } from "./providers.ts"
import { type Answer, causeOf } from "./recurrence.ts"
import { addInspector, createSessions, type Session } from "./sessions.ts"
import { watchedFetch } from "./watch.ts"

export interface PluginOptions {
  host: Host
  options: Options
  /** Sentences about options that were not valid. */
  optionProblems?: string[]
  look?: Parameters<typeof createHealth>[0]["look"]
  now?: () => number
}

/** Code of the check, and cause of the notice, for a server that takes no tools as it is configured. */
const TOOLS_OFF = "tools-off"

/** The events of the host that matter here; everything else is ignored. */
interface HostEvent {
  type: string
  properties: unknown
}

/** What an assistant message says of itself. */
interface AssistantInfo {
  id: string
  sessionID: string
  role: string
  /** The user message it answers. */
  parentID?: string
  providerID?: string
  time?: { completed?: number }
  error?: unknown
}

export function createPlugin({ host, options, optionProblems = [], look, now = Date.now }: PluginOptions) {
  const sessions = createSessions()
  const notices = createNotices({ host, sessions, options, now })
  let providers: Providers | undefined

  const onError = (error: unknown) =>
    host.log("error", "looking at an answer failed and was given up", {
      error: error instanceof Error ? error.name : typeof error,
    })

  const health: Health = createHealth({
    endpoints: () => providers?.endpoints() ?? [],
    look,
    now,
    onError,
    onProblems(report) {
      const provider = report.provider ?? report.url
      host.log("warn", "a watched server has problems", {
        provider,
        codes: report.checks.filter((c) => c.status === "fail").map((c) => c.code),
      })
      notices.sayToScreen({ cause: troubleCause(report), text: healthNotice(report), variant: "error" })
      for (const session of sessions.all()) if (session.providerID === provider && session.busy) sayTrouble(session)
    },
    onRecovered(report) {
      const provider = report.provider ?? report.url
      const text = recoveredNotice(report)
      notices.forget(`health:${provider}:`)
      notices.sayToScreen({ cause: `recovered:${provider}:${report.at}`, text, variant: "success" })
      for (const session of sessions.all()) {
        const told = [...session.told].filter((c) => c.startsWith(`health:${provider}:`))
        if (told.length === 0) continue
        // Said again if it goes down again.
        for (const cause of told) session.told.delete(cause)
        notices.say(
          session.id,
          { cause: `recovered:${provider}:${report.at}`, text, variant: "success", when: "step-end" },
          { toast: false },
        )
      }
    },
  })

  const commands = createCommands(page)

  function troubleCause(report: EndpointReport): string {
    const codes = report.checks.filter((c) => c.status === "fail" || c.status === "warn").map((c) => c.code)
    return `health:${report.provider ?? report.url}:${codes.join(",")}`
  }

  function sayTrouble(session: Session) {
    const report = session.providerID === undefined ? undefined : health.trouble(session.providerID)
    // The status page tells the trouble itself.
    if (!report || session.local) return
    // The server's own refusal said it already.
    if (session.told.has(TOOLS_OFF) && worthANotice(report).every((c) => c.code === TOOLS_OFF)) return
    notices.say(
      session.id,
      { cause: troubleCause(report), text: healthNotice(report), variant: "error", when: "now" },
      // The screen was told when the look found it.
      { toast: false },
    )
  }

  /** Takes an answer into a session's memory, and says there what comes of it. */
  function take(sessionID: string, answer: Answer) {
    for (const saying of sessions.get(sessionID).recurrence.answer(answer)) {
      if (options.quiet.includes(saying.finding.kind)) continue
      const text = findingNotice(saying)
      const toast = findingNotice(saying, { evidence: false })
      notices.say(sessionID, { cause: saying.key, text, toast, variant: "warning", when: "step-end" })
    }
  }

  function onReport({ sessionID, parentID, agent }: Origin, report: Report, asked: Asked) {
    if (!sessionID) return
    const answer = { ...report, at: now(), asked }
    // A title that failed harms nobody; it is counted, the answer of the person's own turn speaks for itself.
    if (agent === "title") return void take(sessionID, { ...answer, from: "side" })
    take(sessionID, { ...answer, from: parentID ? "sub" : "own" })
    // People look at the session they started, not at those of its sub-agents.
    if (parentID) take(parentID, { ...answer, from: "sub" })
  }

  function onRefusal(origin: Origin, provider: string, model: string | undefined) {
    if (!origin.sessionID || origin.agent === "title") return
    const session = sessions.get(origin.sessionID)
    const trouble = health.trouble(provider)
    if (trouble?.checks.some((c) => c.code === TOOLS_OFF) && session.told.has(troubleCause(trouble))) return
    const served = health.last(provider)?.models.find((m) => m.id === model)
    const family = familyOfModel({ id: model, root: served?.root })
    const flags = family
      ? `\`${vllmFlags(family)}\``
      : "`--enable-auto-tool-choice --tool-call-parser` and the parser of your model's card"
    notices.say(origin.sessionID, {
      cause: TOOLS_OFF,
      text: `opencode-vllm: the server refuses every request with tools, because it was started without a tool parser.\nRestart it with ${flags}.`,
      variant: "error",
      when: "now",
    })
  }

  async function page(sessionID: string, args: string | undefined, compact = false): Promise<string> {
    const [wanted] = (args ?? "").split(/\s+/).filter((word) => word && !word.startsWith("--"))
    const known = providers?.endpoints().map((e) => e.provider ?? e.url) ?? []
    if (wanted && !known.includes(wanted)) {
      return `No watched provider is called \`${wanted.replaceAll("`", "")}\`. Watched: ${known.map((k) => `\`${k}\``).join(", ") || "none"}.`
    }
    const [reports, { statusPage }] = await Promise.all([health.current(wanted), import("./late.ts")])
    const findings = sessions.peek(sessionID)?.recurrence.counters() ?? []
    return statusPage({ reports, findings, version, compact })
  }

  return {
    /** The `config` hook: puts the tap in and registers the commands; everything that asks the host or a server comes later. */
    configure(config: HostConfig) {
      providers = watchProviders(config, options, (provider, inner) =>
        watchedFetch({
          inner,
          inspect: options.inspect,
          inspection: () => import("./late.ts"),
          page: commands.page,
          server: (model) => {
            const report = health.last(provider)
            if (!report) return undefined
            const served =
              report.models.find((m) => m.id === model) ?? (report.models.length === 1 ? report.models[0] : undefined)
            return { kind: report.server.kind, version: report.server.version ?? undefined, root: served?.root }
          },
          onStart: (origin, inspector) => {
            if (origin.sessionID) addInspector(sessions.get(origin.sessionID), inspector)
          },
          onReport,
          onRefusal: (origin, model) => onRefusal(origin, provider, model),
          onReach: async (reached) => {
            if (!options.health) return
            await health.traffic(provider, reached)
            await notices.settled()
          },
          onError,
        }),
      )
      registerCommands(config)
      const watched = providers
      const timer = setTimeout(async () => {
        for (const text of optionProblems)
          notices.sayToScreen({ cause: text, text: `opencode-vllm: ${text}`, variant: "warning" })
        void import("./late.ts").catch(onError)
        const resolved = await host.providers()
        if (resolved) watched.resolve(resolved)
        if (options.health) await health.refresh()
      }, 0)
      timer.unref?.()
    },

    event({ type, properties }: HostEvent) {
      const p = properties as Record<string, never> & {
        info?: AssistantInfo
        part?: { id: string; sessionID: string; messageID: string; type: string }
        sessionID?: string
      }
      if (type === "session.created" && options.health) void health.refresh()
      else if (type === "session.deleted" && p.info) sessions.drop(p.info.id)
      else if (type === "message.updated" && p.info?.role === "assistant") onAssistantMessage(p.info)
      else if (type === "message.part.updated" && p.part) {
        const session = sessions.peek(p.part.sessionID)
        if (!session || session.messageID !== p.part.messageID) return
        session.lastPartID = p.part.id > (session.lastPartID ?? "") ? p.part.id : session.lastPartID
        if (p.part.type === "step-finish") notices.flush(session, p.part.id)
      } else if ((type === "session.error" || type === "session.idle") && p.sessionID) {
        const session = sessions.peek(p.sessionID)
        if (!session) return
        session.busy = false
        notices.flush(session)
      }
    },

    userMessage(sessionID: string, messageID: string, providerID: string, parts: { type: string }[]) {
      if (providers?.isWatched(providerID)) commands.message(sessionID, messageID, parts)
    },
    commandGiven: commands.given,
    isWatched: (providerID: string) => providers?.isWatched(providerID) ?? false,

    /** What is known of a call at the moment it starts to run. Throws the refusal where the user asked for one. */
    toolStarts(sessionID: string, callID: string) {
      const session = sessions.peek(sessionID)
      const findings = session?.inspectors.flatMap((inspector) => inspector.call(callID)) ?? []
      if (!session || findings.length === 0) return
      const reason = options.leakedArguments === "block" ? reasonToRefuse(findings) : undefined
      if (reason) throw refusal(reason)
      session.running.set(callID, findings)
    },
    /** The line to stand in front of the tool's output, once per session and cause. */
    toolEnded(sessionID: string, callID: string): string | undefined {
      const session = sessions.peek(sessionID)
      const findings = session?.running.get(callID)
      session?.running.delete(callID)
      if (!session || !findings || !options.toolLine) return undefined
      const fresh = findings.find((f) => !session.told.has(`line:${causeOf(f)}`) && !options.quiet.includes(f.kind))
      if (!fresh) return undefined
      session.told.add(`line:${causeOf(fresh)}`)
      return toolLine(fresh)
    },

    page,
    dispose() {
      health.dispose()
      notices.dispose()
    },
  }

  function onAssistantMessage(info: AssistantInfo) {
    const session = sessions.get(info.sessionID)
    session.busy = info.time?.completed === undefined && !info.error
    if (session.messageID !== info.id) {
      session.messageID = info.id
      session.lastPartID = undefined
      session.providerID = info.providerID
      for (const text of optionProblems) {
        notices.say(
          info.sessionID,
          { cause: text, text: `opencode-vllm: ${text}`, variant: "warning", when: "now" },
          { toast: false },
        )
      }
      session.local = info.parentID !== undefined && commands.page(info.parentID) !== undefined
      sayTrouble(session)
    }
    if (!session.busy) notices.flush(session)
  }
}
