/** What the looks at the servers, taken together, have shown of them. */
import type { Check, EndpointReport } from "../endpoint/types.ts"
import type { Activity } from "./activity.ts"
import { PROVEN } from "./page-lines.ts"
import type { PanelServer } from "./panel-lines.ts"
import { createQueue } from "./queue.ts"
import { createRates } from "./rate.ts"

/** What the session on the screen does; undefined where there is none. */
type Doing = Pick<Activity, "since" | "writingSince" | "provider"> | undefined

export interface KnownServers {
  /** Keeps what a look has found, beside what earlier ones found and this one did not ask. Returns both together. */
  take(report: EndpointReport, doing: Doing): EndpointReport
  /** Keeps what a deep check has found for the looks that follow. */
  prove(report: EndpointReport): void
  report(name: string): EndpointReport | undefined
  list(names: readonly string[], doing: Doing): PanelServer[]
}

export const serverNameOf = ({ provider, url }: { provider?: string | undefined; url: string }): string => provider ?? url

export function createKnownServers(now: () => number): KnownServers {
  const reports = new Map<string, EndpointReport>()
  /** What the last deep check of a server found. */
  const proven = new Map<string, Check[]>()
  const queue = createQueue()
  const rates = createRates(now)

  return {
    take(seen, doing) {
      const name = serverNameOf(seen)
      const report = withProven(withServer(seen, reports.get(name)), proven.get(name))
      reports.set(name, report)
      if (doing) {
        queue.saw(name, report, doing.since)
        rates.saw(name, report, doing.provider === name ? doing.writingSince : undefined)
      }
      return report
    },
    prove(report) {
      const found = report.checks.filter((check) => PROVEN.has(check.id) && check.status !== "skip")
      proven.set(serverNameOf(report), found)
    },
    report: (name) => reports.get(name),
    list: (names, doing) =>
      names.map((name) => {
        const [report, place, rate] = [reports.get(name), queue.place(name, doing?.since), rates.of(name, doing?.writingSince)]
        return { name, ...(report && { report }), ...(place !== undefined && { place }), ...(rate !== undefined && { rate }) }
      }),
  }
}

const SERVING: ReadonlySet<string> = new Set(["reach", "auth", "models", "model"])

/** Looks that follow a deep check do not ask the model again: what it found stands until the next one, while the server serves. */
function withProven(report: EndpointReport, proven: Check[] | undefined): EndpointReport {
  if (!proven || report.checks.some(({ id, status }) => SERVING.has(id) && status === "fail")) return report
  const checks = report.checks.map((check) =>
    check.status === "skip" ? (proven.find(({ id }) => id === check.id) ?? check) : check,
  )
  return { ...report, checks }
}

/** A server that is down is still the server that it was when it last said so. */
function withServer(report: EndpointReport, before: EndpointReport | undefined): EndpointReport {
  const known = report.server.kind !== "unknown" || before?.url !== report.url
  return known ? report : { ...report, server: before.server }
}
