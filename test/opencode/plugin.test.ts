import { afterEach, describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import type { Check, EndpointReport } from "../../src/endpoint/types.ts"
import { MARK, type ResolvedProvider } from "../../src/opencode/host.ts"
import { createPlugin } from "../../src/opencode/plugin.ts"
import { readOptions } from "../../src/options.ts"
import { fakeHost } from "./fake-host.ts"

const CANARY = "sk-canary-7f3a9b"
const capture = (name: string) => readFileSync(join(import.meta.dir, "../captures", name), "utf8")
const tools = JSON.parse(capture("tools.json"))

const servers: Server[] = []
const plugins: { dispose(): void }[] = []
afterEach(() => {
  for (const s of servers.splice(0)) s.close()
  for (const p of plugins.splice(0)) p.dispose()
})

/** A server that answers every chat request with these bytes. */
async function serving(body: string | Uint8Array, status = 200, type = "text/event-stream") {
  const seen: { headers: Record<string, unknown>; body: string }[] = []
  const server = createServer((req, res) => {
    let text = ""
    req.on("data", (d) => {
      text += d
    })
    req.on("end", () => {
      seen.push({ headers: req.headers, body: text })
      res.writeHead(status, { "content-type": type }).end(body)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen }
}

const passed = (id: Check["id"]): Check => ({ id, status: "pass", code: "ok", message: "ok", fix: "", reference: "", ms: 1 })
function report(url: string, failing?: Check): EndpointReport {
  return {
    url,
    provider: "local",
    server: { kind: "vllm", version: "0.32.0" },
    models: [{ id: "nemotron-3-super", root: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4", context: 131072 }],
    checks: failing ? [failing] : [passed("reach"), passed("models")],
    at: Date.now(),
  }
}
const refused: Check = {
  id: "reach",
  status: "fail",
  code: "refused",
  message: "Nothing listens at 127.0.0.1:8000.",
  fix: "Start the server.",
  reference: "",
  ms: 1,
}

interface Setup {
  url: string
  failing?: () => Check | undefined
  options?: object
  fetch?: unknown
  /** What the host has. */
  resolved?: ResolvedProvider[]
}

function setUp({ url, failing, options, fetch: own, resolved }: Setup) {
  const recorder = fakeHost(resolved)
  const read = readOptions(options)
  let clock = 1_000_000
  const plugin = createPlugin({
    host: recorder.host,
    options: read.options,
    optionProblems: read.problems,
    look: async () => ({ ...report(url, failing?.()), at: clock }),
    cache: { read: () => ({}), write: async () => true },
    now: () => clock,
  })
  plugins.push(plugin)
  const config = {
    provider: {
      local: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: url, apiKey: CANARY, ...(own !== undefined && { fetch: own }) } as Record<string, unknown>,
        models: { "nemotron-3-super": { limit: { context: 131072, output: 8192 } } },
      },
      cloud: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: "https://openrouter.ai/api/v1" } as Record<string, unknown>,
        models: {},
      },
    },
    command: {} as Record<string, unknown>,
  }
  plugin.configure(config)
  const request = {
    model: "nemotron-3-super",
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content: "list" }],
    tools,
  }
  let n = 0
  return {
    ...recorder,
    plugin,
    config,
    tick: (ms: number) => {
      clock += ms
    },
    /** What OpenCode does for one answer: message, request, stream read to its end, step-finish. */
    async answer(sessionID = "ses_1", how: { agent?: string; toolCall?: string; messageID?: string } = {}) {
      const id = `msg_${String(++n).padStart(12, "0")}abc`
      plugin.event({
        type: "message.updated",
        properties: { info: { id, sessionID, role: "assistant", providerID: "local", time: {} } },
      })
      const headers = {
        authorization: `Bearer ${CANARY}`,
        "x-session-id": sessionID,
        "x-opencode-vllm-agent": how.agent ?? "build",
        "x-opencode-vllm-message": how.messageID ?? "msg_user",
      }
      const fetchIn = config.provider.local.options.fetch as typeof fetch
      const response = await fetchIn(`${url}/chat/completions`, { method: "POST", headers, body: JSON.stringify(request) })
      const text = await response.text()
      let line: string | undefined
      if (how.toolCall) {
        plugin.toolStarts(sessionID, how.toolCall)
        line = plugin.toolEnded(sessionID, how.toolCall)
      }
      const part = { id: `prt_${String(n).padStart(12, "0")}xyz`, sessionID, messageID: id, type: "step-finish" }
      plugin.event({ type: "message.part.updated", properties: { part } })
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { text, line, status: response.status }
    },
    everything: () => JSON.stringify([recorder.parts, recorder.toasts, recorder.logs]),
  }
}

