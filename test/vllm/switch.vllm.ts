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
  beta = await serve({ flags, scripts, names: ["beta"], maxModelLen: 65_536, env: { VLLM_SERVER_DEV_MODE: "1" } })
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

/** Tokens that a server has generated so far. */
const generated = (server: VllmServer) => metric(server, "vllm:generation_tokens_total")

/** Tokens of the prompt of the last step that `run --format json` tells. */
function prompted(lines: string): number {
  const events = lines.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []))
  const { input, cache } = events.findLast(({ type }) => type === "step_finish").part.tokens
  return input + cache.read + cache.write
}

test(
  "the list shows both, the switch holds, the tools run on the second server, the way back holds too, and a sleeping server is woken",
  async () => {
    const first = await run(project, ["run", "--format", "json", "PLAY:talk"], LIMIT)
    expect(first.stdout).toContain("Good morning, all is well here.")
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
    const onBeta = await generated(beta)
    const last = await run(project, ["run", "-c", "--format", "json", "PLAY:talk"], LIMIT)
    expect(last.stdout).toContain("Good morning, all is well here.")
    expect(await generated(beta)).toBe(onBeta)
    // The prompt holds what was said on both.
    expect(prompted(last.stdout)).toBeGreaterThan(prompted(first.stdout))

    expect((await fetch(`${beta.origin}/sleep?level=1`, { method: "POST" })).ok).toBe(true)
    const woken = await run(project, ["run", "-c", "--command", "switch-model", "beta"], LIMIT)
    expect(woken.stdout).toContain("beta is waking up")
    expect(woken.stdout).toContain("Now using `two/beta`")
    expect(await (await fetch(`${beta.origin}/is_sleeping`)).json()).toEqual({ is_sleeping: false })
  },
  4 * LIMIT,
)
