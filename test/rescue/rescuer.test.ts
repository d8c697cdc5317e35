import { afterEach, describe, expect, test } from "bun:test"
import { familyOfModel } from "../../src/knowledge/families.ts"
import type { RescueMode } from "../../src/rescue/mode.ts"
import { createRescuer, type Rescuer } from "../../src/rescue/rescuer.ts"
import type { ScenarioName } from "../../src/sim/scenarios.ts"
import { type Sim, startSim } from "../../src/sim/server.ts"
import { calmClock } from "../calm-clock.ts"
import { ask, BASH, CALL, MODEL, type More, type Via } from "./asking.ts"

const sims: Sim[] = []
afterEach(async () => {
  for (const sim of sims.splice(0)) await sim.close()
})

interface Setup {
  scenario: ScenarioName
  /** Read at each request. */
  mode?: RescueMode
  titleWaitsMs?: number
  via?: Via
}

async function setUp(setup: Setup) {
  const { scenario, via } = setup
  const mode = () => setup.mode ?? "auto"
  const sim = await startSim({ scenario, model: MODEL, chunkMs: 0, firstTokenMs: 0 })
  sims.push(sim)
  const clock = { now: 1_000_000 }
  const rescuer = createRescuer({
    repeats: () => mode() === "always",
    mode,
    now: () => clock.now,
    ...(setup.titleWaitsMs !== undefined && { titleWaitsMs: setup.titleWaitsMs }),
    family: (model) => familyOfModel({ id: model }),
    onError: (error) => {
      throw error
    },
  })
  return { sim, rescuer, clock, setup, ask: (more: More = {}) => ask(sim, rescuer, more, via) }
}

const chats = (sim: Sim) =>
  sim.requests
    .filter((one) => one.path.endsWith("/chat/completions"))
    .map((one) => JSON.parse(one.body) as Record<string, unknown>)

