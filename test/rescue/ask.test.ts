import { describe, expect, test } from "bun:test"
import { type AskRaw, askRaw } from "../../src/rescue/ask.ts"
import type { RawEnd } from "../../src/rescue/end.ts"
import type { SimOptions } from "../../src/sim/index.ts"
import { agentBody, withSim } from "../sim/client.ts"
import { hear, rawStream } from "./raw-streams.ts"

const CHAT = "http://host/base/v1/chat/completions"
const BODY = agentBody("Have a look.")

interface Sent {
  url: string
  init: RequestInit
  body: Record<string, unknown>
}

/** Asks a server whose answers are given in order, and shows what it was sent. */
async function ask(options: Partial<AskRaw>, ...answers: (Response | Error)[]) {
  const sent: Sent[] = []
  const response = await askRaw({
    form: "B",
    url: CHAT,
    init: {
      method: "POST",
      headers: { authorization: "Bearer k", "content-type": "application/json" },
      body: JSON.stringify(BODY),
    },
    async fetch(url, init = {}) {
      sent.push({ url, init, body: JSON.parse(init.body as string) })
      const answer = answers.shift()
      if (!answer || answer instanceof Error) throw answer ?? new Error("One request too many.")
      return answer
    },
    family: "nemotron3",
    ...options,
  })
  return { response, sent }
}

const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status })
const TOKENS = { count: 3, max_model_len: 4096, tokens: [1, 2, 3] }

describe("form A", () => {
  test("is the same request at the same address, with the same headers and signal", async () => {
    const { signal } = new AbortController()
    const headers = { authorization: "Bearer k", "x-session-id": "s" }
    const init = { method: "POST", headers, body: JSON.stringify(BODY), signal }
    const { response, sent } = await ask({ form: "A", init }, new Response(rawStream(["Hm.</think>Done."])))
    expect(sent.map(({ url, init: { method, headers, signal } }) => ({ url, method, headers, signal }))).toEqual([
      { url: CHAT, method: "POST", headers, signal },
    ])
    expect(sent[0]?.body).toEqual({ ...BODY, tool_choice: "none", skip_special_tokens: false })
    expect(hear((await response?.text()) ?? "")).toMatchObject({ reasoning: "Hm.", content: "Done." })
  })

  test("a length that was set is set anew", async () => {
    const init = { method: "POST", headers: new Headers({ "content-length": "5", "x-a": "b" }), body: JSON.stringify(BODY) }
    const { sent } = await ask({ form: "A", init }, json({}))
    const headers = new Headers(sent[0]?.init.headers)
    expect(headers.get("content-length")).toBe(String(Buffer.byteLength(sent[0]?.init.body as string)))
    expect(headers.get("x-a")).toBe("b")
  })

  test("an error of the server comes back as it is", async () => {
    const refusal = json({ error: { message: "no" } }, 400)
    expect((await ask({ form: "A" }, refusal)).response).toBe(refusal)
  })

  test("a body that is no JSON text cannot be asked", async () => {
    for (const body of [undefined, "no", "5", "[]", new Uint8Array([123, 125])])
      expect(await ask({ form: "A", init: { body } })).toEqual({ response: undefined, sent: [] })
  })
})

