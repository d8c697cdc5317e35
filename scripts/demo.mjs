// `npm run demo`: sets everything up, then shows the plugin at work in the real OpenCode. See scripts/demo.ts for what it does.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { build } from "./build.mjs"
import { bun, root } from "./tools.mjs"

await build({ types: false })
const demo = spawnSync(bun(), [join(root, "scripts/demo.ts"), ...process.argv.slice(2)], { cwd: root, stdio: "inherit" })
process.exit(demo.status ?? 1)
