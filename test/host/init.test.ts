/** `opencode-vllm init` in a fresh project: the real OpenCode works with what it wrote, at its first start. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { makeProject, type Project, root, run } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"

const CANARY = "sk-canary-1b17c0de"
const LIMIT = 240_000
let sim: Sim
let project: Project

beforeAll(async () => {
  // A slash in the name: OpenCode takes everything behind the first one for the model.
  sim = await startSim({ scenario: "leak-block", apiKey: CANARY, model: "nvidia/nemotron-3-super" })
  project = makeProject({ url: sim.url, env: { GPU_KEY: CANARY } })
  rmSync(join(project.dir, "opencode.json"))
})
afterAll(async () => {
  await sim.close()
  project.dispose()
})

/** The build of this repository stands for the package, which no test can install. */
function init(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn("node", [join(root, "dist/cli.js"), "init", "--yes", "--plugin", root, ...args], {
    cwd: project.dir,
    env: project.env,
    stdio: ["ignore", "pipe", "inherit"],
  })
  let stdout = ""
  child.stdout.on("data", (bytes) => {
    stdout += bytes
  })
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout })))
}

test(
  "after `init --url` a session runs: the model is chosen, the key is sent, the plugin speaks",
  async () => {
    expect((await init("--url", sim.url.replace("/v1", ""), "--key-env", "GPU_KEY")).code).toBe(0)
    const { code, stdout } = await run(project, ["run", "What is in src?"], LIMIT)
    expect(stdout).toContain("opencode-vllm: ")
    expect(code).toBe(0)
    const asked = sim.requests.filter(({ path }) => path === "/v1/chat/completions")
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.every(({ status }) => status === 200)).toBe(true)
    expect(asked.at(-1)?.headers.authorization).toBe(`Bearer ${CANARY}`)
    expect(JSON.parse(asked.at(-1)?.body ?? "{}").model).toBe("nvidia/nemotron-3-super")
  },
  LIMIT,
)

test(
  "OpenCode reads the file as it was meant",
  async () => {
    const { stdout } = await run(project, ["debug", "config"], LIMIT)
    const config = JSON.parse(stdout.slice(stdout.indexOf("{")))
    expect(config.model).toBe("vllm/nvidia/nemotron-3-super")
    expect(config.provider.vllm.options).toMatchObject({ baseURL: sim.url })
    expect(config.provider.vllm.models["nvidia/nemotron-3-super"]).toMatchObject({
      limit: { context: 262_144, output: 32_000 },
      tool_call: true,
      reasoning: true,
    })
  },
  LIMIT,
)

test(
  "OpenCode has left the files alone, and a second run has nothing to do",
  async () => {
    const before = ["opencode.json", "tui.json"].map((file) => readFileSync(join(project.dir, file), "utf8"))
    expect(before.join()).not.toContain(CANARY)
    const { code, stdout } = await init("--url", sim.url)
    expect([code, stdout.includes("Nothing to do")]).toEqual([0, true])
    expect(["opencode.json", "tui.json"].map((file) => readFileSync(join(project.dir, file), "utf8"))).toEqual(before)
  },
  LIMIT,
)
