import { redactDeep, secretsOf } from "../../endpoint/text.ts"
import type { EndpointReport } from "../../endpoint/types.ts"
import { catalogueIds } from "../catalogue.ts"
import { endpointsOf } from "../endpoints.ts"
import { object } from "../json.ts"
import type { LoadedConfig } from "../load.ts"
import { adapter } from "./adapter.ts"
import { defaults } from "./defaults.ts"
import { pluginTwice, sameServer } from "./doubles.ts"
import { pluginNowhere, serverPart, tuiPart, tuiPartOff } from "./halves.ts"
import { literal, referredFiles, strayKeys, variables } from "./keys.ts"
import { limits } from "./limits.ts"
import { isKey, literalKeys } from "./secrets.ts"
import { served } from "./served.ts"
import { shape } from "./shape.ts"
import { syntax } from "./syntax.ts"
import { timeouts } from "./timeouts.ts"
import type { LintContext, Problem, Rule } from "./types.ts"
import { url } from "./url.ts"

export type { Problem } from "./types.ts"

/** In the order in which a start of OpenCode and then a request would meet the mistakes. */
const RULES: readonly Rule[] = [
  ...[syntax, shape, referredFiles, url, variables, strayKeys, literal],
  ...[defaults, served, adapter, limits, timeouts, sameServer, pluginTwice, pluginNowhere, tuiPart, tuiPartOff, serverPart],
]

/**
 * The mistakes in a configuration, failures first. No key is in what it returns, save in `edit`.
 *
 * @param reports what looks at its servers have shown, matched by provider id; some rules need them
 */
export async function lintConfig(loaded: LoadedConfig, reports: readonly EndpointReport[] = []): Promise<Problem[]> {
  const blocks = object(loaded.raw.provider)
  const own = endpointsOf(loaded).map((endpoint) => {
    const id = endpoint.provider as string
    return { id, endpoint, raw: object(blocks[id]), report: reports.find(({ provider }) => provider === id) }
  })
  const context: LintContext = { loaded, own, catalogue: await catalogueIds(loaded.where) }
  const secrets = secretsIn(context)
  const problems = RULES.flatMap((rule) => rule(context)).map(({ edit, ...shown }) => ({
    ...redactDeep(shown, secrets),
    // Redaction is for texts; a path in the file system stays what it is.
    ...{ code: shown.code, rule: shown.rule, severity: shown.severity, file: shown.file },
    ...(edit && { edit }),
  }))
  return [...problems.filter((one) => one.severity === "fail"), ...problems.filter((one) => one.severity === "warn")]
}

function secretsIn({ loaded, own }: LintContext): string[] {
  const literals = Object.entries(object(loaded.raw.provider)).flatMap(([id, block]) => literalKeys(id, object(block)))
  return [
    ...literals.map(({ value }) => value.replace(/^(?:Bearer|Basic)\s+/i, "")),
    ...own.flatMap(({ endpoint }) => secretsOf(endpoint)),
  ].filter(isKey)
}
