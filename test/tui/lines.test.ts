import { expect, test } from "bun:test"
import fc from "fast-check"
import { columns } from "../../src/report/markdown.ts"
import { cut, keyLines, paragraph, pathLines, short, span, spread, textOf } from "../../src/tui/lines.ts"

test.each([
  [0, "0"],
  [950, "950"],
  [1_000, "1k"],
  [1_250, "1.3k"],
  [12_345, "12k"],
  [131_072, "131k"],
  [262_144, "262k"],
  [999_600, "1M"],
  [1_200_000, "1.2M"],
  [12_000_000, "12M"],
])("%d tokens are %s", (n, text) => expect(short(n)).toBe(text))

const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "Z", " ", "日", "…", "é", "🙂"), maxLength: 30 }), { maxLength: 4 })

test("no line is wider than asked, whatever stands in it", () => {
  fc.assert(
    fc.property(texts, texts, fc.integer({ min: 1, max: 60 }), (left, right, width) => {
      const line = spread(
        left.map((text) => span(text)),
        right.map((text) => span(text)),
        width,
      )
      expect(columns(textOf(line))).toBeLessThanOrEqual(width)
      expect(
        columns(
          textOf(
            cut(
              left.map((text) => span(text)),
              width,
            ),
          ),
        ),
      ).toBeLessThanOrEqual(width)
      for (const one of paragraph(left.join(" "), { width: width + 4, indent: 2, most: 2 }))
        expect(columns(textOf(one))).toBeLessThanOrEqual(width + 4)
    }),
  )
})

test("what is cut says so, and the right side stays at the edge", () => {
  expect(textOf(spread([span("a-very-long-model-name")], [span("busy")], 16))).toBe("a-very-lon… busy")
  expect(textOf(spread([span("日本語モデル")], [span("idle")], 12))).toBe("日本語… idle")
  expect(textOf(spread([span("short")], [span("idle")], 14))).toBe("short     idle")
})

test("a paragraph that is too long ends with an ellipsis", () => {
  const lines = paragraph("one two three four five six", { width: 10, most: 2 }).map(textOf)
  expect(lines).toEqual(["one two", "three fo…"])
})

test("keys take another line before one of them is cut", () => {
  const keys = ["tab next", "w write evidence without prompts", "p with prompts"]
  expect(keyLines(keys, 80).map(textOf)).toEqual(["tab next   w write evidence without prompts   p with prompts"])
  expect(keyLines(keys, 52).map(textOf)).toEqual(["tab next   w write evidence without prompts", "p with prompts"])
  expect(keyLines(keys, 20).map(textOf)).toEqual(["tab next", "w write evidence wi…", "p with prompts"])
})

test("a path keeps every character, and breaks at its separators where it can", () => {
  expect(pathLines("/home/me/.local/state/evidence/one", 20).map(textOf)).toEqual(["/home/me/.local/", "state/evidence/one"])
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "/", "日", " ", "-") }),
      fc.integer({ min: 2, max: 30 }),
      (path, width) => {
        const lines = pathLines(path, width).map(textOf)
        expect(lines.join("")).toBe(path)
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width)
      },
    ),
  )
})
