import { afterEach, beforeEach, expect, jest, test } from "bun:test"
import { beginWork } from "../../src/opencode/startup.ts"

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

function setup(drawing: boolean) {
  let calls = 0
  const startup = beginWork(() => void calls++, drawing)
  return { startup, calls: () => calls, pass: (ms: number) => void jest.advanceTimersByTime(ms) }
}

test("where no screen is drawn work begins when the hook is over", () => {
  const { startup, calls, pass } = setup(false)
  expect(calls()).toBe(0)
  pass(1)
  startup.screen()
  pass(10_000)
  expect(calls()).toBe(1)
})

test("where one is drawn it begins behind the terminal half's hello, once", () => {
  const { startup, calls, pass } = setup(true)
  pass(1_000)
  expect(calls()).toBe(0)
  startup.screen()
  pass(200)
  startup.screen()
  pass(100)
  expect(calls()).toBe(1)
  startup.screen()
  pass(10_000)
  expect(calls()).toBe(1)
})

test("without a terminal half it begins after a while, and not at all when the instance has ended", () => {
  const one = setup(true)
  one.pass(2_500)
  expect(one.calls()).toBe(1)
  const other = setup(true)
  other.startup.dispose()
  other.pass(10_000)
  expect(other.calls()).toBe(0)
})
