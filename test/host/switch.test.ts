/** Changing the model in mid-session in the real OpenCode: from one simulated server to another, by command and by the agent. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { createOpencodeClient } from "@opencode-ai/sdk"
import { makeProject, type Project, run, serveOpenCode } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { until } from "../until.ts"

const LIMIT = 240_000
let alpha: Sim
let beta: Sim
const closing: (() => unknown)[] = []

const model = (name: string) => ({ [name]: { name, limit: { context: 131_072, output: 8_192 }, tool_call: true } })
const provider = (url: string, name: string) => ({
  npm: "@ai-sdk/openai-compatible",
  name,
  options: { baseURL: url, apiKey: "none" },
  models: model(name),
})

/** OpenCode with two servers, at first on the one at `url`. */
function project(url = alpha.url, config: Record<string, unknown> = {}, options = {}): Project {
  const made = makeProject({
    url,
    options,
    config: {
      model: "one/alpha",
      provider: { one: provider(url, "alpha"), two: provider(beta.url, "beta") },
      ...config,
    },
  })
  closing.push(() => made.dispose())
  return made
}

beforeAll(async () => {
  alpha = await startSim({ model: "alpha", scenario: "healthy-text", chunkMs: 0 })
  beta = await startSim({ model: "beta", scenario: "healthy-text", chunkMs: 0 })
  closing.push(
    () => alpha.close(),
    () => beta.close(),
  )
})
afterAll(async () => {
  for (const close of closing) await close()
})

/** What a server was asked in conversations, titles aside. */
const asked = (sim: Sim, from = 0) =>
  sim.requests
    .slice(from)
    .filter((one) => one.path.endsWith("/chat/completions") && one.body.includes('"tools":'))
    .map((one) => one.body)

describe("opencode run", () => {
  test(
    "/switch-model lists, switches in mid-session with the history, and goes back",
    async () => {
      const p = project()
      expect((await run(p, ["run", "Remember the word walnut."], LIMIT)).code).toBe(0)
      expect(asked(alpha)).toHaveLength(1)

      const list = await run(p, ["run", "-c", "--command", "switch-model"], LIMIT)
      expect(list.stdout).toMatch(/`one\/alpha` +\*\*current\*\*/)
      expect(list.stdout).toContain("`two/beta`")

      const switched = await run(p, ["run", "-c", "--command", "switch-model", "beta"], LIMIT)
      expect(switched.stdout).toContain("Now using `two/beta`")
      expect(asked(beta)).toEqual([])

      expect((await run(p, ["run", "-c", "Which word?"], LIMIT)).code).toBe(0)
      expect(asked(beta)).toHaveLength(1)
      expect(asked(beta)[0]).toContain("walnut")
      expect(asked(beta)[0]).not.toContain("Now using")
      expect(asked(alpha)).toHaveLength(1)

      const unknown = await run(p, ["run", "-c", "--command", "switch-model", "alpa"], LIMIT)
      expect(unknown.stdout).toContain("`one/alpha`")

      // Every `run` is another process: only the session knows what was before.
      // OpenCode's own command line drops a lone dash (1.18.33).
      const back = await run(p, ["run", "-c", "--command", "switch-model", "--", "-"], LIMIT)
      expect(back.stdout).toContain("Now using `one/alpha`")
      await run(p, ["run", "-c", "And now?"], LIMIT)
      expect([asked(alpha).length, asked(beta).length]).toEqual([2, 1])
    },
    2 * LIMIT,
  )

  test(
    "what a server serves beyond the configuration is offered from the second start on, with its limits",
    async () => {
      const p = project(alpha.url, {
        provider: { one: provider(alpha.url, "alpha"), two: { ...provider(beta.url, "beta"), models: {} } },
      })
      await run(p, ["run", "hi"], LIMIT)
      expect(existsSync(join(p.home, ".cache/opencode-vllm/models.json"))).toBe(true)
      const models = await run(p, ["models", "--verbose"], LIMIT)
      expect(models.stdout).toContain("two/beta")
      expect(models.stdout).toMatch(/"context": 262144/)
      const before = beta.requests.length
      await run(p, ["run", "-m", "two/beta", "hi"], LIMIT)
      expect(asked(beta, before)).toHaveLength(1)
    },
    LIMIT,
  )

  test(
    "the agent switches with its tool: the next step of the running loop is the new model's",
    async () => {
      const url = await callingOnce("switch_model", { model: "beta" })
      const p = project(url, { permission: { "*": "allow" } })
      const before = beta.requests.length
      const ran = await run(p, ["run", "Use the other model."], LIMIT)
      expect(ran.code).toBe(0)
      const steps = asked(beta, before)
      expect(steps).toHaveLength(1)
      expect(steps[0]).toContain("Use the other model.")
      expect(steps[0]).toContain("Now using")
      expect(steps[0]).not.toContain("The model was switched.")
    },
    LIMIT,
  )

  test(
    "a user who says no keeps the model",
    async () => {
      const url = await callingOnce("switch_model", { model: "beta" })
      const p = project(url, { permission: { switch_model: "deny" } })
      const before = beta.requests.length
      await run(p, ["run", "Use the other model."], LIMIT)
      expect(asked(beta, before)).toEqual([])
    },
    LIMIT,
  )
})

