/** What `opencode-vllm check` says: for a person at a terminal, and as one JSON document. */
import { problems } from "../endpoint/problems.ts"
import type { Proof } from "../endpoint/proof/types.ts"
import { clean, redactUrl } from "../endpoint/text.ts"
import type { Check, CheckCode, CheckStatus, EndpointReport } from "../endpoint/types.ts"
import { familyById } from "../knowledge/families.ts"
import { figure, plural } from "./markdown.ts"

/** A mistake in a configuration file. */
export interface ConfigProblem {
  code: CheckCode
  /** Which rule found it. */
  rule: string
  severity: "fail" | "warn"
  message: string
  fix: string
  /** Path of the file, or empty where no file is concerned. */
  file: string
  /** From 1. */
  line: number
  column: number
  /** The line as it should be. */
  corrected?: string
}

/** One server that was looked at, and what a proof saw of its model. */
export interface Checked {
  report: EndpointReport
  proof?: Proof
}

export interface CheckResult {
  endpoints: readonly Checked[]
  /** Undefined: no configuration was read. */
  config?: readonly ConfigProblem[]
}

/** Whether the exit code has to say so. */
export function isBad({ endpoints, config = [] }: CheckResult): boolean {
  return (
    config.some(({ severity }) => severity === "fail") ||
    endpoints.some(({ report }) => report.checks.some(({ status }) => status === "fail"))
  )
}

/** The document of `check --json`. */
export function checkJson({ endpoints, config }: CheckResult): object {
  return {
    endpoints: endpoints.map(({ report, proof }) => ({
      url: report.url,
      ...(report.provider !== undefined && { provider: report.provider }),
      server: { kind: report.server.kind, version: report.server.version },
      ...{ models: report.models, checks: report.checks },
      ...(proof && { proof: proofJson(proof) }),
    })),
    ...(config && { config }),
  }
}

/** The figures of a proof; none of the texts. */
function proofJson(proof: Proof): object {
  const { model, proven, notProven, family, template, forms, toolTokens, firstTokenMs, tokensPerSecond, spent, ms } = proof
  return { model, proven, notProven, family, template, forms, toolTokens, firstTokenMs, tokensPerSecond, spent, ms }
}

export interface TextOptions {
  /** Whether to write the colours of a terminal. */
  color?: boolean
}

type Style = CheckStatus | "head" | "label"
const CODES: Readonly<Record<Style, string>> = { pass: "32", warn: "1;33", fail: "1;31", skip: "2", head: "1", label: "2" }
type Paint = (style: Style, text: string) => string
const plain: Paint = (_, text) => text
const coloured: Paint = (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`

/** Characters of one sentence. */
const MOST = 600
const ID = 9
const MS = 8
/** Columns before a message. */
const INDENT = " ".repeat(2 + 4 + 2 + ID + 2 + MS + 2)

/** All results, for a person. Nothing in them can steer the terminal. */
export function checkText({ endpoints, config }: CheckResult, { color = false }: TextOptions = {}): string {
  const paint = color ? coloured : plain
  const parts = endpoints.map((checked) => endpointText(checked, paint))
  if (config?.length) parts.unshift(configText(config, paint))
  if (endpoints.length === 0) parts.push("No server of your own is configured here. `opencode-vllm check URL` looks at one.")
  if (endpoints.length > 1) {
    const bad = endpoints.filter(({ report }) => problems(report).length > 0).length
    const verdict = bad === 0 ? "all is well" : `${figure(bad)} with problems`
    parts.push(paint("head", `${plural(endpoints.length, "server")}, ${verdict}.`))
  }
  return parts.join("\n\n")
}

function configText(config: readonly ConfigProblem[], paint: Paint): string {
  const blocks = config.map((one) => {
    const place = one.file === "" ? "" : `${clean(one.file, 300)}:${one.line}:${one.column}  `
    return [
      `  ${paint(one.severity, one.severity)}  ${place}${clean(one.message, MOST)} (${one.rule})`,
      `        ${paint("label", "cure")}  ${clean(one.fix, MOST)}`,
      ...(one.corrected === undefined ? [] : [`        ${paint("label", "line")}  ${clean(one.corrected, MOST)}`]),
    ].join("\n")
  })
  return [paint("head", `Configuration: ${plural(config.length, "problem")}`), ...blocks].join("\n")
}

function endpointText({ report, proof }: Checked, paint: Paint): string {
  const { kind, version } = report.server
  const name = kind === "unknown" ? "a server of unknown kind" : `${kind}${version ? ` ${clean(version, 40)}` : ""}`
  const provider = report.provider === undefined ? "" : `, provider ${clean(report.provider, 60)}`
  const skipped = report.checks.filter(({ status }) => status === "skip")
  return [
    paint("head", `${redactUrl(report.url) || "no address"}: ${name}${provider}`),
    ...report.models.slice(0, MOST_MODELS).map(modelLine),
    ...(report.models.length > MOST_MODELS ? [`  and ${figure(report.models.length - MOST_MODELS)} more`] : []),
    ...report.checks.filter(({ status }) => status !== "skip").map((check) => checkLines(check, paint)),
    ...skippedLines(skipped, proof !== undefined, paint),
    ...(proof ? proofLines(proof) : []),
  ].join("\n")
}

const MOST_MODELS = 12

const modelLine = ({ id, context }: EndpointReport["models"][number]) =>
  `  serves ${clean(id, 80)}${context ? `, ${context} tokens of context` : ""}`

function checkLines({ id, status, ms, message, fix, reference, code }: Check, paint: Paint): string {
  const head = `  ${paint(status, status.padEnd(4))}  ${id.padEnd(ID)}  ${`${ms} ms`.padStart(MS)}  ${clean(message, MOST)}`
  if (status === "pass") return head
  const line = (label: string, text: string) =>
    text === "" ? [] : [`${INDENT}${paint("label", `${label}: `)}${clean(text, MOST)}`]
  return [`${head} (${code})`, ...line("cure", fix), ...line("see", reference)].join("\n")
}

/** Reasons are said once. */
function skippedLines(skipped: readonly Check[], deep: boolean, paint: Paint): string[] {
  const reasons = new Map<string, string[]>()
  for (const { id, message } of skipped) {
    const costs = !deep && /costs? tokens/.test(message)
    const why = costs
      ? "it would cost tokens, `--deep` does it"
      : clean(message, MOST).replace(/^Not (?:checked|proven|compared)[.:] ?|\.$/g, "")
    reasons.set(why, [...(reasons.get(why) ?? []), id])
  }
  return [...reasons].map(([why, ids]) => paint("skip", `  not checked: ${ids.join(", ")}${why === "" ? "" : ` (${why})`}`))
}

function proofLines(proof: Proof): string[] {
  const family = familyById(proof.family ?? "")
  const { template, toolTokens, spent } = proof
  const facts = [
    family && `${proof.raw?.ok && proof.raw.family ? "writes like" : "is called"} ${family.label}`,
    template && `its template ${template === "open" ? "opens" : "does not open"} the thoughts`,
    toolTokens !== undefined && `OpenCode's tools cost ${figure(toolTokens)} tokens`,
    `this check took ${plural(spent.requests, "request")} and ${plural(spent.tokens, "token")}`,
  ].filter(Boolean)
  return [
    `  ${clean(proof.model, 80)}: ${facts.join("; ")}`,
    ...(proof.notProven ? [`  not held against the model's own text: ${clean(proof.notProven, MOST)}`] : []),
  ]
}