const LEAK = "qwen3_coder.nemotron_v3/nemotron.leak-block.sse"
const leakCall = /"id":"(chatcmpl-tool-[0-9a-f]+)"/.exec(capture(LEAK))?.[1] as string

describe("the tap", () => {
  test("goes into watched providers only", () => {
    const { config } = setUp({ url: "http://127.0.0.1:1/v1" })
    expect(typeof config.provider.local.options.fetch).toBe("function")
    expect(config.provider.cloud.options.fetch).toBeUndefined()
  })

  test("keeps the user's own fetch in charge of the connection", async () => {
    const own = async () => new Response("data: [DONE]\n\n", { headers: { "content-type": "text/event-stream", "x-mine": "1" } })
    const s = setUp({ url: "http://127.0.0.1:1/v1", fetch: own })
    expect((await s.answer()).text).toBe("data: [DONE]\n\n")
  })

  test("changes no byte, and its own headers do not leave the machine", async () => {
    const server = await serving(capture(LEAK))
    const s = setUp({ url: server.url })
    expect((await s.answer()).text).toBe(capture(LEAK))
    expect(Object.keys(server.seen[0]?.headers ?? {}).filter((h) => h.startsWith("x-opencode-vllm"))).toEqual([])
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${CANARY}`)
  })

  test("garbage and megabytes without a newline pass as they came", async () => {
    const garbage = new Uint8Array(3_000_000).fill(0xff)
    const server = await serving(garbage)
    const s = setUp({ url: server.url })
    const fetchIn = s.config.provider.local.options.fetch as typeof fetch
    const response = await fetchIn(`${server.url}/chat/completions`, {
      method: "POST",
      headers: { "x-session-id": "ses_1" },
      body: "{",
    })
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(garbage)
  })
})

describe("a finding", () => {
  test("a leak stands in the session after its step, on the screen, and in front of the tool's output; then it is only counted", async () => {
    const server = await serving(capture(LEAK))
    const s = setUp({ url: server.url })
    s.tick(10_000)
    const first = await s.answer("ses_1", { toolCall: leakCall })
    expect(first.line).toMatch(/^opencode-vllm: /)
    expect(first.line).toContain("`command`")
    expect(s.parts).toHaveLength(1)
    expect(s.parts[0]?.text).toContain("`command`")
    expect(s.parts[0]?.after).toStartWith("prt_")
    expect(s.toasts).toHaveLength(1)

    const second = await s.answer("ses_1", { toolCall: leakCall })
    expect(second.line).toBeUndefined()
    expect(s.parts).toHaveLength(1)
    expect(await s.plugin.page("ses_1", "")).toMatch(/2 times|× ?2|2×/)

    await s.answer("ses_2")
    expect(s.parts.map((p) => p.sessionID)).toEqual(["ses_1", "ses_2"])
  })

  test("a swallowed call is named with the flag, where the answer would have been", async () => {
    const server = await serving(capture("hermes.qwen3/nemotron.call.sse"))
    const s = setUp({ url: server.url })
    await s.answer()
    expect(s.parts[0]?.text).toContain("--tool-call-parser qwen3_coder")
  })

  test("a title request is counted, not announced", async () => {
    const server = await serving(capture("hermes.qwen3/nemotron.call.sse"))
    const s = setUp({ url: server.url })
    await s.answer("ses_1", { agent: "title" })
    expect(s.parts).toEqual([])
  })

  test("a kind the user does not want to hear of is not announced", async () => {
    const server = await serving(capture(LEAK))
    const s = setUp({ url: server.url, options: { quiet: ["reasoning-in-arguments"] } })
    const { line } = await s.answer("ses_1", { toolCall: leakCall })
    expect(line).toBeUndefined()
    expect(s.parts).toEqual([])
  })

  test("with `leakedArguments: block` the call is refused; without it, it runs", async () => {
    const server = await serving(capture(LEAK))
    const blocking = setUp({ url: server.url, options: { leakedArguments: "block" } })
    await expect(blocking.answer("ses_1", { toolCall: leakCall })).rejects.toThrow(/was not run/)
    const warning = setUp({ url: server.url })
    await expect(warning.answer("ses_1", { toolCall: leakCall })).resolves.toBeDefined()
  })

  test("healthy answers are silent", async () => {
    const server = await serving(capture("qwen3_coder.nemotron_v3/nemotron.call.sse"))
    const s = setUp({ url: server.url })
    await s.answer()
    expect([s.parts, s.toasts]).toEqual([[], []])
  })

  test("the same cause in another tool leads to the setting, with the tools; the page counts, until the session is gone", async () => {
    const inRead = readFileSync(join(import.meta.dir, "../../src/sim/recorded/leak-path.sse"), "utf8")
    const bodies = [capture(LEAK), inRead, inRead]
    const s = setUp({ url: "http://127.0.0.1:1/v1", fetch: async () => new Response(bodies.shift()) })
    for (let i = 0; i < 3; i++) await s.answer()
    expect(s.parts).toHaveLength(2)
    expect(s.parts[1]?.text).toContain("It is not this one call: 2 times in this session, in `bash` and `read`.")
    expect((await s.plugin.page("ses_1", "")).replace(/\s+/g, " ")).toContain("in `bash`, `read`, 3 times")
    s.plugin.event({ type: "session.deleted", properties: { info: { id: "ses_1" } } })
    expect(await s.plugin.page("ses_1", "")).toContain("## Findings of this session\n\nNone.")
  })

  test("a server that sends no token counts is named once per session with what follows; a finish reason never, but the page has it", async () => {
    const events = capture("qwen3_coder.nemotron_v3/nemotron.call.sse").split("\n\n")
    const body = events
      .filter((event) => !event.includes('"usage":{'))
      .join("\n\n")
      .replace('"finish_reason":"tool_calls"', '"finish_reason":"stop"')
    const s = setUp({ url: (await serving(body)).url })
    await s.answer()
    await s.answer()
    expect(s.parts).toHaveLength(1)
    expect(s.parts[0]?.text).toMatch(/no token counts for `nemotron-3-super`, so OpenCode cannot know when .* compacted/)
    const page = await s.plugin.page("ses_1", "")
    for (const kind of ["usage-missing", "wrong-finish-reason"]) expect(page).toContain(`**${kind}**, 2 times`)
  })

  test("a server without a tool parser is named with the flags of the model's family, once", async () => {
    const body =
      '{"error":{"message":"\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400}}'
    const server = await serving(body, 400, "application/json")
    const explained = setUp({ url: server.url })
    const { text, status } = await explained.answer()
    expect(status).toBe(424)
    expect(text).toContain("--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3")
    expect(explained.parts).toEqual([])

    const s = setUp({ url: server.url, options: { explain: false } })
    expect(await s.answer()).toMatchObject({ text: body, status: 400 })
    await s.answer()
    expect(s.parts).toHaveLength(1)
    expect(s.parts[0]?.text).toContain("--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3")
  })
})

describe("health", () => {
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

  test("a healthy server is not mentioned", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1" })
    await settled()
    s.plugin.event({ type: "session.created", properties: { info: { id: "ses_1" } } })
    await settled()
    expect([s.parts, s.toasts]).toEqual([[], []])
  })

  test("a server with problems is told once per session, and again when it is back", async () => {
    let failing: Check | undefined = refused
    const s = setUp({ url: "http://127.0.0.1:1/v1", failing: () => failing, options: { explain: false } })
    s.tick(10_000)
    await settled()
    expect(s.toasts).toHaveLength(1)
    expect(s.toasts[0]?.message).toContain("Nothing listens")
    const message = (id: string, sessionID: string) =>
      s.plugin.event({
        type: "message.updated",
        properties: { info: { id, sessionID, role: "assistant", providerID: "local", time: {} } },
      })
    message("msg_1", "ses_1")
    message("msg_2", "ses_1")
    expect(s.parts).toHaveLength(1)
    expect(s.parts[0]).toMatchObject({ sessionID: "ses_1", messageID: "msg_1" })
    expect(s.parts[0]?.text).toContain("Start the server.")

    failing = undefined
    s.tick(61_000)
    s.plugin.event({ type: "session.created", properties: { info: { id: "ses_2" } } })
    await settled()
    expect(s.toasts).toHaveLength(2)
    s.plugin.event({ type: "session.idle", properties: { sessionID: "ses_1" } })
    expect(s.parts).toHaveLength(2)
    expect(s.parts[1]?.text).not.toContain("Start the server.")
    message("msg_3", "ses_2")
    expect(s.parts).toHaveLength(2)
  })

  test("a server found broken while an answer is on its way is told in that answer, and in those of other sessions", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1", failing: () => refused, options: { explain: false } })
    for (const sessionID of ["ses_1", "ses_2"]) {
      s.plugin.event({
        type: "message.updated",
        properties: { info: { id: `msg_${sessionID}`, sessionID, role: "assistant", providerID: "local", time: {} } },
      })
    }
    await settled()
    expect(s.parts.map((p) => p.messageID)).toEqual(["msg_ses_1", "msg_ses_2"])
  })

  test("a request that fails says what is wrong itself, and nothing else says it in that session", async () => {
    let failing: Check | undefined = refused
    const s = setUp({ url: "http://127.0.0.1:1/v1", failing: () => failing })
    s.tick(10_000)
    const { status, text } = await s.answer("ses_1")
    expect(status).toBe(424)
    expect(text).toContain("Nothing listens")
    expect(text).toContain("Start the server.")
    await settled()
    expect(s.parts).toEqual([])
    failing = undefined
    s.tick(61_000)
    s.plugin.event({ type: "session.created", properties: { info: { id: "ses_2" } } })
    await settled()
    s.plugin.event({ type: "session.idle", properties: { sessionID: "ses_1" } })
    expect(s.parts.map((part) => part.text)).toEqual([expect.stringContaining("works again")])
  })

  test("toasts wait until the terminal interface can show them", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1", failing: () => refused })
    await settled()
    expect(s.toasts).toEqual([])
  })

  test("with `health: false` nobody looks", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1", failing: () => refused, options: { health: false } })
    s.tick(10_000)
    await settled()
    expect(s.toasts).toEqual([])
  })
})

describe("what OpenCode does without a word is said", () => {
  const retry = (message: string, sessionID = "ses_1") => ({
    type: "session.status",
    properties: { sessionID, status: { type: "retry", attempt: 1, message, next: 1 } },
  })
  const begin = (s: ReturnType<typeof setUp>, providerID = "local") =>
    s.plugin.event({
      type: "message.updated",
      properties: { info: { id: "msg_1", sessionID: "ses_1", role: "assistant", providerID, time: {} } },
    })

  test("a request that is sent again is, once per reason", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1" })
    begin(s)
    for (let i = 0; i < 3; i++) s.plugin.event(retry("The queue is full"))
    expect(s.parts.map((part) => part.text)).toEqual([expect.stringContaining("The queue is full")])
    s.plugin.event(retry("SSE read timed out"))
    expect(s.parts).toHaveLength(2)
  })

  test("not for a provider that is not watched", () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1" })
    begin(s, "cloud")
    s.plugin.event(retry("The queue is full"))
    expect(s.parts).toEqual([])
  })

  test("answers that break off one after the other end the turn; the next message is sent again", async () => {
    const half = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"Half an"}}]}\n\n'
    const { url, seen } = await serving(half)
    const s = setUp({ url })
    for (let i = 0; i < 3; i++) expect((await s.answer()).status).toBe(200)
    const { status, text } = await s.answer()
    expect(status).toBe(424)
    expect(text).toContain("broke off")
    expect(seen).toHaveLength(3)
    expect((await s.answer()).status).toBe(200)
    expect(seen).toHaveLength(4)
    // Others are not concerned.
    expect((await s.answer("ses_2")).status).toBe(200)
  })
})

describe("a server that answers nobody", () => {
  const hung: Check = { ...refused, code: "hung", message: "127.0.0.1:8000 accepts connections and never answers." }
  /** Two looks that agree, as the check wants them. */
  async function look(s: ReturnType<typeof setUp>) {
    for (let i = 0; i < 2; i++) {
      s.tick(61_000)
      s.plugin.event({ type: "session.created", properties: { info: { id: "ses_new" } } })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  test("is told in the session, because its request says nothing for minutes", async () => {
    const { url } = await serving("")
    const s = setUp({ url, failing: () => hung })
    await s.answer()
    await look(s)
    await s.answer()
    expect(s.parts.map((part) => part.text).join()).toContain("never answers")
  })

  test("but not one that answered before and has a request of ours: it may read a long prompt", async () => {
    let failing: Check | undefined
    const server = createServer(() => {})
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const s = setUp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, failing: () => failing })
    await new Promise((resolve) => setTimeout(resolve, 10))
    void s.answer().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
    failing = hung
    await look(s)
    expect([s.parts, s.toasts]).toEqual([[], []])
    server.closeAllConnections()
  })
})

describe("/switch-model", () => {
  const local = { providerID: "local", modelID: "nemotron-3-super" }
  const cloud = { providerID: "cloud", modelID: "big" }
  const resolved = [
    { id: "local", options: {}, models: { "nemotron-3-super": {} } },
    { id: "cloud", options: {}, models: { big: {} } },
  ]
  async function command(s: ReturnType<typeof setUp>, args: string, model = local) {
    s.plugin.commandGiven("ses_1", "switch-model", args)
    const message = { id: "msg_user", sessionID: "ses_1", model: { ...model } }
    await s.plugin.userMessage(message, [{ type: "text" }])
    return message
  }

  test("to a model of a provider that is not watched is answered here, and holds from then on", async () => {
    const { url, seen } = await serving("")
    const s = setUp({ url, resolved })
    // What answers here must not go out to the other provider.
    expect((await command(s, "cloud/big")).model).toEqual(local)
    const { text } = await s.answer("ses_1", { messageID: "msg_user" })
    expect(text).toContain("Now using `cloud/big`")
    expect(seen).toEqual([])
    expect(s.switches).toEqual([{ sessionID: "ses_1", ...cloud }])
    const next = { id: "msg_2", sessionID: "ses_1", model: { ...local } }
    await s.plugin.userMessage(next, [{ type: "text" }])
    expect(next.model).toEqual(cloud)
  })

  test("the host's own message of the switch ends nothing", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1", resolved })
    await command(s, "cloud/big")
    const own = { id: "msg_own", sessionID: "ses_1", model: { ...cloud } }
    await s.plugin.userMessage(own, [{ type: "text", metadata: { [MARK]: { switch: true } } }])
    const next = { id: "msg_2", sessionID: "ses_1", model: { ...local } }
    await s.plugin.userMessage(next, [{ type: "text" }])
    expect(next.model).toEqual(cloud)
  })

  test("a switch that the host does not take leaves no trace", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1", resolved })
    s.host.useModel = async () => false
    expect(await s.plugin.switching.use("ses_1", cloud)).toBe(false)
    const next = { id: "msg_2", sessionID: "ses_1", model: { ...local } }
    await s.plugin.userMessage(next, [{ type: "text" }])
    expect(next.model).toEqual(local)
  })
})

describe("/vllm-status", () => {
  test("is answered here, title included, and the server sees nothing", async () => {
    const server = await serving("data: [DONE]\n\n")
    const s = setUp({ url: server.url })
    s.plugin.commandGiven("ses_1", "vllm-status", "")
    const parts = [{ type: "text", text: "template" }]
    const model = { providerID: "local", modelID: "nemotron-3-super" }
    await s.plugin.userMessage({ id: "msg_cmd", sessionID: "ses_1", model }, parts)
    expect(parts[0]).toMatchObject({ text: "/vllm-status", metadata: { [MARK]: { local: true } } })
    expect((await s.answer("ses_1", { messageID: "msg_cmd", agent: "title" })).text).toContain("LLM server")
    expect((await s.answer("ses_1", { messageID: "msg_cmd" })).text).toContain("0.32.0")
    expect(server.seen).toEqual([])
  })

  test("a provider that is not watched is named, with those that are", async () => {
    const s = setUp({ url: "http://127.0.0.1:1/v1" })
    expect(await s.plugin.page("ses_1", "nope")).toContain("`local`")
  })
})

test("a wrong option is told in one sentence with its path", async () => {
  const s = setUp({ url: "http://127.0.0.1:1/v1", options: { toolLine: "yes" } })
  s.plugin.event({
    type: "message.updated",
    properties: { info: { id: "msg_1", sessionID: "ses_1", role: "assistant", providerID: "local", time: {} } },
  })
  expect(s.parts).toHaveLength(1)
  expect(s.parts[0]?.text).toContain("`toolLine`")
})

test("the key of the configuration occurs in nothing that the plugin says or logs", async () => {
  const server = await serving(capture(LEAK))
  const s = setUp({
    url: server.url.replace("://", `://user:${CANARY}@`).replace("/v1", `/v1?key=${CANARY}`),
    failing: () => refused,
  })
  s.tick(10_000)
  const fetchIn = s.config.provider.local.options.fetch as typeof fetch
  await fetchIn(`${server.url}/chat/completions`, {
    method: "POST",
    headers: { "x-session-id": "ses_1", authorization: `Bearer ${CANARY}` },
    body: "{}",
  }).then((r) => r.text())
  await s.plugin.page("ses_1", "")
  s.plugin.event({ type: "session.idle", properties: { sessionID: "ses_1" } })
  expect(
    s.everything() + (await s.plugin.page("ses_1", "")) + (await s.plugin.page("ses_1", undefined, { compact: true })),
  ).not.toContain(CANARY)
})
