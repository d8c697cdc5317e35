import { askedOutput, fittingOutput, OPENCODE_PROMPT } from "../../endpoint/checks/limits.ts"
import { servedFor } from "../../endpoint/checks/model.ts"
import { clean } from "../../endpoint/text.ts"
import type { ConfiguredModel } from "../../endpoint/types.ts"
import { object } from "../json.ts"
import { problemAt, provider, rawAt } from "./problem.ts"
import type { LintContext, OwnProvider, Problem, Rule } from "./types.ts"

const figure = (n: number) => n.toLocaleString("en-US")

/** `limit` of each model, held against itself and against what is served. At most one problem for a model. */
export const limits: Rule = (context) =>
  context.own.flatMap((own) => (own.endpoint.models ?? []).flatMap((model) => judge(context, own, model)))

function judge({ loaded }: LintContext, { id, report }: OwnProvider, model: ConfiguredModel): Problem[] {
  const served = report && servedFor(model.id, report.models, report.server.kind)?.context
  const path = provider(id, "models", model.key, "limit")
  const name = clean(model.key, 60)
  const context = served ?? model.context
  const output = askedOutput(model)
  const value = context === undefined ? undefined : { context, output: Math.min(output, fittingOutput(context)) }
  const problem = (code: Problem["code"], severity: Problem["severity"], message: string) => {
    const fix = value
      ? `Write "limit": { "context": ${value.context}, "output": ${value.output} }.`
      : "Write the context length that is served."
    // What else stands in the limit stays.
    const kept = { ...object(rawAt(loaded, path)), ...value }
    return [
      problemAt(
        loaded,
        path,
        { code, rule: code, severity, message, fix },
        value && { safe: served !== undefined, path, value: kept },
      ),
    ]
  }
  if (model.context && model.output && model.output > model.context)
    return problem(
      "output-eats-context",
      "fail",
      `limit.output of ${name} is ${figure(model.output)}, its whole limit.context is ${figure(model.context)}.`,
    )
  if (served && model.context && model.context > served)
    return problem(
      "limit-too-large",
      "fail",
      `limit.context of ${name} is ${figure(model.context)}, the server's context is ${figure(served)}.`,
    )
  if (context && (model.output || served) && context - output < Math.min(OPENCODE_PROMPT, context / 2))
    return problem(
      "output-eats-context",
      output >= context ? "fail" : "warn",
      `Of ${figure(context)} tokens of context ${figure(output)} are kept for the answer of ${name}.`,
    )
  if (object(rawAt(loaded, path)).context === 0)
    return problem("limit-missing", "warn", `limit.context of ${name} is 0: OpenCode will never compact a long session.`)
  if (served && !model.context)
    return problem(
      "limit-missing",
      "warn",
      `${name} has no limit.context: OpenCode will not compact a long session before the server refuses it.`,
    )
  return []
}
