import { clean } from "../endpoint/text.ts"
import type { EndpointReport } from "../endpoint/types.ts"
import { code, item, plural, sentence, wrap } from "./markdown.ts"
import { serverLines, serverSection } from "./server.ts"
import type { SessionFinding } from "./types.ts"

export interface StatusInput {
  reports: EndpointReport[]
  /** Findings of this session, in any order. */
  findings: SessionFinding[]
  /** Version of this plugin. */
  version: string
  /** A few lines for the agent's tool instead of the page for a person. */
  compact?: boolean
  /** Milliseconds since the epoch; default: now. */
  now?: number
}

const MOST_FINDINGS = 20

/** The status page: markdown that reads well as plain text at 80 columns and rendered. */
export function statusPage({ reports, findings, version, compact = false, now = Date.now() }: StatusInput): string {
  const latest = [...findings].sort((a, b) => b.last - a.last)
  if (compact) {
    const servers = reports.length > 0 ? reports.map(serverLines) : ["no self-hosted provider is watched"]
    return [...servers, compactFindings(latest), `opencode-vllm ${clean(version, 40)}`].filter(Boolean).join("\n")
  }
  const servers = reports.length > 0 ? reports.map(serverSection) : [nothingWatched()]
  return ["# Status of your LLM servers", ...servers, findingsSection(latest, now), `opencode-vllm ${clean(version, 40)}`].join(
    "\n\n",
  )
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
    .map(({ finding, count, last }) =>
      item(
        `**${finding.kind}**${finding.detail ? ` (${sentence(finding.detail, 40)})` : ""}${finding.tool ? ` in ${code(finding.tool, 40)}` : ""}, ${plural(count, "time")}, last ${ago(now - last)}: ${sentence(finding.cause)}`,
        `Cure: ${sentence(finding.fix)}`,
        ...(finding.reference ? [`See ${clean(finding.reference, 74)}`] : []),
      ),
    )
  if (findings.length > MOST_FINDINGS) lines.push(`- and ${findings.length - MOST_FINDINGS} more`)
  return `${title}\n\n${lines.join("\n")}`
}

function compactFindings(findings: SessionFinding[]): string {
  if (findings.length === 0) return "findings: none"
  return findings
    .slice(0, 5)
    .map(
      ({ finding, count }) =>
        `finding ${finding.kind}${finding.tool ? ` in ${clean(finding.tool, 40)}` : ""} x${count}: ${sentence(finding.cause, 200)} Cure: ${sentence(finding.fix, 200)}`,
    )
    .join("\n")
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return "just now"
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  return `${Math.round(minutes / 60)} h ago`
}