describe("a server that refuses tools", () => {
  test("is asked again in raw form at once, and the call arrives as from a server that reads it", async () => {
    const { sim, ask } = await setUp({ scenario: "no-tool-parser" })
    const { said, status, rescued, reports, refused } = await ask()
    expect(status).toBe(200)
    expect(said).toMatchObject({ reasoning: "I should list the files first.", content: "", finish: "tool_calls" })
    expect(said.calls).toEqual([CALL])
    expect(said.completionTokens).toBeGreaterThan(10)
    expect(reports.flatMap((report) => report.findings)).toEqual([])
    expect(rescued.at(-1)).toMatchObject({ model: MODEL, why: "refused", on: true, form: "A" })
    expect(refused).toBe(0)
    const last = chats(sim).at(-1)
    expect(last).toMatchObject({ tool_choice: "none", skip_special_tokens: false, max_tokens: 2000, tools: [BASH] })
  })

  test("is not asked in vain again: what was proven once holds", async () => {
    const { sim, ask } = await setUp({ scenario: "no-tool-parser" })
    await ask()
    const before = sim.requests.length
    expect((await ask()).said.calls).toEqual([CALL])
    expect(sim.requests.slice(before).map((one) => one.path)).toEqual(["/v1/chat/completions"])
  })

  test("is left alone with `off`: the refusal comes through, and is told", async () => {
    const { sim, ask } = await setUp({ scenario: "no-tool-parser", mode: "off" })
    const { status, refused, rescued } = await ask()
    expect(status).toBe(400)
    expect(refused).toBe(1)
    expect(rescued).toEqual([])
    expect(sim.requests).toHaveLength(1)
  })

  test("that keeps tools from the prompt is asked by rendered prompt instead", async () => {
    const { ask } = await setUp({ scenario: "no-tool-parser", via: withoutToolsInPrompt })
    const { said, rescued } = await ask()
    expect(said.calls).toEqual([CALL])
    expect(rescued.at(-1)).toMatchObject({ form: "B" })
  })

  test("that keeps tools from the prompt and hides its other routes cannot be rescued: its refusal comes through", async () => {
    const { ask, rescuer } = await setUp({
      scenario: "no-tool-parser",
      via: (url, init, send) =>
        /tokenize$/.test(url) ? Promise.resolve(new Response("{}", { status: 404 })) : withoutToolsInPrompt(url, init, send),
    })
    expect(await ask()).toMatchObject({ status: 400, refused: 1, rescued: [] })
    expect(rescuer.states()).toMatchObject([{ impossible: true }])
    expect(await ask()).toMatchObject({ status: 400, refused: 1 })
  })

  test("a request with an image has no plain form; others still do", async () => {
    const { ask, rescuer } = await setUp({ scenario: "no-tool-parser", via: withoutToolsInPrompt })
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }
    const messages = [{ role: "user", content: [{ type: "text", text: "What is this?" }, image] }]
    expect(await ask({ messages })).toMatchObject({ status: 400, refused: 1, rescued: [] })
    expect(rescuer.states()).not.toMatchObject([{ impossible: true }])
    expect((await ask()).said.calls).toEqual([CALL])
    expect(rescuer.states()).toMatchObject([{ form: "B" }])
    expect(await ask({ messages })).toMatchObject({ status: 400, refused: 1 })
    expect((await ask()).said.calls).toEqual([CALL])
  })

  test("whose rendered prompt has no tools either is not asked so", async () => {
    const { ask, sim } = await setUp({
      scenario: "no-tool-parser",
      via: (url, init, send) => {
        if (!/tokenize$/.test(url)) return withoutToolsInPrompt(url, init, send)
        return send(url, { ...init, body: JSON.stringify({ ...JSON.parse(String(init?.body)), tools: undefined }) })
      },
    })
    expect(await ask()).toMatchObject({ status: 400, refused: 1 })
    expect(sim.requests.filter((one) => one.path === "/v1/completions")).toHaveLength(0)
    const before = sim.requests.length
    expect(await ask()).toMatchObject({ status: 400, refused: 1 })
    expect(sim.requests).toHaveLength(before + 1)
  })

  test.each(["{}", "404 page not found"])(
    "whose routes beside /v1 are hidden (%p) is rescued without, and not asked for them twice",
    async (page) => {
      const asked: string[] = []
      const { ask } = await setUp({
        scenario: "no-tool-parser",
        via: (url, init, send) => {
          asked.push(new URL(url).pathname)
          return /tokenize$/.test(url) ? Promise.resolve(new Response(page, { status: 404 })) : send(url, init)
        },
      })
      expect((await ask()).said.calls).toEqual([CALL])
      expect(asked.filter((path) => path === "/tokenize")).toHaveLength(1)
      const before = asked.length
      for (let i = 0; i < 3; i++) expect((await ask()).said.calls).toEqual([CALL])
      expect(asked.slice(before)).toEqual(Array(3).fill("/v1/chat/completions"))
    },
  )

  test("is proven once for requests that come together", async () => {
    const { ask, sim } = await setUp({ scenario: "no-tool-parser" })
    const told = await Promise.all([ask(), ask(), ask()])
    for (const { said } of told) expect(said.calls).toEqual([CALL])
    expect(sim.requests.filter((one) => one.path === "/tokenize")).toHaveLength(1)
    expect(chats(sim).filter((body) => body.max_tokens === 1)).toHaveLength(2)
  })

  test("the user may end it, and begin it again", async () => {
    const { ask, rescuer, setup } = await setUp({ scenario: "no-tool-parser" })
    await ask()
    setup.mode = "off"
    expect(rescuer.consent(false)).toEqual([MODEL])
    expect(await ask()).toMatchObject({ status: 400, refused: 1, rescued: [] })
    setup.mode = "auto"
    expect(rescuer.consent(true)).toEqual([MODEL])
    expect((await ask()).said.calls).toEqual([CALL])
  })

  test("is asked in its own way again after some minutes, which costs no tokens", async () => {
    let parser = false
    const { ask, clock, rescuer, sim } = await setUp({
      scenario: "no-tool-parser",
      via: (url, init, send) => {
        const body = JSON.parse(String(init?.body)) as Record<string, unknown>
        return parser && body.tool_choice === "auto"
          ? send(url, { ...init, body: JSON.stringify({ ...body, tools: undefined, tool_choice: undefined }) })
          : send(url, init)
      },
    })
    await ask()
    clock.now += 4 * 60_000
    let before = chats(sim).length
    await ask()
    expect(chats(sim).slice(before)).toMatchObject([{ tool_choice: "none" }])
    clock.now += 2 * 60_000
    before = chats(sim).length
    expect((await ask()).said.calls).toEqual([CALL])
    expect(chats(sim).slice(before)).toMatchObject([{ tool_choice: "auto" }, { tool_choice: "none" }])
    parser = true
    clock.now += 6 * 60_000
    before = chats(sim).length
    expect((await ask()).rescued).toEqual([])
    expect(chats(sim)).toHaveLength(before + 1)
    expect(rescuer.states()).toEqual([])
  })

  test("that breaks down may be another one when it is up again", async () => {
    let down = false
    const { ask, rescuer } = await setUp({
      scenario: "no-tool-parser",
      via: (url, init, send) => (down ? Promise.reject(new TypeError("fetch failed")) : send(url, init)),
    })
    await ask()
    down = true
    await expect(ask()).rejects.toThrow("fetch failed")
    expect(rescuer.states()).toEqual([])
    down = false
    expect((await ask()).said.calls).toEqual([CALL])
  })

  test("what the template does not take is answered in the server's words, and proves nothing against the form", async () => {
    let strict = false
    const { ask } = await setUp({
      scenario: "no-tool-parser",
      via: (url, init, send) =>
        strict && /tokenize$/.test(url)
          ? Promise.resolve(Response.json({ error: { message: "roles must alternate", code: 400 } }, { status: 400 }))
          : withoutToolsInPrompt(url, init, send),
    })
    await ask()
    strict = true
    const { status, said } = await ask()
    expect(status).toBe(400)
    expect(said.body).toContain("roles must alternate")
    strict = false
    expect((await ask()).said.calls).toEqual([CALL])
  })

  test("takes requests without tools as they are, until rescue is on", async () => {
    const { sim, ask } = await setUp({ scenario: "no-tool-parser" })
    await ask({ tools: undefined, tool_choice: undefined })
    expect(chats(sim)).toHaveLength(1)
    expect(chats(sim)[0]).not.toHaveProperty("skip_special_tokens")
  })

  test("a title that was asked for at the same time comes without thoughts", async () => {
    const { ask, sim } = await setUp({ scenario: "no-tool-parser" })
    const asking = ask({ title: true, tools: undefined, tool_choice: undefined })
    await new Promise((next) => setTimeout(next, 100))
    const [title, turn] = await Promise.all([asking, ask()])
    expect(turn.said.calls).toEqual([CALL])
    expect(title.said.reasoning).not.toBe("")
    expect(title.said.content).not.toBe("")
    expect(title.said.content).not.toContain("</think>")
    expect(chats(sim)[0]).not.toHaveProperty("skip_special_tokens")
  })

  test("a title does not wait long for an answer that does not come", async () => {
    const { ask } = await setUp({ scenario: "no-tool-parser", titleWaitsMs: 50 })
    const clock = calmClock()
    const title = await ask({ title: true, tools: undefined, tool_choice: undefined })
    expect(title.status).toBe(200)
    expect(clock()).toBeLessThan(5_000)
  })

  test("is asked in its own way again when it was restarted with a parser", async () => {
    const { sim, ask, rescuer } = await setUp({ scenario: "no-tool-parser" })
    await ask()
    rescuer.restarted()
    expect(rescuer.states()).toEqual([])
    const before = chats(sim).length
    await ask()
    expect(chats(sim)[before]).toMatchObject({ tool_choice: "auto" })
  })
})

