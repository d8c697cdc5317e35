// Where the tools of this project really lie. npm may block install scripts (then `node_modules/.bin/bun` and
// `.bin/opencode` are stubs that only complain), but the binaries themselves arrive as platform packages.

import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const os = { linux: "linux", darwin: "darwin", win32: "windows" }[process.platform] ?? process.platform
const exe = process.platform === "win32" ? ".exe" : ""

/** The first candidate that starts on this machine (a baseline build is needed where AVX2 is missing). */
function firstThatRuns(name, candidates) {
  for (const file of candidates) {
    if (existsSync(file) && spawnSync(file, ["--version"], { stdio: "ignore" }).status === 0) return file
  }
  throw new Error(
    `${name} for ${process.platform}-${process.arch} is not installed: run \`npm run setup\`. Looked for:\n  ${candidates.join("\n  ")}`,
  )
}

const variants = ["", "-baseline", "-musl", "-baseline-musl"]

/** The Bun binary that comes as a devDependency. */
export function bun() {
  const cpu = process.arch === "arm64" ? "aarch64" : process.arch
  const musl = ["", "-baseline", "-musl", "-musl-baseline"]
  return firstThatRuns(
    "bun",
    musl.map((v) => join(root, "node_modules", "@oven", `bun-${os}-${cpu}${v}`, "bin", `bun${exe}`)),
  )
}

/** The OpenCode binary that comes as a devDependency. `OPENCODE_BIN` names another one. */
export function opencode() {
  if (process.env.OPENCODE_BIN) return process.env.OPENCODE_BIN
  return firstThatRuns(
    "opencode",
    variants.map((v) => join(root, "node_modules", `opencode-${os}-${process.arch}${v}`, "bin", `opencode${exe}`)),
  )
}
