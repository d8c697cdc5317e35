import { clean } from "../endpoint/text.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import type { SeenServer } from "../models/cache.ts"
import { code, item, plural, sentence, wrap } from "./markdown.ts"
import { rescueLines, rescueSection } from "./rescue.ts"
import { serverLines, serverSection } from "./server.ts"
import type { ModelRescue, RescueAnswer, SessionFinding } from "./types.ts"

export interface StatusInput {
  reports: EndpointReport[]
  /** Findings of this session, in any order. */
  findings: SessionFinding[]
  /** What a server served when it was last seen, for the time when it cannot be reached. */
  lastSeen?(url: string): SeenServer | undefined
  /** Requests of this OpenCode whose answer has not begun, by provider. */
  waiting?: readonly { provider: string; ms: number; requests: number }[]
  /** Models whose answers are, or could be, read by the plugin. */
  rescues?: readonly ModelRescue[]
  /** The user just said whether they want that. */
  rescueAnswer?: RescueAnswer
  /** Version of this plugin. */
  version: string
  /** A few lines for the agent's tool instead of the page for a person. */
  compact?: boolean
  /** Milliseconds since the epoch; default: now. */
  now?: number
}

const MOST_FINDINGS = 20

/** The status page: markdown that reads well as plain text at 80 columns and rendered. */
export function statusPage(input: StatusInput): string {
  const {
    reports,
    lastSeen = () => undefined,
    waiting = [],
    findings,
    rescues = [],
    rescueAnswer,
    version,
    compact = false,
    now = Date.now(),
  } = input
  const latest = [...findings].sort((a, b) => b.last - a.last)
  if (compact) {
    const servers = reports.length > 0 ? reports.map(serverLines) : ["no self-hosted provider is watched"]
    return [...servers, ...rescueLines(rescues), compactFindings(latest), `opencode-vllm ${clean(version, 40)}`]
      .filter(Boolean)
      .join("\n")
  }
  /** A server that is in trouble has other reasons; one that only takes its time may be busy with just that. */
  function waitsFor(report: EndpointReport): string | undefined {
    const mine = waiting.find(({ provider }) => provider === report.provider)
    if (
      !mine ||
      report.checks.some(
        ({ id, status, code }) => id === "reach" && status === "fail" && !/^(?:hung|response-timeout)$/.test(code),
      )
    )
      return undefined
    const queue = report.load?.waiting ? `, and ${plural(report.load.waiting, "request")} wait in its queue` : ""
    return `${plural(mine.requests, "request")} of this OpenCode ${mine.requests === 1 ? "waits" : "wait"} for the first token, since ${Math.round(mine.ms / 1000)} s${queue}. A long prompt takes its time; this is no fault.`
  }
  function seenBefore(report: EndpointReport): string | undefined {
    const seen = report.models.length === 0 ? lastSeen(report.url) : undefined
    return seen && `Served when it was last seen (${ago(now - seen.at)}): ${names(seen.models.map(({ id }) => id))}.`
  }
  const servers =
    reports.length > 0
      ? reports.map((one) => serverSection(one, { before: seenBefore(one), waits: waitsFor(one) }))
      : [nothingWatched()]
  const rescue = rescueSection(rescues, rescueAnswer)
  return [
    "# Status of your LLM servers",
    // What was just asked for comes first.
    ...(rescueAnswer && rescue ? [rescue] : []),
    ...servers,
    ...(!rescueAnswer && rescue ? [rescue] : []),
    findingsSection(latest, now),
    `opencode-vllm ${clean(version, 40)}`,
  ].join("\n\n")
}

function nothingWatched(): string {
  return wrap(
    "No provider is watched. Watched are providers with an OpenAI-compatible adapter and a `baseURL` that is no known hosted service; the plugin option `include` adds others by their id.",
  )
}

function findingsSection(findings: SessionFinding[], now: number): string {
  const title = "## Findings of this session"
  if (findings.length === 0) return `${title}\n\nNone.`
  const lines = findings
    .slice(0, MOST_FINDINGS)
    .map((one) =>
      item(
        `${headOf(one)}, ${plural(one.count, "time")}, ${seenAt(one, now)}: ${sentence(one.finding.cause)}`,
        `Cure: ${sentence(one.finding.fix)}`,
        ...(one.finding.reference ? [`See ${clean(one.finding.reference, 74)}`] : []),
      ),
    )
  if (findings.length > MOST_FINDINGS) lines.push(`- and ${findings.length - MOST_FINDINGS} more`)
  return `${title}\n\n${lines.join("\n")}`
}

function headOf(one: SessionFinding): string {
  const { kind, detail } = one.finding
  const tools = toolsOf(one).map((tool) => code(tool, 40))
  const weak = isWeak(one) ? ", weak evidence only" : ""
  return `**${kind}**${detail ? ` (${sentence(detail, 40)})` : ""}${tools.length > 0 ? ` in ${tools.join(", ")}` : ""}${weak}`
}

function toolsOf({ finding, tools }: SessionFinding): string[] {
  return tools.length > 0 ? tools : finding.tool ? [finding.tool] : []
}

/** Only counted, because it proves nothing; notes that are never announced may well be certain. */
function isWeak({ finding, count, weak }: SessionFinding): boolean {
  return weak === count && finding.certainty === "likely"
}

function seenAt({ count, first, last }: SessionFinding, now: number): string {
  const [began, ended] = [ago(now - first), ago(now - last)]
  return count === 1 || began === ended ? `last ${ended}` : `first ${began}, last ${ended}`
}

function compactFindings(findings: SessionFinding[]): string {
  if (findings.length === 0) return "findings: none"
  return findings
    .slice(0, 5)
    .map(
      (one) =>
        `finding ${one.finding.kind}${
          toolsOf(one).length > 0
            ? ` in ${toolsOf(one)
                .map((tool) => clean(tool, 40))
                .join(", ")}`
            : ""
        } x${one.count}${isWeak(one) ? " (weak evidence only)" : ""}: ${sentence(one.finding.cause, 200)} Cure: ${sentence(one.finding.fix, 200)}`,
    )
    .join("\n")
}

function names(ids: readonly string[]): string {
  const shown = ids.slice(0, 8).map((id) => code(id, 60))
  return ids.length > shown.length ? `${shown.join(", ")} and ${ids.length - shown.length} more` : shown.join(", ")
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return "just now"
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  return `${Math.round(minutes / 60)} h ago`
}
