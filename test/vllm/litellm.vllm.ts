/** The real LiteLLM proxy in front of a simulated vLLM: what a look at it tells, and whether the simulated LiteLLM answers as it does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { lookAt } from "../../src/endpoint/look.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { agentBody, hear } from "../sim/client.ts"
import { KEY, type LiteLlm, startLiteLlm } from "./litellm.ts"

const SETUP_MS = 600_000

let vllm: Sim
let real: LiteLlm
let simulated: Sim

beforeAll(async () => {
  const fast = { chunkMs: 0, firstTokenMs: 0 }
  vllm = await startSim({ ...fast, models: [{ id: "org/m", context: 3000 }] })
  const models = [{ id: "big", root: "org/m", context: 3000 }]
  simulated = await startSim({ ...fast, kind: "litellm", apiKey: KEY, models })
  real = await startLiteLlm(vllm.url, { big: "org/m" })
}, SETUP_MS)

afterAll(async () => {
  await Promise.all([vllm?.close(), simulated?.close(), real?.stop()])
})

describe("a look at the real one", () => {
  // First, while nobody has asked it for anything: a document that is made on the first request would hold the look up.
  test("tells the kind, and the model and context behind an alias", async () => {
    const report = await lookAt({ url: real.url, key: KEY })
    expect(report.server.kind).toBe("litellm")
    expect(report.models).toMatchObject([{ id: "big", root: "org/m", context: 3000 }])
    expect(report.checks.filter((c) => c.status === "fail")).toEqual([])
  })

  test("and at the simulated one tell the same, with the right key, a wrong one and none", async () => {
    for (const key of [KEY, "sk-wrong", undefined]) {
      const [ours, theirs] = [await lookAt({ url: simulated.url, key }), await lookAt({ url: real.url, key })]
      expect(ours.server).toEqual(theirs.server)
      expect(ours.models).toEqual(theirs.models)
      const codes = (checks: typeof ours.checks) => checks.map((c) => [c.id, c.status, c.code])
      expect(codes(ours.checks)).toEqual(codes(theirs.checks))
    }
  })

  test("its shapes are those that it documents", async () => {
    const report = await lookAt({ url: real.url, key: KEY })
    const { paths } = await (await fetch(`${real.origin}/openapi.json`)).json()
    const documented = { chat: "/v1/chat/completions", responses: "/v1/responses", messages: "/v1/messages" }
    expect(report.shapes).toEqual(["chat", "responses", "messages"])
    for (const shape of report.shapes ?? []) expect(Object.keys(paths)).toContain(documented[shape])
  })
})

describe("the real one and the simulated one answer alike", () => {
  const ask = async (url: string, path: string, body: unknown, key: string | undefined = KEY) => {
    const headers = { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) }
    const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) }
    const response = await fetch(url.replace(/\/v1$/, "") + path, init)
    return { status: response.status, text: await response.text() }
  }
  const chat = (more: object) => ({ model: "big", messages: [{ role: "user", content: "Hi" }], ...more })
  /** What a client acts on. */
  const core = (text: string) => {
    try {
      const { message, type, code } = JSON.parse(text).error
      return { message, type, code }
    } catch {
      return text
    }
  }
  const long = [{ role: "user", content: "word ".repeat(5000) }]

  test.each([
    ["an unknown model", "/v1/chat/completions", chat({ model: "nope" }), KEY],
    ["a prompt that is too long", "/v1/chat/completions", chat({ messages: long }), KEY],
    ["an output limit that is too large", "/v1/chat/completions", chat({ max_tokens: 4000 }), KEY],
    ["a wrong key", "/v1/chat/completions", chat({}), "sk-wrong"],
    ["no key", "/v1/chat/completions", chat({}), ""],
  ])("%s", async (_, path, body, key) => {
    const [ours, theirs] = [await ask(simulated.url, path, body, key), await ask(real.url, path, body, key)]
    expect(ours.status).toBe(theirs.status)
    expect(ours.status).toBeGreaterThanOrEqual(400)
    expect(core(ours.text)).toEqual(core(theirs.text))
  })

  test.each(["/v1/models", "/health/liveliness", "/health/readiness", "/nope"])("GET %s", async (path) => {
    const [ours, theirs] = [await ask(simulated.url, path, undefined), await ask(real.url, path, undefined)]
    const plain = (text: string) => text.replace(/"created":\d+/, "")
    expect({ ...ours, text: plain(ours.text) }).toEqual({ ...theirs, text: plain(theirs.text) })
  })

  test("thoughts and calls of a stream", async () => {
    const body = agentBody("SIM:healthy", { model: "big", max_tokens: 500 })
    const [ours, theirs] = [
      await ask(simulated.url, "/v1/chat/completions", body),
      await ask(real.url, "/v1/chat/completions", body),
    ]
    const calls = (text: string) => hear(text).calls.map(({ name, arguments: args }) => ({ name, args: JSON.parse(args) }))
    expect(calls(ours.text).length).toBeGreaterThan(0)
    expect(calls(ours.text)).toEqual(calls(theirs.text))
    const thoughts = (text: string) =>
      hear(text)
        .events.flatMap((event) => JSON.parse(event === "[DONE]" ? "{}" : event).choices?.[0]?.delta.reasoning_content ?? [])
        .join("")
    expect(thoughts(ours.text)).not.toBe("")
    expect(thoughts(ours.text)).toBe(thoughts(theirs.text))
  })
})
