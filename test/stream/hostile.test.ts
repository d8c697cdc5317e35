import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { createInspector } from "../../src/stream/inspector.ts"
import { createJsonReader, type JsonView } from "../../src/stream/json-strings.ts"
import { type Answer, requestWith, sse, streamOf } from "./answer.ts"

const request = requestWith("Do it.")
/** A nightly run asks for more. */
const RUNS = { numRuns: Number(process.env.OPENCODE_VLLM_RUNS ?? 300) }
setDefaultTimeout(Math.max(60_000, RUNS.numRuns * 100))

/** Text that likes to contain what matters here. */
const spiced = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(
        "<think>",
        "</think>",
        "<|channel|>analysis",
        "<|im_end|>",
        "</tool_call>",
        "<parameter=content>",
        "```\n",
        '"',
        "\\",
        "\n",
        "{",
        "}",
        "🙂",
        "｜",
      ),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(""))

const answer: fc.Arbitrary<Answer> = fc.record({
  reasoning: spiced,
  content: spiced,
  calls: fc.array(
    fc.record({
      name: fc.oneof(fc.constantFrom("bash", "read", "bash<|channel|>commentary"), spiced),
      arguments: fc.oneof(
        spiced,
        fc.record({ command: spiced, filePath: spiced }).map((args) => JSON.stringify(args)),
      ),
    }),
    { maxLength: 3 },
  ),
  pace: fc.integer({ min: 1, max: 40 }),
  finish: fc.constantFrom("stop", "tool_calls", "length", null),
  usage: fc.option(
    fc.record({ completion_tokens: fc.nat(300), completion_tokens_details: fc.record({ reasoning_tokens: fc.nat(100) }) }),
  ),
})

const piecesOf = (text: string, pace: number): string[] => text.match(new RegExp(`[^]{1,${pace}}`, "g")) ?? []

/** The same answer as the Responses API streams it. */
function asResponses({ reasoning = "", content = "", calls = [], pace = 4, finish }: Answer): object[] {
  const delta = (kind: string) => (piece: string) => ({ type: `response.${kind}.delta`, output_index: 0, delta: piece })
  const end =
    finish === "length" ? { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } } : { status: "completed" }
  return [
    { type: "response.created", response: { status: "in_progress", model: "local" } },
    ...piecesOf(reasoning, pace).map(delta("reasoning_text")),
    ...piecesOf(content, pace).map(delta("output_text")),
    ...calls.flatMap(({ name, arguments: args }, i) => [
      {
        type: "response.output_item.added",
        output_index: i + 1,
        item: { type: "function_call", call_id: `c${i}`, name, arguments: "" },
      },
      ...piecesOf(String(args), pace).map((piece) => ({
        type: "response.function_call_arguments.delta",
        output_index: i + 1,
        delta: piece,
      })),
    ]),
    ...(finish === null ? [] : [{ type: `response.${end.status}`, response: end }]),
  ]
}

/** The same answer as the Messages API streams it. */
function asMessages({ reasoning = "", content = "", calls = [], pace = 4, finish }: Answer): object[] {
  const delta = (value: object, index = 0): object => ({ type: "content_block_delta", index, delta: value })
  return [
    { type: "message_start", message: { model: "local", usage: { input_tokens: 1, output_tokens: 0 } } },
    ...piecesOf(reasoning, pace).map((thinking) => delta({ type: "thinking_delta", thinking })),
    ...piecesOf(content, pace).map((text) => delta({ type: "text_delta", text })),
    ...calls.flatMap(({ name, arguments: args }, i) => [
      { type: "content_block_start", index: i + 1, content_block: { type: "tool_use", id: `c${i}`, name, input: {} } },
      ...piecesOf(String(args), pace).map((partial_json) => delta({ type: "input_json_delta", partial_json }, i + 1)),
      { type: "content_block_stop", index: i + 1 },
    ]),
    ...(finish === null
      ? []
      : [{ type: "message_delta", delta: { stop_reason: finish === "length" ? "max_tokens" : "end_turn" } }]),
  ]
}

function report(chunks: Iterable<Uint8Array>): unknown {
  const inspector = createInspector({ request })
  for (const chunk of chunks) inspector.push(chunk)
  return inspector.end()
}

function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((place, i) => bytes.slice(places[i], place))
}

