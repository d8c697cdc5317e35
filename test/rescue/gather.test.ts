import { expect, test } from "bun:test"
import fc from "fast-check"
import { gather } from "../../src/rescue/gather.ts"

interface Step {
  bytes: Uint8Array
  /** Turns of the event loop before it comes. */
  wait: number
}

const steps = fc.array(fc.record({ bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }), wait: fc.constantFrom(0, 0, 0, 1) }), {
  maxLength: 120,
})

/** A stream that says these, then ends or fails. */
function source(
  script: readonly Step[],
  fails: boolean,
): { read(): Promise<{ done: boolean; value?: Uint8Array }>; reads(): number } {
  let at = 0
  return {
    reads: () => at,
    async read() {
      const step = script[at++]
      if (step) {
        if (step.wait > 0) await new Promise((resolve) => setImmediate(resolve))
        return { done: false, value: step.bytes }
      }
      if (fails) throw new Error("cut")
      return { done: true }
    },
  }
}

test("the bytes are those of the stream, in order, and its end or failure comes behind them", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (script, fails) => {
      const next = gather(source(script, fails).read)
      const got: number[] = []
      let end = ""
      while (end === "") {
        try {
          const { done, value } = await next()
          if (done) end = "done"
          else got.push(...(value ?? []))
        } catch (error) {
          end = (error as Error).message
        }
      }
      expect({ got, end }).toEqual({ got: script.flatMap(({ bytes }) => [...bytes]), end: fails ? "cut" : "done" })
    }),
    { numRuns: 100 },
  )
})

const many = (wait: number): Step[] => Array.from({ length: 500 }, () => ({ bytes: new Uint8Array(4), wait }))

test("a stream that has to be waited for is asked once per answer", async () => {
  const slow = source(many(1), false)
  const next = gather(slow.read)
  for (let asks = 1; asks <= 60; asks++) {
    await next()
    expect(slow.reads()).toBe(asks)
  }
})

test("a fast stream is asked once at first, then more, and never for more than 33 reads at a time", async () => {
  const fast = source(many(0), false)
  const next = gather(fast.read)
  let before = 0
  let most = 0
  for (let asks = 1; asks <= 60; asks++) {
    await next()
    if (asks <= 16) expect(fast.reads()).toBe(asks)
    most = Math.max(most, fast.reads() - before)
    before = fast.reads()
  }
  expect(most).toBeGreaterThan(4)
  expect(most).toBeLessThanOrEqual(33)
})
