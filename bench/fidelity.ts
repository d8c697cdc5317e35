import { parseRawOutput } from "../src/formats/raw.ts"
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
console.log(`lowest, family known: ${worst.toFixed(1)} % (target 99)`)
