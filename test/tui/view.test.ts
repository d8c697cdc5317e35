/** The parts of the screen, drawn without a host. */
import "@opentui/solid/preload"
import { expect, test } from "bun:test"
import type { JSX } from "@opentui/solid"
import { span } from "../../src/tui/lines.ts"

// What is imported before the line above has run would be Solid as servers have it, which never draws anew.
const { RGBA } = await import("@opentui/core")
const { createSignal } = await import("solid-js")
const solid = await import("@opentui/solid")
const { testRender } = solid
// Components give elements of the terminal, which the types of Solid do not know.
const createComponent = solid.createComponent as unknown as <P>(component: (props: P) => unknown, props: P) => JSX.Element
const { Lines } = await import("../../src/tui/view/lines.tsx")
const { Safe } = await import("../../src/tui/view/safe.tsx")

const color = RGBA.fromHex("#ffffff")
const theme = new Proxy({}, { get: () => color }) as Parameters<typeof Lines>[0]["theme"]

test("lines follow what they show, and 10,000 changes leave nothing behind", async () => {
  const [n, setN] = createSignal(0)
  const lines = () => Array.from({ length: 3 + (n() % 5) }, (_, i) => [span(`line ${i} `, "strong"), span(String(n()), "muted")])
  const screen = await testRender(
    () =>
      createComponent(Lines, {
        get lines() {
          return lines()
        },
        theme,
      }),
    { width: 37, height: 10 },
  )
  const draw = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      setN(i)
      if (i % 50 > 0) continue
      await screen.renderOnce()
      // What was taken off the screen is taken apart in a later turn of the loop.
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    await screen.renderOnce()
    await new Promise((resolve) => setTimeout(resolve, 20))
    Bun.gc(true)
    return process.memoryUsage().heapUsed
  }
  await draw(0, 2_000)
  const before = await draw(2_000, 3_000)
  const after = await draw(3_000, 10_001)
  expect(screen.captureCharFrame()).toContain("line 2 10000")
  expect(screen.captureCharFrame()).not.toContain("line 3")
  expect(after - before).toBeLessThan(3_000_000)
  screen.renderer.destroy()
})

test("a part that fails to draw says so and harms nothing else", async () => {
  const screen = await testRender(
    () =>
      createComponent(Safe, {
        get children(): never {
          throw new TypeError("broken")
        },
      }),
    { width: 40, height: 3 },
  )
  await screen.renderOnce()
  expect(screen.captureCharFrame()).toContain("opencode-vllm cannot draw this")
  screen.renderer.destroy()
})