describe("a server that swallows calls", () => {
  test("with `auto` the finding is told, and rescue waits for the user's word", async () => {
    const { ask, rescuer } = await setUp({ scenario: "swallowed" })
    const first = await ask()
    expect(first.said.calls).toEqual([])
    expect(first.reports.flatMap((report) => report.findings.map((f) => f.kind))).toEqual(["output-swallowed"])
    expect(rescuer.states()).toMatchObject([{ model: MODEL, why: "wrong-parser", on: false }])
    expect(rescuer.consent(true)).toEqual([MODEL])
    const second = await ask()
    expect(second.said.calls).toEqual([CALL])
    expect(second.reports.flatMap((report) => report.findings)).toEqual([])
    expect(rescuer.consent(false)).toEqual([MODEL])
    expect((await ask()).said.calls).toEqual([])
  })

  test("with `always` the same turn goes on with the call, and the thoughts come once", async () => {
    const { ask } = await setUp({ scenario: "swallowed", mode: "always" })
    const { said, reports, rescued } = await ask()
    expect(said.calls).toEqual([CALL])
    expect(said.reasoning.trim()).toBe("I should list the files first.")
    expect(said.finish).toBe("tool_calls")
    expect(said.roles).toBe(1)
    expect(reports.flatMap((report) => report.findings)).toEqual([])
    expect(rescued.at(-1)).toMatchObject({ why: "wrong-parser", on: true })
  })

  test("with `always` and no raw form that works, the finding is told after all", async () => {
    const { ask } = await setUp({
      scenario: "swallowed",
      mode: "always",
      via: (url, init, send) =>
        /tokenize$/.test(url) ? Promise.resolve(new Response("{}", { status: 404 })) : withoutToolsInPrompt(url, init, send),
    })
    const { said, reports } = await ask()
    expect(said).toMatchObject({ calls: [], finish: "stop" })
    expect(reports.flatMap((report) => report.findings.map((f) => f.kind))).toEqual(["output-swallowed"])
  })

  test("where the server tells thoughts apart by itself, an answer without any is an answer", async () => {
    let thoughtless = false
    const { ask } = await setUp({
      scenario: "swallowed",
      mode: "always",
      async via(url, init, send) {
        const response = await send(url, init)
        if (!thoughtless) return response
        const text = (await response.text()).replaceAll(/^data: .*"reasoning":"(?!").*\n\n/gm, "")
        return new Response(text, { status: 200, headers: { "content-type": "text/event-stream" } })
      },
    })
    await ask()
    thoughtless = true
    const { said } = await ask({ tools: undefined, tool_choice: undefined })
    expect(said).toMatchObject({ reasoning: "", finish: "stop" })
    expect(said.content.length).toBeGreaterThan(3)
  })

  test("even in form A is asked by rendered prompt, within the same turn", async () => {
    // What a parser engine does: the markup is dropped, the tokens are counted.
    const eating: Via = async (url, init, send) => {
      const response = await send(url, init)
      if (!url.endsWith("/chat/completions") || !String(init?.body).includes('"tool_choice":"none"') || !response.ok)
        return response
      if (!String(init?.body).includes('"stream":true')) return response
      const text = (await response.text()).replaceAll(/^data: .*"content":"(?!").*\n\n/gm, "")
      return new Response(text, { status: 200, headers: { "content-type": "text/event-stream" } })
    }
    const { ask } = await setUp({ scenario: "swallowed", mode: "always", via: eating })
    const { said, rescued, reports } = await ask()
    expect(said.calls).toEqual([CALL])
    expect(said.reasoning.trim()).toBe("I should list the files first.")
    expect(rescued.at(-1)).toMatchObject({ form: "B" })
    expect(reports.flatMap((report) => report.findings)).toEqual([])
  })
})