describe("form B", () => {
  test("renders at the root of the server, completes beside the chat route, with the same headers", async () => {
    const { response, sent } = await ask(
      { url: `${CHAT}?key=1` },
      json(TOKENS),
      new Response(rawStream(["Hm.</think>Done."], { as: "text" })),
    )
    expect(sent.map(({ url }) => url)).toEqual(["http://host/base/tokenize?key=1", "http://host/base/v1/completions?key=1"])
    for (const { init } of sent) expect(new Headers(init.headers).get("authorization")).toBe("Bearer k")
    expect(sent[0]?.body).toMatchObject({ messages: BODY.messages, tools: BODY.tools })
    expect(sent[1]?.body).toMatchObject({ prompt: [1, 2, 3], max_tokens: 32_000, skip_special_tokens: false, stream: true })
    expect(hear((await response?.text()) ?? "")).toMatchObject({ reasoning: "Hm.", content: "Done.", finish: "stop" })
  })

  test("an address that is no chat route cannot be asked", async () => {
    expect(await ask({ url: "http://host/v1/responses" })).toEqual({ response: undefined, sent: [] })
  })

  const TOO_LONG = json({ error: { message: "This model's maximum context length is 4096 tokens. However, …" } }, 400)
  const WAYS: [what: string, answers: Response[], status: number | undefined][] = [
    ["no such route", [json({ detail: "Not Found" }, 404)], undefined],
    ["another method", [json({}, 405)], undefined],
    ["a gateway that forbids it", [new Response("no", { status: 403 })], undefined],
    ["a gateway with keys of its own", [json({ error: "Unauthorized" }, 401)], undefined],
    ["a request that the template does not take", [json({ error: { message: "roles must alternate" } }, 400)], 400],
    ["a model that is not served any more", [json({ error: { message: "The model `m` does not exist." } }, 404)], 404],
    ["a page in place of an answer", [new Response("<html>")], undefined],
    ["an answer without tokens", [json({ count: 0, tokens: [] })], undefined],
    ["tokens that are none", [json({ tokens: ["a"] })], undefined],
    ["nothing", [json(null)], undefined],
    ["a prompt that is too long", [TOO_LONG.clone() as Response], 400],
    ["an overloaded server", [json({}, 429)], 429],
    ["a broken server", [json({}, 503)], 503],
    ["no completions", [json(TOKENS), json({}, 404)], undefined],
    ["a completion that is too long", [json(TOKENS), TOO_LONG.clone() as Response], 400],
  ]
  for (const [what, answers, status] of WAYS) {
    test(`${what}: ${status ?? "another way"}`, async () => {
      const { response } = await ask({}, ...answers)
      expect(response?.status).toBe(status as number)
      if (status === 400) expect(await response?.text()).toMatch(/maximum context length|roles must alternate/)
    })
  }

  test("throws what fetch throws", async () => {
    for (const answers of [[new Error("refused")], [json(TOKENS), new Error("refused")]])
      await expect(ask({}, ...answers)).rejects.toThrow("refused")
  })
})

describe("against a server without parsers", () => {
  const through = (form: "A" | "B", body: object, options: SimOptions = {}) =>
    withSim({ scenario: "no-tool-parser", apiKey: "k", ...options }, async (sim) => {
      const ends: RawEnd[] = []
      const response = await askRaw({
        form,
        url: `${sim.url}/chat/completions`,
        init: {
          method: "POST",
          headers: { authorization: "Bearer k", "content-type": "application/json" },
          body: JSON.stringify(body),
        },
        fetch,
        family: "nemotron3",
        onEnd: (end) => ends.push(end),
      })
      return { status: response?.status, text: (await response?.text()) ?? "", ends }
    })

  for (const form of ["A", "B"] as const) {
    test(`form ${form}: the call that it refuses to read`, async () => {
      const { text, ends } = await through(form, { ...BODY, max_tokens: 2000 })
      const heard = hear(text)
      expect(heard.calls.map(({ name }) => name)).toEqual(["bash"])
      expect(JSON.parse(heard.calls[0]?.arguments ?? "")).toHaveProperty("command")
      expect(heard).toMatchObject({ content: "", finish: "tool_calls", done: true, role: 1 })
      expect(heard.reasoning).not.toBe("")
      expect(ends).toMatchObject([{ calls: 1, swallowed: false, reasoningByServer: false, family: "nemotron3" }])
      expect(ends[0]?.completionTokens).toBeGreaterThan(10)
    })

    test(`form ${form}: not streamed`, async () => {
      const { stream: _, stream_options: __, ...body } = BODY
      const { text } = await through(form, { ...body, max_tokens: 2000 })
      const { choices } = JSON.parse(text)
      expect(choices[0].message.tool_calls[0].function.name).toBe("bash")
      expect(choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: null } })
    })

    test(`form ${form}: without a limit in the request`, async () => {
      const { text } = await through(form, { ...BODY, max_tokens: undefined })
      expect(hear(text).finish).toBe("tool_calls")
    })

    test(`form ${form}: cut at the limit`, async () => {
      expect(hear((await through(form, { ...BODY, max_tokens: 30 })).text).finish).toBe("length")
    })

    test(`form ${form}: a limit above the context is refused as ever`, async () => {
      const { status, text } = await through(form, { ...BODY, max_tokens: 32_000 }, { maxModelLen: 4096 })
      expect(status).toBe(400)
      expect(text).toContain("max_model_len=4096")
    })
  }

  test("where the parsers are one engine, form A swallows the call and says so; form B has it", async () => {
    const body = { ...BODY, max_tokens: 2000 }
    const a = await through("A", body, { scenario: "healthy" })
    expect(hear(a.text).calls).toEqual([])
    expect(a.ends).toMatchObject([{ swallowed: true, reasoningByServer: true, calls: 0 }])
    const b = await through("B", body, { scenario: "healthy" })
    expect(b.ends).toMatchObject([{ swallowed: false, calls: 1 }])
  })
})
