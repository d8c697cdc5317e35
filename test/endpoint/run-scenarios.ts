/** Runs the scenarios named on the command line (all without) and prints their outcomes as one JSON object. Bundled for Node by the test. */
import { run, SCENARIOS } from "./scenarios.ts"

const [certificates = "", ...names] = process.argv.slice(2)
const wanted = names.length > 0 ? names : Object.keys(SCENARIOS)
const outcomes = await Promise.all(wanted.map(async (name) => [name, (await run(name, certificates)) ?? null]))
console.log(JSON.stringify(Object.fromEntries(outcomes)))
