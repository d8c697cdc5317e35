import { describe, expect, test } from "bun:test"
import { createInspector } from "../../../src/stream/inspector.ts"
import type { Report } from "../../../src/stream/types.ts"
import { sse } from "../answer.ts"
import { toolsFor } from "../captures.ts"
import { kindsOfReport, reportOfBody, reportOfEvents } from "./other.ts"

const request = (more: object = {}): object => ({
  model: "local",
  input: "Do it.",
  tools: toolsFor("responses"),
  stream: true,
  ...more,
})
const options = { request: request() }

const created = { type: "response.created", response: { status: "in_progress", model: "local", error: null, usage: null } }
const text = (delta: string): object => ({ type: "response.output_text.delta", output_index: 0, delta })
const thought = (delta: string): object => ({ type: "response.reasoning_text.delta", output_index: 0, delta })
const item = (name: string, args: string, done = false): object => ({
  type: `response.output_item.${done ? "done" : "added"}`,
  output_index: 1,
  item: { type: "function_call", id: "fc_1", call_id: "call_1", name, arguments: args },
})
const args = (delta: string): object => ({ type: "response.function_call_arguments.delta", output_index: 1, delta })
const over = (status: string, more: object = {}): object => ({ type: `response.${status}`, response: { status, ...more } })

const report = (...events: object[]): Report => reportOfEvents([created, ...events], options)
const kinds = (...events: object[]): string[] => kindsOfReport(report(...events))

describe("a Responses stream", () => {
  test("that is healthy raises nothing and is summed up in the server's words", () => {
    const usage = { input_tokens: 5, output_tokens: 40, output_tokens_details: { reasoning_tokens: 2 } }
    const made = report(
      thought("Look."),
      item("bash", ""),
      args('{"command":'),
      args('"ls"}'),
      item("bash", '{"command":"ls"}', true),
      over("completed", { usage }),
    )
    expect(made).toEqual({
      findings: [],
      counted: [],
      response: {
        reasoningBytes: 5,
        contentBytes: 0,
        calls: [{ name: "bash", argumentsValid: true }],
        finish: "completed",
        usage: { promptTokens: 5, completionTokens: 40, reasoningTokens: 2 },
      },
    })
  })

  test("gives arguments once, whether they come in pieces, at the end, or both", () => {
    const whole = '{"command":"ls"}'
    expect(kinds(item("bash", ""), item("bash", whole, true), over("completed"))).toEqual([])
    expect(kinds(item("bash", whole), item("bash", whole, true), over("completed"))).toEqual([])
    expect(
      kinds(
        item("bash", ""),
        args(whole),
        { type: "response.function_call_arguments.done", output_index: 1, arguments: whole },
        over("completed"),
      ),
    ).toEqual([])
    expect(kinds(item("bash", ""), args('{"command": 1}'), over("completed"))).toEqual(["arguments-invalid:wrong-type"])
  })

  test("names the call as the client does", () => {
    const inspector = createInspector(options)
    for (const event of [created, item("bash", ""), args('{"command":"<think>I list.</think>\\nls"}')]) inspector.push(sse(event))
    expect(inspector.call("call_1").map(({ kind, callId }) => [kind, callId])).toEqual([["reasoning-in-arguments", "call_1"]])
  })

  test("that a limit cut says where", () => {
    const cut = over("incomplete", { incomplete_details: { reason: "max_output_tokens" } })
    expect(kinds(text("Half a"), cut)).toEqual(["truncated:in-content"])
    expect(report(text("Half a"), cut).response.finish).toBe("max_output_tokens")
    expect(kinds(item("bash", ""), args('{"comm'), cut)).toEqual(["truncated:in-arguments"])
  })

  test("that fails, breaks off or holds nothing says so", () => {
    expect(kinds(text("Half a"), over("failed", { error: { code: "server_error", message: "boom" } }))).toEqual([
      "stream-error:error",
    ])
    expect(kinds(text("Half a"), { type: "error", code: "x", message: "boom" })).toEqual(["stream-error:error"])
    expect(kinds(text("Half a"))).toEqual(["stream-error:no-finish"])
    expect(kinds(over("completed"))).toEqual(["empty-answer"])
    expect(kinds(thought("Hm."), over("completed"))).toEqual(["answer-in-reasoning"])
    expect(kinds(text("\n\n"), over("completed", { usage: { output_tokens: 64 } }))).toEqual(["output-swallowed"])
  })

  test("read as a whole says the same", () => {
    const body = {
      object: "response",
      status: "completed",
      error: null,
      output: [
        { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "Look." }] },
        { type: "message", content: [{ type: "output_text", text: "I look." }] },
        { type: "function_call", call_id: "call_1", name: "read", arguments: '{"filePath":"/a</think>"}' },
      ],
      usage: { input_tokens: 5, output_tokens: 40 },
    }
    const made = reportOfBody(body, options)
    expect(kindsOfReport(made)).toEqual(["reasoning-in-arguments"])
    expect(made.response).toMatchObject({ reasoningBytes: 5, contentBytes: 7, finish: "completed" })
  })
})

describe("a Responses request", () => {
  const leak = [item("bash", ""), args('{"command":"ls\\n</think>\\n\\nls -la"}'), over("completed")]
  const given = (input: unknown, more: object = {}): string[] =>
    kindsOfReport(reportOfEvents([created, ...leak], { request: request({ input, ...more }) }))

  test("is read for what the model was given", () => {
    expect(given("Do it.")).toEqual(["reasoning-in-arguments"])
    expect(given("Why is </think> there?")).toEqual([])
    expect(given([{ role: "user", content: [{ type: "input_text", text: "Why is </think> there?" }] }])).toEqual([])
    expect(given("Do it.", { instructions: "Never write </think>." })).toEqual([])
  })

  test("excuses nothing that stands in the model's own words, nor their echo", () => {
    const own = { type: "function_call", call_id: "a", name: "read", arguments: '{"filePath":"/a</think>"}' }
    const echo = { type: "function_call_output", call_id: "a", output: "no such file: /a</think>" }
    expect(given([{ role: "user", content: "Do it." }, own, echo])).toEqual(["reasoning-in-arguments"])
    expect(given([{ type: "reasoning", summary: [{ text: "the </think> tag" }] }])).toEqual(["reasoning-in-arguments"])
    const other = { type: "function_call", call_id: "b", name: "read", arguments: '{"filePath":"/parser.py"}' }
    expect(given([other, { ...echo, call_id: "b", output: 'END = "</think>"' }])).toEqual([])
  })

  test("says its limit", () => {
    const cut = over("incomplete", { incomplete_details: { reason: "max_output_tokens" }, usage: { output_tokens: 64 } })
    const [finding] = reportOfEvents([created, text("Half a"), cut], { request: request({ max_output_tokens: 64 }) }).findings
    expect(finding?.cause).toContain("limit of 64 output tokens")
  })
})
