/** `opencode serve` with a client of the SDK: what every other front end (terminal interface attached, web, desktop) gets to show. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import type { ChildProcess } from "node:child_process"
import { createOpencodeClient } from "@opencode-ai/sdk"
import { makeProject, type Project, serveOpenCode } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"

const LIMIT = 240_000
let sim: Sim
let project: Project
let server: ChildProcess
let client: ReturnType<typeof createOpencodeClient>

beforeAll(async () => {
  sim = await startSim()
  project = makeProject({ url: sim.url })
  const { url, child } = await serveOpenCode(project)
  server = child
  client = createOpencodeClient({ baseUrl: url, directory: project.dir })
}, LIMIT)

afterAll(async () => {
  server.kill()
  await sim.close()
  project.dispose()
})

async function session() {
  const created = await client.session.create({ body: { title: "test" } })
  return created.data?.id as string
}

async function ask(id: string, scenario: string) {
  sim.set(scenario)
  await client.session.prompt({
    path: { id },
    body: { model: { providerID: "local", modelID: "nemotron-3-super" }, parts: [{ type: "text", text: "What is in src?" }] },
  })
}

/** Texts of the plugin's own in the stored session, in order, with the kind of part that they follow. */
async function notes(id: string) {
  const { data = [] } = await client.session.messages({ path: { id } })
  return data.flatMap(({ parts }) =>
    parts.flatMap((part, i) =>
      part.type === "text" && part.text.startsWith("opencode-vllm: ") ? [{ text: part.text, after: parts[i - 1]?.type }] : [],
    ),
  )
}

test(
  "the sentence is stored with the message, behind the step it concerns, and stays out of the next request",
  async () => {
    const id = await session()
    await ask(id, "leak-path")
    const found = await notes(id)
    expect(found).toHaveLength(1)
    expect(found[0]?.text).toContain("`filePath`")
    expect(found[0]?.after).toBe("step-finish")

    await ask(id, "healthy-text")
    const last = sim.requests.filter((r) => r.path.includes("/chat/completions")).at(-1)?.body ?? ""
    expect(last).toContain("What is in src?")
    expect(last).not.toContain("opencode-vllm: ")
  },
  LIMIT,
)

test(
  "the same cause again in the same session is counted, not said; a new session hears it",
  async () => {
    const first = await session()
    await ask(first, "swallowed")
    await ask(first, "swallowed")
    expect(await notes(first)).toHaveLength(1)
    const second = await session()
    await ask(second, "swallowed")
    expect(await notes(second)).toHaveLength(1)
  },
  LIMIT,
)

test(
  "the status page counts the session's findings, and leaves no trace in later requests",
  async () => {
    const id = await session()
    await ask(id, "swallowed")
    await ask(id, "swallowed")
    await client.session.command({
      path: { id },
      body: { command: "vllm-status", arguments: "", model: "local/nemotron-3-super" },
    })
    const { data = [] } = await client.session.messages({ path: { id } })
    const page = data.at(-1)?.parts.find((p) => p.type === "text")
    expect(page?.type === "text" && page.text).toMatch(/output-swallowed.*2 times/s)

    await ask(id, "healthy-text")
    const last = sim.requests.filter((r) => r.path.includes("/chat/completions")).at(-1)?.body ?? ""
    expect(last).not.toContain("Status of your LLM servers")
    expect(last).not.toContain("/vllm-status")
  },
  LIMIT,
)

test(
  "a swallowed call offers rescue; after the user's word the same question runs the tool",
  async () => {
    const id = await session()
    await ask(id, "swallowed")
    expect((await notes(id))[0]?.text).toContain("/vllm-status --rescue")
    const toolsRun = async () => {
      const { data = [] } = await client.session.messages({ path: { id } })
      return data.flatMap(({ parts }) => parts.filter((part) => part.type === "tool")).length
    }
    expect(await toolsRun()).toBe(0)
    const command = async (args: string) => {
      const body = { command: "vllm-status", arguments: args, model: "local/nemotron-3-super" }
      await client.session.command({ path: { id }, body })
      const { data = [] } = await client.session.messages({ path: { id } })
      const page = data.at(-1)?.parts.find((part) => part.type === "text")
      return page?.type === "text" ? page.text : ""
    }
    expect(await command("--rescue")).toContain("The plugin reads the model's own text.")
    await ask(id, "swallowed")
    expect(await toolsRun()).toBe(1)
    expect((await notes(id)).at(-1)?.text).toContain("so the agent works")
    expect(await command("--no-rescue")).toContain("lets the plugin read the model's own text")
    await ask(id, "swallowed")
    expect(await toolsRun()).toBe(1)
  },
  LIMIT,
)

test(
  "the agent has the status as a tool without arguments",
  async () => {
    const id = await session()
    await ask(id, "healthy")
    const body = JSON.parse(sim.requests.filter((r) => r.path.includes("/chat/completions")).at(-1)?.body ?? "{}")
    const tool = body.tools.find((t: { function: { name: string } }) => t.function.name === "vllm_status")
    expect(tool.function.parameters).toMatchObject({ type: "object", properties: {} })
  },
  LIMIT,
)

test(
  "a server that dies in the middle of an answer is named, and named again as well when it is back",
  async () => {
    const id = await session()
    await ask(id, "healthy-text")
    sim.set("engine-dead")
    // OpenCode itself would repeat the request in silence, five times.
    const before = sim.requests.length
    await client.session.prompt({
      path: { id },
      body: { model: { providerID: "local", modelID: "nemotron-3-super" }, parts: [{ type: "text", text: "hi" }] },
    })
    expect(sim.requests.slice(before).filter((one) => one.path.endsWith("/chat/completions"))).toHaveLength(1)
    const { data = [] } = await client.session.messages({ path: { id } })
    expect(JSON.stringify(data.at(-1)?.info)).toMatch(/engine.*Cure: /)
    // Said once: by the answer that failed.
    expect(await notes(id)).toEqual([])
    await ask(id, "healthy-text")
    const seen = async (wanted: RegExp) => {
      for (let i = 0; i < 100; i++) {
        if ((await notes(id)).some((n) => wanted.test(n.text))) return true
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      return false
    }
    expect(await seen(/again/)).toBe(true)
  },
  LIMIT,
)
