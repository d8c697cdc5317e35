import { expect, test } from "bun:test"
import fc from "fast-check"
import { countTokens, createVocabulary, pieces } from "../../src/sim/tokens.ts"

const anyText = fc.string({ unit: "binary", maxLength: 200 })

test("pieces join to the text again, whatever it holds", () => {
  fc.assert(fc.property(anyText, (text) => pieces(text).join("") === text))
})

test("no token is longer than its text in bytes: a count never exceeds the bytes", () => {
  fc.assert(fc.property(anyText, (text) => countTokens(text) <= Buffer.byteLength(text)))
})

test("a delimiter is one token", () => {
  expect(pieces("a</think>\n\n<tool_call>")).toEqual(["a", "</think>", "\n\n", "<tool_call>"])
})

test("ids decode to the text they came from; strange ids to a replacement character", () => {
  const vocabulary = createVocabulary()
  fc.assert(fc.property(anyText, (text) => vocabulary.decode(vocabulary.encode(text)) === text))
  expect(vocabulary.decode([-1, 1e9, Number.NaN])).toBe("\uFFFD\uFFFD\uFFFD")
})
