/** Every way in which things go wrong has a name, on every runtime, in time; and docs/causes.md says so. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { CHECK_CODES } from "../../../src/endpoint/types.ts"
import type { Cause } from "./cause.ts"
import { allOutcomes, causesPage, type Outcomes } from "./page.ts"
import { ALL_CAUSES, type Outcome } from "./run.ts"

const root = join(import.meta.dir, "../../..")
const certificates = join(import.meta.dir, "../certs")
/** Two seconds by contract where no model is asked. */
const DEADLINE = 2_400

function judge(cause: Cause, outcome: Outcome) {
  expect(outcome.found.map(({ code }) => code)).toEqual(cause.expect)
  if (!cause.deep && !cause.env) expect(outcome.ms).toBeLessThan(DEADLINE)
  for (const { message, fix, reference } of outcome.found) {
    expect(message).toMatch(/^\S.*\.$/)
    expect(fix).toMatch(/^\S.*\.$/)
    expect(reference).toStartWith("https://")
    expect(message + fix).not.toMatch(/undefined|null|NaN|\[object/)
  }
  if (cause.says !== undefined) expect(outcome.found[0]?.message).toMatch(cause.says)
  if (cause.cure !== undefined) expect(outcome.found[0]?.fix).toMatch(cause.cure)
}

/** A fault of this program, not of a server: test/endpoint/look.test.ts. */
const OF_ITS_OWN = ["internal"]

test("every code is in the table, which has at least sixty rows", () => {
  expect(ALL_CAUSES.length).toBeGreaterThan(60)
  expect(new Set(ALL_CAUSES.map(({ does }) => does)).size).toBe(ALL_CAUSES.length)
  const told = new Set(ALL_CAUSES.flatMap((cause) => cause.expect))
  const missing = CHECK_CODES.filter((code) => code !== "ok" && !told.has(code))
  expect(missing as string[]).toEqual(OF_ITS_OWN)
})

describe("under Bun", () => {
  let outcomes: Outcomes
  beforeAll(async () => {
    outcomes = await allOutcomes(certificates)
  }, 60_000)

  for (const cause of ALL_CAUSES)
    test(cause.does, () => {
      const outcome = outcomes.get(cause)
      if (outcome) judge(cause, outcome)
    })

  test("docs/causes.md says the same; `npm run causes` writes it", () => {
    expect(causesPage(outcomes)).toBe(readFileSync(join(root, "docs/causes.md"), "utf8"))
  })
})

/** OpenCode's own Bun, which the plugin runs in: the binary is a Bun when it is told to be. */
const asBun = { BUN_BE_BUN: "1" }
const os = process.platform === "win32" ? "windows" : process.platform
const host = ["", "-baseline", "-musl", "-baseline-musl"]
  .map((kind) =>
    join(root, "node_modules", `opencode-${os}-${process.arch}${kind}`, "bin", os === "windows" ? "opencode.exe" : "opencode"),
  )
  .find(
    (file) =>
      existsSync(file) &&
      spawnSync(file, ["--version"], { env: { ...process.env, ...asBun } })
        .stdout.toString()
        .startsWith("1."),
  )

describe("in other processes", () => {
  const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-"))
  const bundle = join(folder, "main.mjs")
  beforeAll(async () => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
    await build({
      entryPoints: [join(import.meta.dir, "main.ts")],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["undici"],
      loader: { ".sse": "text" },
      logLevel: "error",
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, program] of Object.entries({ Node: "node", "OpenCode's own Bun": host ?? "" }))
    test.skipIf(program === "")(
      `under ${name} every cause has the same name, and the process ends by itself`,
      async () => {
        const { outcomes, idleMs } = await runIn(folder, program, [bundle, certificates])
        expect(Object.keys(outcomes).length).toBeGreaterThan(90)
        for (const [number, outcome] of Object.entries(outcomes)) {
          const cause = ALL_CAUSES[Number(number)] as Cause
          if (outcome) expect([cause.does, ...outcome.found.map(({ code }) => code)]).toEqual([cause.does, ...cause.expect])
        }
        expect(idleMs).toBeLessThan(3_000)
      },
      240_000,
    )
})

/** `idleMs` is how long the process lived on after it had printed its result. */
async function runIn(home: string, program: string, args: string[]) {
  // A home of its own: should the binary not take the hint and start as OpenCode, it touches nothing of the person's.
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home },
    ...{ XDG_STATE_HOME: home, XDG_CACHE_HOME: home, ...asBun },
  }
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] })
  let text = ""
  let printed = 0
  child.stdout.on("data", (chunk) => {
    text += chunk
    printed = performance.now()
  })
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve))
  expect(code).toBe(0)
  return { outcomes: JSON.parse(text) as Record<string, Outcome | null>, idleMs: performance.now() - printed }
}
