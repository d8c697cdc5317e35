import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { holdTail } from "../../src/rescue/repeat.ts"
import { rescueResponse } from "../../src/rescue/response.ts"
import { bytesOf, CAPTURES, TOOLS } from "../stream/captures.ts"
import { bodyOf, HEAD, hear, rawStream } from "./raw-streams.ts"

const CALL = '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>'
const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const ROLE = event({ role: "assistant", content: "" })
const THOUGHTS = ROLE + event({ reasoning: "I " }) + event({ reasoning: "look." })
const END = `${event({}, "stop")}data: {"choices":[],"usage":{"completion_tokens":64}}\n\ndata: [DONE]\n\n`

/** A raw repetition with thoughts and a call, translated. */
const better = () =>
  rescueResponse(new Response(rawStream(["I look again.</think>\n\n", CALL])), {
    request: { tools: TOOLS },
    family: "hermes",
    reasoning: "open",
  })

const hold = (body: string | Uint8Array, onTail: () => Promise<Response | undefined>, lengths?: number[]) =>
  holdTail(bodyOf(body, lengths), { onTail })

describe("an answer whose end is good", () => {
  test("passes byte for byte, however it is cut", async () => {
    const files = CAPTURES.filter(({ shape }) => shape === undefined || shape === "chat").filter((_, i) => i % 29 === 0)
    for (const { file } of files) {
      const bytes = bytesOf(file)
      for (const lengths of [[bytes.length], [1], [100, 7, 3000]]) {
        let asked = 0
        const response = hold(bytes, async () => void asked++, lengths)
        expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), bytes)).toBe(0)
        expect(asked).toBe(Buffer.from(bytes).includes('"finish_reason":"') ? 1 : 0)
      }
    }
    expect(files.length).toBeGreaterThan(5)
  })

  test("whatever the bytes are", async () => {
    const part = fc.constantFrom(
      "data: x",
      "\n\n",
      "\r\n\r\n",
      "\r",
      "\n",
      '"finish_reason":"stop"',
      event({}, "stop"),
      "ü🙂",
      "\u0000\xff",
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        async (parts, lengths) => {
          const body = Buffer.from(parts.join(""))
          const response = hold(body, async () => undefined, lengths)
          expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), body)).toBe(0)
        },
      ),
    )
  })

  test("is held from the finish reason on, until the body has ended", async () => {
    let source: ReadableStreamDefaultController<Uint8Array> | undefined
    const upstream = new ReadableStream<Uint8Array>({
      start(controller) {
        source = controller
      },
    })
    let asked = 0
    const reader = holdTail(new Response(upstream), { onTail: async () => void asked++ }).body!.getReader()
    const send = (text: string) => source?.enqueue(new TextEncoder().encode(text))
    send(THOUGHTS)
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(THOUGHTS)
    const next = reader.read()
    send(event({}, "stop"))
    send("data: [DONE]\n\n")
    expect(await Promise.race([next, Bun.sleep(5).then(() => "held")])).toBe("held")
    expect(asked).toBe(0)
    source?.close()
    expect(new TextDecoder().decode((await next).value)).toBe(`${event({}, "stop")}data: [DONE]\n\n`)
    expect({ asked, done: (await reader.read()).done }).toEqual({ asked: 1, done: true })
  })

  test("a finish reason that is spoken of is none", async () => {
    const body = event({ content: '"finish_reason":"stop"' }) + event({ content: JSON.stringify(event({}, "stop")) })
    let asked = 0
    expect(await hold(body, async () => void asked++).text()).toBe(body)
    expect(asked).toBe(0)
  })
})

