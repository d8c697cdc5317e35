import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import { kindsOf, reportOf, requestWith, sse, streamOf } from "./answer.ts"

const LONG = "The cart keeps the items and computes the total of them, as the listing says. ".repeat(5)

function kinds(events: (object | string)[], request: object | undefined = requestWith("Do it.")): string[] {
  const inspector = createInspector({ request })
  for (const event of events) inspector.push(sse(event))
  return inspector.end().findings.map(({ kind, detail }) => (detail ? `${kind}:${detail}` : kind))
}

describe("output that was counted but not sent", () => {
  test("is certain where fewer bytes than tokens arrived", () => {
    const [finding] = reportOf({ reasoning: "I list.", content: "\n\n", usage: { completion_tokens: 64 } }).findings
    expect(finding).toMatchObject({ kind: "output-swallowed", certainty: "certain" })
    expect(finding?.cause).toContain("64 output tokens")
  })

  test("is certain behind long reasoning where the server counts its reasoning tokens", () => {
    const usage = { completion_tokens: 130, completion_tokens_details: { reasoning_tokens: 95 } }
    expect(reportOf({ reasoning: LONG, content: "\n\n", usage }).findings).toMatchObject([
      { kind: "output-swallowed", certainty: "certain" },
    ])
  })

  test("is not claimed where the server's count of reasoning tokens is too small", () => {
    const counted = (completion_tokens: number, reasoning_tokens: number): Record<string, unknown> => ({
      completion_tokens,
      completion_tokens_details: { reasoning_tokens },
    })
    // One token per character, where each takes up to three.
    const reasoning = "用户问的是购物车的总额。先看价格再求和。"
    expect(kindsOf({ reasoning, content: "合計は 1234 € です。", usage: counted(90, 20) })).toEqual([])
    // The last piece of a thought that never ends is not counted.
    const inspector = createInspector({ request: requestWith("Do it.") })
    for (const piece of ["You're", " wel", "come.", " Tell me what I shall do next, and where I find it."])
      inspector.push(sse({ choices: [{ delta: { reasoning: piece }, finish_reason: null }] }))
    inspector.push(sse({ choices: [{ delta: {}, finish_reason: "stop" }], usage: counted(30, 7) }))
    expect(inspector.end().findings).toMatchObject([{ kind: "answer-in-reasoning" }])
  })

  test("is not claimed where later pieces hold more tokens than the first ones", () => {
    const inspector = createInspector({ request: requestWith("Do it.") })
    const say = (reasoning: string): void => inspector.push(sse({ choices: [{ delta: { reasoning }, finish_reason: null }] }))
    for (let i = 0; i < 256; i++) say(" adds")
    for (let i = 0; i < 256; i++) say(" adds adds")
    inspector.push(
      sse({ choices: [{ delta: { content: "Done." }, finish_reason: "stop" }], usage: { completion_tokens: 256 * 3 + 3 } }),
    )
    expect(inspector.end().findings).toEqual([])
  })

  test("shows a short call by what is counted behind the reasoning", () => {
    const usage = { completion_tokens: 18, completion_tokens_details: { reasoning_tokens: 7 } }
    expect(kindsOf({ reasoning: "Ask for the list.", content: "\n", usage })).toEqual(["output-swallowed"])
  })

  test("is likely behind long reasoning where pieces are single tokens", () => {
    const inspector = createInspector({ request: requestWith("Do it.") })
    const words = LONG.match(/\s?\S+/g) ?? []
    for (const word of words) inspector.push(sse({ choices: [{ delta: { reasoning: word }, finish_reason: null }] }))
    inspector.push(
      sse({ choices: [{ delta: { content: "\n\n" }, finish_reason: "stop" }], usage: { completion_tokens: words.length + 45 } }),
    )
    expect(inspector.end().findings).toMatchObject([{ kind: "output-swallowed", certainty: "likely" }])
  })

  test("is not claimed on reasoning tokens that cannot be true", () => {
    const usage = { completion_tokens: 95, completion_tokens_details: { reasoning_tokens: 0 } }
    expect(kindsOf({ reasoning: LONG, usage })).toEqual(["answer-in-reasoning"])
  })

  test("is not claimed where no tool parser ran", () => {
    const answer = { content: "\n\n", reasoning: "I list.", usage: { completion_tokens: 64 } }
    expect(kindsOf(answer, { request: requestWith("Hi", { tools: [] }) })).toEqual(["answer-in-reasoning"])
    expect(kindsOf(answer, { request: requestWith("Hi", { tool_choice: "none" }) })).toEqual(["answer-in-reasoning"])
  })

  test("is not claimed for what a stop sequence took away", () => {
    const answer = { content: "Yes ", usage: { completion_tokens: 24 } }
    expect(kindsOf(answer, { request: requestWith("Hi", { stop: ["END OF THE ANSWER"] }) })).toEqual([])
    expect(kindsOf(answer)).toEqual(["output-swallowed"])
  })

  test("is found without the request too", () => {
    expect(kindsOf({ content: "\n\n", usage: { completion_tokens: 64 } }, {})).toEqual(["output-swallowed"])
  })

  test("names the family's flags when the server's root tells it", () => {
    const server = { kind: "vllm", root: "nvidia/Nemotron-3-Super" }
    const [finding] = reportOf(
      { content: "\n\n", usage: { completion_tokens: 64 } },
      { request: requestWith("x"), server },
    ).findings
    expect(finding?.family).toBe("nemotron3")
    expect(finding?.fix).toContain("--tool-call-parser qwen3_coder")
  })

  test("speaks the language of the server at hand", () => {
    const fix = (kind: string): string | undefined =>
      reportOf(
        { content: "", usage: { completion_tokens: 64 } },
        { request: requestWith("x"), server: { kind, root: "Qwen3-Coder" } },
      ).findings[0]?.fix
    expect(fix("sglang")).toContain("SGLang with `--tool-call-parser qwen3_coder`")
    expect(fix("llama.cpp")).toContain("--jinja")
    expect(fix("unknown")).toContain("--enable-auto-tool-choice")
  })
})

