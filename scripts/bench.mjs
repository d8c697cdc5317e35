// `npm run bench [name ...]`: sets up, builds, and runs the benches, each of which prints a table.

import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { build } from "./build.mjs"
import { bun, root } from "./tools.mjs"

await build({ types: false })
const all = readdirSync(join(root, "bench"))
  .filter((f) => f.endsWith(".ts"))
  .map((f) => f.slice(0, -3))
const wanted = process.argv.slice(2)
let failed = false
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`\n## ${name}\n`)
  if (spawnSync(bun(), [join(root, "bench", `${name}.ts`)], { cwd: root, stdio: "inherit" }).status !== 0) failed = true
}
process.exit(failed ? 1 : 0)
