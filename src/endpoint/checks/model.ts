import { clean } from "../text.ts"
import type { Check, ConfiguredModel, EndpointReport, ServedModel, ServerKind } from "../types.ts"
import { nearNames } from "./near.ts"
import { DOCS, fail, pass, type Seen, setting, skip, warn } from "./seen.ts"

/** Servers that answer to any model name: llama.cpp with one model ignores it; mlx-lm loads what is asked for and lists its cache. */
const TAKES_ANY_NAME: ReadonlySet<ServerKind> = new Set<ServerKind>(["mlx-lm"])

/** The served model that a configured id reaches, as that kind of server resolves names. */
export function servedFor(id: string, served: readonly ServedModel[], kind: ServerKind): ServedModel | undefined {
  const exact = served.find((m) => m.id === id)
  if (exact) return exact
  // Ollama: a name without a tag means `:latest`.
  if (kind === "ollama") return served.find((m) => m.id === `${id}:latest` || m.id.toLowerCase() === id.toLowerCase())
  if (kind === "llama.cpp" && served.length === 1) return served[0]
  // LiteLLM lists wildcard routes as they are configured: `openai/*`.
  return served.find((m) => m.id.includes("*") && id.startsWith(m.id.slice(0, m.id.indexOf("*"))))
}

/** Context in tokens that a request for this name has, where the last look tells. */
export function servedContext(
  report: Pick<EndpointReport, "models" | "server"> | undefined,
  id: string | undefined,
): number | undefined {
  return report && id !== undefined ? servedFor(id, report.models, report.server.kind)?.context : undefined
}

const quote = (name: string) => `"${clean(name, 80)}"`

function named(names: readonly string[], most: number): string {
  const rest = names.length - most
  return `${names.slice(0, most).map(quote).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`
}

/** Whether the configured models are served under these names. */
export function checkModel(seen: Seen): Check {
  const { models, endpoint, kind } = seen
  if (!models || models.length === 0) return skip("model", "Not checked: there was no model list.")
  const configured = endpoint.models ?? []
  if (configured.length === 0) return skip("model", "Not checked: no model is configured to compare with.")
  const missing = TAKES_ANY_NAME.has(kind) ? [] : configured.filter((m) => !servedFor(m.id, models, kind))
  const n = configured.length
  if (missing.length === 0)
    return pass("model", n === 1 ? "The configured model is served." : `All ${n} configured models are served.`)
  const first = missing[0] as ConfiguredModel
  const names = models.map((m) => m.id)
  const near = nearNames(first.id, names, 1)[0]
  const caseOnly = near !== undefined && near.toLowerCase() === first.id.toLowerCase()
  const suggestion = near ?? (names.length === 1 ? names[0] : undefined)
  const where = setting(endpoint, first.key === first.id ? "models" : `models.${clean(first.key, 60)}.id`)
  const rename = kind === "vllm" ? `, or start vLLM with --served-model-name ${clean(first.id, 80)}` : ""
  const problem = {
    code: caseOnly ? ("model-case" as const) : ("no-such-model" as const),
    message: caseOnly
      ? `The model is configured as ${quote(first.id)} and served as ${quote(near)}: upper and lower case count.`
      : `${missing.length === 1 ? "The configured model" : "The configured models"} ${named(
          missing.map((m) => m.id),
          3,
        )} ${missing.length === 1 ? "is" : "are"} not served; served: ${named(names, 5)}.`,
    fix: suggestion ? `Write ${quote(suggestion)} in ${where}${rename}.` : `Use one of the served names in ${where}${rename}.`,
    reference: kind === "vllm" ? DOCS.vllmServer : DOCS.models,
  }
  // People keep entries of models that they serve at other times: as long as one works, that is no fault of the set-up.
  return missing.length === n ? fail("model", problem) : warn("model", problem)
}
