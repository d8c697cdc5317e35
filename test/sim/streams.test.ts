import { describe, expect, test } from "bun:test"
import { CHECK_CODES } from "../../src/endpoint/types.ts"
import { isScenarioName, SCENARIOS, type ScenarioName, SimError, startSim } from "../../src/sim/index.ts"
import { FINDING_KINDS } from "../../src/stream/types.ts"
import { agentBody, chat, hear, hearChat, post, readPieces, root, TOOLS, tool, withSim } from "./client.ts"

const play = (scenario: ScenarioName, body: unknown = agentBody()) => withSim({ scenario }, (sim) => hearChat(sim, body))
const values = (heard: { calls: { arguments: string }[] }) => heard.calls.map((call) => JSON.parse(call.arguments))

describe("a healthy server", () => {
  test("thinks, then calls bash with arguments that OpenCode takes, then says how many tokens it was", async () => {
    const heard = await play("healthy")
    expect(heard.reasoning).toBe("I should list the files first.")
    expect(heard.content).toBe("")
    expect(heard.calls).toMatchObject([{ name: "bash" }])
    expect(values(heard)).toEqual([{ command: "ls -la src", description: "List files in src" }])
    expect(heard.finish).toBe("tool_calls")
    expect(heard.usage!.total_tokens).toBe(heard.usage!.prompt_tokens + heard.usage!.completion_tokens)
    expect(heard.usage!.completion_tokens_details!.reasoning_tokens).toBeGreaterThan(5)
    expect(heard.done).toBe(true)
  })

  test("opens with the role chunk and gives the name of a tool before its arguments", async () => {
    const { events } = await play("healthy")
    expect(JSON.parse(events[0]!).choices[0].delta).toEqual({ role: "assistant", content: "" })
    const first = events.findIndex((event) => event.includes("tool_calls"))
    expect(JSON.parse(events[first]!).choices[0].delta.tool_calls[0].function).toEqual({ name: "bash" })
    expect(JSON.parse(events[first + 1]!).choices[0].delta.tool_calls[0].id).toBeUndefined()
  })

  test("ends the loop after the tool's result with a short answer", async () => {
    const { messages, ...rest } = agentBody()
    const result = { role: "tool", tool_call_id: "x", content: "total 0" }
    const heard = await play("healthy", { ...rest, messages: [...messages, { role: "assistant", content: "" }, result] })
    expect(heard).toMatchObject({ content: "\n\nDone.", calls: [], finish: "stop", done: true })
  })

  test("calls a declared tool with fitting values where bash is not declared", async () => {
    const odd = tool("add", { a: "integer", b: "string", c: "boolean" }, ["a", "b"])
    const heard = await play("healthy", agentBody("x", { tools: [odd] }))
    expect(heard.calls).toMatchObject([{ name: "add" }])
    expect(values(heard)).toEqual([{ a: 1, b: "example" }])
  })

  test("answers text in healthy-text", async () => {
    expect(await play("healthy-text")).toMatchObject({
      content: "\n\nThe project keeps the items of a shopping cart and computes the total.",
      calls: [],
      finish: "stop",
    })
  })

  test("leaves usage out unless it was asked for", async () => {
    for (const prompt of ["x", "SIM:healthy-text", "SIM:no-such-thing"]) {
      const heard = await play("healthy", agentBody(prompt, { stream_options: undefined }))
      expect(heard.usage).toBeUndefined()
      expect(heard.done).toBe(true)
    }
  })

  test("gives every answer and every call an id of its own", () =>
    withSim({}, async (sim) => {
      const heard = [await hearChat(sim), await hearChat(sim)]
      expect(new Set(heard.map((one) => JSON.parse(one.events[0]!).id)).size).toBe(2)
      expect(new Set(heard.map((one) => one.calls[0]!.id)).size).toBe(2)
      expect(heard[0]!.calls[0]!.id).toMatch(/^chatcmpl-tool-[0-9a-f]{16}$/)
    }))

  test("answers without stream in one object with the same content", () =>
    withSim({}, async (sim) => {
      const answer = await (await chat(sim, agentBody("x", { stream: false, stream_options: undefined }))).json()
      const { message, finish_reason } = answer.choices[0]
      expect(answer.object).toBe("chat.completion")
      expect(finish_reason).toBe("tool_calls")
      expect(message).toMatchObject({
        role: "assistant",
        content: null,
        reasoning: "I should list the files first.",
      })
      expect(JSON.parse(message.tool_calls[0].function.arguments).command).toBe("ls -la src")
      expect(answer.usage.total_tokens).toBe(answer.usage.prompt_tokens + answer.usage.completion_tokens)
    }))

  test("ends at the output limit with finish length on the last piece", async () => {
    const heard = await play("healthy", agentBody("x", { max_tokens: 3 }))
    expect(heard.finish).toBe("length")
    expect(heard.usage!.completion_tokens).toBe(3)
    expect(heard.reasoning).toBe("I should list")
  })
})

