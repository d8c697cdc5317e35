/** The status page as the dialog shows it: the same facts as the markdown page, in lines of the dialog's width. */
import { problems } from "../endpoint/problems.ts"
import { clean, redactUrl } from "../endpoint/text.ts"
import type { Check, EndpointReport, Load } from "../endpoint/types.ts"
import { columns, figure, fit, plural } from "../report/markdown.ts"
import { serverName } from "../report/server.ts"
import type { SessionFinding } from "../report/types.ts"
import { type Line, paragraph, referenceLines, span, spread, type Tone, textOf } from "./lines.ts"
import { type PanelServer, UNDER_WAY } from "./panel-lines.ts"

export interface PageInput {
  servers: readonly PanelServer[]
  /** The one server that was asked for, where there is none of that name, and those that there are. */
  missing?: { name: string; known: readonly string[] }
  findings: readonly SessionFinding[]
  /** What the deep check is doing, by server. */
  progress?: ReadonlyMap<string, { step: string; share: number }>
  /** Why the last deep check of a server gave nothing. */
  problems?: ReadonlyMap<string, string>
  version: string
  width: number
}

const MOST_MODELS = 12
const MOST_FINDINGS = 10
/** Checks that only a deep check answers. */
export const PROVEN: ReadonlySet<string> = new Set(["chat", "tool-call", "reasoning"])

/** Whether a model of it can be asked: unless it is known to be out of reach. One that nobody has looked at yet is looked at first. */
export const canBeAsked = ({ report }: PanelServer): boolean =>
  !report?.checks.some(({ id, status }) => (id === "reach" || id === "auth") && status === "fail")
const NONE: Line = []

export function pageLines({ servers, missing, findings, progress, problems: failed, version, width }: PageInput): Line[] {
  const lines: Line[] = servers.flatMap((server) => [
    ...serverLines(server, width, progress?.get(server.name), failed?.get(server.name)),
    NONE,
  ])
  if (missing)
    lines.push(
      ...paragraph(
        `No watched provider is called ${clean(missing.name, 40)}. Watched: ${missing.known.map((one) => clean(one, 40)).join(", ") || "none"}.`,
        { width, tone: "warn" },
      ),
      NONE,
    )
  else if (servers.length === 0)
    lines.push(
      ...paragraph(
        "No provider is watched. Watched are providers with an OpenAI-compatible adapter and a `baseURL` that is no known hosted service; the plugin option `include` adds others by their id.",
        { width },
      ),
      NONE,
    )
  lines.push([span("Findings of this session", "strong")])
  if (findings.length === 0) lines.push([span("  none", "muted")])
  const latest = [...findings].sort((a, b) => b.last - a.last)
  for (const one of latest.slice(0, MOST_FINDINGS)) lines.push(...findingLines(one, width))
  if (latest.length > MOST_FINDINGS) lines.push([span(`  and ${latest.length - MOST_FINDINGS} more`, "muted")])
  return [...lines, NONE, [span(`opencode-vllm ${clean(version, 40)}`, "muted")]]
}

function serverLines(
  { name, report }: PanelServer,
  width: number,
  progress: { step: string; share: number } | undefined,
  failed: string | undefined,
): Line[] {
  const title = span(clean(name, 40), "strong")
  if (!report) return [spread([title], [span("looking", "muted")], width)]
  const bad = problems(report)
  const worst = bad.some((c) => c.status === "fail" && !UNDER_WAY.has(c.code)) ? "bad" : bad.length > 0 ? "warn" : "good"
  // The dot carries the colour: words in a light theme's yellow or green are hard to read.
  const state = [span("• ", worst), span(bad.length === 0 ? "all checks pass" : plural(bad.length, "problem"))]
  const reached = report.checks.some((c) => c.id === "reach" && c.status !== "fail")
  const key = report.hasKey === undefined ? "" : report.hasKey ? ", key set" : ", no key"
  return [
    spread([title, span(reached ? `  ${serverName(report)}` : "")], state, width),
    spread([span(`  ${report.url ? redactUrl(report.url) : "no address"}${key}`, "muted")], [], width),
    ...(progress ? [spread([span(`  deep check: ${clean(progress.step, 80)}`)], [span(bar(progress.share))], width)] : []),
    ...(failed ? marked(`deep check: ${clean(failed, 300)}`, width, "warn") : []),
    ...bad.flatMap((check) => checkLines(check, width)),
    ...passed(report, width),
    ...models(report, width),
    ...loadLines(report.load, width),
  ]
}

const bar = (share: number) => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 10)
  return `${"━".repeat(full)}${"─".repeat(10 - full)} ${full === 0 || full === 10 ? full * 10 : Math.round(share * 100)}%`
}

function checkLines(check: Check, width: number): Line[] {
  const waits = UNDER_WAY.has(check.code)
  const word = waits ? "wait" : check.status === "fail" ? "FAIL" : "warn"
  const head = `${word} ${clean(check.id, 20)}:`
  return [
    ...marked(`${head} ${clean(check.message, 600)}`, width, word === "FAIL" ? "bad" : "warn", head.length),
    ...(check.fix ? paragraph(`Cure: ${clean(check.fix, 600)}`, { width, indent: 4 }) : []),
    ...(waits ? [] : referenceLines(clean(check.reference, 200), width, 4)),
  ]
}

