/** `opencode-vllm check` as a process: what it prints, how it ends, how long it takes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test"
import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import * as z from "zod"
import { CHECK_CODES, CHECK_IDS } from "../../src/endpoint/types.ts"
import { startSim } from "../../src/sim/index.ts"
import { healthyVllm, serveRaw, serveRoutes } from "../endpoint/servers.ts"

const root = join(import.meta.dir, "../..")
const CANARY = "sk-canary-4711-aabbcc"

/** The document that scripts rely on. */
const Check = z.strictObject({
  id: z.enum(CHECK_IDS),
  status: z.enum(["pass", "warn", "fail", "skip"]),
  code: z.enum(CHECK_CODES),
  message: z.string().min(1),
  fix: z.string(),
  reference: z.string(),
  ms: z.int().min(0),
})
const Document = z.strictObject({
  endpoints: z.array(
    z.strictObject({
      url: z.string(),
      provider: z.string().optional(),
      server: z.strictObject({ kind: z.string(), version: z.string().nullable() }),
      models: z.array(z.looseObject({ id: z.string() })),
      checks: z.array(Check).length(CHECK_IDS.length),
      proof: z.looseObject({ model: z.string(), proven: z.boolean(), forms: z.array(z.enum(["A", "B"])) }).optional(),
    }),
  ),
  config: z
    .array(
      z.strictObject({
        code: z.enum(CHECK_CODES),
        rule: z.string(),
        severity: z.enum(["fail", "warn"]),
        ...{ message: z.string(), fix: z.string(), file: z.string(), line: z.int(), column: z.int() },
        corrected: z.string().optional(),
      }),
    )
    .optional(),
})

const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-check-"))
const bundle = join(folder, "cli.mjs")
/** The command under the runtimes that people have. */
const RUNTIMES: Record<string, string[]> = { Bun: [process.execPath, join(root, "src/cli.ts")], Node: ["node", bundle] }

beforeAll(async () => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  await build({
    entryPoints: [join(root, "src/cli.ts")],
    outfile: bundle,
    ...{ bundle: true, platform: "node", format: "esm", target: "node20", external: ["undici"], logLevel: "error" },
    loader: { ".sse": "text" },
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open: { close(): Promise<void> }[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))
const kept = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const one = await starting
  open.push(one)
  return one
}
const sim = (scenario = "healthy", more: object = {}) => kept(startSim({ scenario, chunkMs: 1, firstTokenMs: 5, ...more }))

interface Ran {
  code: number | null
  stdout: string
  stderr: string
  ms: number
}

let projects = 0
/** A folder with this configuration, in a home of its own. */
function projectWith(config: object | string): string {
  const dir = join(folder, `project-${projects++}`)
  mkdirSync(join(dir, ".git"), { recursive: true })
  writeFileSync(join(dir, "opencode.json"), typeof config === "string" ? config : JSON.stringify(config, null, 2))
  return dir
}

function run(
  args: string[],
  { cwd = folder, env = {}, runtime = "Bun" }: { cwd?: string; env?: Record<string, string>; runtime?: string } = {},
): Promise<Ran> {
  const [program = "", ...before] = RUNTIMES[runtime] ?? []
  const home = join(folder, "home")
  const began = performance.now()
  const child = spawn(program, [...before, "check", ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_DATA_HOME: join(home, ".local"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const ran: Ran = { code: null, stdout: "", stderr: "", ms: 0 }
  for (const channel of ["stdout", "stderr"] as const)
    child[channel].setEncoding("utf8").on("data", (text: string) => {
      ran[channel] += text
    })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ ...ran, code, ms: performance.now() - began }))
  })
}

const provider = (
  baseURL: string,
  models: object = { "nemotron-3-super": { limit: { context: 262_144, output: 16_000 } } },
  options: object = {},
) => ({
  npm: "@ai-sdk/openai-compatible",
  options: { baseURL, ...options },
  models,
})

