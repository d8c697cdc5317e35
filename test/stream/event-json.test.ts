import { expect, test } from "bun:test"
import fc from "fast-check"
import { bytesAsText, decoded } from "../../src/stream/byte-text.ts"
import { createEventParser } from "../../src/stream/event-json.ts"

const RUNS = { numRuns: Number(process.env.OPENCODE_VLLM_RUNS ?? 300) }
const encoder = new TextEncoder()

const plainly = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** What events are made of, and what may be mistaken for it. */
const inside = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 12 }).map((text) => JSON.stringify(text).slice(1, -1)) },
  fc.constantFrom(
    "",
    "x",
    '"',
    "\\",
    '\\"',
    "\\\\",
    "\\u00e9",
    "\\ud83d",
    "\\u12",
    "\\x",
    "\n",
    "\t",
    "ü",
    "日本",
    "🙂",
    "\u007f",
  ),
  fc.constantFrom('"},"content":"', '","content":"b', '\\","content":"', "~ a piece of text ~", '"}}]}\n\ndata: {'),
)
const envelope = fc.constantFrom<(text: string) => string>(
  (text) => `{"id":"a","choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]}`,
  (text) => `{"id":"a","choices":[{"index":0,"delta":{"content":null,"reasoning":"${text}"}}],"model":"größe"}`,
  (text) => `{"choices": [{"delta": {"role": "assistant", "content": "${text}"}}]}`,
  (text) => `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"${text}"}}]}}]}`,
  (text) => `{"choices":[{"delta":{"meta":{"content":"${text}"},"content":"x"}}]}`,
  (text) => `{"choices":[{"delta":{"content":"x","content":"${text}"}}]}`,
  (text) => `{"choices":[{"delta":{"content":"${text}","content":"x"}}]}`,
  (text) => `{"a\\"content":"${text}","content":"${text}"}`,
  (text) => `{"choices":[{"delta":{"content":"${text}"}}],"usage":{"completion_tokens":${text.length}}}`,
  (text) => `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}`,
  (text) => `{"__proto__":{"content":"${text}"},"choices":[]}`,
  (text) => `{"content":"${text}"`,
  (text) => `${text}`,
)

test("every event is what JSON.parse makes of it, whatever came before", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(envelope, inside, fc.nat(6)), { maxLength: 30 }), fc.nat(3), (events, kinds) => {
      const parse = createEventParser()
      // Mostly of few kinds, as in a stream.
      const known = events.slice(0, kinds + 1).map(([wrap]) => wrap)
      for (const [wrap, text, pick] of events) {
        const bytes = encoder.encode((known[pick] ?? wrap)(text))
        expect(structuredClone(parse(bytesAsText(bytes)))).toEqual(plainly(bytes))
      }
    }),
    { numRuns: RUNS.numRuns * 3 },
  )
})

test("bytes that are no UTF-8 give what a decoder makes of them", () => {
  const wrap = (bytes: Uint8Array): Uint8Array =>
    Buffer.concat([encoder.encode('{"choices":[{"delta":{"content":"'), bytes, encoder.encode('"}}]}')])
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 20 }), (texts) => {
      const parse = createEventParser()
      for (const bytes of texts.map(wrap)) expect(parse(bytesAsText(bytes))).toEqual(plainly(bytes))
    }),
    RUNS,
  )
})

test("bytes as text decode to what they are, of any length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(1, 200), (some, times) => {
      const bytes = new Uint8Array(Buffer.concat([...Array(times).fill(some), encoder.encode("}")]))
      expect(decoded(bytesAsText(bytes))).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))
    }),
    RUNS,
  )
})

test("a stream whose events differ in more than their text, and then do not, is read alike", () => {
  const parse = createEventParser()
  for (let i = 0; i < 3000; i++) {
    const data = `{"n":${i < 1000 ? i : 0},"choices":[{"delta":{"content":"t${i}"}}]}`
    expect(parse(data)).toEqual(JSON.parse(data))
  }
})
