import { servedFor } from "../endpoint/checks/model.ts"
import { problems } from "../endpoint/problems.ts"
import { clean, redactUrl } from "../endpoint/text.ts"
import type { ApiShape, Check, ConfiguredModel, EndpointReport, Load, ServedModel, ServerKind } from "../endpoint/types.ts"
import { code, columns, figure, fit, item, plural, sentence, table, wrap } from "./markdown.ts"

const KINDS: Record<ServerKind, string> = {
  vllm: "vLLM",
  sglang: "SGLang",
  "llama.cpp": "llama.cpp",
  "llama-swap": "llama-swap",
  ollama: "Ollama",
  lmstudio: "LM Studio",
  litellm: "LiteLLM",
  "tensorrt-llm": "TensorRT-LLM",
  nim: "NVIDIA NIM",
  tgi: "TGI",
  "mlx-lm": "mlx-lm",
  unknown: "unknown server",
}

const SHAPES: Record<ApiShape, string> = { chat: "Chat Completions", responses: "Responses", messages: "Anthropic Messages" }

/** Lists are cut: a gateway may serve hundreds. */
const MOST_MODELS = 12

/** `vLLM 0.32.0`, or the kind alone. */
export function serverName({ server }: EndpointReport): string {
  const kind = Object.hasOwn(KINDS, server.kind) ? KINDS[server.kind] : KINDS.unknown
  return server.version ? `${kind} ${sentence(fit(clean(server.version, 20), 20))}` : kind
}

/** How a person refers to this server: the provider id of the configuration, else its address. */
export function endpointName(report: EndpointReport): string {
  return report.provider ? sentence(fit(clean(report.provider, 40), 36)) : sentence(fit(redactUrl(report.url), 40))
}

/** Sentences that others add to the page of a server. */
export interface Beside {
  /** What it served when it was last seen. */
  before?: string | undefined
  /** What waits for it. */
  waits?: string | undefined
}

/** The whole page of one server. */
export function serverSection(report: EndpointReport, { before, waits }: Beside = {}): string {
  const bad = problems(report)
  const state = bad.length === 0 ? "All checks passed." : `${plural(bad.length, "problem")}.`
  const reached = report.checks.some((c) => c.id === "reach" && c.status !== "fail")
  const key = report.hasKey === undefined ? "" : report.hasKey ? " · key set (hidden)" : " · no key"
  const parts = [
    `## ${endpointName(report)}${reached ? `: ${serverName(report)}` : ""}`,
    wrap(`${report.url ? code(redactUrl(report.url), 60) : "no address"}${key}`),
    shapesLine(report.shapes),
    `**${state}**`,
    waits ? wrap(waits) : "",
    checkList(report, bad),
    modelList(report) || (before ? wrap(before) : ""),
    loadTable(report.load),
  ]
  return parts.filter((p) => p !== "").join("\n\n")
}

function shapesLine(shapes: ApiShape[] | undefined): string {
  return shapes?.length ? wrap(`Speaks ${shapes.map((s) => SHAPES[s]).join(", ")}.`) : ""
}

function checkList(report: EndpointReport, bad: Check[]): string {
  const lines = bad.map((c) =>
    item(
      `**${c.status === "fail" ? "FAIL" : "warn"}** ${code(c.id)} (${c.code}): ${sentence(c.message)}`,
      ...(c.fix ? [`Cure: ${sentence(c.fix)}`] : []),
      ...(c.reference ? [`See ${clean(c.reference, 74)}`] : []),
    ),
  )
  const passed = report.checks.filter((c) => c.status === "pass").map((c) => c.id)
  if (passed.length > 0) lines.push(item(`passed: ${passed.join(", ")}`))
  const skipped = new Map<string, string[]>()
  for (const c of report.checks.filter((c) => c.status === "skip")) {
    const why = c.message.replace(/^Not checked: /, "").replace(/\.$/, "")
    skipped.set(why, [...(skipped.get(why) ?? []), c.id])
  }
  for (const [why, ids] of skipped) lines.push(item(`not checked: ${ids.join(", ")} (${sentence(why)})`))
  return lines.join("\n")
}

const contextOf = (m: ServedModel) => (m.context === undefined ? "context not told" : `${figure(m.context)} tokens of context`)