/** What the command writes to a terminal; undefined where there is no util-linux `script` to make one. */
function onTerminal(args: string[], env: Record<string, string>): Promise<string | undefined> {
  const command = [...(RUNTIMES.Bun ?? []), "check", ...args].map((arg) => `'${arg}'`).join(" ")
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, env: { ...process.env, TERM: "xterm", ...env } })
  let written = ""
  child.stdout.on("data", (bytes) => {
    written += bytes
  })
  child.stdin.end()
  return new Promise((resolve) => {
    child.on("error", () => resolve(undefined))
    child.on("close", () => resolve(written === "" ? undefined : written))
  })
}

describe("one server by its URL", () => {
  test("on a terminal there are colours and a line of progress, with NO_COLOR neither", async () => {
    const { url } = await sim("swallowed")
    const written = await onTerminal([url, "--deep"], { NO_COLOR: "" })
    if (written === undefined) return
    expect(written).toContain("\u001b[1;31mfail\u001b[0m")
    expect(written).toContain(`${url}: asking for a tool call ...`)
    expect(await onTerminal([url, "--deep"], { NO_COLOR: "1" })).not.toContain("\u001b")
  })

  test("a server that writes escapes into what it says steers no terminal", async () => {
    const evil = "\u001b]0;x\u0007\u001b[2Jred\u202e\n\rfail"
    const card = { id: evil, object: "model", owned_by: "vllm", root: evil, max_model_len: 5 }
    const { origin } = await kept(serveRoutes(healthyVllm({ "/v1/models": { data: [card] }, "/version": { version: evil } })))
    for (const args of [[], ["--json"]])
      expect((await run([`${origin}/v1`, ...args])).stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
  })

  test("--json prints one document of the agreed shape and nothing else, healthy or not", async () => {
    for (const [scenario, exit] of [
      ["healthy", 0],
      ["wrong-key", 1],
      ["html", 1],
      ["queue", 0],
      ["no-models", 1],
    ] as const) {
      const ran = await run([(await sim(scenario)).url, "--json"])
      expect([scenario, ran.code, ran.stderr]).toEqual([scenario, exit, ""])
      const { endpoints, config } = Document.parse(JSON.parse(ran.stdout))
      expect(config).toBeUndefined()
      expect(endpoints[0]?.checks.map(({ id }) => id)).toEqual([...CHECK_IDS])
    }
  })

  test("--deep fills the checks that cost tokens", async () => {
    const ran = await run([(await sim("swallowed")).url, "--deep", "--json"])
    expect(ran.code).toBe(1)
    const { endpoints } = Document.parse(JSON.parse(ran.stdout))
    const codes = Object.fromEntries(
      (endpoints[0]?.checks ?? []).map(({ id, status, code }) => [id, status === "fail" ? code : status]),
    )
    expect(codes).toMatchObject({ chat: "pass", "tool-call": "parser-mismatch", reasoning: "pass" })
    expect(endpoints[0]?.proof).toMatchObject({ proven: true, family: "nemotron3", forms: ["A", "B"] })
    expect(ran.stdout).not.toContain("I will use")
  })

  test("a person reads time, result, cause, cure and reference of each check", async () => {
    const { code, stdout } = await run([(await sim("swallowed")).url, "--deep"])
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^ {2}fail {2}tool-call +\d+ ms {2}The call vanishes .* \(parser-mismatch\)\n +cure: Restart vLLM .*\n +see: https:/m,
    )
    expect(stdout).toMatch(/^ {2}pass {2}chat +\d+ ms {2}The model answers: first token after \d+ ms/m)
    expect(stdout).toContain("writes like Nemotron 3; its template opens the thoughts")
    expect(stdout).not.toContain("\u001b")
  })

  test("with --deep a model that is not served is asked nothing, and it says so", async () => {
    const server = await sim()
    const { stdout, code } = await run([server.url, "--deep", "--model", "other"])
    expect(code).toBe(1)
    expect(stdout).toContain("not checked: chat, tool-call, reasoning (there is no model to ask, for a reason named above)")
    expect(server.requests.map(({ method }) => method)).not.toContain("POST")
  })

  test("a healthy server is asked nothing that costs tokens, and it says so", async () => {
    const server = await sim()
    const { stdout } = await run([server.url])
    expect(server.requests.map(({ method }) => method)).not.toContain("POST")
    expect(stdout).toContain("not checked: chat, tool-call, reasoning (it would cost tokens, `--deep` does it)")
  })

  test("the key comes from the environment and is printed nowhere", async () => {
    const { url } = await sim("healthy", { apiKey: CANARY })
    for (const args of [[], ["--json"], ["--deep"]]) {
      const ran = await run([url, "--key-env", "MY_KEY", ...args], { env: { MY_KEY: CANARY } })
      expect(ran.code).toBe(0)
      expect(ran.stdout + ran.stderr).not.toContain(CANARY)
    }
    expect(await run([url, "--key-env", "NOT_SET"])).toMatchObject({ code: 2, stdout: "" })
  })

  test("bad usage exits 2 with a sentence", async () => {
    for (const args of [
      ["http://x/v1", "--fix"],
      ["--timeout", "x"],
      ["--timeout", "0"],
      ["--model", " "],
      ["a", "b"],
      ["--nope"],
    ]) {
      const ran = await run(args)
      expect([args, ran.code, ran.stdout]).toEqual([args, 2, ""])
      expect(ran.stderr.trim()).not.toBe("")
    }
  })
})