describe("a turn with nothing to see", () => {
  test("is an answer in the reasoning, or an empty one", () => {
    expect(kindsOf({ reasoning: "The cart is fine." })).toEqual(["answer-in-reasoning"])
    expect(kindsOf({ content: " \n" })).toEqual(["empty-answer"])
    expect(kindsOf({})).toEqual(["empty-answer"])
    expect(kindsOf({ finish: "tool_calls" })).toEqual(["finish-without-call"])
  })

  test("reads either name of the reasoning field", () => {
    const events = (delta: object): object[] => [{ choices: [{ delta }] }, { choices: [{ delta: {}, finish_reason: "stop" }] }]
    expect(kinds(events({ reasoning_content: "x" }))).toEqual(["answer-in-reasoning"])
    expect(kinds(events({ reasoning_content: null, reasoning: "x" }))).toEqual(["answer-in-reasoning"])
  })
})

describe("a limit that cut the answer", () => {
  const limited = { request: requestWith("x", { max_tokens: 100 }) }
  const usage = { completion_tokens: 100 }

  test("is placed: reasoning, content, arguments", () => {
    expect(kindsOf({ reasoning: LONG, finish: "length", usage }, limited)).toEqual(["truncated:in-reasoning"])
    expect(kindsOf({ content: LONG, finish: "length", usage }, limited)).toEqual(["truncated:in-content"])
    expect(kindsOf({ calls: [{ name: "bash", arguments: '{"command": "ls' }], finish: "length", usage }, limited)).toEqual([
      "truncated:in-arguments",
    ])
  })

  test("is seen behind finish tool_calls, which vLLM says even then", () => {
    expect(kindsOf({ calls: [{ name: "bash", arguments: '{"command": "ls' }], usage }, limited)).toEqual([
      "truncated:in-arguments",
    ])
  })

  test("is named: the request's own, or the context", () => {
    const cause = (tokens: number): string | undefined =>
      reportOf({ content: LONG, finish: "length", usage: { completion_tokens: tokens } }, limited).findings[0]?.cause
    expect(cause(100)).toContain("limit of 100 output tokens")
    expect(cause(60)).toContain("a limit of the server")
    expect(reportOf({ content: LONG, finish: "length" }, limited).findings[0]?.cause).toContain("a token limit")
  })
})

describe("a stream that broke", () => {
  const start = { choices: [{ delta: { content: "Hi" }, finish_reason: null }] }

  test("with an error object says its message, without control characters", () => {
    const inspector = createInspector({})
    inspector.push(sse(start))
    inspector.push(sse({ error: { message: "Internal\u001b[31m server\nerror", code: 500 } }))
    inspector.push(sse("[DONE]"))
    const [finding] = inspector.end().findings
    expect(finding).toMatchObject({ kind: "stream-error", detail: "error" })
    expect(finding?.cause).toContain("Internal [31m server error")
  })

  test("with something that is not JSON, or without a finish", () => {
    expect(kinds([start, "<html>"])).toEqual(["stream-error:unreadable"])
    expect(kinds([start])).toEqual(["stream-error:no-finish"])
    expect(kinds([start, "[DONE]"])).toEqual(["stream-error:no-finish"])
    expect(kinds([])).toEqual(["stream-error:no-finish"])
    expect(kinds([start, { choices: [{ delta: {}, finish_reason: "abort" }] }])).toEqual(["stream-error:given-up"])
  })

  test("is nothing to report when the client cut it", () => {
    const inspector = createInspector({ request: requestWith("x") })
    inspector.push(sse(start))
    expect(inspector.end({ aborted: true }).findings).toEqual([])
  })
})

describe("other bodies", () => {
  test("raise nothing at all", () => {
    expect(kinds([{ object: "text_completion", choices: [{ text: "</think>" }] }])).toEqual([])
    expect(kinds([{ progress: 0.5 }, { anything: "else" }])).toEqual([])
    expect(createInspector().end().findings).toEqual([])
  })
})

describe("the summary", () => {
  test("counts bytes, calls and tokens, and stays the same when asked again", () => {
    const inspector = createInspector({ request: requestWith("x") })
    const usage = { prompt_tokens: 5, completion_tokens: 30, completion_tokens_details: { reasoning_tokens: 3 } }
    for (const chunk of streamOf({
      reasoning: "größer",
      content: "🙂",
      calls: [{ name: "bash", arguments: { command: "ls" } }],
      usage,
      pace: 2,
    }))
      inspector.push(chunk)
    const report = inspector.end()
    expect(report.response).toEqual({
      reasoningBytes: 8,
      contentBytes: 4,
      calls: [{ name: "bash", argumentsValid: true }],
      finish: "tool_calls",
      usage: { promptTokens: 5, completionTokens: 30, reasoningTokens: 3 },
    })
    inspector.push(sse({ error: "late" }))
    expect(inspector.end()).toBe(report)
  })
})
