// Installs what the project needs, once: nothing when node_modules already matches package.json. Needs Node 20 and npm only.

import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./tools.mjs"

const stamp = join(root, "node_modules", ".opencode-vllm-setup")

export function setup() {
  const [major] = process.versions.node.split(".").map(Number)
  if (major < 20) throw new Error(`Node 20 or later is needed; this is ${process.version}.`)
  const { dependencies: shipped, devDependencies: tools } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const want = createHash("sha256")
    .update(JSON.stringify({ ...shipped, ...tools }))
    .digest("hex")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === want) return
  process.stderr.write("Installing development dependencies (npm install, install scripts off; once) ...\n")
  const npm = spawnSync(
    "npm",
    ["install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    },
  )
  if (npm.status !== 0) throw new Error("npm install failed; its output stands above.")
  mkdirSync(join(root, "node_modules"), { recursive: true })
  writeFileSync(stamp, want)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setup()
