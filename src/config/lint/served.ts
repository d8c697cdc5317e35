import { servedFor } from "../../endpoint/checks/model.ts"
import { nearNames } from "../../endpoint/checks/near.ts"
import { clean } from "../../endpoint/text.ts"
import { problemAt, provider } from "./problem.ts"
import type { LintContext, OwnProvider, Problem, Rule } from "./types.ts"

const quote = (name: string) => `"${clean(name, 80)}"`
const tail = (name: string) => name.split("/").filter(Boolean).at(-1)?.toLowerCase()

/** Models that the configuration names and the server does not serve. */
export const served: Rule = (context) => context.own.flatMap((own) => judge(context, own))

function judge({ loaded }: LintContext, { id, endpoint, report }: OwnProvider): Problem[] {
  const { models = [], server } = report ?? {}
  if (!server || models.length === 0 || server.kind === "mlx-lm") return []
  const configured = endpoint.models ?? []
  const missing = configured.filter((model) => !servedFor(model.id, models, server.kind))
  const names = models.map((model) => model.id)
  return missing.map((model) => {
    const path = provider(id, "models", model.key)
    const near = nearNames(model.id, names, 1)[0] ?? (names.length === 1 ? names[0] : undefined)
    const caseOnly = near?.toLowerCase() === model.id.toLowerCase()
    // The key may stay, since other places refer to it: `id` is what goes to the server.
    const change = near && { safe: caseOnly || tail(near) === tail(model.id), path: [...path, "id"], value: near }
    return problemAt(
      loaded,
      path,
      {
        code: caseOnly ? "model-case" : "no-such-model",
        rule: caseOnly ? "model-case" : "model-not-served",
        // Entries of models that are served at other times are no fault, as long as one works.
        severity: missing.length === configured.length ? "fail" : "warn",
        message: caseOnly
          ? `The model ${quote(model.id)} is served as ${quote(near as string)}: upper and lower case count.`
          : `The model ${quote(model.id)} is not served; served: ${names.slice(0, 5).map(quote).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}.`,
        fix: near
          ? `Set its "id" to ${quote(near)}${server.kind === "vllm" ? `, or start vLLM with --served-model-name ${clean(model.id, 80)}` : ""}.`
          : "Use one of the served names as its key.",
      },
      change || undefined,
    )
  })
}
