import { expect, test } from "bun:test"
import { createQueue } from "../../src/tui/queue.ts"

const at = (ms: number, waiting?: number) => ({ at: ms, ...(waiting !== undefined && { load: { running: 1, waiting } }) })

test("those who came later do not move a request back", () => {
  const queue = createQueue()
  const seen: unknown[] = []
  for (const [ms, waiting] of [
    [2_000, 3],
    [4_000, 5],
    [6_000, 2],
    [8_000, 0],
    [10_000, 4],
  ] as const) {
    queue.saw("local", at(ms, waiting), 500)
    seen.push(queue.place("local", 500))
  }
  expect(seen).toEqual([3, 3, 2, 0, 0])
})

test("a look before the request can have arrived says nothing, nor one without counts", () => {
  const queue = createQueue()
  queue.saw("local", at(900, 0), 500)
  queue.saw("local", at(3_000), 500)
  expect(queue.place("local", 500)).toBeUndefined()
})

test("the next wait starts anew, and nobody who does not wait has a place", () => {
  const queue = createQueue()
  queue.saw("local", at(2_000, 1), 500)
  expect(queue.place("local", undefined)).toBeUndefined()
  expect(queue.place("local", 7_000)).toBeUndefined()
  queue.saw("local", at(9_000, 6), 7_000)
  expect([queue.place("local", 7_000), queue.place("other", 7_000)]).toEqual([6, undefined])
})
