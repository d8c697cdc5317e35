import { describe, expect, test } from "bun:test"
import { createParser } from "eventsource-parser"
import { apiShape, localAnswer, localStream } from "../../src/opencode/local-answer.ts"

test("a local answer is a chat completion stream that says the text and stops", async () => {
  const response = localAnswer("# Page\n\n`<think>` ok")
  expect(response.headers.get("content-type")).toContain("text/event-stream")
  const events: string[] = []
  const parser = createParser({ onEvent: (e) => void events.push(e.data) })
  parser.feed(await response.text())
  expect(events.at(-1)).toBe("[DONE]")
  const chunks = events.slice(0, -1).map((e) => JSON.parse(e))
  expect(chunks.map((c) => c.choices[0]?.delta.content ?? "").join("")).toBe("# Page\n\n`<think>` ok")
  expect(chunks.map((c) => c.choices[0]?.finish_reason).filter(Boolean)).toEqual(["stop"])
  expect(chunks.at(-1).usage.completion_tokens).toBe(0)
})

/** The events of a body, each with its name and its data. */
async function eventsOf(response: Response) {
  const events: { event?: string; data: Record<string, unknown> & { type: string } }[] = []
  const parser = createParser({ onEvent: ({ event, data }) => void events.push({ event, data: JSON.parse(data) }) })
  parser.feed(await response.text())
  return events
}

test("in the Responses API it opens, says the text, and completes with no token spent", async () => {
  const events = await eventsOf(localAnswer("# Page", "responses"))
  for (const { event, data } of events) expect(event).toBe(data.type)
  expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_, i) => i))
  const types = events.map(({ data }) => data.type)
  expect(types[0]).toBe("response.created")
  expect(types.at(-1)).toBe("response.completed")
  const said = events.filter(({ data }) => data.type === "response.output_text.delta").map(({ data }) => data.delta)
  expect(said).toEqual(["# Page"])
  expect(events.at(-1)?.data).toMatchObject({ response: { status: "completed", usage: { output_tokens: 0 } } })
})

test("in the Messages API it is one text block that ends the turn", async () => {
  const events = await eventsOf(localAnswer("# Page", "messages"))
  for (const { event, data } of events) expect(event).toBe(data.type)
  expect(events.map(({ data }) => data.type)).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ])
  expect(events[2]?.data).toMatchObject({ delta: { type: "text_delta", text: "# Page" } })
})

describe("an answer that comes in pieces", () => {
  async function* pieces() {
    yield "Loading. "
    await new Promise((next) => setTimeout(next, 5))
    yield "Loaded."
  }

  test.each(["chat", "responses", "messages"] as const)("says in the %s API what the whole would say", async (shape) => {
    const text = await localStream(pieces(), shape).text()
    expect(text.indexOf('"Loading. "')).toBeGreaterThan(0)
    const joined = text.replaceAll(/"created(?:_at)?":\d+/g, "")
    const whole = (await localAnswer("Loading. Loaded.", shape).text()).replaceAll(/"created(?:_at)?":\d+/g, "")
    // But for the piece that is two, and for the numbers of the events behind it, it is the same stream.
    const shapeOf = (stream: string) => [...new Set(stream.match(/"(?:type|object)":"[\w.]+"/g))]
    expect(shapeOf(joined)).toEqual(shapeOf(whole))
    expect(
      joined
        .trimEnd()
        .split("\n\n")
        .at(-1)
        ?.replace(/"sequence_number":\d+/, ""),
    ).toBe(
      whole
        .trimEnd()
        .split("\n\n")
        .at(-1)
        ?.replace(/"sequence_number":\d+/, "") ?? "",
    )
  })

  test("ends where its source fails, and stops the source when it is cut", async () => {
    async function* broken() {
      yield "Half"
      throw new Error("gone")
    }
    const text = await localStream(broken()).text()
    expect(text).toContain('"Half"')
    expect(text.trimEnd()).toEndWith("data: [DONE]")
    let stopped = false
    async function* endless() {
      try {
        for (;;) yield "more"
      } finally {
        stopped = true
      }
    }
    const reader = localStream(endless()).body?.getReader()
    await reader?.read()
    await reader?.read()
    await reader?.cancel()
    expect(stopped).toBe(true)
  })
})

test("the path of a request tells its API", () => {
  expect([
    apiShape("http://gpu:8000/v1/chat/completions"),
    apiShape("http://gpu:8000/v1/responses/?x=1"),
    apiShape("http://gpu:8000/v1/messages"),
    apiShape("http://gpu:8000/v1/messages/count_tokens"),
    apiShape("http://gpu:8000/v1/responses/resp_1"),
    apiShape("http://gpu:8000/v1/models?next=/responses"),
  ]).toEqual(["chat", "responses", "messages", undefined, undefined, undefined])
})
