// Runs a TypeScript file of this repository with the Bun that comes as a devDependency: node scripts/run-ts.mjs FILE [ARGS]
import { spawnSync } from "node:child_process"
import { setup } from "./setup.mjs"
import { bun, root } from "./tools.mjs"

setup()
process.exit(spawnSync(bun(), process.argv.slice(2), { cwd: root, stdio: "inherit" }).status ?? 1)