describe("a server that is named", () => {
  const named = "http://nowhere.invalid:8000/v1"

  test("what still runs when all is said, such as the look-up of a name, holds nobody up", async () => {
    const hold = join(folder, "hold.mjs")
    writeFileSync(hold, "if (process.env.OPENCODE_VLLM_APART) setInterval(() => {}, 1000)")
    const ran = await run([named, "--json"], { runtime: "Node", env: { NODE_OPTIONS: `--import ${hold}` } })
    expect([ran.code, ran.stderr]).toEqual([1, ""])
    const [endpoint] = Document.parse(JSON.parse(ran.stdout)).endpoints
    expect(endpoint?.checks[1]).toMatchObject({ id: "reach", status: "fail", code: "dns" })
    expect(ran.ms).toBeLessThan(10_000)
  }, 15_000)

  test.each(Object.keys(RUNTIMES))("exit codes and sentences are the same under %s", async (runtime) => {
    expect(await run([named, "--key-env", "NOT_SET"], { runtime })).toMatchObject({
      ...{ code: 2, stdout: "", stderr: "The environment variable NOT_SET is not set.\n" },
    })
  })

  test("all of a long document arrives", async () => {
    const data = Array.from({ length: 4000 }, (_, i) => ({ id: `model-${i}`, object: "model", owned_by: "me" }))
    const { origin } = await kept(serveRoutes({ "/v1/models": { data } }))
    const cwd = projectWith({ provider: { mine: provider(`${origin}/v1`, { "model-3999": {} }) } })
    for (const runtime of Object.keys(RUNTIMES)) {
      const { endpoints } = Document.parse(JSON.parse((await run(["--json"], { cwd, runtime })).stdout))
      expect(endpoints[0]?.models).toHaveLength(4000)
      expect(endpoints[0]?.checks.find(({ id }) => id === "model")).toMatchObject({ status: "pass" })
    }
  }, 20_000)
})

