/** Installing as a user does: `npm pack`, then `opencode plugin` in a fresh project. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeProject, root, run, stubInstall } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { hasTmux, openScreen } from "./screen.ts"

const LIMIT = 240_000
let folder: string
let tarball: string
let unpacked: string
let sim: Sim

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opencode-vllm-pack-"))
  // The build is there already: packing must not run it again beside other tests.
  const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root, encoding: "utf8" })
  expect(packed.status).toBe(0)
  tarball = join(folder, readdirSync(folder).find((f) => f.endsWith(".tgz")) as string)
  expect(spawnSync("tar", ["xzf", tarball, "-C", folder]).status).toBe(0)
  unpacked = join(folder, "package")
  sim = await startSim({ scenario: "swallowed" })
}, LIMIT)
afterAll(async () => {
  await sim.close()
  rmSync(folder, { recursive: true, force: true })
})

test("the package holds the build and its papers, and nothing of the tests", () => {
  expect(readdirSync(unpacked).sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "node_modules", "package.json"])
  expect(readdirSync(join(unpacked, "node_modules"))).toEqual(["undici"])
  for (const file of ["index.js", "inspect.js", "cli.js", "types/index.d.ts", "types/inspect.d.ts"]) {
    expect(existsSync(join(unpacked, "dist", file))).toBe(true)
  }
})

test("the library entry and the command work from the package under Node alone", () => {
  const code = `import { createInspector } from "opencode-vllm/inspect"; const i = createInspector(); i.push(new TextEncoder().encode("data: [DONE]\\n\\n")); console.log(Array.isArray(i.end().findings))`
  const user = join(folder, "user")
  mkdirSync(user, { recursive: true })
  const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--offline", "--prefix", user, tarball], {
    encoding: "utf8",
  })
  expect([installed.status, installed.stderr]).toEqual([0, expect.any(String)])
  const library = spawnSync("node", ["--input-type=module", "-e", code], { cwd: user, encoding: "utf8" })
  expect(library.stdout.trim()).toBe("true")
  const cli = spawnSync(join(user, "node_modules/.bin/opencode-vllm"), ["sim", "--list"], { encoding: "utf8" })
  expect(cli.status).toBe(0)
  expect(cli.stdout).toContain("swallowed")
})

for (const [what, spec] of [
  ["FOLDER", () => unpacked],
  ["NAME@file:TARBALL", () => `opencode-vllm@file:${tarball}`],
  // As it lies there once a registry has given it.
  ["NAME", () => "opencode-vllm"],
] as const) {
  test(
    `\`opencode plugin ${what}\` in a fresh project sets it up, and it works there`,
    async () => {
      const project = makeProject({ url: sim.url, plugin: [] })
      try {
        stubInstall(join(project.dir, ".opencode"))
        const cached = join(project.env.XDG_CACHE_HOME ?? "", "opencode/packages/opencode-vllm@latest/node_modules/opencode-vllm")
        if (what === "NAME") cpSync(unpacked, cached, { recursive: true })
        const added = await run(project, ["plugin", spec()], LIMIT)
        expect(added.code).toBe(0)
        expect(readFileSync(join(project.dir, ".opencode/opencode.json"), "utf8")).toContain(spec())
        const { stdout } = await run(project, ["run", "What is in src?"], LIMIT)
        expect(stdout).toContain("opencode-vllm: ")
        expect(stdout).toContain("--tool-call-parser qwen3_coder")
        expect(readFileSync(join(project.dir, ".opencode/tui.json"), "utf8")).toContain(spec())
        if (!hasTmux) return
        const screen = openScreen(project, { columns: 100, rows: 30 })
        try {
          await screen.until("Ask anything", LIMIT)
          await screen.enter("/vllm-status")
          // The dialog, which only the terminal half has: the server half answers with a page in a session.
          await screen.until("r refresh")
          await screen.until("all checks pass")
        } finally {
          screen.close()
        }
      } finally {
        project.dispose()
      }
    },
    LIMIT,
  )
}
