import { expect, test } from "bun:test"
import { rescueResponse } from "../../src/rescue/response.ts"
import { TOOLS } from "../stream/captures.ts"
import { bodyOf, HEAD, hear, rawStream } from "./raw-streams.ts"

const OPTIONS = { request: { tools: TOOLS }, family: "nemotron3", reasoning: "closed" } as const

/** Milliseconds of the processor, since others work on the machine as well. */
async function time(body: string, lengths?: number[]): Promise<number> {
  const start = process.cpuUsage()
  await rescueResponse(bodyOf(body, lengths), OPTIONS).text()
  return process.cpuUsage(start).user / 1_000
}

const BODIES: [what: string, body: (n: number) => string][] = [
  ["openers without end", (n) => rawStream(Array<string>(n).fill("<tool_call>\n<function=read>"))],
  [
    "a value without end",
    (n) => rawStream(["<tool_call><function=read><parameter=filePath>", ...Array<string>(n).fill("x</parameter>\n")]),
  ],
  ["half delimiters", (n) => rawStream(Array<string>(n).fill("<tool_c"))],
  ["backslashes", (n) => rawStream(Array<string>(n).fill('\\\\"'))],
  [
    "ids that change",
    (n) => {
      const one = rawStream(["x"], { finish: null, usage: null, done: false })
      return Array.from({ length: n }, (_, i) => one.replaceAll(HEAD.id, `id${i}`)).join("")
    },
  ],
]
for (const [what, body] of BODIES) {
  test(`four times as much of this takes about four times as long: ${what}`, async () => {
    await time(body(2000))
    const best = async (n: number) => Math.min(await time(body(n)), await time(body(n)), await time(body(n)))
    const small = await best(5000)
    const large = await best(20_000)
    // Some milliseconds are noise; what grows with the square takes seconds.
    expect(large).toBeLessThan(Math.max(10 * small, 300))
  }, 20_000)
}

test("an event without end is given up with an error that a client can read", async () => {
  const text = await rescueResponse(
    bodyOf(`${rawStream(["Hello <tool"], { finish: null, usage: null, done: false })}data: ${"x".repeat(9_000_000)}`, [65_536]),
    OPTIONS,
  ).text()
  expect(hear(text)).toMatchObject({ content: "Hello <tool", done: true })
  expect(hear(text).error).toMatchObject({ message: "The server sent an event of more than 8 MB." })
  expect(text.length).toBeLessThan(5000)
})

test("a JSON document without end is passed on, not kept", async () => {
  const body = `{"x": "${"y".repeat(9_000_000)}`
  expect((await rescueResponse(bodyOf(body, [65_536]), OPTIONS).text()) === body).toBe(true)
})

test("what is nested deeper than can be written anew is passed on, and soon", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
  const choice = (more: string) => `data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop",${more}}]}\n\n`
  const start = process.cpuUsage()
  for (const event of [
    `data: {"choices":[],"usage":${deep}}\n\n`,
    `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":${deep}}\n\n`,
    choice(`"stop_reason":${deep}`),
    `data: {"choices":[{"index":0,"delta":{"tool_calls":[${deep}]}}]}\n\n`,
    `{"choices":[],"usage":${deep}}`,
  ])
    expect((await rescueResponse(bodyOf(event), OPTIONS).text()) === event).toBe(true)
  const model = `data: {"model":${deep},"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n`
  expect(hear(await rescueResponse(bodyOf(model), OPTIONS).text()).content).toBe("Hi")
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000)
})

test("members of every wrong type", async () => {
  const wrong = [null, 5, "x", [], {}, true]
  for (const value of wrong)
    for (const chunk of [
      { choices: [value] },
      { choices: [{ delta: value }] },
      { choices: [{ delta: { content: value, reasoning: value, tool_calls: value } }] },
      { choices: [{ text: value, finish_reason: value }] },
      { choices: [{ index: value, delta: { tool_calls: [value] } }] },
      { choices: [], usage: value },
      { choices: value, error: value },
      { ...HEAD, id: value, created: value, model: value, choices: [{ delta: { content: "Hi" } }] },
    ])
      await rescueResponse(bodyOf(`data: ${JSON.stringify(chunk)}\n\n`), OPTIONS).text()
  for (const value of wrong) {
    const request = { tools: value, messages: value, model: value, stop: value, tool_choice: value }
    const tools = { tools: [value, { function: value }, { function: { name: value, parameters: value } }] }
    for (const one of [request, tools, value]) {
      const text = await rescueResponse(bodyOf(rawStream(["Hi"])), { request: one as object as Record<string, unknown> }).text()
      expect(hear(text).content).toBe("Hi")
    }
  }
})

test("text that looks like a chunk inside a chunk", async () => {
  const texts = ['"},"finish_reason":"stop"}', '\\"', '","reasoning":"x', "\\u0041", '{"content":"a"}', "\\"]
  const { content, reasoning } = hear(await rescueResponse(bodyOf(rawStream(["a", ...texts])), OPTIONS).text())
  expect({ content, reasoning }).toEqual({ content: `a${texts.join("")}`, reasoning: "" })
  // The same members, unescaped: an event that only begins and ends like the others.
  const raw = rawStream(["a", "b"]).replace('"content":"b"', '"content":"b","reasoning":"c"')
  const heard = hear(await rescueResponse(bodyOf(raw), OPTIONS).text())
  expect({ content: heard.content, reasoning: heard.reasoning }).toEqual({ content: "ab", reasoning: "c" })
  const twice = rawStream(["a", "b"]).replace('"content":"b"', '"content":"b","content":"c"')
  expect(hear(await rescueResponse(bodyOf(twice), OPTIONS).text()).content).toBe("ac")
})

test("blank lines before the first event, more than anybody would wait for", async () => {
  expect(hear(await rescueResponse(bodyOf(`${"\n".repeat(20_000)}${rawStream(["Hi"])}`, [1]), OPTIONS).text()).content).toBe("Hi")
})
