/** What the sidebar says of the watched servers: one line for each while it is well, what is wrong and its cure otherwise. */
import { servedFor } from "../endpoint/checks/model.ts"
import { worthANotice } from "../endpoint/problems.ts"
import { clean, redactUrl } from "../endpoint/text.ts"
import type { EndpointReport, Load, ServedModel } from "../endpoint/types.ts"
import { figure, plural } from "../report/markdown.ts"
import { serverName } from "../report/server.ts"
import type { Activity } from "./activity.ts"
import { type Line, paragraph, short, shortWords, span, spread, type Tone } from "./lines.ts"

export interface PanelServer {
  /** Provider id of the configuration. */
  name: string
  /** The last look; undefined: none yet. */
  report?: EndpointReport
  /** Place of the session's request in the server's queue, 1 is next, 0 has left it; undefined: not known. */
  place?: number
  /** Tokens per second of the session's running answer, by this server's own count. */
  rate?: number
}

export interface PanelInput {
  servers: readonly PanelServer[]
  /** The session's model as the host names it. */
  current?: { providerID: string; modelID: string }
  activity: Activity
  /** Causes of findings in this session. */
  findings: number
  /** With details. */
  open: boolean
  /** Columns. */
  width: number
  /** Milliseconds since the epoch. */
  now: number
}

/** A sidebar is short: what does not fit stands on the status page. A warning takes less room than a failure. */
const MOST_LINES = { fail: { message: 3, cure: 4 }, warn: { message: 2, cure: 2 } }
/** Of all servers together: the host's own panels stand below. */
const MOST_TROUBLE_LINES = 10
const MOST_SERVERS = 8
/** What remains of a name that is wider than a line: it would take the place of what is said about it. */
const LONG_NAME = 24
const MOST_MODELS = 6
const CACHE_FULL = 0.9
/** A server that is on its way needs nobody. */
export const UNDER_WAY: ReadonlySet<string> = new Set(["starting", "sleeping"])

export function panelLines(input: PanelInput): Line[] {
  const { servers, open, width, findings } = input
  const [only] = servers
  const heading = [
    span(open ? "▼ " : "▶ "),
    span("LLM server", "strong"),
    ...(servers.length === 1 && only ? [span(` ${clean(only.name, 40)}`, "muted")] : []),
  ]
  const shown = open ? servers : mostImportant(servers, MOST_SERVERS, input)
  const troubles = troublesOf(shown, input)
  const hidden = shown.some((server) => rankOf(server, input) < WELL && !troubles.has(server))
  const left = servers.length - shown.length
  return [
    spread(heading, [], width),
    ...shown.flatMap((server) => [
      serverLine(server, input, troubles.has(server)),
      ...(troubles.get(server) ?? []),
      ...(open && server.report ? details(server.report, width) : []),
    ]),
    ...(left > 0 ? [spread([span(`  and ${plural(left, "more server")}: /vllm-status`, "muted")], [], width)] : []),
    ...(hidden ? [spread([span("  Causes and cures: /vllm-status", "muted")], [], width)] : []),
    ...(findings > 0 ? [spread([span("• ", "warn"), span(`${plural(findings, "finding")} in this session`)], [], width)] : []),
  ]
}

const WELL = 3

/** The session's own server comes first where it is in trouble, then what fails, then warnings. */
function rankOf({ name, report }: PanelServer, { current }: PanelInput): number {
  const [first] = report ? worthANotice(report) : []
  if (!first) return WELL
  return name === current?.providerID ? 0 : first.status === "fail" ? 1 : 2
}

/** So many of the servers, in their own order. The session's own is always among them. */
function mostImportant(servers: readonly PanelServer[], most: number, input: PanelInput): PanelServer[] {
  const own = (server: PanelServer) => (server.name === input.current?.providerID ? -1 : rankOf(server, input))
  const kept = new Set([...servers].sort((a, b) => own(a) - own(b)).slice(0, most))
  return servers.filter((server) => kept.has(server))
}

/** What is wrong with the servers and how to cure it, of the most important ones where it does not fit for all. */
function troublesOf(servers: readonly PanelServer[], input: PanelInput): Map<PanelServer, Line[]> {
  const troubles = new Map<PanelServer, Line[]>()
  let room = input.open ? Number.POSITIVE_INFINITY : MOST_TROUBLE_LINES
  for (const server of [...servers].sort((a, b) => rankOf(a, input) - rankOf(b, input))) {
    const lines = server.report ? troubleLines(server.report, input) : []
    if (lines.length === 0 || lines.length > room) continue
    troubles.set(server, lines)
    room -= lines.length
  }
  return troubles
}

function serverLine(server: PanelServer, input: PanelInput, explained: boolean): Line {
  const { width } = input
  const { report } = server
  const name = input.servers.length > 1 ? `${clean(server.name, 40)} ` : ""
  if (!report) return spread([span("• ", "muted"), span(name || "server")], [span("looking", "muted")], width)
  const [first] = worthANotice(report)
  const failed = first?.status === "fail"
  const tone = !first ? "good" : failed && !UNDER_WAY.has(first.code) ? "bad" : "warn"
  const model = span(modelName(report, input), name ? "muted" : "plain")
  if (failed) return spread([span("• ", tone), name ? span(name) : model], [span(stateWord(first.code))], width)
  const right = first && !explained ? [span("warning")] : rightOf(report, server, input)
  return spread([span("• ", tone), span(name), model], right, width)
}