describe("whatever the server sends", () => {
  test("any cutting of the bytes gives the identical report", () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(), { maxLength: 40 }), (says, cuts) => {
        const bytes = Buffer.concat(streamOf(says))
        expect(report(cutAt(bytes, cuts))).toEqual(report([bytes]))
      }),
      RUNS,
    )
  })

  test("any cutting gives the identical report in the other shapes, with any line ends", () => {
    const shape = fc.constantFrom(asResponses, asMessages)
    fc.assert(
      fc.property(
        answer,
        shape,
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.nat(), { maxLength: 40 }),
        (says, events, eol, cuts) => {
          const text = events(says).map((event) => `event: x${eol}data: ${JSON.stringify(event)}${eol}${eol}`)
          const bytes = Buffer.from(text.join(""))
          const whole = report([bytes])
          expect(report(cutAt(bytes, cuts))).toEqual(whole)
          expect(report(cutAt(bytes, [...bytes.keys()]))).toEqual(whole)
        },
      ),
      { numRuns: Math.ceil(RUNS.numRuns / 3) },
    )
  })

  test("byte by byte, and with CR LF, the report is the same", () => {
    fc.assert(
      fc.property(answer, (says) => {
        const bytes = Buffer.concat(streamOf(says))
        const whole = report([bytes])
        expect(report(cutAt(bytes, [...bytes.keys()]))).toEqual(whole)
        const windows = Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n"))
        expect(report(cutAt(windows, [...windows.keys()]))).toEqual(whole)
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 3) },
    )
  })

  test("a stream that stops anywhere is judged without an error, aborted or not", () => {
    fc.assert(
      fc.property(answer, fc.nat(), fc.boolean(), (says, length, aborted) => {
        const bytes = Buffer.concat(streamOf(says))
        const inspector = createInspector({ request })
        inspector.push(bytes.subarray(0, length % (bytes.length + 1)))
        const kinds = inspector.end({ aborted }).findings.map(({ kind }) => kind)
        if (aborted) expect(kinds).not.toContain("stream-error")
      }),
      RUNS,
    )
  })

  test("arbitrary events of the other shapes never throw", () => {
    const kind = fc.constantFrom(
      "response.created",
      "response.output_item.added",
      "response.output_item.done",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.output_text.delta",
      "response.completed",
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message",
      "error",
    )
    const loose = fc.oneof(fc.jsonValue(), fc.record({ type: fc.jsonValue(), content: fc.jsonValue(), input: fc.jsonValue() }))
    const event = fc.record(
      {
        type: kind,
        object: fc.constantFrom("response", undefined),
        index: fc.jsonValue(),
        output_index: fc.jsonValue(),
        delta: loose,
        item: fc.oneof(loose, fc.record({ type: fc.constant("function_call"), name: fc.jsonValue(), arguments: fc.jsonValue() })),
        content_block: fc.oneof(loose, fc.record({ type: fc.constant("tool_use"), input: fc.jsonValue() })),
        message: loose,
        response: fc.oneof(
          loose,
          fc.record({ status: fc.jsonValue(), error: fc.jsonValue(), incomplete_details: fc.jsonValue() }),
        ),
        usage: fc.jsonValue(),
        output: fc.jsonValue(),
        content: fc.array(loose),
      },
      { requiredKeys: ["type"] },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        report(events.map((value) => sse(value)))
        for (const value of events) report([Buffer.from(JSON.stringify({ ...value, type: undefined }))])
      }),
      RUNS,
    )
  })

  test("arbitrary bytes never throw", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => void report(chunks)),
      RUNS,
    )
  })

  test("arbitrary JSON in events never throws", () => {
    const shaped = fc.record({
      choices: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ delta: fc.jsonValue(), finish_reason: fc.jsonValue(), index: fc.jsonValue() })),
      ),
      usage: fc.jsonValue(),
      error: fc.option(fc.jsonValue(), { nil: undefined }),
    })
    const delta = fc
      .record({
        tool_calls: fc.array(fc.record({ index: fc.jsonValue(), id: fc.jsonValue(), function: fc.jsonValue() })),
        content: fc.jsonValue(),
      })
      .map((value) => ({ choices: [{ delta: value }] }))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue(), shaped, delta)),
        (events) => void report(events.map((event) => sse(JSON.stringify(event) ?? ""))),
      ),
      RUNS,
    )
  })

  test("an arbitrary request never throws", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.record({ messages: fc.jsonValue(), tools: fc.jsonValue(), stop: fc.jsonValue(), max_tokens: fc.jsonValue() }),
      fc.record({
        messages: fc.array(
          fc.record({ role: fc.constantFrom("user", "assistant", "tool"), content: fc.jsonValue(), tool_calls: fc.jsonValue() }),
        ),
        tools: fc.array(fc.record({ function: fc.record({ name: fc.constant("bash"), parameters: fc.jsonValue() }) })),
      }),
    )
    fc.assert(
      fc.property(hostile, answer, (body, says) => {
        const inspector = createInspector({ request: body as object | string })
        for (const chunk of streamOf(says)) inspector.push(chunk)
        inspector.end()
      }),
      RUNS,
    )
  })

  test("sentences hold no control characters and excerpts stay short", () => {
    fc.assert(
      fc.property(answer, (says) => {
        const inspector = createInspector({ request })
        for (const chunk of streamOf(says)) inspector.push(chunk)
        const { findings, counted } = inspector.end()
        for (const { cause, fix, excerpt, tool, field } of [...findings, ...counted]) {
          expect(`${cause}${fix}${excerpt}${tool}${field}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
          expect([...(excerpt ?? "")].length).toBeLessThanOrEqual(80)
        }
      }),
      RUNS,
    )
  })

  test("megabytes without a line break end the looking, and only that is said", () => {
    const inspector = createInspector({ request })
    const garbage = new Uint8Array(1024 * 1024).fill(120)
    for (let i = 0; i < 40; i++) inspector.push(garbage)
    expect(inspector.end().findings.map((f) => [f.kind, f.detail])).toEqual([["stream-error", "unreadable"]])
  })

  test("megabytes of one JSON document end the looking too", () => {
    const inspector = createInspector({ request })
    inspector.push(new TextEncoder().encode('{"choices": "'))
    const garbage = new Uint8Array(1024 * 1024).fill(120)
    for (let i = 0; i < 40; i++) inspector.push(garbage)
    expect(inspector.end().findings).toEqual([])
  })

  test("an argument of 60 MB is read to its end", () => {
    const inspector = createInspector({ request })
    const event = (text: string, more: object = {}): Uint8Array =>
      sse({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...more, function: { ...more, arguments: text } }] } }] })
    inspector.push(event('{"filePath": "/a", "content": "', { id: "c1", name: "write" }))
    const middle = event("all work and no play ".repeat(3000))
    for (let bytes = 0; bytes < 60_000_000; bytes += middle.length) inspector.push(middle)
    inspector.push(event('\\n</think>"}'))
    inspector.push(sse({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }))
    const { findings, response } = inspector.end()
    expect(findings.map(({ kind, field }) => [kind, field])).toEqual([["reasoning-in-arguments", "content"]])
    expect(response.calls).toEqual([{ name: "write", argumentsValid: true }])
  })

  test("thousands of calls are counted, not kept", () => {
    const inspector = createInspector({ request })
    for (let index = 0; index < 5000; index++) {
      inspector.push(
        sse({
          choices: [
            { delta: { tool_calls: [{ index, id: `c${index}`, function: { name: "bash", arguments: '{"command":"ls"}' } }] } },
          ],
        }),
      )
    }
    inspector.push(sse({ choices: [{ delta: {}, finish_reason: "tool_calls" }] }))
    expect(inspector.end().findings).toEqual([])
    expect(inspector.end().response.calls.length).toBeLessThanOrEqual(64)
  })
})

describe("the reader of half-arrived JSON", () => {
  const read = (pieces: Iterable<string>): JsonView => {
    const reader = createJsonReader()
    for (const piece of pieces) reader.feed(piece)
    return reader.view()
  }
  const plain = (view: JsonView): unknown => ({
    ...view,
    keys: [...view.keys],
    fields: view.fields.map(({ path, text }) => [path, text.head, text.length, text.sightings()]),
    rest: view.rest?.head,
  })

  test("agrees with JSON.parse on what is JSON", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          spiced,
          fc.json().map((json) => json.slice(0, -1)),
          fc.json().map((json) => `${json},`),
        ),
        (text) => {
          let valid = true
          try {
            JSON.parse(text)
          } catch {
            valid = false
          }
          expect(read([text]).state === "complete").toBe(valid)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test("sees the same character by character", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), spiced), (text) => {
        expect(plain(read(text.split("")))).toEqual(plain(read([text])))
      }),
      RUNS,
    )
  })

  test("decodes every string value to what JSON.parse gives", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 }), fc.string({ unit: "binary" }), {
          maxKeys: 8,
        }),
        (object) => {
          const view = read([JSON.stringify(object)])
          expect(view.fields.map(({ text }) => text.head)).toEqual(Object.values(object))
          expect([...view.keys.keys()]).toEqual(Object.keys(object))
        },
      ),
      RUNS,
    )
  })

  test("names values by their path", () => {
    const view = read(['{"a": [{"b": "x"}, {"b": ["y", 1, "z"]}], "c": {"d": "w"}}'])
    expect(view.fields.map(({ path, plain: bare }) => [path, bare])).toEqual([
      ["a[0].b", "a.b"],
      ["a[1].b[0]", "a.b"],
      ["a[1].b[2]", "a.b"],
      ["c.d", "c.d"],
    ])
    expect([...view.keys]).toEqual([
      ["a", "array"],
      ["c", "object"],
    ])
  })

  test("finds a delimiter whose characters are escaped or split", () => {
    for (const pieces of [
      ['{"a": "\\u003c/thi', 'nk>"}'],
      ['{"a": "</th', "ink", '>"}'],
      ['{"a": "', "</think>", '"}'],
    ]) {
      expect(
        read(pieces)
          .fields[0]?.text.sightings()
          .map(({ delimiter }) => delimiter.literal),
      ).toEqual(["</think>"])
    }
  })
})
