import { expect, test } from "bun:test"
import { createRates } from "../../src/tui/rate.ts"

/** Looks as (when, tokens made so far, how many run); the rate after each. */
function rates(since: number | undefined, ...looks: [at: number, made: number, running?: number][]) {
  let time = 0
  const all = createRates(() => time)
  return looks.map(([at, generatedTokens, running = 1]) => {
    time = at
    all.saw("local", { at, load: { running, generatedTokens } }, since)
    return all.of("local", since)
  })
}

test("the rate is what was made between two looks since the first token", () => {
  expect(rates(5_000, [4_000, 0], [6_000, 20], [8_000, 60], [10_000, 110])).toEqual([undefined, undefined, 20, 25])
})

test("looks at once after another, others that are served, and a server that was started anew give none", () => {
  expect(rates(0, [1_000, 0], [1_100, 40], [3_000, 100])).toEqual([undefined, undefined, 50])
  expect(rates(0, [1_000, 0], [3_000, 100, 2], [5_000, 200], [7_000, 240])).toEqual([undefined, undefined, undefined, 20])
  expect(rates(0, [1_000, 900], [3_000, 10], [5_000, 40])).toEqual([undefined, undefined, 15])
})

test("who writes nothing has none, nor has the next answer the rate of the last", () => {
  expect(rates(undefined, [1_000, 0], [3_000, 100])).toEqual([undefined, undefined])
  const all = createRates(() => 9_000)
  for (const [at, generatedTokens] of [[1_000, 0], [3_000, 100]] as const) // biome-ignore format: a table
    all.saw("local", { at, load: { running: 1, generatedTokens } }, 500)
  expect([all.of("local", 500), all.of("local", 4_000), all.of("other", 500), all.of("local", undefined)]).toEqual([
    50,
    undefined,
    undefined,
    undefined,
  ])
})
