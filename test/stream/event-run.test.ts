import { expect, test } from "bun:test"
import { createParser } from "eventsource-parser"
import fc from "fast-check"
import { bytesAsText, decoded } from "../../src/stream/byte-text.ts"
import { mouldOf, readRun } from "../../src/stream/event-run.ts"

const RUNS = { numRuns: Number(process.env.OPENCODE_VLLM_RUNS ?? 300) }
const encoder = new TextEncoder()

const plainly = (data: string): unknown => {
  try {
    return JSON.parse(decoded(data))
  } catch {
    return undefined
  }
}

interface Reader {
  /** Values of the events of a text, with everything that can be read at once read so. */
  read(text: string): { values: unknown[]; atOnce: number }
}

/** Reads as the inspector does: a run where there is one, the rest event by event, and learns from the last. */
function reader(): Reader {
  let mould: ReturnType<typeof mouldOf>
  return {
    read(text) {
      const values: unknown[] = []
      const run = mould && readRun(text, mould, decoded)
      if (mould && run)
        for (const piece of run.pieces) {
          mould.holder[mould.key] = piece
          values.push(structuredClone(mould.value))
        }
      const atOnce = values.length
      const rest = text.slice(run?.end ?? 0)
      let latest: string | undefined
      const parser = createParser({
        onEvent: ({ data }) => {
          latest = data
          values.push(plainly(data))
        },
      })
      parser.feed(rest)
      if (latest !== undefined) mould = mouldOf(rest, latest, decoded) ?? mould
      return { values, atOnce }
    },
  }
}

function framed(text: string): unknown[] {
  const values: unknown[] = []
  createParser({ onEvent: ({ data }) => values.push(plainly(data)) }).feed(text)
  return values
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

const frame = fc.constantFrom<(data: string) => string>(
  (data) => `data: ${data}\n\n`,
  (data) => `data:${data}\n\n`,
  (data) => `event: content_block_delta\ndata: ${data}\n\n`,
  (data) => `id: 7\ndata: ${data}\n\n`,
  (data) => `: ping\n\ndata: ${data}\n\n`,
  (data) => `data: ${data}\ndata: \n\n`,
)

test("a text of many events is read as event by event, whatever came before", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(fc.nat(5), inside), { maxLength: 12 }), { maxLength: 6 }),
      fc.array(fc.tuple(envelope, frame), { minLength: 1, maxLength: 2 }),
      (texts, kinds) => {
        const { read } = reader()
        for (const events of texts) {
          // Mostly of one kind, as in a stream.
          const text = events.map(([pick, some]) => {
            const [wrap, framedBy] = kinds[pick] ?? (kinds[0] as (typeof kinds)[number])
            return framedBy(wrap(some))
          })
          // Events always begin a text, as they do for the inspector.
          const bytes = bytesAsText(encoder.encode(`${text.join("")}\n\n`))
          expect(read(bytes).values).toEqual(framed(bytes))
        }
      },
    ),
    { numRuns: RUNS.numRuns * 5 },
  )
})

test("bytes that are no UTF-8 give what a decoder makes of them", () => {
  const wrap = (bytes: Uint8Array): Uint8Array =>
    Buffer.concat([encoder.encode('data: {"choices":[{"delta":{"content":"'), bytes, encoder.encode('"}}]}\n\n')])
  fc.assert(
    fc.property(fc.array(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 8 }), { maxLength: 6 }), (texts) => {
      const { read } = reader()
      for (const events of texts) {
        const bytes = bytesAsText(Buffer.concat(events.map(wrap)))
        expect(read(bytes).values).toEqual(framed(bytes))
      }
    }),
    RUNS,
  )
})

test("a stream of pieces is read at once, up to the event that is another", () => {
  const { read } = reader()
  const piece = (text: string): string => `data: {"model":"m","choices":[{"delta":{"content":${JSON.stringify(text)}}}]}\n\n`
  const other = 'data: {"model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
  expect(read(piece("a") + piece("b")).atOnce).toBe(0)
  expect(read(piece("c\n") + piece('"d"') + piece("e"))).toMatchObject({ atOnce: 3 })
  expect(read(piece("f") + other + piece("g"))).toMatchObject({ atOnce: 1, values: { length: 3 } })
  expect(read(piece("h") + piece("\\"))).toMatchObject({ atOnce: 2 })
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
