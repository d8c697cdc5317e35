import { createInspector } from "../../src/stream/inspector.ts"
import { CALL_RULES, RESPONSE_RULES } from "../../src/stream/rules/index.ts"
import type { FindingKind, Report } from "../../src/stream/types.ts"
import type { Case, Corpus } from "./case.ts"

/** Kinds that come as notes (`counted`): a client copes with them, so they are no warnings. */
const NOTES: ReadonlySet<FindingKind> = new Set<FindingKind>(["wrong-finish-reason", "usage-missing"])

/** Kinds for which a rule exists. */
export const EXISTING: ReadonlySet<FindingKind> = new Set([...CALL_RULES, ...RESPONSE_RULES].map(({ kind }) => kind))

export interface Verdict {
  /** `waiting`: none of the expected kinds has a rule yet. */
  outcome: "right" | "missed" | "waiting"
  /** Kinds reported that are neither expected nor allowed. */
  stray: FindingKind[]
  reported: FindingKind[]
}

/** What the inspector says of a case, the bytes given in pieces of a network's size. */
export function inspect({ request, bytes, aborted }: Case): Report {
  const inspector = createInspector({ request })
  for (let i = 0; i < bytes.length; i += 8192) inspector.push(bytes.subarray(i, i + 8192))
  return inspector.end({ aborted })
}

export function judge(item: Case, report: Report = inspect(item)): Verdict {
  const reported = [...new Set(report.findings.map(({ kind }) => kind))]
  const notes = report.counted.map(({ kind }) => kind).filter((kind) => NOTES.has(kind))
  const stray = reported.filter((kind) => !item.expect.includes(kind) && !item.allow.includes(kind))
  const known = item.expect.some((kind) => EXISTING.has(kind))
  const found = item.expect.some((kind) => reported.includes(kind) || notes.includes(kind))
  const outcome = item.expect.length === 0 || found ? "right" : known ? "missed" : "waiting"
  return { outcome, stray, reported: [...reported, ...notes] }
}

/** One kind of verdict, many times. */
export interface KindScore {
  expected: number
  hit: number
  reported: number
  justified: number
  /** Healthy responses on which it was reported. */
  alarms: number
}

export interface ClassScore {
  corpus: Corpus
  cases: number
  missed: number
  stray: number
  waiting: number
}

/** A wrong verdict, the first of its sort. */
export interface Wrong {
  item: Case
  report: Report
  verdict: Verdict
  /** How many more went wrong in the same way. */
  times: number
}

export interface Score {
  kinds: Map<FindingKind, KindScore>
  classes: Map<string, ClassScore>
  wrong: Map<string, Wrong>
  cases: number
  healthy: number
  falseAlarms: number
  faulty: number
  hits: number
  waiting: number
  /** Faulty responses with a kind reported that is neither expected nor allowed. */
  strays: number
}

export function createScore(): Score {
  return {
    kinds: new Map(),
    classes: new Map(),
    wrong: new Map(),
    cases: 0,
    healthy: 0,
    falseAlarms: 0,
    faulty: 0,
    hits: 0,
    waiting: 0,
    strays: 0,
  }
}

/** Judges a case and counts it. */
export function count(score: Score, item: Case): Verdict {
  const report = inspect(item)
  const verdict = judge(item, report)
  const healthy = item.expect.length === 0
  score.cases++
  const group = entry(score.classes, `${item.corpus}: ${item.class}`, () => ({
    corpus: item.corpus,
    cases: 0,
    missed: 0,
    stray: 0,
    waiting: 0,
  }))
  group.cases++
  if (verdict.stray.length > 0) group.stray++
  if (verdict.outcome === "missed") group.missed++
  if (verdict.outcome === "waiting") group.waiting++
  if (healthy) {
    score.healthy++
    if (verdict.stray.length > 0) score.falseAlarms++
  } else if (verdict.outcome === "waiting") score.waiting++
  else {
    score.faulty++
    if (verdict.outcome === "right") score.hits++
  }
  if (!healthy && verdict.stray.length > 0) score.strays++
  countKinds(score, item, verdict, healthy)
  if (verdict.outcome === "missed" || verdict.stray.length > 0) {
    const key = `${item.corpus}: ${item.class}: ${verdict.stray.join()}${verdict.outcome}${item.shape}`
    const known = score.wrong.get(key)
    // The shortest example is the easiest to read.
    if (!known || item.bytes.length < known.item.bytes.length) {
      score.wrong.set(key, { item, report, verdict, times: (known?.times ?? 0) + 1 })
    } else known.times++
  }
  return verdict
}

function countKinds(score: Score, item: Case, verdict: Verdict, healthy: boolean): void {
  const of = (kind: FindingKind): KindScore =>
    entry(score.kinds, kind, () => ({ expected: 0, hit: 0, reported: 0, justified: 0, alarms: 0 }))
  if (verdict.outcome !== "waiting") {
    for (const kind of item.expect) {
      of(kind).expected++
      if (verdict.outcome === "right") of(kind).hit++
    }
  }
  for (const kind of verdict.reported) {
    of(kind).reported++
    if (!verdict.stray.includes(kind)) of(kind).justified++
    else if (healthy) of(kind).alarms++
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

/** Wilson's interval of a share, 95 %. */
export function wilson(hits: number, of: number): [low: number, high: number] {
  if (of === 0) return [0, 1]
  const z = 1.96
  const share = hits / of
  const middle = share + (z * z) / (2 * of)
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)]
}
