/** Runs every failure and prints the outcomes as one JSON object. Bundled for Node by the test. */
import { FAILURES, outcomeOf } from "./failures.ts"

const [certificates = ""] = process.argv.slice(2)
const outcomes = await Promise.all(
  Object.keys(FAILURES).map(async (name) => [name, (await outcomeOf(name, certificates)) ?? null]),
)
console.log(JSON.stringify(Object.fromEntries(outcomes)))
