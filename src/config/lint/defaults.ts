import { nearNames } from "../../endpoint/checks/near.ts"
import { clean } from "../../endpoint/text.ts"
import { type JSONPath, object, text } from "../json.ts"
import { isThisPlugin } from "../plugins.ts"
import { hasReference } from "../references.ts"
import { problemAt } from "./problem.ts"
import type { LintContext, Problem, Rule } from "./types.ts"

const quote = (name: string) => `"${clean(name, 120)}"`

/** Every place that names a model as `provider/model`. */
function* references(config: unknown): Generator<{ path: JSONPath; value: string }> {
  const root = object(config)
  for (const key of ["model", "small_model"]) {
    const value = text(root[key])
    if (value) yield { path: [key], value }
  }
  for (const group of ["agent", "mode", "command"])
    for (const [name, entry] of Object.entries(object(root[group]))) {
      const value = text(object(entry).model)
      if (value) yield { path: [group, name, "model"], value }
    }
}

/** Models that are named somewhere as the one to use, and that no provider has. */
export const defaults: Rule = (context) => [
  ...[...references(context.loaded.merged)].flatMap(({ path, value }) => judge(context, path, value)),
  ...context.loaded.notes.flatMap((named) => inNote(context, named)),
]

/** An agent or command in a file of its own: that file is told, and never edited. */
function inNote(context: LintContext, { model, file, line, column }: LintContext["loaded"]["notes"][number]): Problem[] {
  return judge(context, ["agent"], model).map(({ edit, corrected: _, ...problem }) => ({
    ...problem,
    ...{ file, line, column },
    ...(typeof edit?.value === "string" && { corrected: `model: ${edit.value}` }),
  }))
}

function judge(context: LintContext, path: JSONPath, value: string): Problem[] {
  const { loaded } = context
  const blocks = object(loaded.merged.provider)
  const slash = value.indexOf("/")
  const id = slash === -1 ? "" : value.slice(0, slash)
  const key = value.slice(slash + 1)
  const severity = path[0] === "model" ? "fail" : "warn"
  const problem = (code: "provider-unknown" | "default-model-unknown", rule: string, message: string, right?: string) => {
    const fix = right
      ? `Write "${clean(right, 160)}".`
      : 'Write "<provider>/<model>" with a provider and a model that are configured.'
    return [
      problemAt(loaded, path, { code, rule, severity, message, fix }, right ? { safe: true, path, value: right } : undefined),
    ]
  }
  if (hasReference(value)) return []
  const off = isOff(loaded.merged, id)
  if (off && id in blocks)
    return problem(
      "provider-unknown",
      "default-provider-off",
      `The model ${quote(value)} is of a provider that is turned off by ${off}.`,
    )
  if (id in blocks) {
    const own = context.own.find((one) => one.id === id)
    return own && !context.catalogue.has(id) ? judgeKey(context, id, key, value, problem) : []
  }
  const whole = withModel(context, value)
  if (slash === -1)
    return problem(
      "default-model-unknown",
      "default-without-provider",
      `The model ${quote(value)} has no provider in front.`,
      whole,
    )
  if (context.catalogue.has(id)) {
    // `nvidia/nemotron-3-super` may be the name of a model as well as a provider of the catalogue with its model.
    const used = loaded.keys.ids.includes(id) || loaded.where.env[`${id.toUpperCase().replace(/\W/g, "_")}_API_KEY`]
    if (!whole || used) return []
    return problem(
      "default-model-unknown",
      "default-without-provider",
      `The model ${quote(value)} has no provider in front.`,
      whole,
    )
  }
  const right = whole ?? withModel(context, key) ?? withProvider(context, id, key)
  // Another plugin may bring the provider along.
  const foreign = loaded.plugins.some((entry) => !isThisPlugin(entry))
  if (!right && foreign) return []
  return problem(
    "provider-unknown",
    "default-provider-unknown",
    `The model ${quote(value)} is of the provider ${quote(id)}, which is not configured.`,
    right,
  )
}

function judgeKey(
  { loaded, own }: LintContext,
  id: string,
  key: string,
  value: string,
  problem: (code: "default-model-unknown", rule: string, message: string, right?: string) => Problem[],
): Problem[] {
  const models = object(object(object(loaded.merged.provider)[id]).models)
  const keys = Object.keys(models)
  if (key in models) return []
  const served = own.find((one) => one.id === id)?.report?.models ?? []
  // Plugins, this one too, may add what is served to the models of a provider.
  const mayBeAdded = loaded.plugins.length > 0 && (served.length === 0 || served.some((model) => model.id === key))
  const sameButCase = keys.find((one) => one.toLowerCase() === key.toLowerCase())
  if (mayBeAdded && !sameButCase) return []
  const near = sameButCase ?? onlyOne(nearNames(key, keys, 2)) ?? onlyOne(keys)
  return problem(
    "default-model-unknown",
    "default-model-unknown",
    `The model ${quote(value)} is not among the models of the provider ${quote(id)}.`,
    near && `${id}/${near}`,
  )
}

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)

/** `provider/model` of the one server of one's own that has a model under this key. */
function withModel({ loaded, own }: LintContext, key: string): string | undefined {
  const blocks = object(loaded.merged.provider)
  return onlyOne(own.filter(({ id }) => key in object(object(blocks[id]).models)).map(({ id }) => `${id}/${key}`))
}

/** A slip of the pen in the provider's name. */
function withProvider({ loaded, own }: LintContext, id: string, key: string): string | undefined {
  const near = nearNames(
    id,
    own.map((one) => one.id),
    1,
  )[0]
  return near && key in object(object(object(loaded.merged.provider)[near]).models) ? `${near}/${key}` : undefined
}

function isOff(config: Record<string, unknown>, id: string): string | undefined {
  const { disabled_providers: off, enabled_providers: on } = config
  if (Array.isArray(off) && off.includes(id)) return "disabled_providers"
  return Array.isArray(on) && !on.includes(id) ? "enabled_providers" : undefined
}
