import { afterEach, describe, expect, test } from "bun:test"
import { createFitter } from "../../src/request/fitter.ts"
import { type FittingOptions, fittingFetch } from "../../src/request/fitting-fetch.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { type Running, serveHttp } from "../endpoint/servers.ts"
import { FINAL, REFUSALS } from "./texts.ts"

const open: (Sim | Running)[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

type Event = Parameters<NonNullable<FittingOptions["onFitted"]>>[0]

function fitting(context?: number) {
  const events: Event[] = []
  const wrapper = fittingFetch({
    fitter: createFitter(),
    context: () => context,
    onFitted: (event) => events.push(event),
    onError: (error) => {
      throw error
    },
  })
  return { events, fetch: wrapper(fetch) }
}

const post = (body: object): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
})
const SHAPES = {
  "/chat/completions": {
    model: "nemotron-3-super",
    stream: true,
    max_tokens: 32_000,
    messages: [{ role: "user", content: "hi" }],
  },
  "/responses": { model: "nemotron-3-super", stream: true, max_output_tokens: 32_000, input: "hi" },
  "/messages": { model: "nemotron-3-super", stream: true, max_tokens: 32_000, messages: [{ role: "user", content: "hi" }] },
}

describe("a server with a small context", () => {
  test("refuses the first message without the fit, and answers with it", async () => {
    const sim = await startSim({ scenario: "small-context" })
    open.push(sim)
    const url = `${sim.url}/chat/completions`
    const init = post(SHAPES["/chat/completions"])
    expect((await fetch(url, init)).status).toBe(400)

    const { events, fetch: fitted } = fitting(4_096)
    const response = await fitted(url, init)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain("[DONE]")
    expect(events).toEqual([{ model: "nemotron-3-super", refused: false, from: 32_000, to: events[0]?.to as number }])
    expect(sim.requests.filter((r) => r.path.includes("chat"))).toHaveLength(2)
  })

  test("is asked once more when its context is known from the refusal only", async () => {
    const sim = await startSim({ scenario: "small-context" })
    open.push(sim)
    const { events, fetch: fitted } = fitting()
    const send = async () => (await fitted(`${sim.url}/chat/completions`, post(SHAPES["/chat/completions"]))).text()
    expect(await send()).toContain("[DONE]")
    expect(events.map((e) => e.refused)).toEqual([true])
    // From then on it is known.
    expect(await send()).toContain("[DONE]")
    expect(sim.requests.map((r) => r.status)).toEqual([400, 200, 200])
  })
})

/** Refuses requests above a limit with one text, and says what it got. */
async function refusing(status: number, text: string, most: number): Promise<Running & { asked: number[] }> {
  const asked: number[] = []
  const server = await serveHttp(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    const sent = JSON.parse(body)
    const limit = sent.max_tokens ?? sent.max_output_tokens
    asked.push(limit)
    response.writeHead(limit > most ? status : 200, { "content-type": "application/json", "x-request-id": "abc" })
    response.end(limit > most ? text : JSON.stringify(sent))
  })
  const both = { ...server, asked }
  open.push(both)
  return both
}

describe("after a refusal", () => {
  for (const [path, body] of Object.entries(SHAPES))
    test(`${path}: sent once more with what fits, the rest unchanged`, async () => {
      const { status, text, room = 0 } = REFUSALS["vLLM since 0.17"] ?? { status: 400, text: "" }
      const server = await refusing(status, text, room)
      const { fetch: fitted } = fitting()
      const response = await fitted(`${server.origin}/v1${path}`, post(body))
      const field = "max_output_tokens" in body ? "max_output_tokens" : "max_tokens"
      expect(await response.json()).toEqual({ ...body, [field]: room })
      expect(server.asked).toEqual([32_000, room])
    })

  for (const [name, text] of Object.entries(FINAL))
    test(`${name}: one request, the answer as it came`, async () => {
      const server = await refusing(400, text, 0)
      const response = await fitting().fetch(`${server.origin}/v1/chat/completions`, post(SHAPES["/chat/completions"]))
      expect([response.status, response.headers.get("x-request-id"), await response.text()]).toEqual([400, "abc", text])
      expect(server.asked).toHaveLength(1)
    })

  test("a server that refuses everything is asked three times at most", async () => {
    const server = await refusing(
      400,
      "This model's maximum context length is 40960 tokens. However, you requested 9 output tokens and your prompt contains at least 2 input tokens",
      0,
    )
    const response = await fitting().fetch(`${server.origin}/v1/chat/completions`, post(SHAPES["/chat/completions"]))
    expect(response.status).toBe(400)
    expect(server.asked.length).toBeLessThanOrEqual(3)
  })

  test("a request that was given up is not sent again", async () => {
    const { status, text } = REFUSALS.SGLang ?? { status: 400, text: "" }
    const server = await refusing(status, text, 0)
    const control = new AbortController()
    control.abort(new Error("enough"))
    const sent = fitting().fetch(`${server.origin}/v1/chat/completions`, {
      ...post(SHAPES["/chat/completions"]),
      signal: control.signal,
    })
    await expect(sent).rejects.toThrow("enough")
    expect(server.asked).toHaveLength(0)
  })
})

test("other requests and bodies pass untouched", async () => {
  const calls: unknown[][] = []
  const wrapper = fittingFetch({ fitter: createFitter(), context: () => 10 })
  const inner = async (...args: unknown[]) => {
    calls.push(args)
    return new Response("refused", { status: 400 })
  }
  const stream = new ReadableStream()
  const cases: [string, RequestInit | undefined][] = [
    ["http://x/v1/models", undefined],
    ["http://x/v1/embeddings", post({ max_tokens: 9 })],
    ["http://x/v1/chat/completions", { method: "POST", body: stream }],
    ["http://x/v1/chat/completions", { method: "POST", body: "no JSON" }],
  ]
  for (const [url, init] of cases) expect((await wrapper(inner)(url, init)).status).toBe(400)
  expect(calls.map(([url, init]) => [url, init] as const)).toEqual(cases as never)
})
