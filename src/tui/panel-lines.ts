/** What the sidebar says of the watched servers: one line for each while it is well, what is wrong and its cure otherwise. */
import { servedFor } from "../endpoint/checks/model.ts"
import { worthANotice } from "../endpoint/problems.ts"
import { clean, redactUrl } from "../endpoint/text.ts"
import type { EndpointReport, Load, ServedModel } from "../endpoint/types.ts"
import { figure, plural } from "../report/markdown.ts"
import { serverName } from "../report/server.ts"
import type { Activity } from "./activity.ts"
import { type Line, paragraph, short, span, spread } from "./lines.ts"

export interface PanelServer {
  /** Provider id of the configuration. */
  name: string
  /** The last look; undefined: none yet. */
  report?: EndpointReport
  /** Place of the session's request in the server's queue, 1 is next, 0 has left it; undefined: not known. */
  place?: number
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
const MOST_MODELS = 6
const CACHE_FULL = 0.9

export function panelLines(input: PanelInput): Line[] {
  const { servers, open, width, findings } = input
  const [only] = servers
  const heading = [
    span(open ? "▼ " : "▶ "),
    span("LLM server", "strong"),
    ...(servers.length === 1 && only ? [span(` ${clean(only.name, 40)}`, "muted")] : []),
  ]
  return [
    spread(heading, [], width),
    ...servers.flatMap((server) => serverLines(server, input)),
    ...(findings > 0 ? [spread([span("• ", "warn"), span(`${plural(findings, "finding")} in this session`)], [], width)] : []),
  ]
}

function serverLines(server: PanelServer, input: PanelInput): Line[] {
  const { width, open } = input
  const { report } = server
  const name = input.servers.length > 1 ? `${clean(server.name, 40)} ` : ""
  if (!report) return [spread([span("• ", "muted"), span(name || "server")], [span("looking", "muted")], width)]
  const wrong = worthANotice(report)
  const [first] = wrong
  const lines: Line[] = []
  const failed = first?.status === "fail"
  const tone = failed ? "bad" : first ? "warn" : "good"
  const model = span(modelName(report, input), name ? "muted" : "plain")
  if (failed) lines.push(spread([span("• ", tone), name ? span(name) : model], [span(stateWord(first.code), tone)], width))
  else lines.push(spread([span("• ", tone), span(name), model], rightOf(report, server.place, input), width))
  if (first) {
    const most = open ? { message: 8, cure: 8 } : MOST_LINES[failed ? "fail" : "warn"]
    const word = failed ? "" : "Warning: "
    lines.push(...paragraph(`${word}${clean(first.message, 400)}`, { width, indent: 2, most: most.message }))
    if (first.fix)
      lines.push(...paragraph(`Cure: ${clean(first.fix, 400)}`, { width, indent: 2, tone: "muted", most: most.cure }))
    if (wrong.length > 1) lines.push([span(`  and ${plural(wrong.length - 1, "more problem")}: /vllm-status`, "muted")])
  }
  return open ? [...lines, ...details(report, width)] : lines
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

function rightOf(report: EndpointReport, place: number | undefined, input: PanelInput): Line {
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
    return [place > 0 ? span(`queued ${seconds} s, place ${short(place)}`, "warn") : span(`reading prompt ${seconds} s`)]
  }
  if (!current) return [span(loadWord(load), "muted")]
  const used = activity.tokens === undefined ? undefined : short(activity.tokens)
  const tight = context !== undefined && activity.tokens !== undefined && activity.tokens > context * 0.9
  const parts = [
    span(context === undefined ? (used ?? "") : `${used ?? 0}/${short(context)}`, tight ? "warn" : "muted"),
    // What moves is what is looked for.
    span(answers && activity.doing === "writing" ? (rate(activity, load) ?? "") : ""),
    span(loadWord(load), "muted"),
  ].filter(({ text }) => text !== "")
  return parts.flatMap((part, i) => (i === 0 ? [part] : [span(" "), part]))
}

/** The server's own count where this answer is the only one that runs; else what the text that came says, marked as rough. */
function rate({ tokensPerSecond }: Activity, load: Load | undefined): string | undefined {
  if (load?.running === 1 && load.tokensPerSecond) return `${Math.round(load.tokensPerSecond)} t/s`
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
