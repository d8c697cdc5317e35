import { wasRestarted } from "../endpoint/restart.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import { familyById, familyOfModel } from "../knowledge/families.ts"
import type { ModelCache } from "../models/cache.ts"
import type { Options } from "../options.ts"
import { findingNotice, rescueNotice } from "../report/notice.ts"
import type { RescueState } from "../rescue/rescuer.ts"
import type { Report } from "../stream/types.ts"
import type { Asked } from "./asked.ts"
import { createBrokenAnswers } from "./broken-answers.ts"
import { createCommands, registerCommands } from "./commands.ts"
import { createDiscovery } from "./discovery.ts"
import { leave, takeOver } from "./handover.ts"
import { createHealth, type Health } from "./health.ts"
import { type Host, type TokenCount, tokensLeft } from "./host.ts"
import { createMessages } from "./messages.ts"
import { createNotices } from "./notices.ts"
import type { Origin } from "./own-headers.ts"
import { createPages } from "./pages.ts"
import { type HostConfig, type Providers, watchProviders } from "./providers.ts"
import type { Answer } from "./recurrence.ts"
import { createReloads } from "./reloads.ts"
import { createRequests } from "./requests.ts"
import { createRescuers } from "./rescuers.ts"
import { createRunningTools } from "./running-tools.ts"
import { addInspector, createSessions } from "./sessions.ts"
import { beginWork, type Startup } from "./startup.ts"
import { createSwitchers } from "./switchers.ts"
import { createTroubles, type Troubles } from "./troubles.ts"
import { createTuiSide } from "./tui-side.ts"
import { createWaiting } from "./waiting.ts"
import { type Fetch, watchedFetch } from "./watch.ts"

export interface PluginOptions {
  host: Host
  options: Options
  /** Directory of this instance, for the messages of the terminal interface. */
  directory?: string
  /** Sentences about options that were not valid. */
  optionProblems?: string[]
  look?: Parameters<typeof createHealth>[0]["look"]
  /** Where the model lists of the last looks are kept; default: a file in the user's cache folder. */
  cache?: ModelCache
  now?: () => number
  /** This OpenCode serves front ends of any kind: what a reload would end for them is not to be seen from here. */
  staysOpen?: boolean
  /** This OpenCode is about to draw the first screen of its terminal interface. */
  drawing?: boolean
}

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
  modelID?: string
  tokens?: TokenCount
  /** It is what a compaction made of the session. */
  summary?: boolean
  time?: { completed?: number }
  error?: unknown
}

