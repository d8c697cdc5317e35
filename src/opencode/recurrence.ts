/**
 * What is said of faults that come back in one session: the policy alone, without host, clock or wording.
 *
 * - one event is a warning, once per cause
 * - the same cause in a later answer, in another tool by then, is no accident of one call: the setting to change, once per cause
 * - many of the same cause in few answers stand in the history, where the model reads them and does likewise: a new session, once. Faults that
 *   leave nothing in the history, and those of sub-agents, whose history ends with them, lead to the setting instead
 * - weak evidence of one kind in three answers is one warning, worded as likely; not where the conversation speaks of language models, because
 *   there every tenth answer or so holds some (measured with the accuracy bench), and it is innocent
 * - missing token counts are said once per model; a finish reason that the client copes with, never
 */
import type { Saying, SessionFinding } from "../report/types.ts"
import type { Finding, FindingKind } from "../stream/types.ts"
import type { Asked } from "./asked.ts"

/** A burst: so many findings of one cause within so many answers. */
const BURST = 5
const WINDOW = 10
/** Answers with weak evidence of one kind that together are worth a word. */
const WEAK_ANSWERS = 3
const MOST_TOOLS = 8
const MOST_MODELS = 50

/** Faults that stand in the history afterwards, as text or as a call, and are sent back to the model with every request. */
const STAYS_IN_HISTORY: ReadonlySet<FindingKind> = new Set<FindingKind>([
  "reasoning-in-arguments",
  "markup-in-arguments",
  "tool-name-corrupt",
  "unknown-tool",
  "arguments-invalid",
  "call-in-content",
  "reasoning-in-content",
  "markup-in-content",
  "special-token-in-content",
  "degenerate-repetition",
])

/** One answer of a session, healthy or not. */
export interface Answer {
  findings: readonly Finding[]
  /** Weak evidence (`likely`) and what is only noted (`certain`): never said alone. */
  counted: readonly Finding[]
  /** Milliseconds since the epoch. */
  at: number
  /**
   * `own`: of the session's own conversation. `sub`: of a sub-agent, in its session or in the one that started it. `side`: not part of any
   * conversation (the title); counted, and nothing is said.
   */
  from: "own" | "sub" | "side"
  /** The request that it answers. */
  asked: Asked
}

/** What makes two findings the same cause: said once, then counted. */
export function causeOf({ kind, detail }: Finding): string {
  return detail ? `${kind}/${detail}` : kind
}

export interface Recurrence {
  /** Takes the next answer in; returns what is to be said because of it, in the order of the findings. */
  answer(answer: Answer): Saying[]
  /** What was counted so far, by cause. */
  counters(): SessionFinding[]
}

/** The memory of one session. Dropped with it; bounded whatever the server sends. */
export function createRecurrence(): Recurrence {
  const counters = new Map<string, SessionFinding>()
  const said = new Set<string>()
  const warned = new Set<FindingKind>()
  const models = new Set<string>()
  let aboutModels = false
  const weakAnswers = new Map<FindingKind, number>()
  const windows = { own: createWindow(), sub: createWindow() }

  const once = (saying: Saying): Saying[] => {
    if (said.has(saying.key)) return []
    said.add(saying.key)
    return [saying]
  }

  const ofProof = (finding: Finding, from: "own" | "sub"): Saying[] => {
    const cause = causeOf(finding)
    warned.add(finding.kind)
    if (!said.has(cause)) return once({ say: "warning", key: cause, finding })
    const { tools = [], count = 0, weak = 0 } = counters.get(cause) ?? {}
    const window = windows[from]
    const { times, answers } = window.of(cause)
    const burst = times >= BURST && answers > 1
    if (burst && from === "own" && STAYS_IN_HISTORY.has(finding.kind)) {
      const key = `new-session:${cause}`
      if (!said.has(key)) {
        // It names the setting too.
        said.add(`setting:${cause}`)
        return once({ say: "new-session", key, finding, times, answers: window.length, tools })
      }
    }
    if (!burst && tools.length < 2) return []
    return once({ say: "setting", key: `setting:${cause}`, finding, times: count - weak, tools })
  }

  const ofWeak = (finding: Finding, asked: Asked): Saying[] => {
    const answers = (weakAnswers.get(finding.kind) ?? 0) + 1
    weakAnswers.set(finding.kind, answers)
    // What was said with proof is not said again with less.
    if (answers < WEAK_ANSWERS || warned.has(finding.kind) || said.has(`likely:${finding.kind}`)) return []
    aboutModels ||= asked.speaksOfModels()
    return aboutModels ? [] : once({ say: "likely", key: `likely:${finding.kind}`, finding, answers })
  }

  const ofUsage = (finding: Finding, model: string | undefined): Saying[] => {
    if (models.size >= MOST_MODELS) return []
    models.add(model ?? "")
    return once({ say: "no-usage", key: `usage-missing:${model ?? ""}`, finding, model })
  }

  return {
    answer({ findings, counted, at, from, asked }) {
      for (const finding of findings) count(counters, finding, { at, weak: false })
      for (const finding of counted) count(counters, finding, { at, weak: true })
      if (from === "side") return []

      const proven = findings.filter(({ kind }) => kind !== "usage-missing")
      windows[from].add(proven)
      const weak = counted.filter(({ certainty }) => certainty === "likely")
      const usage = [...findings, ...counted].find(({ kind }) => kind === "usage-missing")
      return [
        ...firstOfEach(proven, causeOf).flatMap((finding) => ofProof(finding, from)),
        ...firstOfEach(weak, ({ kind }) => kind).flatMap((finding) => ofWeak(finding, asked)),
        ...(usage ? ofUsage(usage, asked.model()) : []),
      ]
    },
    counters: () => [...counters.values()],
  }
}

function firstOfEach(findings: readonly Finding[], key: (finding: Finding) => string): Finding[] {
  return findings.filter((finding, i) => findings.findIndex((other) => key(other) === key(finding)) === i)
}

function count(counters: Map<string, SessionFinding>, finding: Finding, { at, weak }: { at: number; weak: boolean }): void {
  const cause = causeOf(finding)
  const known = counters.get(cause) ?? { finding, count: 0, weak: 0, tools: [], first: at, last: at }
  const proven = known.count > known.weak
  const { tool } = finding
  // Weak evidence does not tell of another tool: only what is sure speaks for more than one call.
  const isNew = tool !== undefined && !weak && !known.tools.includes(tool) && known.tools.length < MOST_TOOLS
  counters.set(cause, {
    finding: weak && proven ? known.finding : finding,
    count: known.count + 1,
    weak: known.weak + (weak ? 1 : 0),
    tools: isNew ? [...known.tools, tool] : known.tools,
    first: known.first,
    last: at,
  })
}

/** How often each cause occurred in the latest answers. */
function createWindow() {
  const latest: Map<string, number>[] = []
  return {
    get length() {
      return latest.length
    },
    add(findings: readonly Finding[]) {
      const times = new Map<string, number>()
      for (const finding of findings) times.set(causeOf(finding), (times.get(causeOf(finding)) ?? 0) + 1)
      latest.push(times)
      if (latest.length > WINDOW) latest.shift()
    },
    of(cause: string) {
      const counts = latest.map((times) => times.get(cause) ?? 0).filter((n) => n > 0)
      return { times: counts.reduce((sum, n) => sum + n, 0), answers: counts.length }
    },
  }
}
