/** The raw-output proof: what is asked, what is concluded, and that nothing a server does can hold or break it. */
import { afterEach, describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { Fetch } from "../../src/endpoint/fetch.ts"
import { lookAt } from "../../src/endpoint/look.ts"
import { type ThoughtFate, thoughtFate } from "../../src/endpoint/proof/judge.ts"
import { modelToProve, withProof } from "../../src/endpoint/proof/merge.ts"
import { type Progress, type Proof, proofChecks, prove, rawFormsOf } from "../../src/endpoint/proof/prove.ts"
import type { Delivered, RawText } from "../../src/endpoint/proof/types.ts"
import { CHECK_IDS, type Endpoint, type EndpointReport } from "../../src/endpoint/types.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { createInspector } from "../../src/stream/inspector.ts"
import { calmClock } from "../calm-clock.ts"
import { type Speech, serveSpeech } from "./causes/speaking.ts"
import { type Running, serveHttp, serveRaw } from "./servers.ts"

const CANARY = "canary-9f8e7d6c5b4a"
const open: { close(): Promise<void> }[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))
const kept = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const one = await starting
  open.push(one)
  return one
}
const sim = (scenario: string, more: object = {}): Promise<Sim> =>
  kept(startSim({ scenario, chunkMs: 1, firstTokenMs: 5, ...more }))

async function proveOn(url: string, more: { deadlineMs?: number; fetch?: Fetch; key?: string } = {}) {
  const endpoint: Endpoint = { url, key: more.key }
  const report = await lookAt(endpoint)
  const model = report.models[0]?.id ?? "local"
  const proof = await prove(endpoint, { model, report, inspect: createInspector, deadlineMs: 5_000, ...more })
  return { proof, checks: proofChecks(proof), report }
}
const codes = (proof: Proof): string[] =>
  proofChecks(proof).map(({ status, code }) => (status === "pass" || status === "skip" ? status : code))

describe("what the simulated server does has a verdict", () => {
  const table: [scenario: string, codes: string[], forms: string[]][] = [
    ["healthy", ["pass", "pass", "pass"], ["B"]],
    ["healthy-text", ["pass", "skip", "pass"], []],
    ["swallowed", ["pass", "parser-mismatch", "pass"], ["A", "B"]],
    ["no-tool-parser", ["pass", "tools-off", "reasoning-parser-missing"], ["A", "B"]],
    ["unknown-tool", ["pass", "skip", "pass"], []],
    ["name-junk", ["pass", "skip", "pass"], []],
    ["small-context", ["context-overflow", "skip", "pass"], []],
    ["stream-error", ["pass", "server-error", "pass"], []],
    ["wrong-key", ["unauthorized", "skip", "skip"], []],
    ["engine-dead", ["engine-dead", "skip", "skip"], []],
    ["loading", ["starting", "skip", "skip"], []],
  ]
  for (const [scenario, expected, forms] of table)
    test(scenario, async () => {
      const { proof } = await proveOn((await sim(scenario)).url)
      expect({ codes: codes(proof), forms: rawFormsOf(proof).map(String) }).toEqual({ codes: expected, forms })
    })
})

describe("what is measured", () => {
  test("family, template, cost of OpenCode's tools, speed, and what the proof itself cost", async () => {
    const { proof } = await proveOn((await sim("healthy")).url)
    expect(proof).toMatchObject({ proven: true, family: "nemotron3", template: "open", context: 262_144, toolsReachPrompt: true })
    expect(proof.toolTokens).toBeGreaterThan(2_000)
    expect(proof.firstTokenMs).toBeGreaterThan(0)
    expect(proof.tokensPerSecond).toBeGreaterThan(0)
    expect(proof.spent.requests).toBeLessThanOrEqual(5)
    expect(proof.spent.tokens).toBeGreaterThan(20)
  })

  test("each side is asked up to three times, temperature 0, streamed with token counts", async () => {
    const server = await sim("healthy-text")
    await proveOn(server.url)
    const asked = (path: string) => server.requests.filter((one) => one.path === path).map(({ body }) => JSON.parse(body))
    const chats = asked("/v1/chat/completions")
    expect(chats.filter(({ tools }) => tools)).toHaveLength(3)
    expect(asked("/v1/completions").length).toBe(3)
    for (const body of [...chats, ...asked("/v1/completions")]) {
      expect(body).toMatchObject({ temperature: 0, stream: true, stream_options: { include_usage: true } })
      expect(body.max_tokens).toBeLessThanOrEqual(1_500)
    }
    for (const body of asked("/v1/completions")) expect(body).toMatchObject({ skip_special_tokens: false })
  })

  test("progress grows from 0 to 1, and a caller that throws does no harm", async () => {
    const server = await sim("healthy")
    const seen: Progress[] = []
    const onProgress = (progress: Progress) => {
      seen.push(progress)
      throw new Error("not the proof's business")
    }
    const proof = await prove({ url: server.url }, { model: "nemotron-3-super", deadlineMs: 5_000, onProgress })
    expect(codes(proof)).toEqual(["pass", "pass", "pass"])
    const shares = seen.map(({ share }) => share)
    expect([shares[0], shares.at(-1)]).toEqual([0, 1])
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })
})