for (const runtime of Object.keys(RUNTIMES))
  describe(`in time, under ${runtime}`, () => {
    test("seventeen servers, ten of them dead, take as long as the slowest, and the process ends by itself", async () => {
      const alive = await kept(serveRoutes(healthyVllm()))
      const dead = await Promise.all(Array.from({ length: 10 }, () => kept(serveRaw(() => {}))))
      const models = { nemotron: { limit: { context: 262_144, output: 16_000 } } }
      // Under names of their own, as servers have.
      const urls = [
        ...Array.from({ length: 7 }, (_, i) => `${alive.origin}/v1?n=${i}`),
        ...dead.map(({ origin }) => `${origin}/v1`),
      ]
      const entries = urls.map((url, i) => [`server${i}`, provider(url, models)])
      const cwd = projectWith({ provider: Object.fromEntries(entries) })
      const ran = await run(["--json", "--timeout", "1200"], { cwd, runtime })
      const { endpoints } = Document.parse(JSON.parse(ran.stdout))
      expect(ran.code).toBe(1)
      expect(endpoints).toHaveLength(17)
      expect(endpoints.filter(({ checks }) => checks.some(({ code }) => code === "hung"))).toHaveLength(10)
      // One deadline, and the start of the program on a busy machine; ten of them in a row would be 12 s.
      expect(ran.ms).toBeLessThan(10_000)
    }, 60_000)

    test("--deep ends within --timeout whatever the server does", async () => {
      for (const scenario of ["hung", "hung-all"]) {
        const ran = await run([(await sim(scenario)).url, "--deep", "--timeout", "2000", "--json"], { runtime })
        expect([scenario, ran.code]).toEqual([scenario, 1])
        expect(Document.parse(JSON.parse(ran.stdout)).endpoints[0]?.checks.some(({ code }) => code === "hung")).toBe(true)
        expect(ran.ms).toBeLessThan(15_000)
      }
    }, 60_000)
  })

