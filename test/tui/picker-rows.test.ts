import { expect, test } from "bun:test"
import fc from "fast-check"
import { columns } from "../../src/report/markdown.ts"
import { alignedRows, type PickerRow } from "../../src/tui/picker-rows.ts"

const shown = (rows: readonly PickerRow[], width = 60) =>
  alignedRows(rows, width).map(({ name, text }) => (text === "" ? name : `${name} ${text}`))

test("context, fit and state stand below each other", () => {
  expect(
    shown([
      { name: "nemotron-3-super", cells: ["262k", "fits", "served"] },
      { name: "日本", cells: ["8.2k", "too small", "not served"] },
      { name: "gpt-oss-120b", cells: ["", "", "unloaded"] },
    ]),
  ).toEqual([
    "nemotron-3-super  262k  fits       served",
    "日本              8.2k  too small  not served",
    "gpt-oss-120b                       unloaded",
  ])
})

test("a column that nobody fills takes no room", () => {
  expect(shown([{ name: "a", cells: ["", "", "served"] }])).toEqual(["a  served"])
  expect(shown([{ name: "a", cells: ["", "", ""] }])).toEqual(["a"])
  expect(shown([])).toEqual([])
})

test("a long name gives way, with an ellipsis", () => {
  const rows = [{ name: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", cells: ["262k", "fits", "served"] }]
  expect(shown(rows, 44)).toEqual(["nvidia/NVIDIA-Nemotron-…  262k  fits  served"])
})

test("whatever the names: no row is wider than allowed, and all texts begin at one column", () => {
  const word = fc.string({ unit: fc.constantFrom(..."ab/-日é🙂"), maxLength: 60 })
  const row = fc.record({
    name: word,
    cells: fc.tuple(fc.constantFrom("", "8k", "262k"), fc.constantFrom("", "fits"), fc.constant("served")),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.integer({ min: 50, max: 90 }), (rows, width) => {
      for (const one of shown(rows, width)) expect(columns(one)).toBeLessThanOrEqual(width)
      const ends = alignedRows(rows, width).map(({ name, text }) => columns(name) + text.length - text.trimStart().length)
      const widest = new Set(ends.filter((_, i) => rows[i]?.cells[0] === "262k"))
      expect(widest.size).toBeLessThanOrEqual(1)
    }),
  )
})
