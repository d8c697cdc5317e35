import { expect, test } from "bun:test"
import { createParser } from "eventsource-parser"
import { localAnswer } from "../../src/opencode/local-answer.ts"

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
