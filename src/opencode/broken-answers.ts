import { brokenAnswers } from "../report/notice.ts"
import type { Finding, Report } from "../stream/types.ts"
import type { Sessions } from "./sessions.ts"

/** So many answers in a row that end before their end are no accident. */
const MOST = 3
const isBroken = ({ kind, detail }: Finding) => kind === "stream-error" && detail === "no-finish"

/** An answer without an end makes OpenCode ask for the next one at once, for ever (seen with 1.18.33). */
export function createBrokenAnswers(sessions: Sessions) {
  return {
    count(sessionID: string, report: Report): void {
      const session = sessions.get(sessionID)
      session.broken = report.findings.some(isBroken) ? (session.broken ?? 0) + 1 : 0
    },
    /** What to say instead of sending the next request, where there were too many in a row. */
    stop(sessionID: string | undefined): { message: string } | undefined {
      const session = sessionID === undefined ? undefined : sessions.peek(sessionID)
      if (!session || (session.broken ?? 0) < MOST) return undefined
      session.broken = 0
      return { message: brokenAnswers(MOST) }
    },
  }
}
