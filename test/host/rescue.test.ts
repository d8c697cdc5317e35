/** The real OpenCode on simulated servers whose tool parser is missing or wrong: the agent works, and what goes wrong goes wrong as ever. */
import { afterAll, describe, expect, test } from "bun:test"
import { createOpencodeClient } from "@opencode-ai/sdk"
import { makeProject, type Project, run, serveOpenCode, start } from "../../scripts/host.ts"
import { type Sim, type SimOptions, startSim } from "../../src/sim/index.ts"

const LIMIT = 240_000
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

async function setUp(sim: SimOptions, options: Record<string, unknown> = {}): Promise<{ sim: Sim; project: Project }> {
  const server = await startSim(sim)
  const project = makeProject({ url: server.url, options })
  closing.push(
    () => server.close(),
    () => project.dispose(),
  )
  return { sim: server, project }
}

const NOTICE = /opencode-vllm: .*/g

describe("opencode run", () => {
  test(
    "on a server without a tool parser the tool runs, the turn ends, and one notice names the flags",
    async () => {
      const { project, sim } = await setUp({ scenario: "no-tool-parser" })
      const { stdout, stderr, code } = await run(project, ["run", "What is in src?"], LIMIT)
      const screen = stdout + stderr
      expect(code).toBe(0)
      expect(screen).toContain("price.ts")
      expect(stdout).toContain("Done.")
      expect(screen.match(NOTICE)).toHaveLength(1)
      expect(screen).toContain("so the agent works")
      expect(screen).toContain("--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3")
      expect(sim.requests.filter((one) => one.status === 400)).toHaveLength(1)
      // Turns without tools (titles, summaries) are read here too once rescue is on: no thoughts in their text.
      const again = await run(project, ["run", "-c", "And now?"], LIMIT)
      expect(again.code).toBe(0)
      expect(again.stdout + again.stderr).not.toContain("</think>")
    },
    LIMIT,
  )

  test(
    "on a server that swallows calls, with `always`: the same",
    async () => {
      const { project } = await setUp({ scenario: "swallowed" }, { rescue: "always" })
      const { stdout, stderr, code } = await run(project, ["run", "What is in src?"], LIMIT)
      const screen = stdout + stderr
      expect(code).toBe(0)
      expect(screen).toContain("price.ts")
      expect(stdout).toContain("Done.")
      expect(screen.match(NOTICE)).toHaveLength(1)
    },
    LIMIT,
  )

  test(
    "a conversation that outgrows the context is shortened, with rescue as without",
    async () => {
      const outgrow = async (scenario: string) => {
        const { project, sim } = await setUp({ scenario, maxModelLen: 30_000 })
        const words = (n: number, what: string) =>
          Array.from({ length: n }, (_, i) => `${what} number ${i} of the list.`).join(" ")
        await run(project, ["run", words(2_000, "Apple")], LIMIT)
        const before = sim.requests.length
        const { stdout } = await run(project, ["run", "-c", words(1_200, "Pear")], LIMIT)
        const later = sim.requests.slice(before).filter((one) => one.method === "POST")
        return {
          overflows: later.filter((one) => one.status === 400 && one.body.includes("Pear")).length > 0,
          summaries:
            later.filter((one) => one.status === 200 && one.body.includes("Apple") && !one.body.includes('"tools":')).length > 0,
          answered: stdout.includes("Done."),
        }
      }
      const without = await outgrow("healthy")
      expect(without.overflows).toBe(true)
      expect(without.summaries).toBe(true)
      expect(await outgrow("no-tool-parser")).toEqual(without)
    },
    LIMIT,
  )

  test(
    "cut in the middle of an answer: the server stops writing",
    async () => {
      const { project, sim } = await setUp({ scenario: "no-tool-parser", chunkMs: 400 })
      const child = start(project, ["run", "What is in src?"])
      const gone = new Promise((closed) => child.once("close", closed))
      const running = () => sim.requests.find((one) => one.ms === undefined && isRaw(one.body))
      await until(() => running() !== undefined)
      await new Promise((next) => setTimeout(next, 1_000))
      const cut = running()
      child.kill("SIGINT")
      await gone
      await until(() => cut?.ms !== undefined)
    },
    LIMIT,
  )
})

describe("opencode serve", () => {
  test(
    "a server restarted with a parser is asked in its own way again, and rescued again when the parser is gone",
    async () => {
      const { sim: first, project } = await setUp({ scenario: "no-tool-parser" })
      const { port } = new URL(first.url)
      const { url, child } = await serveOpenCode(project)
      closing.push(() => child.kill())
      const client = createOpencodeClient({ baseUrl: url, directory: project.dir })
      const path = { id: (await client.session.create({ body: { title: "test" } })).data?.id ?? "" }
      const ask = () => client.session.prompt({ path, body: { parts: [{ type: "text", text: "What is in src?" }] } })
      const look = () =>
        client.session.command({ path, body: { command: "vllm-status", arguments: "", model: "local/nemotron-3-super" } })
      const choices = (sim: Sim) =>
        sim.requests
          .filter((one) => one.path.endsWith("/chat/completions") && one.body.includes('"stream":true'))
          .map((one) => (JSON.parse(one.body) as { tool_choice?: string }).tool_choice)
      await ask()
      expect(choices(first)).toEqual(["auto", "none", "none"])
      await first.close()

      const second = await startSim({ scenario: "healthy", port: Number(port) })
      await look()
      await ask()
      expect(choices(second)).toEqual(["auto", "auto"])
      await second.close()

      const third = await startSim({ scenario: "no-tool-parser", port: Number(port) })
      closing.push(() => third.close())
      await ask()
      expect(choices(third)).toEqual(["auto", "none", "none"])
    },
    LIMIT,
  )
})

/** A whole question in raw form, not one of the small ones that prove it. */
const isRaw = (body: string) => body.includes('"skip_special_tokens":false') && body.includes('"stream":true')

async function until(holds: () => boolean): Promise<void> {
  const late = performance.now() + 120_000
  while (!holds()) {
    if (performance.now() > late) throw new Error("It did not come about.")
    await new Promise((next) => setTimeout(next, 50))
  }
}
