import { expect, test } from "bun:test"
import fc from "fast-check"
import { columns, fit } from "../../src/report/markdown.ts"

// As @opentui/core 0.4.5 draws them.
test.each([
  ["plain", 5],
  ["日本", 4],
  ["한", 2],
  ["ｶ", 1],
  ["✅", 2],
  ["⭐", 2],
  ["⚠", 1],
  ["⚠\ufe0f", 2],
  ["1\ufe0f\u20e3", 2],
  ["👍🏽", 2],
  ["🇩🇪", 2],
  ["e\u0301", 1],
  ["क्षि", 2],
  ["ﷺ", 1],
  ["━…→·", 4],
])("%s takes %d columns", (text, n) => expect(columns(text)).toBe(n))

test("a cut text never takes more than its room", () => {
  const unit = fc.constantFrom("a", "日", "✅", "⚠", "\ufe0f", "\u0301", "🏽", "👍")
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      expect(columns(fit(text, max))).toBeLessThanOrEqual(max)
    }),
  )
})
