import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { DELIMITERS, findDelimiters, literalsOf } from "../../src/formats/delimiters.ts"
import { FAMILIES, familyById } from "../../src/knowledge/families.ts"

const literals = (text: string, from?: number): string[] => findDelimiters(text, from).map(({ delimiter }) => delimiter.literal)

describe("the delimiters", () => {
  test("are each found where they stand", () => {
    for (const { literal } of DELIMITERS) {
      const [hit] = findDelimiters(`ab ${literal} cd`)
      expect([literal, hit?.index, hit?.end]).toEqual([literal, 3, 3 + literal.length])
    }
  })

  test("hold the reasoning literals of every family in the table", () => {
    for (const { reasoning } of FAMILIES) {
      if (!reasoning) continue
      const [open] = findDelimiters(reasoning.open)
      const [close] = findDelimiters(reasoning.close)
      // gpt-oss and others end their reasoning with a turn token, Muse Glimmer begins it with a recipient.
      expect([reasoning.open, open !== undefined || reasoning.open.startsWith("to=")]).toEqual([reasoning.open, true])
      expect([reasoning.close, close !== undefined || reasoning.close.startsWith("<|e")]).toEqual([reasoning.close, true])
    }
  })

  test("point only to families that exist", () => {
    for (const { families } of DELIMITERS) for (const id of families) expect([id, familyById(id)?.id]).toEqual([id, id])
  })

  test("are distinct, and those of a group are found together", () => {
    expect(new Set(DELIMITERS.map(({ literal }) => literal)).size).toBe(DELIMITERS.length)
    expect(literalsOf("think")).toEqual(["<think>", "</think>"])
  })
})

describe("the finder", () => {
  test("takes the longest at one place and goes on behind it", () => {
    expect(literals("<|channel|>analysis<|message|>x<|channel|>final")).toEqual(["<|channel|>analysis<|message|>", "<|channel|>"])
    expect(literals("</think></think>")).toEqual(["</think>", "</think>"])
  })

  test("begins where it is told to", () => {
    expect(literals("<think>a</think>", 1)).toEqual(["</think>"])
  })

  test("knows fullwidth bars from narrow ones", () => {
    expect(literals("<｜tool▁calls▁begin｜> <|tool▁calls▁begin|>")).toEqual(["<｜tool▁calls▁begin｜>"])
  })

  test("sees none in pipes, comparisons, tables and tags of other vocabularies", () => {
    expect(literals("a |> b <| c || d < e > f <thinker> [THINKER] <s></s> | x | y |")).toEqual([])
  })

  test("finds the same before and behind any other text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((text) => !/[<[\]◁>|]/.test(text)),
        fc.constantFrom(...DELIMITERS),
        (text, { literal }) => {
          expect(literals(text + literal + text)).toEqual([literal])
        },
      ),
    )
  })
})

const RUNS = { numRuns: Number(process.env.OPENCODE_VLLM_RUNS ?? 300) }
const LITERALS = DELIMITERS.map(({ literal }) => literal)

/** The rule itself: at the first place where one begins the longest, then on behind it. */
function plainly(text: string, from: number): [number, string][] {
  const found: [number, string][] = []
  for (let at = from; at < text.length; ) {
    const [longest] = LITERALS.filter((literal) => text.startsWith(literal, at)).sort((a, b) => b.length - a.length)
    if (longest) found.push([at, longest])
    at += longest?.length ?? 1
  }
  return found
}

const literal = fc.constantFrom(...LITERALS)
const part = fc.oneof(
  literal,
  fc.tuple(literal, fc.nat(30)).map(([text, length]) => text.slice(0, length)),
  fc.tuple(literal, fc.nat(30)).map(([text, from]) => text.slice(from)),
  fc.string({ unit: "binary", maxLength: 4 }),
)

test("delimiters are found in order, the longest first, none within another", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.nat(40), (parts, from) => {
      const text = parts.join("")
      const found = findDelimiters(text, from).map(({ index, end, delimiter }) => {
        expect(text.slice(index, end)).toBe(delimiter.literal)
        return [index, delimiter.literal]
      })
      expect(found).toEqual(plainly(text, from))
    }),
    RUNS,
  )
})
