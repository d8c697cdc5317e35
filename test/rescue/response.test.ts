import { describe, expect, test } from "bun:test"
import type { RawEnd } from "../../src/rescue/end.ts"
import { type RescueOptions, rescueResponse } from "../../src/rescue/response.ts"
import { TOOLS } from "../stream/captures.ts"
import { bodyOf, chunksOf, HEAD, hear, rawStream, type StreamShape, USAGE } from "./raw-streams.ts"

const REQUEST = { model: "local", messages: [{ role: "user", content: "Go on." }], tools: TOOLS }
const CALL = "<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n</tool_call>"
const HERMES = '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>'

const translate = (body: string, options: Partial<RescueOptions> = {}) =>
  rescueResponse(bodyOf(body), { request: REQUEST, family: "nemotron3", reasoning: "closed", ...options }).text()

async function read(pieces: string[], shape: StreamShape = {}, options: Partial<RescueOptions> = {}) {
  const ends: RawEnd[] = []
  const text = await translate(rawStream(pieces, shape), { onEnd: (end) => ends.push(end), ...options })
  expect(ends.length).toBe(1)
  return { text, end: ends[0] as RawEnd, ...hear(text) }
}

describe("the stream is one of a well-configured vLLM", () => {
  for (const as of ["chat", "text"] as const) {
    test(`event by event, from a raw ${as} stream`, async () => {
      const { text } = await read(["Look", ".\n</think>\n\n", "I read.", "\n\n", CALL], { as }, { reasoning: "open" })
      const chunks = chunksOf(text)
      expect(text.endsWith("\n\ndata: [DONE]\n\n")).toBe(true)
      for (const chunk of chunks) expect(chunk).toMatchObject({ ...HEAD, object: "chat.completion.chunk" })
      expect(chunks[0]?.choices?.[0]).toMatchObject({ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null })
      const said = chunks.slice(1, -2).map((chunk) => chunk.choices?.[0]?.delta)
      expect(said.slice(0, 2)).toEqual([{ reasoning: "Look." }, { content: "I read." }])
      const [begin, ...pieces] = said.slice(2).map((delta) => delta?.tool_calls?.[0])
      expect(begin).toEqual({
        index: 0,
        id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/) as unknown as string,
        type: "function",
        function: { name: "read" },
      })
      for (const piece of pieces) expect(Object.keys(piece ?? {})).toEqual(["index", "function"])
      expect(JSON.parse(pieces.map((piece) => piece?.function.arguments).join(""))).toEqual({ filePath: "/a.ts" })
      expect(chunks.at(-2)?.choices?.[0]).toMatchObject({ delta: {}, finish_reason: "tool_calls" })
      expect(chunks.at(-1)).toEqual({ ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE })
    })
  }

  test("several calls have indices and ids of their own", async () => {
    const { calls, finish, end } = await read([`${CALL}\n${CALL}`])
    expect(calls.map(({ name }) => name)).toEqual(["read", "read"])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
    expect(finish).toBe("tool_calls")
    expect(end.calls).toBe(2)
  })

  test("Kimi K2 gets the ids that its template shows it, counted over the conversation", async () => {
    const earlier = { role: "assistant", tool_calls: [{ id: "functions.read:0" }, { id: "functions.read:1" }] }
    const text =
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read:2<|tool_call_argument_begin|>{"filePath": "/a"}<|tool_call_end|><|tool_calls_section_end|>'
    const { calls } = await read(
      [text],
      {},
      { family: "kimi-k2", request: { ...REQUEST, messages: [...REQUEST.messages, earlier] } },
    )
    expect(calls).toEqual([{ id: "functions.read:2", name: "read", arguments: '{"filePath": "/a"}' }])
  })

  test("a request may be text, and may be unreadable", async () => {
    expect((await read([CALL], {}, { request: JSON.stringify(REQUEST) })).calls.length).toBe(1)
    expect((await read([CALL], {}, { request: "{" })).content).toBe(CALL)
  })

  test("without tools only the thoughts are taken out", async () => {
    const { reasoning, content, calls } = await read([`Hm.</think>${CALL}`], {}, { request: { messages: [] }, reasoning: "open" })
    expect({ reasoning, content, calls }).toEqual({ reasoning: "Hm.", content: CALL, calls: [] })
  })

  test("who asks for no calls gets none, unless the request was only rewritten", async () => {
    expect((await read([CALL], {}, { request: { ...REQUEST, tool_choice: "none" } })).content).toBe(CALL)
    const rewritten = { ...REQUEST, tool_choice: "none", skip_special_tokens: false }
    expect((await read([CALL], {}, { request: rewritten })).calls.length).toBe(1)
  })

  test("a tool that was not declared, and a call in a fenced block, stay text", async () => {
    const other = CALL.replace("read", "launch")
    expect((await read([other])).content).toBe(other)
    const fenced = `So:\n\`\`\`xml\n${CALL}\n\`\`\`\nis how.`
    expect((await read([fenced])).content).toBe(fenced)
  })

  test("the model's name in the request tells the family where nothing else does", async () => {
    const options = { family: undefined, reasoning: undefined, request: { ...REQUEST, model: "nvidia/nemotron-3-super" } }
    const { reasoning, end } = await read(["Hm.</think>Done."], {}, options)
    expect({ reasoning, family: end.family }).toEqual({ reasoning: "Hm.", family: "nemotron3" })
  })

  test("thinking that the request turns off is not expected, whatever the family's template does", async () => {
    for (const off of [{ chat_template_kwargs: { enable_thinking: false } }, { reasoning_effort: "none" }]) {
      const { content } = await read(["Done."], {}, { reasoning: undefined, request: { ...REQUEST, ...off } })
      expect(content).toBe("Done.")
    }
    const on = { ...REQUEST, chat_template_kwargs: { enable_thinking: true }, reasoning_effort: "none" }
    expect((await read(["Hm."], {}, { reasoning: undefined, request: on })).reasoning).toBe("Hm.")
  })

  test("a name that says nothing: the family is told from the calls", async () => {
    const { end } = await read(["Hm.\n</think>\n\n", CALL], {}, { family: undefined, reasoning: undefined })
    expect(end).toMatchObject({ format: "qwen-xml", family: "nemotron3", calls: 1 })
    expect((await read([CALL], {}, { family: "no-such-family" })).calls.length).toBe(1)
  })
})

