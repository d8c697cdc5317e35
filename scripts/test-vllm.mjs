// `npm run test:vllm`: the plugin in the real OpenCode against a real vLLM on the CPU. Sets both up on first use (about 80 seconds
// and 4 GB for vLLM), then takes some minutes. Arguments choose files or go to `bun test`: npm run test:vllm -- wrong-tool-parser

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { build } from "./build.mjs"
import { bunTest, close } from "./test.mjs"
import { root } from "./tools.mjs"
import { setupVllm } from "./vllm.mjs"

const given = process.argv.slice(2)
const files = readdirSync(join(root, "test", "vllm")).filter((name) => name.endsWith(".vllm.ts"))
const chosen = files.filter((name) => given.includes(name.replace(".vllm.ts", "")))
const flags = given.filter((arg) => !files.includes(`${arg}.vllm.ts`))

try {
  setupVllm()
  await build({ types: false })
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
// `bun test` finds files by their names only; with a path in front any file is a test.
const paths = (chosen.length > 0 ? chosen : files).map((name) => `./test/vllm/${name}`)
close(bunTest(["--timeout", "120000", ...flags, ...paths]))
