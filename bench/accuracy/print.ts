import { FINDING_KINDS } from "../../src/stream/types.ts"
import type { Score, Wrong } from "./judge.ts"
import { EXISTING, wilson } from "./judge.ts"

const percent = (value: number): string => `${(value * 100).toFixed(1)}`
const thousandth = (value: number): string => (value * 1000).toFixed(2)

function share(hits: number, of: number): string {
  if (of === 0) return "-"
  const [low, high] = wilson(hits, of)
  return `${percent(hits / of)} % (${percent(low)}-${percent(high)})`
}

function alarms(hits: number, of: number): string {
  const [low, high] = wilson(hits, of)
  return `${thousandth(of === 0 ? 0 : hits / of)} (${thousandth(low)}-${thousandth(high)})`
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}

/** Per kind: precision, recall (one of the expected kinds was reported), false alarms per 1,000 healthy responses; 95 % intervals. */
export function kindTable(score: Score): string {
  const rows = FINDING_KINDS.filter((kind) => score.kinds.has(kind)).map((kind) => {
    const {
      expected,
      hit,
      reported,
      justified,
      alarms: wrong,
    } = score.kinds.get(kind) ?? { expected: 0, hit: 0, reported: 0, justified: 0, alarms: 0 }
    const note = EXISTING.has(kind) ? "" : "no rule yet"
    return [kind, share(justified, reported), share(hit, expected), alarms(wrong, score.healthy), `${expected}`, note]
  })
  return table([["kind", "precision", "recall", "false alarms per 1,000", "expected", ""], ...rows])
}

export function classTable(score: Score): string {
  const rows = [...score.classes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { cases, missed, stray, waiting }]) => [
      name,
      `${cases}`,
      missed > 0 ? `${missed} missed` : "",
      stray > 0 ? `${stray} wrong` : "",
      waiting > 0 ? `${waiting} without a rule` : "",
    ])
  return table([["class", "cases", "", "", ""], ...rows])
}

/** Alarms on healthy responses first, then other wrong words, then what was missed; the frequent before the rare. */
export function worst(score: Score, most: number): Wrong[] {
  const rank = ({ item, verdict }: Wrong): number => (verdict.stray.length === 0 ? 2 : item.expect.length === 0 ? 0 : 1)
  return [...score.wrong.values()].sort((a, b) => rank(a) - rank(b) || b.times - a.times).slice(0, most)
}

export function wrongLine({ item, report, verdict, times }: Wrong): string {
  const said = report.findings.map(
    ({ kind, tool, field, certainty }) => `${kind} ${tool ?? ""}${field ? `.${field}` : ""} (${certainty})`,
  )
  const excerpt = report.findings.find(({ kind }) => verdict.stray.includes(kind))?.excerpt ?? item.excerpt.slice(0, 120)
  return [
    `${item.corpus}: ${item.class} (${item.shape}), ${times} times`,
    `    said: ${said.join(", ") || "nothing"}; should be: ${item.expect.join(" or ") || "nothing"}`,
    `    ${JSON.stringify(excerpt)}`,
  ].join("\n")
}

export function summary(score: Score): string {
  return [
    `${score.cases} cases: ${score.healthy} healthy, ${score.faulty} faulty, ${score.waiting} whose kinds have no rule yet`,
    `faults with one of the expected kinds: ${share(score.hits, score.faulty)}, target 99`,
    `false alarms per 1,000 healthy responses: ${alarms(score.falseAlarms, score.healthy)}, target below 1`,
    `faulty responses with a kind that is neither expected nor allowed: ${score.strays}, target 0`,
  ].join("\n")
}

/** Which targets are missed; empty when all are met. */
export function missedTargets(score: Score): string[] {
  const missed: string[] = []
  if (score.faulty > 0 && score.hits / score.faulty < 0.99) missed.push("recall")
  if (score.healthy > 0 && score.falseAlarms / score.healthy >= 0.001) missed.push("false alarms")
  if (score.strays > 0) missed.push("stray kinds")
  return missed
}
