/** The model with and without a server half, whose end of the channel is the real one. */
import { afterEach, expect, test } from "bun:test"
import type { EndpointReport } from "../../src/endpoint/types.ts"
import { type ChannelOptions, createTuiChannel, type TuiChannel } from "../../src/opencode/tui-channel.ts"
import { encode } from "../../src/opencode/tui-messages.ts"
import type { SessionFinding } from "../../src/report/types.ts"
import { createModel, type ModelOptions, type TuiModel } from "../../src/tui/model.ts"
import { check, down, report } from "./report.ts"

const finding: SessionFinding = {
  finding: { kind: "empty-answer", certainty: "certain", cause: "Nothing came.", fix: "Look.", reference: "" },
  ...{ count: 1, weak: 0, tools: [], first: 1, last: 1 },
}
const open: TuiModel[] = []
afterEach(() => {
  for (const model of open.splice(0)) model.dispose()
})

async function until(holds: () => boolean, ms = 30_000) {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error("did not come to hold")
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

interface Setup extends Partial<Omit<ModelOptions, "directory">> {
  half?: Partial<ChannelOptions>
  directory?: string
}

function setup({ half, directory = "/a", ...over }: Setup = {}) {
  const log = { looks: 0, notified: [] as string[], published: 0, switched: [] as unknown[], models: [] as unknown[] }
  let channel: TuiChannel | undefined
  // As in the host: what anybody publishes reaches everybody, also the one who did.
  const publish = async (command: string) => {
    log.published++
    queueMicrotask(() => {
      channel?.receive(command)
      model.event("tui.command.execute", { command })
    })
  }
  if (half)
    channel = createTuiChannel({
      publish,
      directory: "/a",
      version: "9.9.9",
      providers: () => ["local"],
      look: async () => report({ at: 7 }),
      findings: () => [finding],
      kept: () => ["empty-answer"],
      evidence: async (_, cause, { prompts }) => (cause === "empty-answer" ? { path: `/x/${prompts}` } : { problem: "Gone." }),
      onSwitched: (...given) => log.switched.push(given),
      onError(error) {
        throw error
      },
      ...half,
    })
  const model = createModel({
    endpoints: () => [{ url: "http://127.0.0.1:8000/v1", provider: "local" }],
    directory: () => directory,
    publish,
    look: async () => {
      log.looks++
      return report()
    },
    prove: async (_, seen) => ({ ...(seen as EndpointReport) }),
    session: () => "s",
    notify: (_, is) => log.notified.push(is),
    onModel: (...given) => log.models.push(given),
    onError(error) {
      throw error
    },
    patienceMs: 40,
    ...over,
  })
  open.push(model)
  return { model, log, channel: () => channel as TuiChannel }
}

test("with a server half it does the looking, and nothing is announced twice", async () => {
  const { model, log } = setup({ half: { look: async () => report({ at: 7 }, down) } })
  model.watch()
  await until(() => model.servers()[0]?.report !== undefined)
  expect(model.servers()[0]?.report?.at).toBe(7)
  expect(log.looks).toBe(0)
  expect(log.notified).toEqual([])
  expect([model.half, model.version]).toEqual(["here", "9.9.9"])
})

test("without one it looks itself, and says once what is wrong and once that it is well", async () => {
  let found = [down]
  const { model, log } = setup({
    look: async () => {
      log.looks++
      return report({}, ...found)
    },
  })
  const off = model.watch()
  await until(() => log.notified.length > 0)
  model.refresh()
  await until(() => log.looks > 1)
  found = []
  model.refresh()
  await until(() => log.notified.length > 1)
  expect(log.notified).toEqual(["trouble", "well"])
  expect(model.half).toBe("absent")
  off()
})

test("who wants fresh reports gets them, though nobody watches, and once in a minute", async () => {
  let clock = 1_000_000
  const { model, log } = setup({
    now: () => clock,
    look: async () => {
      log.looks++
      return report({ at: clock })
    },
  })
  expect(model.servers()[0]?.report).toBeUndefined()
  await model.looked()
  await model.looked()
  expect([log.looks, model.servers()[0]?.report?.at]).toEqual([1, clock])
  clock += 61_000
  await model.looked()
  expect([log.looks, model.servers()[0]?.report?.at]).toEqual([2, clock])
})

test("a server half of another directory is not heard", async () => {
  const { model, log } = setup({ half: {}, directory: "/b" })
  model.watch()
  await until(() => log.looks > 0)
  expect(model.half).toBe("absent")
})

test("seconds are counted from the first look at the panel, also when the wait began before it", async () => {
  const { model } = setup({ look: () => new Promise(() => {}) })
  const wait = { info: { id: "m", sessionID: "s", role: "assistant", time: { created: Date.now() } } }
  model.event("session.status", { sessionID: "s", status: { type: "busy" } })
  model.event("message.updated", wait)
  let calls = 0
  model.subscribe(() => calls++)
  model.watch()
  await until(() => model.half === "absent")
  await new Promise((resolve) => setTimeout(resolve, 300))
  const before = calls
  await until(() => calls > before, 4_000)
})

const toast = { message: "It is down.", variant: "error", duration: 12_000 } as const

test("a toast is shown once, by the terminals of its directory, and the server half knows", async () => {
  const shown: unknown[] = []
  const { model, channel } = setup({ half: {}, toast: (given) => shown.push(given) })
  await until(() => model.half === "here")
  expect(await channel().toast(toast)).toBe(true)
  expect(shown).toEqual([toast])
})

test("a toast that no terminal of the directory shows is known as such", async () => {
  const shown: unknown[] = []
  const elsewhere = setup({ directory: "/b", half: { shownMs: 30 }, toast: (given) => shown.push(given) })
  // Nobody of this directory is there.
  expect(await elsewhere.channel().toast(toast)).toBe(false)
  // Somebody was, and has gone or is of an older version.
  elsewhere.channel().receive(encode({ to: "server", directory: "/a" }, { type: "hello" }))
  expect(await elsewhere.channel().toast(toast)).toBe(false)
  expect(shown).toEqual([])
})

test("findings, evidence and switches pass the channel", async () => {
  const { model, log, channel } = setup({ half: {} })
  await until(() => model.half === "here")
  model.askFindings("s")
  await until(() => model.findings("s").length > 0)
  expect(model.findings("s")).toEqual([finding])
  expect(model.kept("s")).toEqual(["empty-answer"])
  expect(await model.evidence("s", "empty-answer", true)).toMatchObject({ path: "/x/true" })
  expect(await model.evidence("s", "other", false)).toMatchObject({ problem: "Gone." })
  const [from, to] = [
    { providerID: "local", modelID: "a" },
    { providerID: "local", modelID: "b" },
  ]
  model.switched("s", from, to)
  await until(() => log.switched.length > 0)
  expect(log.switched).toEqual([["s", from, to]])
  channel().model("s", to)
  await until(() => log.models.length > 0)
  expect(log.models).toEqual([["s", to]])
})

test("what a deep check proved stands through later looks, until the server is gone", async () => {
  const skipped = check({ id: "tool-call", status: "skip", message: "Not checked: costs tokens." })
  const failed = check({ id: "tool-call", status: "fail", code: "tools-off" })
  let wrong = [skipped]
  const { model, log } = setup({
    look: async () => {
      log.looks++
      return report({}, ...wrong)
    },
    prove: async (_, __, { onProgress }) => {
      onProgress({ step: "asking", share: 0.5 })
      return report({}, failed)
    },
  })
  const code = () => model.servers()[0]?.report?.checks.find(({ id }) => id === "tool-call")?.code
  model.watch()
  await until(() => log.looks > 0)
  const proving = model.prove("local")
  expect(model.progress.get("local")).toBeDefined()
  await proving
  expect(code()).toBe("tools-off")
  expect(model.progress.size).toBe(0)
  const before = log.looks
  model.refresh()
  await until(() => log.looks > before)
  expect(code()).toBe("tools-off")
  wrong = [skipped, down]
  model.refresh()
  await until(() => code() === "ok")
})

test("a deep check that the server half does not have says so", async () => {
  const { model } = setup({ half: {} })
  await until(() => model.half === "here")
  await model.prove("local")
  expect(model.problems.get("local")).toBe("The deep check is not available.")
})

test("10,000 changes make few calls, and nobody is called after leaving", async () => {
  const { model } = setup({ half: {} })
  let calls = 0
  const off = model.subscribe(() => calls++)
  model.event("session.status", { sessionID: "s", status: { type: "busy" } })
  model.event("message.updated", { info: { id: "m", sessionID: "s", role: "assistant", time: { created: 1 } } })
  for (let i = 0; i < 10_000; i++) model.event("message.part.delta", { sessionID: "s", messageID: "m", delta: "word " })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(calls).toBeLessThanOrEqual(3)
  expect(calls).toBeGreaterThan(0)
  off()
  const after = calls
  model.event("message.part.delta", { sessionID: "s", messageID: "m", delta: "word " })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(calls).toBe(after)
})

test("a deep check that runs is not begun again, everybody sees it end, and it can be stopped", async () => {
  let begun = 0
  const wanted: (string | undefined)[] = []
  const { model, log, channel } = setup({
    half: {
      prove: (_, asked, onProgress, signal) => {
        begun++
        wanted.push(asked)
        onProgress("asking", 0.5)
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(report())))
      },
    },
  })
  await until(() => model.half === "here")
  const first = model.prove("local", "m")
  await until(() => model.progress.get("local")?.step === "asking")
  await model.prove("local")
  // Another terminal asks for the same.
  channel().receive(encode({ to: "server", directory: "/a" }, { type: "prove", provider: "local" }))
  expect([begun, ...wanted]).toEqual([1, "m"])
  model.stopProving("local")
  await first
  expect([model.progress.size, model.problems.get("local")]).toEqual([0, "Stopped."])
  // One that another terminal has asked for and that has ended.
  channel().receive(encode({ to: "server", directory: "/a" }, { type: "prove", provider: "local" }))
  await until(() => model.progress.has("local"))
  model.stopProving("local")
  await until(() => !model.progress.has("local"))
  expect([begun, log.looks]).toEqual([2, 0])
})