describe("the finish reason", () => {
  const CASES: [what: string, text: string, said: string | null, then: string | null][] = [
    ["a call", CALL, "stop", "tool_calls"],
    ["text", "Done.", "stop", "stop"],
    ["text at the limit", "Done", "length", "length"],
    ["a call cut at the limit", CALL.slice(0, 70), "length", "length"],
    ["a whole call, then the limit", `${CALL} and`, "length", "length"],
    ["a call that broke off", CALL.slice(0, 70), "stop", "tool_calls"],
    ["an abort", "Do", "abort", "abort"],
    ["none", "Do", null, null],
  ]
  for (const [what, text, said, then] of CASES) {
    test(`${what}: ${said} is ${then}`, async () => {
      expect((await read([text], { finish: said })).finish).toBe(then)
    })
  }

  test("what the server says about the stop goes along", async () => {
    const raw = rawStream(["Done."]).replace('"finish_reason":"stop"', '"finish_reason":"stop","stop_reason":"END"')
    const last = chunksOf(await translate(raw)).find((chunk) => chunk.choices?.[0]?.finish_reason)
    expect(last?.choices?.[0]?.stop_reason).toBe("END")
  })

  test("text beside the finish reason is not lost", async () => {
    const raw = rawStream(["Do"], { finish: null }).replace(
      '"delta":{"content":"Do"},"logprobs":null,"finish_reason":null',
      '"delta":{"content":"Done"},"logprobs":null,"finish_reason":"length"',
    )
    expect(hear(await translate(raw))).toMatchObject({ content: "Done", finish: "length" })
  })
})