describe("opencode serve with a client that keeps naming the old model, as the terminal interface does", () => {
  let client: ReturnType<typeof createOpencodeClient>
  beforeAll(async () => {
    const p = project()
    const { url, child } = await serveOpenCode(p)
    closing.push(() => child.kill())
    client = createOpencodeClient({ baseUrl: url, directory: p.dir })
  }, LIMIT)

  test(
    "the switch holds until the client names a third",
    async () => {
      const id = (await client.session.create({ body: { title: "test" } })).data?.id as string
      const ask = (text: string) =>
        client.session.prompt({
          path: { id },
          body: { model: { providerID: "one", modelID: "alpha" }, parts: [{ type: "text", text }] },
        })
      await ask("first")
      const before = beta.requests.length
      const body = { command: "switch-model", arguments: "two/beta", model: "one/alpha" }
      await client.session.command({ path: { id }, body })
      await ask("second")
      expect(asked(beta, before)).toHaveLength(1)
      await client.session.command({ path: { id }, body: { ...body, arguments: "-" } })
      await ask("third")
      expect(asked(beta, before)).toHaveLength(1)
    },
    LIMIT,
  )
})

describe("opencode serve", () => {
  let client: ReturnType<typeof createOpencodeClient>
  const more = { ...provider("", "beta"), models: {} }
  beforeAll(async () => {
    const url = await callingOnce("bash", { command: "sleep 2; echo slept", description: "Sleeps" }, 3)
    const providers = {
      one: provider(url, "alpha"),
      two: provider(beta.url, "beta"),
      three: { ...more, options: { baseURL: `${beta.url}/`, apiKey: "none" }, models: model("other") },
    }
    const p = project(url, { permission: { "*": "allow" }, provider: providers }, { reload: "always" })
    const { url: address, child } = await serveOpenCode(p)
    closing.push(() => child.kill())
    client = createOpencodeClient({ baseUrl: address, directory: p.dir })
  }, LIMIT)

  test(
    "a switch while the agent works does not end its work: the next step is the new model's",
    async () => {
      const id = (await client.session.create({ body: { title: "test" } })).data?.id as string
      const before = beta.requests.length
      const parts = [{ type: "text" as const, text: "Sleep three times." }]
      const work = client.session.prompt({ path: { id }, body: { model: { providerID: "one", modelID: "alpha" }, parts } })
      const ranOnce = async () =>
        (await client.session.messages({ path: { id } })).data?.some(({ parts: all }) =>
          all.some((part) => part.type === "tool" && part.state.status !== "pending"),
        )
      while (!(await ranOnce())) await new Promise((next) => setTimeout(next, 100))
      await client.session.command({ path: { id }, body: { command: "switch-model", arguments: "two/beta" } })
      await work
      const [first] = asked(beta, before)
      expect(first).toContain("Sleep three times.")
      expect(first).toContain("slept")
      expect(first).not.toContain("switch-model beta")
      const texts = (await client.session.messages({ path: { id } })).data?.flatMap(({ parts: all }) =>
        all.flatMap((part) => (part.type === "text" ? [part.text] : [])),
      )
      expect(texts?.join("\n")).toContain("Now using `two/beta`")
    },
    LIMIT,
  )

  test(
    "what a server has beyond the configuration comes into OpenCode's list while it runs",
    async () => {
      const has = async () => {
        const { data } = await client.config.providers()
        return data?.providers.find(({ id }) => id === "three")?.models.beta !== undefined
      }
      const end = Date.now() + LIMIT / 2
      while (!(await has()) && Date.now() < end) await new Promise((next) => setTimeout(next, 500))
      expect(await has()).toBe(true)
    },
    LIMIT,
  )
})