test("without a server half a deep check can be stopped too", async () => {
  const { model } = setup({
    prove: (_, __, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(report()))),
  })
  await until(() => model.half === "absent")
  const done = model.prove("local")
  await until(() => model.progress.has("local"))
  await new Promise((resolve) => setTimeout(resolve, 20))
  model.stopProving("local")
  await done
  expect(model.problems.get("local")).toBe("Stopped.")
})

test("a report that is too long passes with fewer models, the configured ones last to go", async () => {
  const models = Array.from({ length: 2_000 }, (_, i) => ({ id: `org/model-${i}-${"x".repeat(60)}`, context: 1 }))
  const mine = models[1_999]?.id ?? ""
  const long = report({ models, configured: [{ key: "mine", id: mine }] })
  const { model } = setup({ half: { look: async () => long, prove: async () => long } })
  model.watch()
  await until(() => model.servers()[0]?.report !== undefined)
  const ids = () => model.servers()[0]?.report?.models.map(({ id }) => id) ?? []
  expect(ids()).toContain(mine)
  await model.prove("local")
  expect(model.problems.size).toBe(0)
  expect(ids()).toContain(mine)
})

test("200 dialogs opened and closed leave nobody behind", async () => {
  const { model, log } = setup({ half: {}, look: async () => report() })
  for (let i = 0; i < 200; i++) {
    const off = [model.watch(), model.subscribe(() => {})]
    for (const one of off) one()
  }
  let asked = 0
  const before = log.published
  model.refresh()
  await new Promise((resolve) => setTimeout(resolve, 300))
  asked = log.published - before
  // The answers to hello and to the looks of the last round at most.
  expect(asked).toBeLessThan(8)
  expect(model.subscribers).toBe(0)
})

