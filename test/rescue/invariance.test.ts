import { expect, test } from "bun:test"
import fc from "fast-check"
import { rescueResponse } from "../../src/rescue/response.ts"
import { read } from "../formats/readers/reading.ts"
import { TOOLS } from "../stream/captures.ts"
import { bodyOf, type Heard, hear, RAW, rawStream } from "./raw-streams.ts"

const FRAGMENTS = [
  "<tool_call>",
  "</tool_call>",
  "\n<function=read>\n",
  "<parameter=filePath>",
  "</parameter>\n",
  "</function>\n",
  '{"name": "read", "arguments": {"filePath": "/größe 🙂"}}',
  "<think>",
  "</think>",
  "<|im_end|>",
  "[TOOL_CALLS]",
  "```\n",
  "`",
  " word ",
  "ü🙂",
  "\n\n",
  '"\\',
]
const output = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) }, { weight: 1, arbitrary: fc.string() }),
  {
    maxLength: 30,
  },
)
const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 })
const family = fc.constantFrom("nemotron3", "qwen3", "hermes", "mistral", undefined)
const request = { tools: TOOLS }

/** Ids are random. */
const plain = ({ calls, ...rest }: Heard) => ({
  ...rest,
  calls: calls.map(({ name, arguments: args }) => ({ name, arguments: args })),
})

async function translated(raw: string, sizes: readonly number[], name: string | undefined) {
  return plain(hear(await rescueResponse(bodyOf(raw, sizes), { request, family: name, reasoning: "closed" }).text()))
}

test("the same answer, however the model's text and the bytes of the stream are cut", async () => {
  await fc.assert(
    fc.asyncProperty(output, lengths, family, fc.boolean(), async (pieces, sizes, name, whole) => {
      const as = whole ? "text" : "chat"
      const expected = await translated(rawStream([pieces.join("")], { as }), [Number.POSITIVE_INFINITY], name)
      expect(await translated(rawStream(pieces, { as }), sizes, name)).toEqual(expected)
      expect(await translated(rawStream([...pieces.join("")], { as }), [1000], name)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
}, 120_000)

test("what is delivered is what the reader of raw text finds", async () => {
  await fc.assert(
    fc.asyncProperty(output, lengths, family, async (pieces, sizes, name) => {
      const { reasoning, content, calls } = await translated(rawStream(pieces), sizes, name)
      const meant = read({ tools: TOOLS, family: name, reasoning: "closed" }, [pieces.join("")])
      expect({ reasoning, content }).toEqual({ reasoning: meant.reasoning, content: meant.content })
      expect(calls.map(({ name }) => name)).toEqual(meant.calls.map(({ name }) => name))
      meant.calls.forEach((call, i) => {
        if (call.complete) expect(calls[i]?.arguments).toBe(call.arguments)
      })
    }),
    { numRuns: 300 },
  )
}, 120_000)

test("every recorded stream, the broken ones too, is translated alike in pieces of any size", async () => {
  for (const { bytes, content, request } of RAW) {
    const at = async (sizes: readonly number[]) => plain(hear(await rescueResponse(bodyOf(bytes, sizes), { request }).text()))
    const whole = await at([Number.POSITIVE_INFINITY])
    expect(await at([1])).toEqual(whole)
    expect(await at([64, 3, 1000])).toEqual(whole)
    expect(content === "" || whole.content !== "" || whole.calls.length > 0 || whole.reasoning !== "").toBe(true)
  }
}, 120_000)
