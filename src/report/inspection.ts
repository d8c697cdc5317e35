import { clean } from "../endpoint/text.ts"
import { type DelimiterHit, findDelimiters } from "../formats/delimiters.ts"
import type { Finding, FindingKind, Report, ResponseSummary } from "../stream/types.ts"
import { columns, figure, plural } from "./markdown.ts"

export interface InspectionOptions {
  /** Whether to write the colours of a terminal. */
  color?: boolean
}

/** What a report says of one recorded answer, for a person at a terminal. Nothing in it can steer the terminal. */
export function inspectionText({ findings, counted, response }: Report, { color = false }: InspectionOptions = {}): string {
  const paint = color ? coloured : plain
  const head = findings.length === 0 ? "No findings." : `${plural(findings.length, "finding")}.`
  const notes = counted.map((finding) => `  ${titleOf(finding)}: ${clean(finding.cause, MOST)}`)
  return [
    paint("head", head),
    ...findings.map((finding) => findingBlock(finding, paint)),
    ...(notes.length > 0 ? [[paint("label", "Noted, but no findings:"), ...notes].join("\n")] : []),
    receivedLine(response),
  ].join("\n\n")
}

type Style = "head" | "certain" | "likely" | "label" | "caret"
type Paint = (style: Style, text: string) => string

const plain: Paint = (_, text) => text

const CODES: Readonly<Record<Style, string>> = { head: "1", certain: "1;31", likely: "1;33", label: "2", caret: "31" }
const coloured: Paint = (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`

/** Characters of one sentence. */
const MOST = 600
const MOST_NAME = 64
const LABEL = 7

function findingBlock(finding: Finding, paint: Paint): string {
  const line = (label: string, text: string) => (text === "" ? [] : [`  ${paint("label", label.padEnd(LABEL))}${text}`])
  const excerpt = clean(finding.excerpt ?? "", 80)
  const caret = caretLine(finding, excerpt)
  return [
    `${paint(finding.certainty, titleOf(finding))}, ${finding.certainty}`,
    ...line("where", placeOf(finding)),
    ...line("cause", clean(finding.cause, MOST)),
    ...line("cure", clean(finding.fix, MOST)),
    ...line("see", clean(finding.reference, 200)),
    ...line("seen", excerpt),
    ...(caret === "" ? [] : [`  ${" ".repeat(LABEL)}${paint("caret", caret)}`]),
  ].join("\n")
}

const titleOf = ({ kind, detail }: Finding) => `${kind}${detail ? ` (${clean(detail, MOST_NAME)})` : ""}`

/** Where a client finds what each kind speaks of. */
const CHANNELS: Readonly<Record<FindingKind, string>> = {
  "stream-error": "the event stream",
  "reasoning-in-arguments": "the arguments",
  "markup-in-arguments": "the arguments",
  "tool-name-corrupt": "the name",
  "unknown-tool": "the name",
  "arguments-invalid": "the arguments",
  "call-in-content": "the content",
  "call-in-reasoning": "the reasoning",
  "output-swallowed": "the usage, against what arrived",
  "reasoning-in-content": "the content",
  "markup-in-content": "the content",
  "special-token-in-content": "the content",
  "answer-in-reasoning": "the reasoning",
  "empty-answer": "the whole answer",
  "finish-without-call": "the finish reason",
  "wrong-finish-reason": "the finish reason",
  truncated: "the whole answer",
  "stream-shape": "the event stream",
  "degenerate-repetition": "the whole answer",
  "usage-missing": "the usage",
}

const BY_DETAIL: Readonly<Record<string, string>> = {
  "in-reasoning": "the reasoning",
  "in-content": "the content",
  "in-arguments": "the arguments",
}

/** `the argument command, call to bash (call_1)`. */
function placeOf({ kind, detail, tool, field, callId }: Finding): string {
  const channel = BY_DETAIL[detail ?? ""] ?? CHANNELS[kind]
  const place = field && channel === "the arguments" ? `the argument ${clean(field, MOST_NAME)}` : channel
  const id = callId ? ` (${clean(callId, MOST_NAME)})` : ""
  return tool ? `${place}, call to ${clean(tool, MOST_NAME)}${id}` : place
}

/** Kinds whose evidence is a delimiter; in the others one may stand by chance. */
const BY_DELIMITER: ReadonlySet<FindingKind> = new Set<FindingKind>([
  "reasoning-in-arguments",
  "markup-in-arguments",
  "tool-name-corrupt",
  "call-in-content",
  "call-in-reasoning",
  "reasoning-in-content",
  "markup-in-content",
  "special-token-in-content",
])

/** Carets under the delimiter that the sentence names, or under the first one. */
function caretLine({ kind, cause }: Finding, excerpt: string): string {
  if (!BY_DELIMITER.has(kind)) return ""
  const hits = findDelimiters(excerpt)
  const named = ({ delimiter }: DelimiterHit) => cause.includes(`\`${delimiter.literal}\``)
  const hit = hits.find(named) ?? hits[0]
  if (!hit) return ""
  return " ".repeat(columns(excerpt.slice(0, hit.index))) + "^".repeat(columns(excerpt.slice(hit.index, hit.end)))
}

function receivedLine({ reasoningBytes, contentBytes, calls, finish, usage }: ResponseSummary): string {
  const names = calls.map(({ name, argumentsValid }) => `${clean(name, MOST_NAME)}${argumentsValid ? "" : " (bad arguments)"}`)
  return `Received: ${[
    `${figure(reasoningBytes)} bytes of reasoning`,
    `${figure(contentBytes)} of content`,
    `calls: ${names.join(", ") || "none"}`,
    `finish: ${clean(finish ?? "none", MOST_NAME)}`,
    `usage: ${usageText(usage)}`,
  ].join(", ")}.`
}

function usageText(usage: ResponseSummary["usage"]): string {
  const { promptTokens, completionTokens, reasoningTokens } = usage ?? {}
  const prompt = promptTokens === undefined ? [] : [`${figure(promptTokens)} tokens of prompt`]
  const reasoning = reasoningTokens === undefined ? "" : ` (${figure(reasoningTokens)} of reasoning)`
  const output = completionTokens === undefined ? [] : [`${figure(completionTokens)} tokens of output${reasoning}`]
  return [...prompt, ...output].join(" and ") || "none"
}