test("when a sub-agent comes to its end the session's findings are asked for, while somebody looks", async () => {
  const { model, log } = setup({ half: {}, look: async () => report() })
  await until(() => model.half === "here")
  const idle = () => model.event("session.status", { sessionID: "child", status: { type: "idle" } })
  const before = log.published
  idle()
  expect(log.published).toBe(before)
  const off = model.watch()
  await until(() => model.findings("s").length > 0 && model.servers()[0]?.report !== undefined)
  const then = log.published
  idle()
  expect(log.published).toBeGreaterThan(then)
  off()
})

test("a server that came back is shown so before the next round of looks", async () => {
  const { model, channel } = setup({ half: { look: async () => report({}, down) } })
  model.watch()
  const state = () => model.servers()[0]?.report?.checks.find(({ id }) => id === "reach")?.status
  await until(() => state() === "fail")
  channel().report(report())
  await until(() => state() === "pass")
})

test("a deep check that only seems to run can be stopped on the screen", async () => {
  const { model } = setup({ half: { prove: async () => report() } })
  await until(() => model.half === "here")
  const command = encode({ to: "tui", directory: "/a" }, { type: "progress", provider: "local", step: "lost", share: 0.5 })
  model.event("tui.command.execute", { command })
  expect(model.progress.has("local")).toBe(true)
  model.stopProving("local")
  await until(() => !model.progress.has("local"))
})

test("what is found while a turn goes on is known at once, of fifty sessions at most", async () => {
  const { model, channel } = setup({ half: {} })
  await until(() => model.half === "here")
  for (let i = 0; i < 60; i++) channel().findings(`s${i}`)
  await until(() => model.findings("s59").length > 0)
  expect(Array.from({ length: 60 }, (_, i) => model.findings(`s${i}`).length).reduce((a, b) => a + b)).toBe(50)
})

test("only the end of this directory's instance ends what runs", async () => {
  const { model, log } = setup({ half: {} })
  await until(() => model.half === "here")
  const command = encode({ to: "tui", directory: "/a" }, { type: "progress", provider: "local", step: "asking", share: 0.5 })
  model.event("tui.command.execute", { command })
  const before = log.published
  model.event("server.instance.disposed", { directory: "/b" })
  expect(model.progress.has("local")).toBe(true)
  model.event("server.instance.disposed", { directory: "/a" })
  expect(model.progress.has("local")).toBe(false)
  await until(() => log.published > before)
})

test("a server that is down keeps the name that it told before", async () => {
  let server: EndpointReport["server"] = { kind: "vllm", version: "0.32.0" }
  const { model, log } = setup({
    look: async () => {
      log.looks++
      return report({ server }, ...(server.kind === "unknown" ? [down] : []))
    },
  })
  model.watch()
  await until(() => log.looks > 0)
  server = { kind: "unknown", version: null }
  model.refresh()
  await until(() => log.notified.length > 0)
  expect(model.servers()[0]?.report?.server).toEqual({ kind: "vllm", version: "0.32.0" })
})

test("who opens a page sees how it is now, however short ago the last look was", async () => {
  const { model, log } = setup()
  const first = model.watch()
  await until(() => log.looks === 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const second = model.watch()
  await until(() => log.looks === 2)
  second()
  first()
})
