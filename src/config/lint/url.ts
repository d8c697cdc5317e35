import { redactUrl } from "../../endpoint/text.ts"
import type { UrlFault } from "../../endpoint/url.ts"
import { parseBaseUrl } from "../../endpoint/url.ts"
import { envNames } from "../references.ts"
import { problemAt, provider, rawAt } from "./problem.ts"
import type { LintContext, OwnProvider, Problem, Rule } from "./types.ts"

const FAULTS: Record<UrlFault, string> = {
  missing: "No server address is set.",
  unparsable: "The server address is not a URL.",
  "no-scheme": "The server address has no http:// in front.",
  "not-http": "The server address is neither http nor https.",
  placeholder: "The server address holds a reference that OpenCode does not fill in.",
}
const ROUTE = /\/(?:chat\/completions|completions|models|responses|messages)\/?$/

/** The form of `options.baseURL`. */
export const url: Rule = (context) => context.own.flatMap((own) => judge(context, own))

function judge({ loaded }: LintContext, { id, endpoint, report }: OwnProvider): Problem[] {
  const path = [provider(id, "options", "baseURL"), provider(id, "api")].find((one) => rawAt(loaded, one) !== undefined)
  const at = path ?? provider(id, "options", "baseURL")
  const raw = rawAt(loaded, at)
  const base = parseBaseUrl(endpoint.url)
  const problem = (rule: string, severity: Problem["severity"], message: string, value?: string, safe = true) => {
    const fix = value ? `Write "${redactUrl(value)}".` : 'Write the full address, for example "http://localhost:8000/v1".'
    const what = { code: "wrong-path" as const, rule, severity, message, fix }
    return [problemAt(loaded, at, what, value === undefined ? undefined : { safe, path: at, value })]
  }
  if ("fault" in base) {
    // A variable that is not set is told by the rule for references.
    if (base.fault === "missing" && typeof raw === "string" && envNames(raw).length > 0) return []
    const cured = base.fault === "no-scheme" ? parseBaseUrl(`http://${endpoint.url}`) : undefined
    const value = cured && !("fault" in cured) ? (cured.cure ?? cured.base) : undefined
    return problem(`base-url-${base.fault}`, "fail", FAULTS[base.fault], value)
  }
  const right = report?.foundAt ?? base.cure
  const cure = right && withUser(endpoint.url, `${right}${base.query}`)
  if (base.cure) {
    const route = ROUTE.exec(base.base)?.[0]
    if (route) return problem("base-url-route", "fail", `The base URL ends in ${route}, which OpenCode adds by itself.`, cure)
    if (/\/v\d+\/v\d+/.test(base.base)) return problem("base-url-version", "fail", "The base URL has its version twice.", cure)
  }
  const lacks = "The base URL lacks the /v1 at its end."
  if (report?.foundAt)
    return problem("base-url-version", "fail", report.foundAt === base.cure ? lacks : "The API is at another base URL.", cure)
  // A gateway may have a path of its own; a bare host and port hardly has. Nobody has tried it.
  if (base.cure && !report?.models.length && new URL(base.base).pathname === "/")
    return problem("base-url-version", "warn", lacks, cure, false)
  if (typeof raw === "string" && /\/\s*$/.test(raw))
    return problem("base-url-slash", "warn", "The base URL ends in a slash.", raw.trim().replace(/\/+$/, ""))
  return []
}

/** User and password of the address are kept: they were somebody's decision. */
function withUser(before: string, after: string): string {
  const userinfo = /^\s*https?:\/\/([^/@]*@)/.exec(before)?.[1] ?? ""
  return after.replace("://", `://${userinfo}`)
}
