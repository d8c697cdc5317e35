import { expect, test } from "bun:test"
import { createWaiting } from "../../src/opencode/waiting.ts"

test("a request waits until its answer begins, and is worth a word after a while", () => {
  let clock = 0
  const waiting = createWaiting(() => clock)
  const first = waiting.begin("gpu")
  clock = 2_000
  expect(waiting.now()).toEqual([])
  const second = waiting.begin("gpu")
  waiting.begin("box")
  clock = 5_000
  expect(waiting.now()).toEqual([
    { provider: "gpu", ms: 5_000, requests: 2 },
    { provider: "box", ms: 3_000, requests: 1 },
  ])
  first()
  first()
  expect(waiting.now("gpu")).toEqual([{ provider: "gpu", ms: 3_000, requests: 1 }])
  second()
  expect(waiting.now("gpu")).toEqual([])
})