describe("which scenario plays", () => {
  test("a title request gets a plain short title whatever the fault", async () => {
    for (const scenario of [
      "leak-block",
      "swallowed",
      "empty",
      "cut",
      "stream-error",
      "garbage",
      "truncated-in-reasoning",
    ] as const) {
      const heard = await play(scenario, agentBody("x", { tools: undefined, tool_choice: undefined }))
      expect(heard).toMatchObject({ content: "\n\nA look at the project", finish: "stop", done: true })
    }
  })

  test("SIM:<name> in the last message of the user picks the scenario, but not for its title", () =>
    withSim({}, async (sim) => {
      expect((await hearChat(sim, agentBody("Please. SIM:empty"))).usage!.completion_tokens).toBe(1)
      const system = { role: "system", content: "You are a title generator. You output ONLY a thread title." }
      const title = { messages: [system, { role: "user", content: "SIM:empty" }], tools: undefined, tool_choice: undefined }
      expect((await hearChat(sim, agentBody("", title))).content).toBe("\n\nA look at the project")
      expect(sim.scenario).toBe("healthy")
    }))

  test("SIM:<name> works in content parts, and without tools", () =>
    withSim({}, async (sim) => {
      const messages = [{ role: "user", content: [{ type: "text", text: "SIM:answer-in-reasoning" }] }]
      expect(await hearChat(sim, { ...agentBody(), messages, tools: undefined, tool_choice: undefined })).toMatchObject({
        content: "",
        finish: "stop",
      })
    }))

  test("an unknown name is answered with a sentence that says so", async () => {
    expect((await play("healthy", agentBody("SIM:no-such-thing"))).content).toContain("There is no scenario named no-such-thing.")
  })

  test("set changes the behaviour from the next request on, and refuses unknown names", () =>
    withSim({}, async (sim) => {
      sim.set("engine-dead")
      expect((await fetch(`${root(sim)}/health`)).status).toBe(503)
      sim.set("healthy")
      expect((await fetch(`${root(sim)}/health`)).status).toBe(200)
      expect(() => sim.set("toString")).toThrow(SimError)
      expect(isScenarioName("toString")).toBe(false)
    }))

  test("startSim refuses an unknown scenario", () => {
    expect(startSim({ scenario: "nope" })).rejects.toMatchObject({ code: "unknown-scenario" })
  })

  test("every scenario names a public finding kind or check code as its fault, and is one line", () => {
    const known = new Set<string>([...FINDING_KINDS, ...CHECK_CODES])
    for (const [name, { line, fault }] of Object.entries(SCENARIOS)) {
      expect(line).not.toContain("\n")
      if (fault !== undefined) expect([name, known.has(fault)]).toEqual([name, true])
    }
  })
})