describe("opencode serve, with a person who is asked", () => {
  test(
    "a switch by the agent that is answered with no keeps the model, and the agent is told",
    async () => {
      const p = project(await callingOnce("switch_model", { model: "beta" }), { permission: { switch_model: "ask" } })
      const { url, child } = await serveOpenCode(p)
      closing.push(() => child.kill())
      const client = createOpencodeClient({ baseUrl: url, directory: p.dir })
      const id = (await client.session.create({ body: { title: "test" } })).data?.id as string
      const before = beta.requests.length
      const parts = [{ type: "text" as const, text: "Use the other model." }]
      await client.session.promptAsync({ path: { id }, body: { model: { providerID: "one", modelID: "alpha" }, parts } })
      const asks = async () =>
        (await (await fetch(`${url}/permission?directory=${encodeURIComponent(p.dir)}`)).json()) as {
          id: string
          permission: string
          patterns: string[]
        }[]
      await until(async () => (await asks()).length > 0, LIMIT)
      const [question] = await asks()
      expect(question).toMatchObject({ permission: "switch_model", patterns: ["two/beta"] })
      await client.postSessionIdPermissionsPermissionId({
        path: { id, permissionID: question?.id ?? "" },
        body: { response: "reject" },
      })
      const tool = async () =>
        (await client.session.messages({ path: { id } })).data?.flatMap(({ parts: all }) =>
          all.filter((one) => one.type === "tool"),
        )[0]
      await until(async () => (await tool())?.state.status === "error", LIMIT)
      await until(async () => (await client.session.status({})).data?.[id] === undefined, LIMIT)
      await client.session.prompt({ path: { id }, body: { model: { providerID: "one", modelID: "alpha" }, parts } })
      expect(asked(beta, before)).toEqual([])
    },
    LIMIT,
  )
})

/** A server whose model calls one tool in its first answers; it knows no other route than the chat. */
async function callingOnce(tool: string, args: object, times = 1): Promise<string> {
  let called = 0
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts).toString()
    if (request.method === "GET" && request.url?.endsWith("/models"))
      return void response.setHeader("content-type", "application/json").end('{"object":"list","data":[{"id":"alpha"}]}')
    if (request.method !== "POST") return void response.writeHead(404).end("{}")
    const calls = called < times && body.includes('"tools":')
    if (calls) called++
    const delta = calls
      ? {
          tool_calls: [
            { index: 0, id: `call_${called}`, type: "function", function: { name: tool, arguments: JSON.stringify(args) } },
          ],
        }
      : { content: "Still alpha." }
    const events = [
      { choices: [{ index: 0, delta: { role: "assistant", ...delta }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: calls ? "tool_calls" : "stop" }] },
      { choices: [], usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 } },
    ]
    response.setHeader("content-type", "text/event-stream")
    response.end(`${events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("")}data: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
