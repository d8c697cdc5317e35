import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SCENARIOS, type Sim, startSim } from "../src/sim/index.ts"

const CLI = join(import.meta.dir, "../src/cli.ts")
const RECORDED = join(import.meta.dir, "../src/sim/recorded")
const CANARY = "sk-canary-77aa"

interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

function run(args: string[], { input, env }: { input?: string; env?: Record<string, string> } = {}): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, NO_COLOR: "1", ...env } })
  const ran: Ran = { code: null, stdout: "", stderr: "" }
  child.stdout.on("data", (bytes) => {
    ran.stdout += bytes
  })
  child.stderr.on("data", (bytes) => {
    ran.stderr += bytes
  })
  child.stdin.end(input ?? "")
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ran, code })))
}

/** What the command writes to a terminal; undefined where there is no util-linux `script` to make one. */
function onTerminal(args: string[], env: Record<string, string>): Promise<string | undefined> {
  const command = [process.execPath, CLI, ...args].map((arg) => `'${arg}'`).join(" ")
  const child = spawn("script", ["-qec", command, "/dev/null"], { env: { ...process.env, TERM: "xterm", ...env } })
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

describe("opencode-vllm", () => {
  test("--version and --help exit 0 and name every command", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, stdout: "dev\n", stderr: "" })
    const help = await run(["--help"])
    expect(help.code).toBe(0)
    for (const command of ["check", "inspect", "sim"]) expect(help.stdout).toContain(command)
  })

  test("bad usage exits 2 with a sentence on standard error and nothing on standard output", async () => {
    const bad = [
      ["nope"],
      ["sim", "--port", "x"],
      ["sim", "--scenario", "nope"],
      ["inspect"],
      ["check", "--timeout", "-1", "http://x/v1"],
    ]
    for (const args of bad) {
      const ran = await run(args)
      expect([args, ran.code, ran.stdout]).toEqual([args, 2, ""])
      expect(ran.stderr.trim()).not.toBe("")
      expect(ran.stderr).not.toContain("    at ")
    }
  })
})

describe("sim", () => {
  test("--list names every scenario with its line", async () => {
    const { code, stdout } = await run(["sim", "--list"])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split("\n")
    expect(lines).toHaveLength(Object.keys(SCENARIOS).length)
    for (const [name, { line }] of Object.entries(SCENARIOS))
      expect(lines.some((l) => l.startsWith(`${name} `) && l.endsWith(line))).toBe(true)
  })

  test("prints its URL, then a line per request without the query, and ends on an interrupt", async () => {
    const env = { ...process.env, SIM_KEY: CANARY }
    const child = spawn(process.execPath, [CLI, "sim", "--port", "0", "--scenario", "empty", "--api-key-env", "SIM_KEY"], { env })
    let printed = ""
    child.stdout.on("data", (bytes) => {
      printed += bytes
    })
    const has = async (text: string) => {
      for (let i = 0; i < 400 && !printed.includes(text); i++) await Bun.sleep(5)
      return printed.includes(text)
    }
    expect(await has("Ctrl-C")).toBe(true)
    const url = /http:\/\/[^ ,]+\/v1/.exec(printed)![0]
    expect((await fetch(`${url}/models?key=${CANARY}`)).status).toBe(401)
    expect((await fetch(`${url}/models`, { headers: { authorization: `Bearer ${CANARY}` } })).status).toBe(200)
    expect(await has("GET /v1/models  200  empty")).toBe(true)
    expect(printed).toContain("GET /v1/models  401  empty")
    child.kill("SIGINT")
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0)
    expect(printed).not.toContain(CANARY)
  })

  test("a port that is taken is one sentence, exit 1", async () => {
    const sim = await startSim()
    const ran = await run(["sim", "--port", String(sim.port)])
    await sim.close()
    expect(ran).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `Port ${sim.port} cannot be used (EADDRINUSE). Take another one with --port.\n`,
    })
  })

  test("an environment variable that is not set is named", async () => {
    expect(await run(["sim", "--api-key-env", "NOT_SET_HERE"])).toMatchObject({
      code: 2,
      stderr: "The environment variable NOT_SET_HERE is not set.\n",
    })
  })
})