describe("a call that breaks off", () => {
  test("keeps what was said of it: unfinished JSON, which no client runs", async () => {
    for (const finish of ["stop", "length"]) {
      const { calls, end } = await read([CALL.slice(0, CALL.indexOf("</parameter>"))], { finish })
      expect(calls.map(({ name }) => name)).toEqual(["read"])
      expect(calls[0]?.arguments).toStartWith('{"filePath": "/a.ts')
      expect(() => JSON.parse(calls[0]?.arguments ?? "")).toThrow()
      expect(end.calls).toBe(0)
    }
  })

  test("before its first argument: an open brace, because no arguments at all may pass for an empty object", async () => {
    const text = '<tool_call>{"name": "read", "arguments": '
    const { calls, content } = await read([text], {}, { family: "hermes" })
    // The reader may not have been sure of it yet; then it is text.
    if (calls.length === 0) expect(content).toContain("read")
    for (const call of calls) expect(() => JSON.parse(call.arguments)).toThrow()
    for (let length = 1; length < HERMES.length - 14; length++) {
      const cut = await read([HERMES.slice(0, length)], {}, { family: "hermes" })
      for (const call of cut.calls) expect(call.arguments).not.toBe("")
    }
  })

  test("the next call is read", async () => {
    const text = `<tool_call>\n{"name": "read", "arguments": {"filePath": oops}}\n</tool_call>\n${HERMES}`
    const { calls, finish, end } = await read([text], {}, { family: "hermes" })
    expect(calls.at(-1)?.arguments).toBe('{"filePath": "/a.ts"}')
    expect(finish).toBe("tool_calls")
    expect(end.calls).toBe(1)
  })
})

describe("as it streams", () => {
  /** What goes out for each event of a raw stream, as it comes. */
  async function eachOf(events: string[], options: Partial<RescueOptions> = {}): Promise<string[]> {
    let source: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        source = controller
      },
    })
    const response = rescueResponse(new Response(body), {
      request: REQUEST,
      family: "nemotron3",
      reasoning: "closed",
      ...options,
    })
    const reader = response.body!.getReader()
    const out: string[] = []
    let all = ""
    let before = ""
    let next = reader.read()
    for (const event of events) {
      source?.enqueue(new TextEncoder().encode(event))
      const { value } = (await Promise.race([next, Bun.sleep(20).then(() => ({ value: undefined }))])) as { value?: Uint8Array }
      all += new TextDecoder().decode(value)
      const { reasoning, content, calls } = hear(all)
      const said = reasoning + content + calls.map(({ name }) => `<${name}>`).join("")
      out.push(said.slice(before.length))
      before = said
      if (value) next = reader.read()
    }
    await reader.cancel()
    return out
  }
  const eventsOf = (pieces: string[]): string[] =>
    rawStream(pieces, { finish: null, usage: null, done: false })
      .split(/(?<=\n\n)/)
      .slice(1)

  test("text goes out at once but for what may begin a delimiter", async () => {
    expect(await eachOf(eventsOf(["Hello", ", you", " <", "tool", "box> "]))).toEqual(["Hello", ", you", "", "", " <toolbox>"])
  })

  test("thoughts go out at once, but for as little", async () => {
    const pieces = ["Let", " me", " see", " what", " there", " is", "."]
    const out = await eachOf(eventsOf(pieces), { reasoning: "open" })
    pieces.forEach((_, i) => {
      const [came, went] = [pieces, out].map((list) => list.slice(0, i + 1).join("")) as [string, string]
      expect(came).toStartWith(went)
      expect(came.length - went.length).toBeLessThan(4)
    })
  })

  test("the name of a call goes out before its arguments have come", async () => {
    const out = await eachOf(eventsOf(["<tool_call>\n<function=read>", "\n<parameter=filePath>", "\n/a"]))
    expect(out[1]).toBe("<read>")
  })

  test("nothing is read ahead of the reader, and cancelling reaches the server once", async () => {
    let pulled = 0
    const reasons: unknown[] = []
    const upstream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++
          controller.enqueue(new TextEncoder().encode(eventsOf([`word ${pulled} `])[0]))
        },
        cancel: (reason) => void reasons.push(reason),
      },
      { highWaterMark: 0 },
    )
    const ends: RawEnd[] = []
    const response = rescueResponse(new Response(upstream), {
      request: REQUEST,
      reasoning: "closed",
      onEnd: (end) => ends.push(end),
    })
    await Bun.sleep(5)
    expect(pulled).toBe(0)
    const reader = response.body!.getReader()
    await reader.read()
    await reader.read()
    expect(pulled).toBe(2)
    await reader.cancel("enough")
    expect({ reasons, pulled, ends: ends.length }).toEqual({ reasons: ["enough"], pulled: 2, ends: 1 })
  })

  test("cancelling while everything is held back", async () => {
    let cancelled = false
    const upstream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: {")),
      cancel() {
        cancelled = true
      },
    })
    const reader = rescueResponse(new Response(upstream), { request: REQUEST }).body!.getReader()
    const reading = reader.read()
    await Bun.sleep(2)
    await reader.cancel()
    expect((await reading).done).toBe(true)
    expect(cancelled).toBe(true)
  })

  test("a connection that breaks: what was held back comes first, then the failure", async () => {
    const pieces = eventsOf(["Hello <tool"])
    const upstream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const piece = pieces.shift()
          if (piece) controller.enqueue(new TextEncoder().encode(piece))
          else controller.error(new Error("reset"))
        },
      },
      { highWaterMark: 0 },
    )
    const ends: RawEnd[] = []
    const response = rescueResponse(new Response(upstream), {
      request: REQUEST,
      family: "nemotron3",
      reasoning: "closed",
      onEnd: (end) => ends.push(end),
    })
    const reader = response.body!.getReader()
    let text = ""
    const all = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += new TextDecoder().decode(part.value)
    })()
    await expect(all).rejects.toThrow("reset")
    await all.catch(() => undefined)
    expect(hear(text)).toMatchObject({ content: "Hello <tool", finish: null })
    expect(ends.length).toBe(1)
  })

  test("a stream that just ends: what was held back, and no finish reason", async () => {
    const heard = await read(["Hello <tool"], { finish: null, usage: null, done: false })
    expect(heard).toMatchObject({ content: "Hello <tool", finish: null, done: false })
  })
})