describe("behind a gateway that hides the raw text", () => {
  const call = { deltas: [{ reasoning: "Let me look." }, { content: "\n\n" }], finish: "stop", tokens: 90, thought: 4 }
  const talk = { deltas: [{ reasoning: "One word." }, { content: "ready" }], finish: "stop" }
  const speech: Speech = { raw: { call: "", talk: "" }, call, talk, hidden: true }

  test("it says that nothing is proven, and why, and judges by the answer alone", async () => {
    const { proof } = await proveOn(`${(await kept(serveSpeech(speech))).origin}/v1`)
    expect(proof).toMatchObject({ proven: false, forms: [] })
    expect(proof.notProven).toBe("The server or its gateway does not offer the routes that show the model's own text (HTTP 404).")
    expect(codes(proof)).toEqual(["pass", "parser-mismatch", "pass"])
  })

  test("a call that arrives passes, with the reservation", async () => {
    const tool_calls = [{ index: 0, id: "c", function: { name: "list_files", arguments: '{"path":"src"}' } }]
    const server = await kept(serveSpeech({ ...speech, call: { deltas: [{ tool_calls }], finish: "tool_calls" } }))
    const { checks } = await proveOn(`${server.origin}/v1`)
    expect(checks[1]).toMatchObject({ id: "tool-call", status: "pass" })
    expect(checks[1]?.message).toContain("not held against the model's own text")
  })
})