describe("an answer whose end is replaced", () => {
  test("goes on with the other answer, as one turn", async () => {
    for (const lengths of [[1], [50], [100_000]]) {
      const text = await hold(THOUGHTS + event({ content: "\n\n" }) + END, async () => better(), lengths).text()
      const { role, reasoning, calls, finish, usage, done } = hear(text)
      expect({ role, reasoning, finish, done }).toEqual({ role: 1, reasoning: "I look.", finish: "tool_calls", done: true })
      expect(calls.map(({ name, arguments: args }) => ({ name, args }))).toEqual([
        { name: "read", args: '{"filePath": "/a.ts"}' },
      ])
      expect(usage).toMatchObject({ prompt_tokens: 1000 })
    }
  })

  test("its text does not run into the text that was shown", async () => {
    const again = async () => new Response(ROLE + event({ content: "Two." }) + event({ content: "Three." }) + END)
    expect(hear(await hold(ROLE + event({ content: "One." }) + END, again).text()).content).toBe("One.\n\nTwo.Three.")
    expect(hear(await hold(THOUGHTS + END, again).text()).content).toBe("Two.Three.")
  })

  test("an error in it is passed on", async () => {
    const again = async () => new Response('data: {"error":{"message":"no"}}\n\ndata: [DONE]\n\n')
    expect(hear(await hold(THOUGHTS + END, again).text())).toMatchObject({ error: { message: "no" }, finish: null })
  })
})

describe("a repetition that fails: the end goes out as it was", () => {
  const failing = (fails: "at once" | "later") => {
    const parts = fails === "later" ? [event({ content: "Half" })] : []
    return new Response(
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const part = parts.shift()
            if (part) controller.enqueue(new TextEncoder().encode(part))
            else controller.error(new Error("reset"))
          },
        },
        { highWaterMark: 0 },
      ),
    )
  }
  const CASES: [what: string, onTail: () => Promise<Response | undefined>][] = [
    ["none", async () => undefined],
    ["an error status", async () => new Response("no", { status: 500 })],
    ["no body", async () => new Response(null)],
    ["an empty body", async () => new Response("")],
    ["it throws", () => Promise.reject(new Error("no"))],
    ["it breaks before its first event", async () => failing("at once")],
  ]
  for (const [what, onTail] of CASES) {
    test(what, async () => expect(await hold(THOUGHTS + END, onTail).text()).toBe(THOUGHTS + END))
  }

  test("it breaks in the middle: then the turn does", async () => {
    await expect(hold(THOUGHTS + END, async () => failing("later")).text()).rejects.toThrow("reset")
  })
})

describe("limits", () => {
  test("an end of more than 64 KB is let go", async () => {
    let asked = 0
    const body = THOUGHTS + END + event({ content: "x".repeat(70_000) })
    expect(await hold(body, async () => void asked++, [1000]).text()).toBe(body)
    expect(asked).toBe(0)
  })

  test("so is an event of more than 64 KB", async () => {
    const body = `data: ${"x".repeat(200_000)}`
    expect((await hold(body, async () => undefined, [1000]).text()).length).toBe(body.length)
  })

  test("an error status and an empty body come back as they are", () => {
    const refusal = new Response("no", { status: 400 })
    expect(holdTail(refusal, { onTail: async () => undefined })).toBe(refusal)
  })
})

describe("cancelling", () => {
  const endless = (first: string, cancelled: () => void) =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(first)),
      cancel: cancelled,
    })

  test("reaches the answer", async () => {
    let cancelled = 0
    const reader = holdTail(new Response(endless(THOUGHTS, () => void cancelled++)), {
      onTail: async () => undefined,
    }).body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(cancelled).toBe(1)
  })

  test("reaches the repetition", async () => {
    let cancelled = 0
    const again = async () => new Response(endless(event({ content: "Two." }), () => void cancelled++))
    const reader = hold(THOUGHTS + END, again).body!.getReader()
    await reader.read()
    await reader.read()
    await reader.cancel()
    expect(cancelled).toBe(1)
  })

  test("before the repetition has answered", async () => {
    let cancelled = 0
    let answer: ((response: Response) => void) | undefined
    const again = () =>
      new Promise<Response>((resolve) => {
        answer = resolve
      })
    const reader = hold(THOUGHTS + END, again).body!.getReader()
    await reader.read()
    const next = reader.read()
    await Bun.sleep(5)
    await reader.cancel()
    answer?.(new Response(endless("", () => void cancelled++)))
    expect((await next).done).toBe(true)
    await Bun.sleep(5)
    expect(cancelled).toBe(1)
  })
})
