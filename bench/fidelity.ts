import { readFileSync } from "node:fs"
import { parseRawOutput } from "../src/formats/raw.ts"
import type { ToolDeclaration } from "../src/formats/readers/index.ts"
import { chunked, read } from "../test/formats/readers/reading.ts"
import { SPELLINGS } from "../test/formats/readers/spellings.ts"
import { meantBy, TOOLS, turnsFor, writeTurn } from "../test/formats/readers/turns.ts"

/**
 * How many outputs of each family are read exactly as meant (thoughts, text, calls): whole, in random pieces, and with the family unknown.
 * Prints a table; `--misses` prints what was read otherwise.
 */
const showMisses = process.argv.includes("--misses")
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
let worst = 100

interface Capture {
  file: string
  family: string
  sane: boolean
  meant: { reasoning: string | null; content: string; calls: unknown[] }
}

console.log(`${"family".padEnd(24)}${"outputs".padStart(8)}${"whole".padStart(9)}${"pieces".padStart(9)}${"unknown".padStart(9)}`)
for (const spelling of SPELLINGS) {
  const name = `${spelling.family}${spelling.label ? ` (${spelling.label})` : ""}`
  const counts = { whole: 0, pieces: 0, unknown: 0 }
  const turns = turnsFor(spelling)
  turns.forEach((turn, index) => {
    const { text, reasoning } = writeTurn(spelling, turn)
    const meant = meantBy(turn)
    const options = { tools: TOOLS, family: spelling.family, reasoning }
    const plain = (output: { reasoning: string; content: string; calls: { name: string; arguments: string }[] }): unknown => ({
      reasoning: output.reasoning,
      content: output.content,
      calls: output.calls.map((call) => {
        try {
          return { name: call.name, arguments: JSON.parse(call.arguments) as unknown }
        } catch {
          return { name: call.name, arguments: call.arguments }
        }
      }),
    })
    const results = {
      whole: plain(parseRawOutput(text, options)),
      pieces: plain(read(options, chunked(text, index + 1))),
      unknown: plain(parseRawOutput(text, { tools: TOOLS })),
    }
    for (const key of ["whole", "pieces", "unknown"] as const) {
      if (same(results[key], meant)) counts[key]++
      else if (showMisses)
        console.log(
          `${name} ${key}: ${turn.what}\n  text  ${JSON.stringify(text)}\n  meant ${JSON.stringify(meant)}\n  read  ${JSON.stringify(results[key])}`,
        )
    }
  })
  const percent = (count: number): string => ((100 * count) / turns.length).toFixed(1)
  worst = Math.min(worst, (100 * Math.min(counts.whole, counts.pieces)) / turns.length)
  console.log(
    `${name.padEnd(24)}${String(turns.length).padStart(8)}${percent(counts.whole).padStart(9)}${percent(counts.pieces).padStart(9)}${percent(counts.unknown).padStart(9)}`,
  )
}
for (const [family, ok, all] of captured()) {
  worst = Math.min(worst, (100 * ok) / all)
  console.log(`${`captures: ${family}`.padEnd(24)}${String(all).padStart(8)}${((100 * ok) / all).toFixed(1).padStart(9)}`)
}
console.log(`lowest, family known: ${worst.toFixed(1)} % (target 99)`)

/** The outputs recorded from a real vLLM, whole, their thoughts put back where a reasoning parser had taken them. */
function captured(): [family: string, ok: number, all: number][] {
  const root = new URL("../test/captures/", import.meta.url)
  const load = (file: string): string => readFileSync(new URL(file, root), "utf8")
  const tools = JSON.parse(load("tools.json")) as ToolDeclaration[]
  const counts = new Map<string, [number, number]>()
  for (const { file, family, sane, meant } of JSON.parse(load("raw.json")) as Capture[]) {
    if (!sane) continue
    const deltas = load(file)
      .split("\n")
      .filter((line) => line.startsWith("data: {"))
      .flatMap(
        (line) => (JSON.parse(line.slice(6)) as { choices: { delta: { content?: string; reasoning?: string } }[] }).choices,
      )
    const reasoning = deltas.map(({ delta }) => delta.reasoning ?? "").join("")
    const content = deltas.map(({ delta }) => delta.content ?? "").join("")
    const output = parseRawOutput(reasoning === "" ? content : `${reasoning}</think>${content}`, { tools })
    const calls = output.calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) as unknown }))
    const [ok, all] = counts.get(family) ?? [0, 0]
    const exact = same(
      { ...output, family: "", calls },
      { family: "", reasoning: meant.reasoning ?? "", content: meant.content, calls: meant.calls },
    )
    counts.set(family, [ok + (exact ? 1 : 0), all + 1])
  }
  return [...counts].map(([family, [ok, all]]) => [family, ok, all])
}
