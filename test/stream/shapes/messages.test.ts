import { describe, expect, test } from "bun:test"
import { createInspector } from "../../../src/stream/inspector.ts"
import type { Report } from "../../../src/stream/types.ts"
import { sse } from "../answer.ts"
import { toolsFor } from "../captures.ts"
import { kindsOfReport, reportOfBody, reportOfEvents } from "./other.ts"

const request = (more: object = {}): object => ({
  model: "local",
  max_tokens: 64,
  messages: [{ role: "user", content: "Do it." }],
  tools: toolsFor("messages"),
  stream: true,
  ...more,
})
const options = { request: request() }

const start = {
  type: "message_start",
  message: { type: "message", model: "local", content: [], usage: { input_tokens: 5, output_tokens: 0 } },
}
const block = (index: number, content_block: object): object => ({ type: "content_block_start", index, content_block })
const delta = (index: number, value: object): object => ({ type: "content_block_delta", index, delta: value })
const text = (piece: string): object => delta(0, { type: "text_delta", text: piece })
const thought = (piece: string): object => delta(0, { type: "thinking_delta", thinking: piece })
const call = (input: object = {}): object => block(1, { type: "tool_use", id: "toolu_1", name: "bash", input })
const args = (partial_json: string): object => delta(1, { type: "input_json_delta", partial_json })
const stop = (index: number): object => ({ type: "content_block_stop", index })
const over = (stop_reason: string, output_tokens = 20): object[] => [
  { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } },
  { type: "message_stop" },
]

const report = (...events: object[]): Report => reportOfEvents([start, ...events], options)
const kinds = (...events: object[]): string[] => kindsOfReport(report(...events))

describe("a Messages stream", () => {
  test("that is healthy raises nothing and is summed up in the server's words", () => {
    const made = report(
      { type: "ping" },
      thought("Look."),
      call(),
      args('{"command":'),
      args('"ls"}'),
      stop(1),
      ...over("tool_use"),
    )
    expect(made).toEqual({
      findings: [],
      counted: [],
      response: {
        reasoningBytes: 5,
        contentBytes: 0,
        calls: [{ name: "bash", argumentsValid: true }],
        finish: "tool_use",
        usage: { promptTokens: 5, completionTokens: 20, reasoningTokens: undefined },
      },
    })
    expect(reportOfEvents([{ type: "ping" }, start, text("Hi."), ...over("end_turn")], options).findings).toEqual([])
  })

  test("gives the input of a call once, whether it comes in pieces or with its beginning", () => {
    expect(kinds(call({ command: "ls" }), stop(1), ...over("tool_use"))).toEqual([])
    expect(kinds(call({ command: 1 }), stop(1), ...over("tool_use"))).toEqual(["arguments-invalid:wrong-type"])
    expect(kinds(call({ command: "ls" }), args('{"command":"ls"}'), stop(1), ...over("tool_use"))).toEqual([])
  })

  test("names the call as the client does", () => {
    const inspector = createInspector(options)
    for (const event of [start, call(), args('{"command":"<think>I list.</think>\\nls"}')]) inspector.push(sse(event))
    expect(inspector.call("toolu_1").map(({ kind, callId }) => [kind, callId])).toEqual([["reasoning-in-arguments", "toolu_1"]])
  })

  test("that a limit cut says where, and which", () => {
    expect(kinds(text("Half a"), ...over("max_tokens"))).toEqual(["truncated:in-content"])
    expect(kinds(call(), args('{"comm'), ...over("max_tokens"))).toEqual(["truncated:in-arguments"])
    expect(report(text("Half a"), ...over("max_tokens", 64)).findings[0]?.cause).toContain("limit of 64 output tokens")
    expect(report(text("Half a"), ...over("max_tokens")).response.finish).toBe("max_tokens")
  })

  test("that fails, breaks off or holds nothing says so", () => {
    expect(kinds(text("Half a"), { type: "error", error: { type: "api_error", message: "boom" } })).toEqual([
      "stream-error:error",
    ])
    expect(kinds(text("Half a"))).toEqual(["stream-error:no-finish"])
    expect(kinds(...over("end_turn", 1))).toEqual(["empty-answer"])
    expect(kinds(...over("tool_use", 1))).toEqual(["finish-without-call"])
    expect(kinds(thought("Hm."), ...over("end_turn", 3))).toEqual(["answer-in-reasoning"])
    expect(kinds(text("\n\n"), ...over("end_turn", 64))).toEqual(["output-swallowed"])
  })

  test("read as a whole says the same", () => {
    const body = {
      type: "message",
      role: "assistant",
      model: "local",
      content: [
        { type: "thinking", thinking: "Look." },
        { type: "text", text: "I look." },
        { type: "tool_use", id: "toolu_1", name: "read", input: { filePath: "/a</think>" } },
      ],
      stop_reason: "tool_use",
      usage: { input_tokens: 5, output_tokens: 40 },
    }
    const made = reportOfBody(body, options)
    expect(kindsOfReport(made)).toEqual(["reasoning-in-arguments"])
    expect(made.response).toMatchObject({ reasoningBytes: 5, contentBytes: 7, finish: "tool_use" })
  })
})

describe("a Messages request", () => {
  const leak = [call(), args('{"command":"ls\\n</think>\\n\\nls -la"}'), stop(1), ...over("tool_use")]
  const given = (messages: object[], more: object = {}): string[] =>
    kindsOfReport(reportOfEvents([start, ...leak], { request: request({ messages, ...more }) }))
  const user = (content: unknown): object => ({ role: "user", content })

  test("is read for what the model was given", () => {
    expect(given([user("Do it.")])).toEqual(["reasoning-in-arguments"])
    expect(given([user("Why is </think> there?")])).toEqual([])
    expect(given([user([{ type: "text", text: "Why is </think> there?" }])])).toEqual([])
    expect(given([user("Do it.")], { system: "Never write </think>." })).toEqual([])
    expect(given([user("Do it.")], { system: [{ type: "text", text: "Never write </think>." }] })).toEqual([])
  })

  test("excuses nothing that stands in the model's own words, nor their echo", () => {
    const own = (id: string, filePath: string): object => ({
      role: "assistant",
      content: [{ type: "tool_use", id, name: "read", input: { filePath } }],
    })
    const result = (id: string, content: unknown): object => user([{ type: "tool_result", tool_use_id: id, content }])
    expect(given([user("Do it."), own("a", "/a</think>"), result("a", "no such file: /a</think>")])).toEqual([
      "reasoning-in-arguments",
    ])
    expect(given([user("Do it."), { role: "assistant", content: [{ type: "thinking", thinking: "the </think> tag" }] }])).toEqual(
      ["reasoning-in-arguments"],
    )
    expect(given([user("Do it."), own("b", "/parser.py"), result("b", [{ type: "text", text: 'END = "</think>"' }])])).toEqual([])
  })

  test("that switches tools off keeps the tool parser out of the game", () => {
    const events = [start, text("\n\n"), ...over("end_turn", 64)]
    expect(kindsOfReport(reportOfEvents(events, { request: request({ tool_choice: { type: "none" } }) }))).toEqual([
      "empty-answer",
    ])
  })
})
