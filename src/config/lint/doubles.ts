import { clean } from "../../endpoint/text.ts"
import { parseBaseUrl } from "../../endpoint/url.ts"
import { object } from "../json.ts"
import { placeIn } from "../load.ts"
import { isThisPlugin } from "../plugins.ts"
import { problemAt, provider } from "./problem.ts"
import type { OwnProvider, Problem, Rule } from "./types.ts"

/** What a request of this provider reaches: different keys or headers reach different things. */
const target = ({ endpoint }: OwnProvider) => {
  const base = parseBaseUrl(endpoint.url)
  return "fault" in base
    ? undefined
    : JSON.stringify([base.cure ?? base.base, base.query, endpoint.key, endpoint.headers, endpoint.adapter])
}

/** Two providers for one server with the same model: the picker shows it twice. */
export const sameServer: Rule = ({ loaded, own }) =>
  own.flatMap((one, i): Problem[] => {
    const at = target(one)
    const first = own.slice(0, i).find((other) => at !== undefined && target(other) === at && shareModel(one, other))
    if (!first) return []
    return [
      problemAt(loaded, provider(one.id), {
        ...{ code: "provider-unknown", rule: "same-server", severity: "warn" },
        message: `The providers "${clean(first.id, 60)}" and "${clean(one.id, 60)}" are the same server with the same model.`,
        fix: "Keep one of them, and correct what refers to the other.",
      }),
    ]
  })

function shareModel(a: OwnProvider, b: OwnProvider): boolean {
  const of = ({ endpoint, raw }: OwnProvider) =>
    (endpoint.models ?? []).map(({ key, id }) => {
      // One model under two sets of options is a way to choose between them.
      const { options, variants } = object(object(raw.models)[key])
      return JSON.stringify([id, options, variants])
    })
  const names = new Set(of(a))
  return of(b).some((name) => names.has(name))
}

/** This plugin in two forms, for example as a package and as a folder: everything would be said twice. */
export const pluginTwice: Rule = ({ loaded }) => {
  const mine = loaded.plugins.filter(isThisPlugin)
  // OpenCode itself drops entries of the same package.
  const other = mine.find((entry) => packageOf(entry.spec) !== packageOf(mine[0]?.spec ?? ""))
  const file = other && loaded.files.find(({ path }) => path === other.file)
  if (!other || !file) return []
  return [
    {
      ...{ code: "internal", rule: "plugin-twice", severity: "warn", ...placeIn(file, other.path) },
      message: `The plugin is listed twice: as "${clean(mine[0]?.spec ?? "", 120)}" and as "${clean(other.spec, 120)}".`,
      fix: "Keep one of the entries.",
    },
  ]
}

const packageOf = (spec: string) => (/^[\w-]+(?:@[^/]*)?$/.test(spec) ? spec.replace(/@.*/, "") : spec)