export function createPlugin({
  host,
  options,
  directory = "",
  optionProblems = [],
  look,
  cache,
  now = Date.now,
  staysOpen = false,
  drawing = false,
}: PluginOptions) {
  const { sessions, shown } = takeOver(directory) ?? { sessions: createSessions(), shown: new Set<string>() }
  const notices = createNotices({ host, sessions, options, onScreen: (toast) => tui.toast(toast), shown, now })
  let providers: Providers | undefined
  let startup: Startup | undefined
  const onError = (error: unknown) =>
    host.log("error", "looking at an answer failed and was given up", {
      error: error instanceof Error ? error.name : typeof error,
    })

  const discovery = createDiscovery(cache)
  const health: Health = createHealth({
    onLook(report, before) {
      if (options.discover) offerNew(report)
      if (wasRestarted(before, report)) rescuers.of(report.provider ?? report.url)?.restarted()
    },
    endpoints: () => providers?.endpoints() ?? [],
    look,
    now,
    onError,
    onProblems(report) {
      troubles.found(report)
      tui.changed(report)
    },
    onRecovered(report) {
      troubles.recovered(report)
      tui.changed(report)
    },
  })

  const troubles: Troubles = createTroubles({
    ...{ host, notices, sessions, options, now },
    health: () => health,
    waiting: (provider) => waiting.now(provider).length > 0,
    family: familyOf,
    onBack: (provider) => rescuers.of(provider)?.restarted(),
  })
  const waiting = createWaiting(now)
  const brokenAnswers = createBrokenAnswers(sessions)
  const runningTools = createRunningTools(sessions, options)
  const requests = createRequests({
    look: (provider) => health.now(provider),
    last: (provider) => health.last(provider),
    onLook: troubles.looking,
    onFailure: troubles.failed,
    onWait: troubles.waits,
    onSend: ({ sessionID, agent }) => (agent === "title" ? undefined : brokenAnswers.stop(sessionID)),
    onError,
  })
  const rescuers = createRescuers({ modes: options.rescue, family: familyOf, onError })
  const commands = createCommands()
  const tui = createTuiSide({
    ...{ host, directory, health, sessions, onError },
    endpoints: () => providers?.endpoints() ?? [],
    shown: troubles.shown,
    onPresent() {
      startup?.screen()
      switcher.soon()
    },
  })
  const pages = createPages({
    ...{ health, sessions, rescuers, discovery, waiting },
    endpoints: () => providers?.endpoints() ?? [],
  })
  const switcher = createSwitchers({
    host,
    health,
    endpoint: (id) => providers?.endpoints().find((e) => e.provider === id),
    hidden: (provider, id) => providers?.isHidden(provider, id) ?? false,
    sessions,
    reloads: createReloads({
      ...{ directory, inUse: host.inUse, now },
      reload() {
        leave(directory, { sessions, shown })
        return host.reload()
      },
    }),
    mayReload: () => options.reload !== "off" && (staysOpen ? options.reload === "always" : tui.present()),
    onError,
  })

  const messages = createMessages({
    ...{ host, sessions, commands, pages, switcher, notices, tui, onError },
    isWatched: (provider) => providers?.isWatched(provider) ?? false,
  })

  /** Where a front end stays open, OpenCode reads its models again when a server has new ones. */
  async function offerNew(report: EndpointReport) {
    const endpoint = providers?.endpoints().find(({ provider }) => provider === report.provider)
    const provider = report.provider ?? ""
    const news = (await discovery.seen(report, endpoint)).filter((id) => !providers?.isHidden(provider, id))
    if (news.length > 0) switcher.offer(news.map((id) => `${provider}/${id}`))
  }

  /** The model's family by what its server says of it, or by its name. */
  function familyOf(provider: string, model: string | undefined) {
    return familyOfModel({ id: model, root: health.last(provider)?.models.find((m) => m.id === model)?.root })
  }

  /** Takes an answer into a session's memory, and says there what comes of it. */
  function take(sessionID: string, answer: Answer, offer = false) {
    for (const saying of sessions.get(sessionID).recurrence.answer(answer)) {
      if (options.quiet.includes(saying.finding.kind)) continue
      const text = findingNotice(saying, { offer })
      const toast = findingNotice(saying, { evidence: false })
      notices.say(sessionID, { cause: saying.key, text, toast, variant: "warning", when: "step-end" })
    }
    if (answer.findings.length > 0) tui.found(sessionID)
  }

  function onReport(provider: string, { sessionID, parentID, agent }: Origin, report: Report, asked: Asked) {
    if (!sessionID) return
    if (agent !== "title") brokenAnswers.count(sessionID, report)
    const answer = { ...report, at: now(), asked }
    // A title that failed harms nobody; it is counted, the answer of the person's own turn speaks for itself.
    if (agent === "title") return void take(sessionID, { ...answer, from: "side" })
    const offer = report.findings.length > 0 && rescuers.offers(provider, asked.model())
    take(sessionID, { ...answer, from: parentID ? "sub" : "own" }, offer)
    // People look at the session they started, not at those of its sub-agents.
    if (parentID) take(parentID, { ...answer, from: "sub" }, offer)
  }

  function onRescued(origin: Origin, provider: string, { model, why, family }: Readonly<RescueState>) {
    // Rescue ends when the server comes up with other flags, and somebody has to see that.
    if (options.health) void health.refresh()
    if (!origin.sessionID || origin.agent === "title") return
    const text = rescueNotice({
      why,
      family: familyOf(provider, model) ?? (family === undefined ? undefined : familyById(family)),
      server: health.last(provider)?.server.kind,
    })
    notices.say(origin.sessionID, { cause: `rescued:${why}:${provider}/${model}`, text, variant: "warning", when: "now" })
  }

  async function start(watched: Providers) {
    for (const text of optionProblems) notices.sayToScreen({ cause: text, text: `opencode-vllm: ${text}`, variant: "warning" })
    void import("./late.ts").catch(onError)
    const resolved = await host.providers()
    if (resolved) watched.resolve(resolved)
    if (options.health) await health.refresh()
  }

  return {
    /** The `config` hook: puts the tap in and registers the commands; everything that asks the host or a server comes later. */
    configure(config: HostConfig) {
      const fetchFor = (provider: string, inner?: Fetch) => {
        const watched = watchedFetch({
          inner: requests.fitting(provider, inner ?? fetch),
          explains: options.explain,
          onPrompt: (model, body, tokens) => requests.learn(provider, model, body, tokens),
          inspect: options.inspect,
          inspection: () => import("./late.ts"),
          answerTo: commands.answerTo,
          server: (model) => {
            const report = health.last(provider)
            if (!report) return undefined
            const served =
              report.models.find((m) => m.id === model) ?? (report.models.length === 1 ? report.models[0] : undefined)
            return { kind: report.server.kind, version: report.server.version ?? undefined, root: served?.root }
          },
          onSend: () => waiting.begin(provider),
          keep: (origin, request, inspector) => tui.keep(origin, provider, request, inspector),
          onStart: (origin, inspector) => {
            if (origin.sessionID) addInspector(sessions.get(origin.sessionID), inspector)
          },
          rescuer: () => rescuers.get(provider),
          onReport: (origin, report, asked) => onReport(provider, origin, report, asked),
          onRefusal: (origin, model) => troubles.refused(origin, provider, model),
          onRescued: (origin, state) => onRescued(origin, provider, state),
          onReach: async (reached) => {
            if (!options.health) return
            await health.traffic(provider, reached)
            await notices.settled()
          },
          onError,
        })
        return options.explain ? requests.explaining(provider, watched) : watched
      }
      providers = watchProviders(config, options, {
        fetchFor,
        ...(options.discover && { discover: (endpoint) => discovery.entries(endpoint) }),
      })
      registerCommands(config)
      const watched = providers
      startup = beginWork(() => void start(watched).catch(onError), drawing)
    },

    event({ type, properties }: HostEvent) {
      const p = properties as Record<string, never> & {
        info?: AssistantInfo
        part?: { id: string; sessionID: string; messageID: string; type: string }
        sessionID?: string
      }
      if (type === "tui.command.execute") tui.receive(p.command)
      else if (type === "session.created" && options.health) void health.refresh()
      else if (type === "session.deleted" && p.info) forget(p.info.id)
      else if (type === "message.updated" && p.info?.role === "assistant") onAssistantMessage(p.info)
      else if (type === "message.part.updated" && p.part) {
        const session = sessions.peek(p.part.sessionID)
        if (!session || session.messageID !== p.part.messageID) return
        session.lastPartID = p.part.id > (session.lastPartID ?? "") ? p.part.id : session.lastPartID
        if (p.part.type === "step-finish") notices.flush(session, p.part.id)
      } else if (type === "session.status" && p.sessionID) {
        const { type: is, message } = (p as { status?: { type?: string; message?: unknown } }).status ?? {}
        const session = sessions.get(p.sessionID)
        session.working = is !== "idle"
        if (is === "retry" && session.providerID && providers?.isWatched(session.providerID))
          troubles.retries(session, String(message))
      } else if ((type === "session.error" || type === "session.idle") && p.sessionID) {
        const session = sessions.peek(p.sessionID)
        if (!session) return
        session.busy = false
        session.working = false
        notices.flush(session)
        void switcher.idle()
      }
    },

    userMessage: messages.userMessage,
    commandGiven: commands.given,

    history: messages.history,
    isWatched: (providerID: string) => providers?.isWatched(providerID) ?? false,

    toolStarts: runningTools.starts,
    toolEnded: runningTools.ended,
    page: pages.page,
    switching: messages.switching,
    dispose() {
      startup?.dispose()
      health.dispose()
      notices.dispose()
    },
  }

  function forget(sessionID: string) {
    sessions.drop(sessionID)
    tui.drop(sessionID)
  }

  function onAssistantMessage(info: AssistantInfo) {
    const session = sessions.get(info.sessionID)
    session.busy = info.time?.completed === undefined && !info.error
    if (session.messageID !== info.id) {
      session.messageID = info.id
      session.lastPartID = undefined
      session.providerID = info.providerID
      session.modelID = info.modelID
      for (const text of optionProblems) {
        notices.say(
          info.sessionID,
          { cause: text, text: `opencode-vllm: ${text}`, variant: "warning", when: "now" },
          { toast: false },
        )
      }
      session.local = info.parentID !== undefined && commands.answerTo(info.parentID) !== undefined
      troubles.say(session)
    }
    const tokens = tokensLeft(info)
    if (tokens) session.tokens = tokens
    if (!session.busy) notices.flush(session)
  }
}
