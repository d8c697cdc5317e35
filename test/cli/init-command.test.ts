/** `opencode-vllm init` as a process, under the runtimes that people have. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { type Sim, startSim } from "../../src/sim/index.ts"

const root = join(import.meta.dir, "../..")
const base = mkdtempSync(join(tmpdir(), "opencode-vllm-init-command-"))
/** Where it runs from a checkout or an unpacked folder, that folder is what OpenCode can load. */
const SPEC: Record<string, string> = { Bun: root, Node: join(base, "package") }
const RUNTIMES: Record<string, string[]> = {
  Bun: [process.execPath, join(root, "src/cli.ts")],
  Node: ["node", join(base, "package/dist/cli.js")],
}
let sim: Sim

beforeAll(async () => {
  sim = await startSim()
  mkdirSync(join(base, "package"))
  writeFileSync(join(base, "package/package.json"), '{ "name": "opencode-vllm", "type": "module" }')
  symlinkSync(join(root, "node_modules"), join(base, "node_modules"))
  await build({
    entryPoints: [join(root, "src/cli.ts")],
    outdir: join(base, "package/dist"),
    ...{ bundle: true, platform: "node", format: "esm", target: "node20", external: ["undici"], logLevel: "error" },
    splitting: true,
    loader: { ".sse": "text" },
    banner: { js: 'import { createRequire as __r } from "node:module"; const require = __r(import.meta.url);' },
  })
})
afterAll(async () => {
  await sim.close()
  rmSync(base, { recursive: true, force: true })
})

let count = 0
function folder(files: Record<string, string> = {}): string {
  const dir = join(base, String(count++))
  mkdirSync(join(dir, ".git"), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
  return dir
}

const environment = (dir: string) => ({ PATH: process.env.PATH ?? "", HOME: join(dir, "home") })

function command(runtime: string, dir: string, args: readonly string[]) {
  const [program, ...before] = RUNTIMES[runtime] as [string, ...string[]]
  const env = { ...environment(dir), NO_COLOR: "1" }
  const child = spawn(program, [...before, "init", ...args], { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"] })
  const ran = { code: null as number | null, stdout: "", stderr: "" }
  child.stdout.on("data", (bytes) => {
    ran.stdout += bytes
  })
  child.stderr.on("data", (bytes) => {
    ran.stderr += bytes
  })
  return new Promise<typeof ran>((resolve) => child.on("close", (code) => resolve({ ...ran, code })))
}

const value = (dir: string, file = "opencode.json") => JSON.parse(readFileSync(join(dir, file), "utf8"))

for (const runtime of Object.keys(RUNTIMES)) {
  test(`under ${runtime}: sets a folder up, by name of the host too; a second time there is nothing to do`, async () => {
    const dir = folder()
    mkdirSync(join(dir, "sub"))
    const args = ["--url", `http://localhost:${sim.port}`, "--yes", "--dir", "sub", "--provider", "gpu"]
    const ran = await command(runtime, dir, args)
    expect([ran.code, ran.stderr]).toEqual([0, ""])
    expect(ran.stdout).toContain("Written: opencode.json, tui.json.")
    expect(value(dir, "sub/opencode.json").provider.gpu.options.baseURL).toBe(`http://localhost:${sim.port}/v1`)
    expect(value(dir, "sub/opencode.json").plugin).toEqual([SPEC[runtime]])
    expect(value(dir, "sub/tui.json").plugin).toEqual([SPEC[runtime]])
    // Without --yes as well: nobody is at this terminal to be asked.
    const again = await command(runtime, dir, args.slice(0, 2).concat("--dir", "sub"))
    expect([again.code, again.stdout.includes("Nothing to do")]).toEqual([0, true])
  })

  test(`under ${runtime}: a failure is one sentence on standard error`, async () => {
    const broken = folder({ "opencode.json": "{" })
    const cases: [string, string[], number][] = [
      [broken, ["--url", sim.url], 2],
      [folder(), ["--nope"], 2],
      [folder(), ["--dir", "gone"], 2],
      [folder(), ["--url", sim.url, "--key-env", "NOT_SET_HERE"], 2],
      [folder(), ["--url", "http://127.0.0.1:1/v1"], 1],
    ]
    for (const [dir, args, code] of cases) {
      const ran = await command(runtime, dir, args)
      expect([args, ran.code, ran.stdout, ran.stderr.trim().split("\n").length]).toEqual([args, code, "", 1])
    }
    expect(readFileSync(join(broken, "opencode.json"), "utf8")).toBe("{")
  })
}

/** Runs under Node on a terminal of its own; keys are pressed when their question stands there. Undefined without util-linux `script`. */
function onTerminal(dir: string, args: string[], keys: [question: string, press: string][]): Promise<string | undefined> {
  const line = ["node", join(base, "package/dist/cli.js"), "init", ...args].map((one) => `'${one}'`).join(" ")
  // A terminal without a size has one column.
  const sized = `stty cols 120 rows 40; ${line}`
  const child = spawn("script", ["-qec", sized, "/dev/null"], { cwd: dir, env: { ...environment(dir), TERM: "xterm" } })
  const left = [...keys]
  let seen = ""
  let written = ""
  child.stdout.on("data", (bytes) => {
    written += bytes
    seen += bytes
    const [question, press] = left[0] ?? []
    if (question === undefined || !seen.includes(question)) return
    left.shift()
    seen = ""
    child.stdin.write(press ?? "")
  })
  return new Promise((resolve) => {
    child.on("error", () => resolve(undefined))
    child.on("close", () => resolve(written === "" ? undefined : written))
  })
}

const ENTER = "\r"
const CTRL_C = "\x03"

test("on a terminal: asks, and writes what was answered", async () => {
  const dir = folder()
  const written = await onTerminal(
    dir,
    ["--url", sim.url],
    [
      ["Id of the provider", `-gpu${ENTER}`],
      ["Write opencode.json", ENTER],
    ],
  )
  if (written === undefined) return
  expect(value(dir).model).toBe("vllm-gpu/nemotron-3-super")
  expect(value(dir, "tui.json").plugin).toEqual([SPEC.Node])
})

test("on a terminal: ended at a question, nothing is written", async () => {
  for (const press of [CTRL_C, "n"]) {
    const dir = folder()
    const written = await onTerminal(dir, ["--url", sim.url, "--provider", "gpu"], [["Write opencode.json", press]])
    if (written === undefined) return
    expect(written).toContain("Nothing was written.")
    expect(() => value(dir)).toThrow()
  }
})
