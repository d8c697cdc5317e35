/**
 * `main CERTIFICATES`: runs every cause that needs no environment of its own, and prints the outcomes by number, as JSON.
 * `main check ENDPOINT`: looks at one endpoint, given as JSON.
 */
import { ALL_CAUSES, check, type Outcome, outcomesOf } from "./run.ts"

const [first = "", second = ""] = process.argv.slice(2)

async function allOutcomes(certificates: string): Promise<Record<string, Outcome | null>> {
  const causes = ALL_CAUSES.filter(({ env }) => !env)
  const outcomes = await outcomesOf(causes, certificates)
  return Object.fromEntries(causes.map((cause, i) => [ALL_CAUSES.indexOf(cause), outcomes[i] ?? null]))
}

const result = first === "check" ? await check(JSON.parse(second)) : await allOutcomes(first)
process.stdout.write(`${JSON.stringify(result)}\n`)