describe("the servers of a project", () => {
  test("a key from the environment goes to the one server that has none, and to none where several have none", async () => {
    const [closed, other] = [await sim("healthy", { apiKey: CANARY }), await sim()]
    const alone = projectWith({ provider: { a: provider(closed.url), b: provider(other.url, undefined, { apiKey: "none" }) } })
    const given = { env: { MY_KEY: CANARY } }
    expect(await run(["--key-env", "MY_KEY"], { cwd: alone, ...given })).toMatchObject({ code: 0 })
    expect(JSON.stringify(other.requests)).not.toContain(CANARY)
    const both = projectWith({ provider: { a: provider(closed.url), b: provider(other.url) } })
    const asked = other.requests.length
    const { code, stdout, stderr } = await run(["--key-env", "MY_KEY"], { cwd: both, ...given })
    expect({ code, stdout, asked: other.requests.length }).toEqual({ code: 2, stdout: "", asked })
    expect(stderr).toContain("(a, b)")
  })

  test("configuration and servers are told together, with file, line and the corrected line", async () => {
    const { url } = await sim("healthy", { apiKey: CANARY })
    const cwd = projectWith({ model: "other/nemotron-3-super", provider: { mine: provider(url, undefined, { apiKey: CANARY }) } })
    const ran = await run([], { cwd })
    expect(ran.code).toBe(1)
    expect(ran.stdout).toMatch(/^ {2}fail {2}opencode\.json:2:3 {2}.*"other".*\n +cure .*\n +line .*mine\/nemotron-3-super/m)
    expect(ran.stdout).toContain(`${url}: vllm 0.32.0, provider mine`)
    expect(ran.stdout + ran.stderr).not.toContain(CANARY)
    const { endpoints, config } = Document.parse(JSON.parse((await run(["--json"], { cwd })).stdout))
    expect(config?.map(({ code }) => code)).toEqual(["provider-unknown", "key-literal"])
    expect(endpoints[0]).toMatchObject({
      provider: "mine",
      checks: [{ id: "config", status: "fail", code: "provider-unknown" }, {}, {}, {}, {}, {}, {}, {}, {}, {}],
    })
  })

  test("what is wrong with the plugin's own entries is told once, and not of a server", async () => {
    const { url } = await sim()
    const cwd = projectWith({ model: "mine/nemotron-3-super", plugin: ["opencode-vllm"], provider: { mine: provider(url) } })
    const { code, stdout } = await run([], { cwd })
    expect(stdout.match(/is not listed in tui\.json/g)).toHaveLength(1)
    expect(stdout).toMatch(/pass {2}config/)
    expect(code).toBe(0)
  })

  test("a project whose configuration fits exits 0", async () => {
    const { url } = await sim()
    const ran = await run(["--json"], { cwd: projectWith({ model: "mine/nemotron-3-super", provider: { mine: provider(url) } }) })
    expect(Document.parse(JSON.parse(ran.stdout)).config).toEqual([])
    expect(ran.code).toBe(0)
  })

  test("a project without a server of its own says so", async () => {
    const ran = await run([], { cwd: projectWith({}) })
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    expect(ran.stdout).toContain("No server of your own is configured here.")
    expect(JSON.parse((await run(["--json"], { cwd: projectWith({}) })).stdout).endpoints).toEqual([])
  })

  test("a broken file is told with its line, and is no stack trace", async () => {
    const ran = await run([], { cwd: projectWith('{\n  "provider": {,}\n}') })
    expect(ran.code).toBe(1)
    expect(ran.stdout).toMatch(/opencode\.json:2:/)
    expect(ran.stderr).toBe("")
  })

  test("--fix shows what it changes, changes only that, and the second run has nothing to do", async () => {
    const { url } = await sim()
    const text = `{\n  // mine\n  "provider": {\n    "mine": ${JSON.stringify(provider(`${url}/`))}\n  }\n}\n`
    const cwd = projectWith(text)
    const first = await run(["--fix", "--json"], { cwd })
    const fixed = readFileSync(join(cwd, "opencode.json"), "utf8")
    expect(fixed).toBe(text.replace(`${url}/"`, `${url}"`))
    expect(first.stderr).toContain(`"baseURL":"${url}"`)
    expect(Document.parse(JSON.parse(first.stdout)).config).toEqual([])
    const second = await run(["--fix"], { cwd })
    expect(second.stderr).toBe("")
    expect(readFileSync(join(cwd, "opencode.json"), "utf8")).toBe(fixed)
  })

  test("--fix asks the servers first: what they answer to is right, and no key is shown", async () => {
    const { origin } = await kept(serveRoutes({ "/models": { data: [{ id: "m", object: "model", owned_by: "me" }] } }))
    const { url } = await sim("healthy", { apiKey: CANARY })
    const well = provider(origin, { m: {} })
    const lacking = provider(url.replace(/\/v1$/, ""), { "Nemotron-3-Super": {} }, { apiKey: CANARY })
    const cwd = projectWith({ provider: { well, lacking } })
    const ran = await run(["--fix"], { cwd })
    const fixed = JSON.parse(readFileSync(join(cwd, "opencode.json"), "utf8"))
    expect(fixed.provider.well).toEqual(well)
    expect(fixed.provider.lacking).toEqual({
      ...lacking,
      options: { ...lacking.options, baseURL: url },
      models: { "Nemotron-3-Super": { id: "nemotron-3-super", limit: { context: 262_144, output: 32_000 } } },
    })
    expect(ran.stderr).toContain('"apiKey": "***"')
    expect(ran.stdout + ran.stderr).not.toContain(CANARY)
  })

  test("--fix says which file it cannot write, and exits 2", async () => {
    const { url } = await sim()
    const cwd = projectWith({ provider: { mine: provider(`${url}/`) } })
    chmodSync(join(cwd, "opencode.json"), 0o444)
    const ran = await run(["--fix"], { cwd })
    expect([ran.code, ran.stdout]).toEqual([2, ""])
    expect(ran.stderr).toMatch(/opencode\.json cannot be written \(EACCES\)\. Nothing was written\.\n$/)
  })
})
