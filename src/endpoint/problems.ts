import { CHECK_IDS, type Check, type EndpointReport } from "./types.ts"

/** What a person should act on: failures first, each in the order in which a request would meet them. */
export function problems(report: EndpointReport): Check[] {
  const rank = (c: Check) => (c.status === "fail" ? 0 : CHECK_IDS.length) + CHECK_IDS.indexOf(c.id)
  return report.checks.filter((c) => c.status === "warn" || c.status === "fail").sort((a, b) => rank(a) - rank(b))
}

/** How busy a server is changes by the second: that belongs on the status page, not into a notice. */
const LOAD_CODES: ReadonlySet<Check["code"]> = new Set(["queueing", "cache-full"])

/** The problems of a look that a person should be told unasked. */
export function worthANotice(report: EndpointReport): Check[] {
  return problems(report).filter((c) => !LOAD_CODES.has(c.code))
}
