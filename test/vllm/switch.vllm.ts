/** Two real servers: a session begins on the one, goes on on the other, and goes back, with its history. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { makeProject, type Project, run } from "../../scripts/host.ts"
import { serve, type VllmServer } from "../../scripts/vllm.mjs"
import { RAN, scripts } from "./scripts.ts"
import { metric } from "./serving.ts"

const LIMIT = 240_000
let alpha: VllmServer
let beta: VllmServer
let project: Project

beforeAll(async () => {
  const flags = ["--enable-auto-tool-choice", "--tool-call-parser", "qwen3_coder", "--reasoning-parser", "nemotron_v3"]
  alpha = await serve({ flags, scripts, names: ["alpha"] })
  beta = await serve({ flags, scripts, names: ["beta"], maxModelLen: 65_536 })
  const provider = (server: VllmServer, context: number) => ({
    npm: "@ai-sdk/openai-compatible",
    name: server.model,
    options: { baseURL: server.url, apiKey: "none" },
    models: { [server.model]: { name: server.model, limit: { context, output: 8_192 }, tool_call: true } },
  })
  project = makeProject({
    url: alpha.url,
    config: { model: "one/alpha", provider: { one: provider(alpha, 131_072), two: provider(beta, 65_536) } },
  })
}, 400_000)

afterAll(async () => {
  project?.dispose()
  await alpha?.stop()
  await beta?.stop()
})

/** Tokens that a server has generated, and has read, so far. */
const generated = (server: VllmServer) => metric(server, "vllm:generation_tokens_total")
const prompted = (server: VllmServer) => metric(server, "vllm:prompt_tokens_total")

test(
  "the list shows both, the switch holds, the tools run on the second server, and the way back holds too",
  async () => {
    expect((await run(project, ["run", "PLAY:talk"], LIMIT)).stdout).toContain("Good morning, all is well here.")
    expect(await generated(beta)).toBe(0)

    const list = await run(project, ["run", "-c", "--command", "switch-model"], LIMIT)
    expect(list.stdout).toMatch(/`one\/alpha` +\*\*current\*\*, 131,072/)
    expect(list.stdout).toMatch(/`two\/beta` +65,536/)

    const switched = await run(project, ["run", "-c", "--command", "switch-model", "two/beta"], LIMIT)
    expect(switched.stdout).toContain("Now using `two/beta` (65,536 tokens of context).")
    const before = await generated(alpha)

    const { stdout, stderr } = await run(project, ["run", "-c", "PLAY:shell"], LIMIT)
    expect(stdout + stderr).toContain(RAN)
    expect(stdout).toContain("The command printed its number.")
    expect(await generated(beta)).toBeGreaterThan(40)
    expect(await generated(alpha)).toBe(before)

    const back = await run(project, ["run", "-c", "--command", "switch-model", "--", "-"], LIMIT)
    expect(back.stdout).toContain("Now using `one/alpha`")
    const [onAlpha, onBeta] = [await prompted(alpha), await prompted(beta)]
    const last = await run(project, ["run", "-c", "PLAY:talk"], LIMIT)
    expect(last.stdout).toContain("Good morning, all is well here.")
    expect(await prompted(beta)).toBe(onBeta)
    // The prompt holds what was said on both.
    expect((await prompted(alpha)) - onAlpha).toBeGreaterThan(onAlpha - 1)
  },
  4 * LIMIT,
)