describe("a fault of the model or the parsers looks as it does on a real server", () => {
  test("leak-block: thoughts in bash.command", async () => {
    const heard = await play("leak-block")
    expect(values(heard)[0].command).toBe("<think>\nThe user wants src only.\n</think>\nls -la src")
    expect(heard.finish).toBe("tool_calls")
  })

  test("leak-path: thoughts in read.filePath", async () => {
    const heard = await play("leak-path")
    expect(heard.calls[0]!.name).toBe("read")
    expect(values(heard)[0].filePath).toContain("<think>\n")
  })

  test("swallowed: two bytes arrive, sixty-four tokens are counted", async () => {
    const heard = await play("swallowed")
    expect(heard).toMatchObject({ content: "\n\n", calls: [], finish: "stop" })
    expect(heard.usage!.completion_tokens).toBe(64)
  })

  test("swallowed, without stream: the call stands in the content", () =>
    withSim({ scenario: "swallowed" }, async (sim) => {
      const answer = await (await chat(sim, agentBody("x", { stream: false, stream_options: undefined }))).json()
      expect(answer.choices[0].message.content).toContain("<tool_call>\n<function=bash>")
      expect(answer.choices[0].finish_reason).toBe("stop")
    }))

  test("answer-in-reasoning and empty: nothing for the person to see", async () => {
    const thought = await play("answer-in-reasoning")
    expect(thought).toMatchObject({ content: "", calls: [], finish: "stop" })
    expect(thought.reasoning.length).toBeGreaterThan(40)
    expect(await play("empty")).toMatchObject({ reasoning: "", content: "", calls: [], finish: "stop" })
  })

  test("truncated: finish length, the arguments or the thoughts broken off", async () => {
    const call = await play("truncated-in-arguments")
    expect(call.finish).toBe("length")
    expect(() => JSON.parse(call.calls[0]!.arguments)).toThrow()
    const thought = await play("truncated-in-reasoning")
    expect(thought).toMatchObject({ finish: "length", content: "", calls: [] })
  })

  test("name-junk, unknown-tool, missing-argument, bad-arguments", async () => {
    expect((await play("name-junk")).calls[0]!.name).toBe("bash<|channel|")
    expect(TOOLS.some((one) => one.function.name === "run_terminal_command")).toBe(false)
    expect((await play("unknown-tool")).calls[0]!.name).toBe("run_terminal_command")
    expect(values(await play("missing-argument"))[0]).toEqual({ path: "/home/dev/shop/src/cart.ts" })
    const bad = await play("bad-arguments")
    expect(bad.finish).toBe("tool_calls")
    expect(() => JSON.parse(bad.calls[0]!.arguments)).toThrow()
  })

  test("tool_choice none: a server without parsers shows the model's own text, one with the right parsers drops the call", async () => {
    const none = agentBody("x", { tool_choice: "none", skip_special_tokens: false })
    const raw = await play("no-tool-parser", none)
    expect(raw).toMatchObject({ reasoning: "", calls: [], finish: "stop" })
    expect(raw.content).toStartWith("I should list the files first.\n</think>\n\n<tool_call>\n<function=bash>")
    expect(raw.usage!.completion_tokens_details).toBeUndefined()
    expect((await play("swallowed", none)).content).toStartWith("\n\n<tool_call>\n<function=bash>")
    expect(await play("healthy", none)).toMatchObject({ content: "\n\n", calls: [], finish: "stop" })
  })
})