describe("a proof ends in time and leaves nothing behind", () => {
  const silent = (): Promise<Running> => kept(serveRaw(() => {}))
  const dripping = (): Promise<Running> =>
    kept(
      serveHttp((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        const timer = setInterval(() => response.write('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'), 20)
        response.on("close", () => clearInterval(timer))
      }),
    )

  test.each([
    ["never answers", silent],
    ["never stops", dripping],
  ] as const)("a server that %s", async (_, start) => {
    const server = await start()
    const clock = calmClock()
    const proof = await prove({ url: `${server.origin}/v1` }, { model: "m", deadlineMs: 400 })
    expect(clock()).toBeLessThan(800)
    expect(proof.cutShort).toBe(true)
    expect(proofChecks(proof).filter(({ status }) => status === "pass")).toEqual([])
  })

  test("a proof that is given up ends at once", async () => {
    const server = await silent()
    const control = new AbortController()
    setTimeout(() => control.abort(), 50)
    const clock = calmClock()
    await prove({ url: `${server.origin}/v1` }, { model: "m", signal: control.signal })
    expect(clock()).toBeLessThan(500)
  })

  test("a fetch that ignores every signal, or throws, does not hold it", async () => {
    for (const fetch of [
      () => new Promise<Response>(() => {}),
      () => Promise.reject(new Error("no")),
      () => Promise.resolve(undefined as never),
    ]) {
      const proof = await prove({ url: "http://127.0.0.1:9/v1" }, { model: "m", deadlineMs: 300, fetch })
      expect(proofChecks(proof)[0]?.status).toBe("fail")
    }
  })

  test("whatever comes as an answer, it neither throws nor passes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(200, 200, 200, 400, 500),
        fc.oneof(
          fc.string(),
          fc.json().map((one) => `data: ${one}\n\n`),
          fc.json(),
        ),
        async (status, body) => {
          const fetch: Fetch = () => Promise.resolve(new Response(body, { status }))
          const proof = await prove({ url: "http://127.0.0.1:9/v1" }, { model: "m", deadlineMs: 2_000, fetch })
          expect(proofChecks(proof).map(({ id }) => id)).toEqual(["chat", "tool-call", "reasoning"])
          expect(proofChecks(proof).find(({ id }) => id === "tool-call")?.status).not.toBe("pass")
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe("a server is not trusted", () => {
  test("the key follows no redirect and stands nowhere in what is kept", async () => {
    const other = await kept(serveHttp((_, response) => response.end("{}")))
    const server = await kept(
      serveHttp((request, response) => {
        response.writeHead(307, { location: `${other.origin}/steal?key=${request.headers.authorization?.slice(7)}` })
        response.end()
      }),
    )
    const proof = await prove({ url: `${server.origin}/v1`, key: CANARY }, { model: "m", deadlineMs: 2_000 })
    expect(other.seen).toEqual([])
    expect(codes(proof)[0]).toBe("redirect")
    expect(JSON.stringify(proof)).not.toContain(CANARY)
  })

  test("a server that repeats the key and steers the terminal is quoted without either", async () => {
    const body = JSON.stringify({ error: { message: `bad \u001b[31mkey\u202e ${CANARY}` } })
    const server = await kept(
      serveSpeech({ raw: { call: "", talk: "" }, call: { status: 400, body }, talk: { status: 400, body } }),
    )
    const { checks, proof } = await proveOn(`${server.origin}/v1`, { key: CANARY })
    expect(checks[0]?.message).toBe("A chat request fails (HTTP 400). It says: bad key ***.")
    expect(JSON.stringify(proof)).not.toContain(CANARY)
  })
})

describe("thoughts", () => {
  const delivered = (more: Partial<Delivered>): Delivered => ({
    ...{ ok: true, reasoning: "", content: "", calls: [], finish: "stop", writingMs: 1, ms: 1, findings: [], ...more },
  })
  const raw = (more: Partial<RawText>): RawText => ({
    ...{ ok: true, reasoning: "", content: "", calls: [], finish: "stop", writingMs: 1, ms: 1, ...more },
  })
  const call = { name: "list_files", arguments: "{}" }
  const PROSE = "Here is my thought process: the files of src are wanted."
  const table: [what: string, answer: Delivered, wrote: RawText | undefined, thinks: boolean | undefined, fate: ThoughtFate][] = [
    ["apart", delivered({ reasoning: "Hm.", content: "ready" }), raw({ reasoning: "Hm.", content: "ready" }), true, "read"],
    ["none, and none written", delivered({ content: "ready" }), raw({ content: "ready" }), false, "none"],
    ["a delimiter in the answer", delivered({ content: "Hm.</think>ready" }), undefined, undefined, "in-content"],
    [
      "their words in the answer",
      delivered({ content: `${PROSE} ready` }),
      raw({ reasoning: PROSE, content: "ready" }),
      true,
      "in-content",
    ],
    ["the answer as thoughts", delivered({ reasoning: "ready" }), raw({ content: "ready" }), undefined, "answer-in-reasoning"],
    [
      "text before a call as thoughts",
      delivered({ reasoning: "I look.", calls: [call] }),
      raw({ content: "I look.", calls: [call] }),
      false,
      "answer-in-reasoning",
    ],
    [
      "thoughts in prose before a call",
      delivered({ reasoning: PROSE, calls: [call] }),
      raw({ content: PROSE, calls: [call] }),
      true,
      "read",
    ],
    [
      "prose before a call, of a model nobody knows",
      delivered({ reasoning: PROSE, calls: [call] }),
      raw({ content: PROSE, calls: [call] }),
      undefined,
      "read",
    ],
    ["never ended", delivered({ reasoning: "Hm." }), raw({ reasoning: "Hm." }), true, "never-ended"],
    [
      "cut by the limit",
      delivered({ reasoning: "Hm.", finish: "length" }),
      raw({ reasoning: "Hm.", finish: "length" }),
      true,
      "read",
    ],
  ]
  for (const [what, answer, wrote, thinks, fate] of table) test(what, () => expect(thoughtFate(answer, wrote, thinks)).toBe(fate))
})

describe("what becomes of a report", () => {
  test("the three checks take their places, the others stay", async () => {
    const { proof, report } = await proveOn((await sim("swallowed")).url)
    const merged = withProof(report, proof)
    expect(merged.checks.map(({ id }) => id)).toEqual([...CHECK_IDS])
    expect(merged.checks.find(({ id }) => id === "tool-call")?.code).toBe("parser-mismatch")
    expect(merged.checks.filter(({ id }) => id === "reach" || id === "metrics")).toEqual(
      report.checks.filter(({ id }) => id === "reach" || id === "metrics"),
    )
  })

  test("only a model that is served is asked, and none on a server that cannot answer", async () => {
    const report = async (scenario: string, configured: string[] = []): Promise<EndpointReport> => {
      const models = configured.map((id) => ({ key: id, id, context: 262_144, output: 8_000 }))
      return lookAt({ url: (await sim(scenario)).url, models })
    }
    expect(modelToProve(await report("healthy"))).toBe("nemotron-3-super")
    expect(modelToProve(await report("healthy", ["gone", "nemotron-3-super"]))).toBe("nemotron-3-super")
    expect(modelToProve(await report("healthy"), "other")).toBeUndefined()
    for (const scenario of ["sleeping", "engine-dead", "wrong-key", "loading", "no-models", "html"])
      expect([scenario, modelToProve(await report(scenario))]).toEqual([scenario, undefined])
  })
})