describe("a server whose parsers fit", () => {
  test.each(["auto", "always", "off"] as const)("is left alone with `%s`", async (mode) => {
    const { sim, ask, rescuer } = await setUp({ scenario: "healthy", mode })
    const { said, rescued, reports } = await ask()
    expect(said.calls).toEqual([CALL])
    expect(reports.flatMap((report) => report.findings)).toEqual([])
    expect(rescued).toEqual([])
    expect(rescuer.states()).toEqual([])
    expect(sim.requests).toHaveLength(1)
    expect(rescuer.consent(true)).toEqual([])
  })

  test("sends the same bytes with `always`, although their end is held back until it is known to be good", async () => {
    const { sim } = await setUp({ scenario: "healthy", mode: "always" })
    const plain = await setUp({ scenario: "healthy", mode: "off" })
    const bytes = async (rescuer: Rescuer, url: string) => {
      const body = JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hi" }], tools: [BASH], stream: true })
      const response = await rescuer.send({
        url: `${url}/chat/completions`,
        init: { method: "POST", headers: { "content-type": "application/json" }, body },
        fetch,
        look: (one) => one,
        announce: () => {},
        onRefused: () => {},
        onRescued: () => {},
      })
      return (await response.text()).replaceAll(/chatcmpl-[\w-]+|"created":\d+/g, "")
    }
    const always = createRescuer({ repeats: () => true, mode: () => "always", family: () => undefined, onError: () => {} })
    expect(await bytes(always, sim.url)).toBe(await bytes(plain.rescuer, plain.sim.url))
  })
})

describe("what goes wrong in raw form comes through as from the server itself", () => {
  test("a context that is too small: the server's own words, on which OpenCode shortens the conversation", async () => {
    const { ask } = await setUp({ scenario: "no-tool-parser" })
    await ask()
    const { status, said } = await ask({ messages: [{ role: "user", content: "word ".repeat(400_000) }] })
    expect(status).toBe(400)
    expect(said.body).toContain("maximum context length")
  })

  test("an output limit ends the call where it is, with finish `length`", async () => {
    const { ask } = await setUp({ scenario: "no-tool-parser" })
    const { said } = await ask({ max_tokens: 24 })
    expect(said.finish).toBe("length")
  })

  test("a cancel reaches the server", async () => {
    const { sim, rescuer } = await setUp({ scenario: "no-tool-parser" })
    const stop = new AbortController()
    const told = ask(sim, rescuer, {}, (url, init, send) => send(url, { ...init, signal: stop.signal }))
    stop.abort()
    await expect(told).rejects.toThrow()
  })
})

/** vLLM before 0.10, or with --exclude-tools-when-tool-choice-none: with `none` the tools do not reach the prompt. */
const withoutToolsInPrompt: Via = (url, init, send) => {
  if (!url.endsWith("/chat/completions")) return send(url, init)
  const body = JSON.parse(String(init?.body)) as Record<string, unknown>
  if (body.tool_choice !== "none") return send(url, init)
  return send(url, { ...init, body: JSON.stringify({ ...body, tools: undefined }) })
}
