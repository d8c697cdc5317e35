// `npm run bench [-- name ...] [--option value ...]`: sets up, builds, and runs the benches, each of which prints a table. Everything
// from the first option on goes to the benches.

import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { build } from "./build.mjs"
import { bun, root } from "./tools.mjs"

await build({ types: false })
const all = readdirSync(join(root, "bench"))
  .filter((f) => f.endsWith(".ts"))
  .map((f) => f.slice(0, -3))
const args = process.argv.slice(2)
const from = args.findIndex((arg) => arg.startsWith("-"))
const [wanted, rest] = from === -1 ? [args, []] : [args.slice(0, from), args.slice(from)]
let failed = false
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`\n## ${name}\n`)
  if (spawnSync(bun(), [join(root, "bench", `${name}.ts`), ...rest], { cwd: root, stdio: "inherit" }).status !== 0) failed = true
}
process.exit(failed ? 1 : 0)
