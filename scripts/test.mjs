// `npm test`: installs what is missing, builds, and runs every test with Bun. The last line says how many passed and failed.
// Arguments go to `bun test`, for example: npm test -- test/stream

import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "./build.mjs"
import { bun, root } from "./tools.mjs"

/** Runs `bun test` and returns its own counts, taken from its JUnit report. */
export function bunTest(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-junit-"))
  const file = join(folder, "report.xml")
  const ran = spawnSync(bun(), ["test", "--timeout=60000", "--reporter=junit", `--reporter-outfile=${file}`, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  })
  let counts = { passed: 0, failed: 0 }
  try {
    const head = readFileSync(file, "utf8").match(/<testsuites[^>]*>/)?.[0] ?? ""
    const read = (name) => Number(head.match(new RegExp(`${name}="(\\d+)"`))?.[1] ?? 0)
    counts = { passed: read("tests") - read("failures") - read("skipped"), failed: read("failures") }
  } catch {
    // No report: the runner itself did not get that far, which the exit code tells.
  }
  rmSync(folder, { recursive: true, force: true })
  // A file that does not load counts as no test in the report, but must not pass for none.
  if (ran.status !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

/** Prints the closing line and ends the process: non-zero when something failed or nothing ran. */
export function close({ passed, failed }) {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
}

if (process.argv[1]?.endsWith("test.mjs") && !process.argv[1].endsWith("-test.mjs")) {
  await build()
  const args = process.argv.slice(2)
  close(bunTest(args.length > 0 ? args : ["test/"]))
}