describe("a fault of the transport", () => {
  test("stream-error: HTTP 200, an error object after some text, then [DONE], no finish", async () => {
    const heard = await play("stream-error")
    expect(heard.error).toMatchObject({ code: 500, message: "Internal server error" })
    expect(heard).toMatchObject({ done: true, finish: null })
    expect(heard.reasoning).not.toBe("")
  })

  test("cut: the connection breaks after half of the answer", () =>
    withSim({ scenario: "cut" }, async (sim) => {
      const response = await chat(sim)
      let text = ""
      const read = readPieces(response, (bytes) => {
        text += new TextDecoder().decode(bytes)
      })
      await expect(read).rejects.toThrow()
      expect(hear(text)).toMatchObject({ done: false, finish: null })
      expect(hear(text).reasoning).not.toBe("")
    }))

  test("garbage: the same random bytes every time, as an event stream", () =>
    withSim({ scenario: "garbage" }, async (sim) => {
      const body = async () => {
        const response = await chat(sim)
        expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8")
        return Buffer.from(await response.arrayBuffer()).toString("hex")
      }
      const first = await body()
      expect(first).toHaveLength(8192)
      expect(await body()).toBe(first)
    }))

  test("a broken stream is broken once per step of an OpenCode session, every time for others", () =>
    withSim({ scenario: "stream-error" }, async (sim) => {
      const ask = async (session?: string, prompt = "x") => {
        const headers = session ? { "x-session-id": session } : undefined
        const heard = hear(await (await chat(sim, agentBody(prompt), { headers })).text())
        return heard.error ? "broken" : heard.content.trim()
      }
      expect([await ask("ses_a"), await ask("ses_a"), await ask("ses_b"), await ask("ses_a")]).toEqual([
        "broken",
        "Done.",
        "broken",
        "Done.",
      ])
      expect([await ask(), await ask()]).toEqual(["broken", "broken"])
    }))

  test("flood: twenty megabytes without a newline", () =>
    withSim({ scenario: "flood" }, async (sim) => {
      const bytes = new Uint8Array(await (await chat(sim)).arrayBuffer())
      expect(bytes.length).toBeGreaterThanOrEqual(20 * 1024 * 1024)
      expect(bytes.includes(10)).toBe(false)
    }))

  test("engine-dead: health 503, chat 500, the model list still answers", () =>
    withSim({ scenario: "engine-dead" }, async (sim) => {
      expect((await fetch(`${root(sim)}/health`)).status).toBe(503)
      expect((await fetch(`${sim.url}/models`)).status).toBe(200)
      const response = await chat(sim)
      expect(response.status).toBe(500)
      expect((await response.json()).error).toEqual({
        message: "EngineCore encountered an issue. See stack trace (above) for the root cause.",
        type: "InternalServerError",
        param: null,
        code: 500,
      })
    }))

  test("hung and sleeping: health is 200, a chat gets no byte", async () => {
    for (const scenario of ["hung", "sleeping"] as const)
      await withSim({ scenario }, async (sim) => {
        expect((await fetch(`${root(sim)}/health`)).status).toBe(200)
        const text = chat(sim, agentBody(), { signal: AbortSignal.timeout(150) }).then((response) => response.text())
        await expect(text).rejects.toThrow()
      })
  })

  test("hung-all: no route ever answers, and the server can still be closed", () =>
    withSim({ scenario: "hung-all" }, async (sim) => {
      for (const path of ["/health", "/v1/models"])
        await expect(fetch(root(sim) + path, { signal: AbortSignal.timeout(100) })).rejects.toThrow()
    }))

  test("html: a page on every route; loading: 503 on every route", async () => {
    await withSim({ scenario: "html" }, async (sim) => {
      for (const response of [await fetch(`${sim.url}/models`), await fetch(`${root(sim)}/health`), await chat(sim)]) {
        expect(response.headers.get("content-type")).toStartWith("text/html")
        expect(await response.text()).toStartWith("<!doctype html>")
      }
    })
    await withSim({ scenario: "loading" }, async (sim) => {
      for (const response of [await fetch(`${sim.url}/models`), await fetch(`${root(sim)}/health`), await chat(sim)])
        expect(response.status).toBe(503)
    })
  })

  test("no-models and wrong-model-name: the list says so, and a chat gets 404", async () => {
    const listed = (scenario: ScenarioName) =>
      withSim({ scenario }, async (sim) => {
        const list = await (await fetch(`${sim.url}/models`)).json()
        return { ids: list.data.map((card: { id: string }) => card.id), status: (await chat(sim)).status }
      })
    expect(await listed("no-models")).toEqual({ ids: [], status: 404 })
    expect(await listed("wrong-model-name")).toEqual({ ids: ["nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4"], status: 404 })
  })

  test("small-context: 4096 tokens on the list and in tokenize", () =>
    withSim({ scenario: "small-context" }, async (sim) => {
      expect((await (await fetch(`${sim.url}/models`)).json()).data[0].max_model_len).toBe(4096)
      expect((await (await post(sim, "/tokenize", { prompt: "a" })).json()).max_model_len).toBe(4096)
    }))
})
