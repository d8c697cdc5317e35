import type { Options } from "../options.ts"
import { toolLine } from "../report/notice.ts"
import { reasonToRefuse, refusal } from "./guard.ts"
import { causeOf } from "./recurrence.ts"
import type { Sessions } from "./sessions.ts"

/** Findings about the calls that run, while they run. */
export function createRunningTools(sessions: Sessions, options: Pick<Options, "leakedArguments" | "toolLine" | "quiet">) {
  return {
    /** What is known of a call at the moment it starts to run. Throws the refusal where the user asked for one. */
    starts(sessionID: string, callID: string): void {
      const session = sessions.peek(sessionID)
      const findings = session?.inspectors.flatMap((inspector) => inspector.call(callID)) ?? []
      if (!session || findings.length === 0) return
      const reason = options.leakedArguments === "block" ? reasonToRefuse(findings) : undefined
      if (reason) throw refusal(reason)
      session.running.set(callID, findings)
    },
    /** The line to stand in front of the tool's output, once per session and cause. */
    ended(sessionID: string, callID: string): string | undefined {
      const session = sessions.peek(sessionID)
      const findings = session?.running.get(callID)
      session?.running.delete(callID)
      if (!session || !findings || !options.toolLine) return undefined
      const fresh = findings.find((f) => !session.told.has(`line:${causeOf(f)}`) && !options.quiet.includes(f.kind))
      if (!fresh) return undefined
      session.told.add(`line:${causeOf(fresh)}`)
      return toolLine(fresh)
    },
  }
}