describe("check", () => {
  let sim: Sim
  beforeAll(async () => {
    sim = await startSim({ apiKey: CANARY })
  })
  afterAll(() => sim.close())
  const env = { MY_KEY: CANARY }

  test("a healthy server exits 0 and is named with its models", async () => {
    const { code, stdout } = await run(["check", sim.url, "--key-env", "MY_KEY", "--model", "nemotron-3-super"], { env })
    expect(code).toBe(0)
    expect(stdout).toContain(`${sim.url}: vllm 0.32.0`)
    expect(stdout).toContain("serves nemotron-3-super, 262144 tokens of context")
    expect(stdout).not.toContain("fail")
    expect(stdout).not.toContain(CANARY)
  })

  test("a failing check exits 1 and says what to change", async () => {
    const { code, stdout } = await run(["check", sim.url])
    expect(code).toBe(1)
    expect(stdout).toMatch(/fail {2}auth .*\n +\S/)
    expect(stdout).not.toContain(CANARY)
  })

  test("--json prints one document of the agreed shape and nothing else", async () => {
    const { code, stdout, stderr } = await run(["check", sim.url, "--key-env", "MY_KEY", "--model", "other", "--json"], { env })
    expect([code, stderr]).toEqual([1, ""])
    const { endpoints } = JSON.parse(stdout)
    expect(Object.keys(endpoints[0])).toEqual(["url", "server", "models", "checks"])
    expect(endpoints[0].server).toEqual({ kind: "vllm", version: "0.32.0" })
    expect(endpoints[0].checks.find((check: { id: string }) => check.id === "model")).toMatchObject({
      status: "fail",
      code: "no-such-model",
    })
    expect(stdout).not.toContain(CANARY)
  })

  test("a server that never answers is given up in time", async () => {
    const silent = await startSim({ scenario: "hung-all" })
    const began = performance.now()
    const { code } = await run(["check", silent.url, "--timeout", "300"])
    await silent.close()
    expect(code).toBe(1)
    expect(performance.now() - began).toBeLessThan(15_000)
  })
})

