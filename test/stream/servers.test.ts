import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import type { Report } from "../../src/stream/types.ts"
import { requestWith } from "./answer.ts"

/**
 * One healthy answer (a thought, a sentence, two calls) as each server streams it, and the same cut short of its calls. The differences are those of
 * their sources and documents: names of fields, comments between events, where the counts come, what is null and what is missing.
 */
interface Server {
  /** Name of the reasoning field. */
  thought: "reasoning" | "reasoning_content"
  /** Deltas of one call. */
  call(index: number, name: string, args: string): object[]
  /** What every delta holds besides. */
  delta?: object
  /** What every chunk holds besides. */
  chunk?: object
  /** Chunks at the end, behind the finish reason. */
  end?: object[]
  /** Text between events, as raw SSE. */
  between?: string
  /** The line that ends an event. */
  eol?: string
  done?: boolean
}

const USAGE = { prompt_tokens: 1200, completion_tokens: 90, total_tokens: 1290 }

const inPieces = (first: object, later: object) => (index: number, name: string, args: string) => [
  { index, id: `call_${index}`, type: "function", function: { name, ...first } },
  ...(args.match(/.{1,7}/gs) ?? []).map((piece) => ({
    index,
    ...later,
    function: { ...(later as { function?: object }).function, arguments: piece },
  })),
]
const whole = (index: number, name: string, args: string): object[] => [
  { index, id: `call_${index}`, type: "function", function: { name, arguments: args } },
]
const usageChunk = { choices: [], usage: USAGE }

const SERVERS: Record<string, Server> = {
  vLLM: { thought: "reasoning", call: inPieces({}, {}), chunk: { prompt_token_ids: null }, end: [usageChunk] },
  "vLLM of 2025": {
    thought: "reasoning_content",
    call: inPieces({ arguments: "" }, {}),
    delta: { reasoning: null },
    end: [usageChunk],
  },
  "vLLM with usage in every chunk": { thought: "reasoning", call: whole, chunk: { usage: USAGE }, end: [usageChunk] },
  SGLang: {
    thought: "reasoning_content",
    call: inPieces({ arguments: "" }, { id: null, type: "function", function: { name: null } }),
    delta: { role: null, tool_calls: null },
    chunk: { usage: null, matched_stop: null },
    end: [usageChunk],
  },
  "llama.cpp": {
    thought: "reasoning_content",
    call: (index, name, args) => [
      { index, id: `call_${index}`, type: "function", function: { name, arguments: args.slice(0, 1) } },
      { index, function: { arguments: args.slice(1) } },
    ],
    between: ": ping\n\n",
    chunk: { system_fingerprint: "b10766" },
    end: [{ choices: [], usage: USAGE, timings: { prompt_n: 1, predicted_n: 90, predicted_per_second: 60.2 } }],
  },
  "LM Studio": {
    thought: "reasoning_content",
    call: inPieces({ arguments: "" }, { type: "function" }),
    chunk: { system_fingerprint: "qwen3-30b", stats: {} },
    end: [usageChunk],
  },
  Ollama: {
    thought: "reasoning",
    call: whole,
    delta: { role: "assistant", content: "" },
    chunk: { system_fingerprint: "fp_ollama" },
    end: [usageChunk],
  },
  "LiteLLM in front of vLLM": {
    thought: "reasoning_content",
    call: inPieces({ arguments: "" }, { type: "function" }),
    delta: { provider_specific_fields: null },
    end: [
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
      { choices: [{ index: 0, delta: {} }], usage: USAGE },
    ],
  },
  "TensorRT-LLM": {
    thought: "reasoning_content",
    call: inPieces({ arguments: "" }, { type: "function", function: { name: null } }),
    delta: { role: "assistant" },
    end: [usageChunk],
  },
  "mlx-lm": { thought: "reasoning", call: whole, between: ": keepalive 512/2048\n\n", chunk: { usage: null }, end: [usageChunk] },
  "a proxy that writes CR LF": { thought: "reasoning", call: inPieces({}, {}), eol: "\r\n", end: [usageChunk] },
  "a proxy that swallows the last line": { thought: "reasoning", call: inPieces({}, {}), end: [usageChunk], done: false },
}

const PATHS = ["/home/dev/größe.ts", "/home/dev/b.ts"]

function streamOf(server: Server, calls: boolean): Uint8Array {
  const { thought, delta = {}, chunk = {}, between = "", eol = "\n" } = server
  const choice = (more: object, finish: string | null = null): object => ({
    id: "x",
    object: "chat.completion.chunk",
    model: "local",
    ...chunk,
    choices: [{ index: 0, delta: { ...delta, ...more }, logprobs: null, finish_reason: finish }],
  })
  const events = [
    choice({ role: "assistant", content: "" }),
    ...["I should ", "read both ", "files."].map((piece) => choice({ [thought]: piece })),
    ...["Ich lese ", "beide Dateien 🙂."].map((content) => choice({ content })),
    ...(calls ? PATHS.flatMap((path, i) => server.call(i, "read", JSON.stringify({ filePath: path }))) : []).map((call) =>
      choice({ tool_calls: [{ ...call }] }),
    ),
    choice({}, calls ? "tool_calls" : "stop"),
    ...(server.end ?? []).filter((event) => calls || !JSON.stringify(event).includes("tool_calls")),
  ]
  // A short answer has few tokens.
  const json = (event: object): string =>
    JSON.stringify(event).replaceAll('"completion_tokens":90', `"completion_tokens":${calls ? 90 : 20}`)
  const text = events.map((event) => `data: ${json(event)}${eol}${eol}${between}`).join("")
  return new TextEncoder().encode(server.done === false ? text : `${text}data: [DONE]${eol}${eol}`)
}

function inspect(bytes: Uint8Array, size: number): Report {
  const inspector = createInspector({ request: requestWith("Read both.", { stream_options: { include_usage: true } }) })
  for (let i = 0; i < bytes.length; i += size) inspector.push(bytes.slice(i, i + size))
  return inspector.end()
}

describe.each(Object.entries(SERVERS))("a healthy answer of %s", (_, server) => {
  test("is read and raises nothing, whole or byte by byte", () => {
    for (const size of [1, 100_000]) {
      const report = inspect(streamOf(server, true), size)
      expect(report).toMatchObject({ findings: [], counted: [] })
      expect(report.response.calls).toEqual(PATHS.map(() => ({ name: "read", argumentsValid: true })))
      expect(report.response).toMatchObject({
        reasoningBytes: 25,
        contentBytes: 28,
        finish: "tool_calls",
        usage: { completionTokens: 90 },
      })
    }
  })

  test("without calls raises nothing either", () => {
    const { findings, response } = inspect(streamOf(server, false), 4096)
    expect(findings).toEqual([])
    expect(response).toMatchObject({ calls: [], finish: "stop" })
  })
})