describe("what is no text is passed on", () => {
  test("an error object, behind the text that came before it", async () => {
    const error =
      'data: {"error": {"message": "Internal server error", "type": "InternalServerError", "param": null, "code": 500}}\n\n'
    const raw = `${rawStream(["Hello <tool"], { finish: null, usage: null, done: false })}${error}data: [DONE]\n\n`
    const text = await translate(raw)
    expect(text.endsWith(`${error}data: [DONE]\n\n`)).toBe(true)
    expect(hear(text)).toMatchObject({ content: "Hello <tool", done: true })
    expect(await translate(`${error}data: [DONE]\n\n`)).toBe(`${error}data: [DONE]\n\n`)
  })

  test("comments, named events, what is no JSON, chunks of another kind", async () => {
    for (const event of [
      ": ping\n\n",
      "event: ping\ndata: {}\n\n",
      "data: not json\n\n",
      'data: {"choices": 5}\n\n',
      "data: 5\n\n",
      "data: a\ndata: b\n\n",
    ])
      expect(await translate(event)).toBe(event)
  })

  test("a second choice", async () => {
    const other = `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 1, delta: { content: CALL }, finish_reason: null }] })}\n\n`
    expect(await translate(other)).toBe(other)
  })

  test("calls that the server read itself keep their places", async () => {
    const own = { index: 0, id: "c0", type: "function", function: { name: "bash", arguments: "{}" } }
    const event = `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta: { tool_calls: [own] }, finish_reason: null }] })}\n\n`
    const heard = hear(await translate(event + rawStream([CALL])))
    expect(heard.calls.map(({ name }) => name)).toEqual(["bash", "read"])
    expect(hear(await translate(event + rawStream([]))).finish).toBe("tool_calls")
  })

  test("usage beside an empty delta, and usage in every chunk", async () => {
    const proxied = `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta: {} }], usage: USAGE })}\n\n`
    const { usage, finish } = hear(await translate(rawStream(["Done."], { usage: null, done: false }) + proxied))
    expect({ usage, finish }).toEqual({ usage: USAGE, finish: "stop" })
    const continuous = rawStream(["Do", "ne."], { usage: null }).replaceAll(
      '"choices"',
      `"usage":${JSON.stringify(USAGE)},"choices"`,
    )
    expect(hear(await translate(continuous))).toMatchObject({ content: "Done.", usage: USAGE })
  })

  test("an error status, a body that is none, and a page come back as they are", async () => {
    const refusal = new Response('{"error": {}}', { status: 400 })
    expect(rescueResponse(refusal, { request: REQUEST })).toBe(refusal)
    const empty = new Response(null, { status: 204 })
    expect(rescueResponse(empty, { request: REQUEST })).toBe(empty)
    for (const body of ["<html>no</html>", "", "{not json", '{"object": "list", "data": []}', "[1]", "\n", "dat"])
      expect(await translate(body)).toBe(body)
  })

  test("status, headers and address stay, but for the length", async () => {
    const raw = rawStream(["Done."])
    const response = new Response(raw, { headers: { "content-length": String(raw.length), "x-request-id": "r1" } })
    Object.defineProperty(response, "url", { value: "http://host/v1/chat/completions" })
    const rescued = rescueResponse(response, { request: REQUEST })
    expect({ status: rescued.status, url: rescued.url, headers: Object.fromEntries(rescued.headers) }).toEqual({
      status: 200,
      url: "http://host/v1/chat/completions",
      headers: { "x-request-id": "r1" },
    })
  })

  test("a last event without its empty line is read; one that was cut is none", async () => {
    const raw = rawStream(["Done."])
    expect(hear(await translate(`${raw.trimEnd()}\n`))).toMatchObject({ content: "Done.", finish: "stop", done: true })
    expect(hear(await translate(rawStream(["Done."], { finish: null, usage: null, done: false }).slice(0, -30)))).toMatchObject({
      content: "",
    })
  })
})