/** A sentence behind a dot of its tone; its first characters may be strong. */
function marked(text: string, width: number, tone: Tone, strong = 0): Line[] {
  const [first = NONE, ...rest] = paragraph(text, { width, indent: 2 })
  const line = textOf(first).slice(2)
  return [[span("• ", tone), span(line.slice(0, strong), "strong"), span(line.slice(strong))], ...rest]
}

function passed(report: EndpointReport, width: number): Line[] {
  const ids = (status: Check["status"]) => report.checks.filter((c) => c.status === status).map((c) => clean(c.id, 20))
  const lines: Line[] = []
  const free = ids("pass").filter((id) => !PROVEN.has(id))
  if (free.length > 0) lines.push(...paragraph(`passed: ${free.join(", ")}`, { width, indent: 2, tone: "muted" }))
  // What the deep check found is the answer to somebody's question.
  for (const { id, status, message } of report.checks)
    if (status === "pass" && PROVEN.has(id))
      lines.push(...paragraph(`passed ${id}: ${clean(message, 300)}`, { width, indent: 2 }))
  if (ids("skip").length > 0)
    lines.push(...paragraph(`not checked: ${ids("skip").join(", ")}`, { width, indent: 2, tone: "muted" }))
  return lines
}

function models({ models, configured = [] }: EndpointReport, width: number): Line[] {
  const ownOf = ({ id }: { id: string }) => configured.find((one) => one.id === id)
  // Of a gateway's hundreds those that are used here come first.
  const ordered = [...models.filter(ownOf), ...models.filter((model) => !ownOf(model))]
  const rows = ordered.slice(0, MOST_MODELS).map((model) => {
    const own = ownOf(model)
    return [
      clean(model.id, 80),
      model.context === undefined ? "context not told" : `${figure(model.context)} tokens`,
      clean(model.state ?? "", 20),
      own === undefined ? "" : own.context ? `configured ${figure(own.context)}` : "limits not set",
    ]
  })
  if (rows.length === 0) return []
  const more =
    models.length > MOST_MODELS ? [[span(`    and ${figure(models.length - MOST_MODELS)} more`, "muted" as const)]] : []
  return [[span("  models", "muted")], ...grid(rows, width, 4), ...more]
}

function loadLines(load: Load | undefined, width: number): Line[] {
  if (!load) return []
  const percent = (share: number) => `${Math.round(share * 100)}%`
  const rows: string[][] = []
  const row = (name: string, value: string | undefined, normal: string) => value !== undefined && rows.push([name, value, normal])
  row("running", load.running?.toString(), "any number")
  row("waiting", load.waiting?.toString(), "normal is 0")
  row("KV cache in use", load.kvCacheUsage === undefined ? undefined : percent(load.kvCacheUsage), "normal is below 90%")
  row(
    "prefix cache hits",
    load.prefixCacheHitRate === undefined ? undefined : percent(load.prefixCacheHitRate),
    "over 50% for agents",
  )
  row("preemptions", load.preemptions === undefined ? undefined : figure(load.preemptions), "hardly growing")
  row("tokens/s", load.tokensPerSecond === undefined ? undefined : figure(load.tokensPerSecond), "0 when idle")
  return rows.length === 0 ? [] : [[span("  load", "muted")], ...grid(rows, width, 4, 1)]
}

/** Columns side by side; the first one gives way where the line is too long. The last is the quietest. `figures`: a column of numbers. */
function grid(rows: string[][], width: number, indent: number, figures?: number): Line[] {
  const count = Math.max(...rows.map((r) => r.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((r) => columns(r[i] ?? ""))))
  const rest = widths.slice(1).reduce((sum, w) => sum + (w > 0 ? w + 2 : 0), 0)
  const end = widths.findLastIndex((w) => w > 0)
  const first = Math.max(8, Math.min(widths[0] ?? 0, width - indent - rest))
  return rows.map((cells) => {
    const spans = cells.map((cell, i) => {
      const room = i === 0 ? first : (widths[i] ?? 0)
      if (room === 0 || i > end) return span("")
      const text = fit(cell, room)
      const blank = " ".repeat(room - columns(text))
      const set = i === figures ? blank + text : text + blank
      return i === end ? span(set.trimEnd(), "muted") : span(`${set}  `)
    })
    return spread([span(" ".repeat(indent)), ...spans], [], width)
  })
}

/** One finding: what, where, and the cure. */
export function findingLines(one: SessionFinding, width: number): Line[] {
  const { kind, detail, cause, fix } = one.finding
  const tools = one.tools.length > 0 ? one.tools : one.finding.tool ? [one.finding.tool] : []
  const where = tools.length > 0 ? ` in ${tools.map((tool) => clean(tool, 40)).join(", ")}` : ""
  return [
    spread(
      [span("• ", "warn"), span(clean(kind, 40), "strong"), span(`${detail ? ` (${clean(detail, 40)})` : ""}${where}`)],
      [span(plural(one.count, "time"), "muted")],
      width,
    ),
    ...paragraph(clean(cause, 600), { width, indent: 4 }),
    ...(fix ? paragraph(`Cure: ${clean(fix, 600)}`, { width, indent: 4 }) : []),
  ]
}
