import { expect, test } from "bun:test"
import fc from "fast-check"
import { createReloads, type Past } from "../../src/opencode/reloads.ts"

const MINUTE = 60_000

/** A process in which every reload makes a new instance, as OpenCode does. */
function setUp({ inUse = async () => false, past = new Map() as Past } = {}) {
  const state = { now: 1_000_000, reloads: 0, inUse }
  const instance = (directory = "/project") =>
    createReloads({
      directory,
      inUse: () => state.inUse(),
      reload: async () => void state.reloads++,
      now: () => state.now,
      past,
    })
  return { state, instance }
}

test("a new model makes OpenCode read its configuration again, once", async () => {
  const { state, instance } = setUp()
  const first = instance()
  await first.tryNow()
  expect(state.reloads).toBe(0)
  expect(first.want(["gpu/beta"])).toBe(true)
  await Promise.all([first.tryNow(), first.tryNow()])
  await first.tryNow()
  expect(state.reloads).toBe(1)
  expect(instance().want(["gpu/beta"])).toBe(false)
  // Another directory has an instance of its own.
  expect(instance("/other").want(["gpu/beta"])).toBe(true)
})

test("while something is in use it waits", async () => {
  const { state, instance } = setUp({ inUse: async () => true })
  const one = instance()
  one.want(["gpu/beta"])
  await one.tryNow()
  expect(state.reloads).toBe(0)
  state.inUse = async () => Promise.reject(new Error("no answer"))
  await expect(one.tryNow()).rejects.toThrow("no answer")
  expect(state.reloads).toBe(0)
  state.inUse = async () => false
  await one.tryNow()
  expect(state.reloads).toBe(1)
})

test("a server that flaps between two lists is followed once in each direction, ten minutes apart", async () => {
  const { state, instance } = setUp()
  for (let look = 0; look < 500; look++) {
    const now = instance()
    now.want([look % 2 === 0 ? "gpu/alpha" : "gpu/beta"])
    await now.tryNow()
    if (look < 10) expect(state.reloads).toBe(1)
    state.now += MINUTE
  }
  expect(state.reloads).toBe(2)
})

test("whatever servers do, there are ten minutes between two reloads of a directory, and one for each model", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(30), fc.nat(40 * MINUTE)), { maxLength: 60 }), async (looks) => {
      const { state, instance } = setUp()
      const times: number[] = []
      for (const [model, wait] of looks) {
        const one = instance()
        one.want([`gpu/${model}`])
        const before = state.reloads
        await one.tryNow()
        if (state.reloads > before) times.push(state.now)
        state.now += wait
      }
      const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
      return gaps.every((gap) => gap >= 10 * MINUTE)
    }),
    { numRuns: 50 },
  )
})