describe("inspect", () => {
  let folder: string
  let request: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opencode-vllm-cli-"))
    request = join(folder, "request.json")
    const parameters = { type: "object", properties: { command: { type: "string" } }, required: ["command"] }
    const tools = [{ type: "function", function: { name: "bash", parameters } }]
    await writeFile(request, JSON.stringify({ model: "local", messages: [{ role: "user", content: "List the files." }], tools }))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const recorded = (name: string) => join(RECORDED, `${name}.sse`)

  test("a healthy stream exits 0", async () => {
    const { code, stdout } = await run(["inspect", recorded("healthy"), "--request", request])
    expect(code).toBe(0)
    expect(stdout).toContain("calls: bash")
  })

  test("a leak exits 1 and names kind, tool, cause and cure", async () => {
    const { code, stdout } = await run(["inspect", recorded("leak-block"), "--request", request])
    expect(code).toBe(1)
    expect(stdout).toContain("reasoning-in-arguments")
    expect(stdout).toContain("the argument command, call to bash")
    expect(stdout).toMatch(/\n {2}cause {2}\S.*\n {2}cure {3}\S.*\n {2}see {4}\S/)
  })

  test("--json prints one document of the agreed shape and nothing else", async () => {
    const { code, stdout, stderr } = await run(["inspect", recorded("swallowed"), "--request", request, "--json"])
    expect([code, stderr]).toEqual([1, ""])
    const document = JSON.parse(stdout)
    expect(Object.keys(document)).toEqual(["findings", "response"])
    expect(document.findings[0].kind).toBe("output-swallowed")
    expect(document.response).toMatchObject({ contentBytes: 2, calls: [], finish: "stop", usage: { completionTokens: 64 } })
  })

  test("- reads standard input, without a request too", async () => {
    const input = await Bun.file(recorded("answer-in-reasoning")).text()
    const { code, stdout } = await run(["inspect", "-"], { input })
    expect(code).toBe(1)
    expect(stdout).toContain("answer-in-reasoning")
  })

  test("what cannot be read exits 2 with one sentence", async () => {
    const broken = join(folder, "broken.json")
    await writeFile(broken, "{")
    expect(await run(["inspect", join(folder, "nothing.sse")])).toMatchObject({ code: 2, stdout: "" })
    expect(await run(["inspect", recorded("healthy"), "--request", broken])).toMatchObject({
      code: 2,
      stderr: `${broken} is not JSON.\n`,
    })
    await writeFile(broken, "[]")
    expect((await run(["inspect", recorded("healthy"), "--request", broken])).code).toBe(2)
    const refusals: [input: string, rest: string][] = [
      ["hello", 'is not an event stream: no line begins with "data:".'],
      ["", 'is not an event stream: no line begins with "data:".'],
      ["{", "is neither an event stream nor a whole JSON document."],
      ['{"error":{"message":"no"}}', "holds an error that the server sent instead of an answer."],
      ['{"object":"error","message":"no"}', "holds an error that the server sent instead of an answer."],
      ['{"detail":"Not Found"}', "holds an error that the server sent instead of an answer."],
      ['{"object":"list","data":[]}', "holds no answer of Chat Completions, Responses or Messages."],
      ['data: {"choices":[{"index":0,"text":"hi"}]}\n\n', "holds no answer of Chat Completions, Responses or Messages."],
    ]
    for (const [input, rest] of refusals) {
      const refused = await run(["inspect", "-"], { input })
      expect(refused).toEqual({ code: 2, stdout: "", stderr: `Standard input ${rest}\n` })
    }
  })

  test("an answer that was not streamed is read as well", async () => {
    const message = { role: "assistant", content: null, reasoning: "Nothing to do." }
    const input = JSON.stringify({ object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] })
    const { code, stdout } = await run(["inspect", "-"], { input })
    expect(code).toBe(1)
    expect(stdout).toContain("answer-in-reasoning")
    expect(stdout).toContain("14 bytes of reasoning")
  })

  test("to a terminal it writes colours, unless NO_COLOR is set; what a server puts into its answer cannot steer it", async () => {
    const evil = join(folder, "evil.sse")
    const call = { index: 0, id: "c\u001b[2J", function: { name: "bash<|channel|>\u001b]0;x\u0007\u009b31m", arguments: "{}" } }
    await writeFile(evil, `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [call] } }] })}\n\n`)
    const plain = await run(["inspect", evil, "--request", request])
    expect(plain.code).toBe(1)
    expect(plain.stdout).toContain("tool-name-corrupt")
    expect(plain.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
    expect((await run(["inspect", evil, "--request", request, "--json"])).stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
    const terminal = await onTerminal(["inspect", evil, "--request", request], { NO_COLOR: "" })
    if (terminal === undefined) return
    expect(terminal).toContain("\x1b[1;31mtool-name-corrupt\x1b[0m")
    expect(await onTerminal(["inspect", evil, "--request", request], { NO_COLOR: "1" })).not.toContain("\x1b")
  })

  test("a long document reaches a slow pipe whole", async () => {
    const event = (index: number) =>
      `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":${index},"id":"c${index}","function":{"name":"nope${index}","arguments":"{}"}}]}}]}\n\n`
    const input = Array.from({ length: 3000 }, (_, i) => event(i)).join("")
    const { stdout } = await run(["inspect", "-", "--json", "--request", request], { input })
    expect(() => JSON.parse(stdout)).not.toThrow()
  })
})