describe("where a reasoning parser runs on the server", () => {
  const event = (delta: object) => `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`

  for (const field of ["reasoning", "reasoning_content"]) {
    test(`its ${field} is kept, and what follows is read`, async () => {
      const text = await translate(event({ [field]: "I " }) + event({ [field]: "look.\n" }) + rawStream(["\n\nSo: ", HERMES]), {
        family: "qwen3",
      })
      const { reasoning, content, calls, finish } = hear(text)
      expect({ reasoning, content, calls: calls.length, finish }).toEqual({
        reasoning: "I look.",
        content: "So:",
        calls: 1,
        finish: "tool_calls",
      })
      expect(text.includes(`"delta":{"${field}":`)).toBe(true)
    })
  }

  test("a call among the thoughts is found, whether they are closed or not", async () => {
    const ends: RawEnd[] = []
    const thought = event({ reasoning: "I look." }) + event({ reasoning: `\n${HERMES}` })
    for (const rest of [rawStream(["Done."]), rawStream([])]) {
      const { calls, reasoning, finish } = hear(
        await translate(thought + rest, { family: "qwen3", onEnd: (end) => ends.push(end) }),
      )
      expect({ calls: calls.map(({ name }) => name), reasoning, finish }).toEqual({
        calls: ["read"],
        reasoning: "I look.",
        finish: "tool_calls",
      })
    }
    expect(ends.map(({ reasoningByServer }) => reasoningByServer)).toEqual([true, true])
  })

  test("thoughts that come after text stay thoughts", async () => {
    const { reasoning, content } = hear(
      await translate(
        rawStream(["One."], { finish: null, usage: null, done: false }) + event({ reasoning: "Two." }) + rawStream([" Three."]),
      ),
    )
    expect({ reasoning, content }).toEqual({ reasoning: "Two.", content: "One. Three." })
  })

  test("white space before the thoughts does not hide that it runs", async () => {
    const text = await translate(
      rawStream(["\n"], { finish: null, usage: null, done: false }) + event({ reasoning: "Hm." }) + rawStream(["Done."]),
      { reasoning: undefined },
    )
    expect(hear(text)).toMatchObject({ reasoning: "Hm.", content: "Done." })
  })

  test("gpt-oss, whose thoughts stand in a channel", async () => {
    const { reasoning, content } = hear(
      await translate(event({ reasoning: "Hm." }) + rawStream(["Done."]), { family: "gpt-oss" }),
    )
    expect({ reasoning, content }).toEqual({ reasoning: "Hm.", content: "Done." })
  })
})