function modelList({ models, server, configured = [] }: EndpointReport): string {
  if (models.length === 0) return ""
  const servedLines = models.slice(0, MOST_MODELS).map((m) => {
    const from = m.root && m.root !== m.id ? ` (${m.parent ? "adapter of" : "from"} ${code(m.parent ?? m.root, 60)})` : ""
    return item(`${code(m.id, 60)}: ${contextOf(m)}${from}`)
  })
  if (models.length > MOST_MODELS) servedLines.push(`- and ${figure(models.length - MOST_MODELS)} more`)
  const lines = ["**Served**", servedLines.join("\n")]
  if (configured.length > 0) {
    const shown = configured.slice(0, MOST_MODELS).map((m) => item(configuredLine(m, models, server.kind)))
    if (configured.length > MOST_MODELS) shown.push(`- and ${figure(configured.length - MOST_MODELS)} more`)
    lines.push("**Configured**", shown.join("\n"))
  }
  return lines.join("\n\n")
}

function configuredLine(m: ConfiguredModel, served: ServedModel[], kind: ServerKind): string {
  const name = m.key === m.id ? code(m.key, 60) : `${code(m.key, 50)} (sent as ${code(m.id, 50)})`
  const limits = m.context ? `context ${figure(m.context)}, output ${m.output ? figure(m.output) : "not set"}` : "limits not set"
  return `${name}: ${servedFor(m.id, served, kind) ? "served" : "not in the list above"}; ${limits}`
}

const percent = (share: number) => `${Math.round(share * 100)}%`

/** Each figure with a word on what is normal, so that nobody has to know the server to read it. */
function loadTable(load: Load | undefined): string {
  if (!load) return ""
  const rows: string[][] = []
  const row = (name: string, value: string | undefined, normal: string) => value !== undefined && rows.push([name, value, normal])
  const of = load.kvCacheTokens ? ` of ${figure(load.kvCacheTokens)} tokens` : ""
  row("requests running", show(load.running, figure), "any number, 0 when idle")
  row("requests waiting", show(load.waiting, figure), "0; more is a queue")
  row("KV cache in use", load.kvCacheUsage === undefined ? undefined : percent(load.kvCacheUsage) + of, "below 90%")
  row("prefix cache hits", show(load.prefixCacheHitRate, percent), "over 50% for agents")
  row("preemptions", show(load.preemptions, figure), "0, or hardly growing")
  row(
    "tokens/s",
    load.tokensPerSecond === undefined ? first(load) : `${figure(load.tokensPerSecond)} since last look`,
    "0 when idle",
  )
  if (load.asleep) row("engine", "asleep", "awake")
  return rows.length === 0 ? "" : table(["load", "now", "normal"], rows)
}

const show = (value: number | undefined, how: (n: number) => string) => (value === undefined ? undefined : how(value))
const first = (load: Load) => (load.generatedTokens === undefined ? undefined : "known at the next look")

/** A few lines for the agent: enough to act on, few tokens. */
export function serverLines(report: EndpointReport): string {
  const bad = problems(report)
  const models = report.models.slice(0, 5).map((m) => `${clean(m.id, 80)}${m.context ? ` (${m.context} tokens)` : ""}`)
  const { load } = report
  const figures = load && [
    load.running !== undefined && `running ${load.running}`,
    load.waiting !== undefined && `waiting ${load.waiting}`,
    load.kvCacheUsage !== undefined && `KV cache ${percent(load.kvCacheUsage)}`,
    load.tokensPerSecond !== undefined && `${Math.round(load.tokensPerSecond)} tokens/s`,
  ]
  const lines = [
    `${endpointName(report)}: ${serverName(report)} at ${redactUrl(report.url) || "no address"}: ${bad.length === 0 ? "ok" : plural(bad.length, "problem")}`,
    ...bad.map((c) => `${c.status} ${c.id}/${c.code}: ${sentence(c.message, 300)} Cure: ${sentence(c.fix, 300)}`),
    models.length > 0 && `models: ${models.join(", ")}${report.models.length > 5 ? ` and ${report.models.length - 5} more` : ""}`,
    figures?.some(Boolean) && `load: ${figures.filter(Boolean).join(", ")}`,
  ]
  return lines.filter((l): l is string => typeof l === "string" && columns(l) > 0).join("\n")
}