function troubleLines(report: EndpointReport, { open, width }: PanelInput): Line[] {
  const wrong = worthANotice(report)
  const [first] = wrong
  if (!first) return []
  const failed = first.status === "fail"
  const most = open ? { message: 8, cure: 8 } : MOST_LINES[failed ? "fail" : "warn"]
  const lines = told(`${failed ? "" : "Warning: "}${clean(first.message, 400)}`, width, most.message)
  if (first.fix) lines.push(...told(`Cure: ${clean(first.fix, 400)}`, width, most.cure, "muted"))
  if (wrong.length > 1) lines.push([span(`  and ${plural(wrong.length - 1, "more problem")}: /vllm-status`, "muted")])
  return lines
}

/** A sentence below its server. Where it does not fit, long names in it give way first. */
function told(text: string, width: number, most: number, tone: Tone = "plain"): Line[] {
  const form = { width, indent: 2, tone }
  const whole = paragraph(shortWords(text, width - 2), form)
  return whole.length <= most ? whole : paragraph(shortWords(text, width - 2, LONG_NAME), { ...form, most })
}

/** The word for a server that fails, by the code of its first failed check. */
function stateWord(code: string): string {
  if (code === "starting" || code === "sleeping") return code
  if (code === "unauthorized" || code === "forbidden" || code === "key-missing") return "key refused"
  if (code === "no-such-model" || code === "no-models" || code === "model-case") return "no model"
  return code === "tools-off" ? "no tools" : "down"
}

function isCurrent(report: EndpointReport, { current }: PanelInput): boolean {
  return current !== undefined && current.providerID === (report.provider ?? report.url)
}

function servedOf(report: EndpointReport, { current }: PanelInput): ServedModel | undefined {
  if (!current) return undefined
  const id = report.configured?.find(({ key }) => key === current.modelID)?.id ?? current.modelID
  return servedFor(id, report.models, report.server.kind)
}

function modelName(report: EndpointReport, input: PanelInput): string {
  if (isCurrent(report, input)) return clean(input.current?.modelID ?? "", 80)
  const [first, ...rest] = report.models
  if (!first) return "no model"
  return rest.length === 0 ? clean(first.id, 80) : plural(rest.length + 1, "model")
}

function rightOf(report: EndpointReport, { place, rate }: PanelServer, input: PanelInput): Line {
  const { activity, now } = input
  const { load } = report
  const current = isCurrent(report, input)
  // An answer may still be written by the model that was switched away from.
  const answers = activity.provider === undefined ? current : activity.provider === (report.provider ?? report.url)
  const configured = report.configured?.find(({ key }) => key === input.current?.modelID)
  const context = servedOf(report, input)?.context ?? configured?.context
  if (answers && activity.doing === "waiting") {
    const seconds = Math.max(0, Math.floor((now - (activity.since ?? now)) / 1000))
    if (place === undefined) return [span(`waiting ${seconds} s`)]
    return [place > 0 ? span(`queued ${seconds} s, place ${short(place)}`) : span(`reading prompt ${seconds} s`)]
  }
  const writes = answers && activity.doing === "writing"
  // A look from before its first token may say idle.
  const word = span(writes && loadWord(load) === "idle" ? "busy" : loadWord(load), "muted")
  const used = activity.tokens === undefined ? "" : short(activity.tokens)
  const tight = context !== undefined && activity.tokens !== undefined && activity.tokens > context * 0.9
  const parts = [
    ...(current ? [span(context === undefined ? used : `${used || 0}/${short(context)}`, tight ? "warn" : "muted")] : []),
    // What moves is what is looked for.
    ...(writes ? [span(rateText(rate, activity) ?? "")] : []),
    word,
  ].filter(({ text }) => text !== "")
  return parts.flatMap((part, i) => (i === 0 ? [part] : [span(" "), part]))
}

/** The server's own count; else what the text that came says, marked as rough. */
function rateText(counted: number | undefined, { tokensPerSecond }: Activity): string | undefined {
  if (counted !== undefined) return `${Math.round(counted)} t/s`
  return tokensPerSecond === undefined ? undefined : `~${Math.round(tokensPerSecond)} t/s`
}

export function loadWord(load: Load | undefined): string {
  if (!load) return "ok"
  if (load.asleep) return "asleep"
  if (load.waiting) return `queue ${short(load.waiting)}`
  if ((load.kvCacheUsage ?? 0) >= CACHE_FULL) return "cache full"
  if (load.running === undefined) return "ok"
  return load.running > 0 ? "busy" : "idle"
}

function details(report: EndpointReport, width: number): Line[] {
  const { load, models } = report
  const rows: [string, string][] = [["server", serverName(report)]]
  if (report.url) rows.push(["at", redactUrl(report.url).replace(/^https?:\/\//, "")])
  for (const model of models.slice(0, MOST_MODELS))
    rows.push([clean(model.id, 60), model.context === undefined ? "" : short(model.context)])
  if (models.length > MOST_MODELS) rows.push([`and ${figure(models.length - MOST_MODELS)} more`, ""])
  if (load?.running !== undefined) rows.push(["running", figure(load.running)])
  if (load?.waiting !== undefined) rows.push(["waiting", figure(load.waiting)])
  if (load?.kvCacheUsage !== undefined) rows.push(["KV cache", `${Math.round(load.kvCacheUsage * 100)}%`])
  if (load?.prefixCacheHitRate !== undefined) rows.push(["prefix cache hits", `${Math.round(load.prefixCacheHitRate * 100)}%`])
  return rows.map(([name, value]) => spread([span(`  ${name}`, "muted")], value ? [span(value, "muted")] : [], width))
}