describe("the report", () => {
  test("counts what the server counted", async () => {
    const { end } = await read([CALL], { usage: { prompt_tokens: 1000, completion_tokens: 40 } })
    expect(end).toEqual({
      format: "qwen-xml",
      family: "nemotron3",
      calls: 1,
      swallowed: false,
      promptTokens: 1000,
      completionTokens: 40,
      reasoningByServer: false,
    })
  })

  const event = (delta: object) => `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`
  const thoughts = event({ reasoning: "I should list the files first." })
  const SWALLOWED: [what: string, raw: string, swallowed: boolean][] = [
    ["64 tokens and 2 bytes", rawStream(["\n\n"], { usage: { completion_tokens: 64 } }), true],
    [
      "tokens beside the thoughts",
      thoughts + rawStream(["\n\n"], { usage: { completion_tokens: 64, completion_tokens_details: { reasoning_tokens: 9 } } }),
      true,
    ],
    ["far fewer pieces than tokens", rawStream([..."The answer is in the file."], { usage: { completion_tokens: 80 } }), true],
    [
      "pieces of several words",
      rawStream(["The answer is", " in the file", ...Array<string>(8).fill(" that we had")], {
        usage: { completion_tokens: 45 },
      }),
      false,
    ],
    ["a token a byte", rawStream(["a", "b"], { usage: { completion_tokens: 3 } }), false],
    ["no usage", rawStream(["\n\n"], { usage: null }), false],
    ["usage that is none", rawStream(["\n\n"], { usage: { completion_tokens: "64" } }), false],
  ]
  for (const [what, raw, swallowed] of SWALLOWED) {
    test(`${swallowed ? "swallowed" : "nothing swallowed"}: ${what}`, async () => {
      const ends: RawEnd[] = []
      await translate(raw, { onEnd: (end) => ends.push(end) })
      expect(ends.map((end) => end.swallowed)).toEqual([swallowed])
    })
  }

  test("one that throws changes nothing", async () => {
    const text = await translate(rawStream(["Done."]), {
      onEnd() {
        throw new Error("no")
      },
    })
    expect(hear(text)).toMatchObject({ content: "Done.", done: true })
  })
})

describe("an answer that was not streamed", () => {
  const chat = (message: object, finish = "stop") => ({
    ...HEAD,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", ...message }, logprobs: null, finish_reason: finish }],
    usage: USAGE,
  })
  const answer = async (value: object, options: Partial<RescueOptions> = {}) =>
    JSON.parse(await translate(JSON.stringify(value), options))

  test("a chat completion", async () => {
    const read = await answer(chat({ content: `Look.\n</think>\n\n${CALL}`, reasoning: null }), {
      reasoning: undefined,
      family: undefined,
    })
    expect(read).toMatchObject({ ...HEAD, object: "chat.completion", usage: USAGE })
    expect(read.choices).toEqual([
      {
        index: 0,
        message: {
          role: "assistant",
          content: null,
          reasoning: "Look.",
          tool_calls: [
            { id: expect.any(String), type: "function", function: { name: "read", arguments: '{"filePath": "/a.ts"}' } },
          ],
        },
        logprobs: null,
        finish_reason: "tool_calls",
      },
    ])
  })

  test("a plain completion", async () => {
    const read = await answer({
      ...HEAD,
      object: "text_completion",
      choices: [{ index: 0, text: "Done.", finish_reason: "length" }],
    })
    expect(read).toEqual({
      ...HEAD,
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "Done.", reasoning: null }, finish_reason: "length" }],
    })
  })

  test("thoughts of the server, and calls of the server", async () => {
    const read = await answer(chat({ reasoning_content: "Hm.", content: CALL, tool_calls: [{ id: "c0" }] }), {
      family: "qwen3-coder",
    })
    expect(read.choices[0].message).toMatchObject({ reasoning_content: "Hm.", content: null })
    expect(read.choices[0].message.tool_calls.map(({ id }: { id: string }) => id).length).toBe(2)
  })

  test("whatever else it may be stays as it is", async () => {
    for (const value of [{ choices: 5 }, { error: { message: "no" } }]) expect(await answer(value)).toEqual(value)
    expect(await answer({ choices: [null, 5, {}] })).toMatchObject({ choices: [null, 5, { message: { content: "" } }] })
  })
})
