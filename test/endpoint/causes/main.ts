/**
 * `main CERTIFICATES`: runs every cause, and prints the outcomes by number, as JSON.
 * `main check ENDPOINT`: looks at one endpoint, given as JSON.
 */
import { ALL_CAUSES, check, type Outcome, outcomesOf } from "./run.ts"

const [first = "", second = ""] = process.argv.slice(2)

async function allOutcomes(certificates: string): Promise<Record<string, Outcome | null>> {
  const outcomes = await outcomesOf(ALL_CAUSES, certificates)
  return Object.fromEntries(ALL_CAUSES.map((_, i) => [i, outcomes[i] ?? null]))
}

const result = first === "check" ? await check(JSON.parse(second)) : await allOutcomes(first)
process.stdout.write(`${JSON.stringify(result)}\n`)
