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
const { Frame } = await import("../../src/tui/view/frame.tsx")
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

async function until(holds: () => Promise<boolean>) {
  const end = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("did not come to hold")
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test("a part that fails to draw says so, harms nothing else, and is drawn again", async () => {
  let failing = true
  const screen = await testRender(
    () =>
      createComponent(Safe, {
        againMs: 30,
        get children(): JSX.Element {
          if (failing) throw new TypeError("broken")
          return createComponent(Lines, { lines: [[span("well again")]], theme })
        },
      }),
    { width: 40, height: 3 },
  )
  await screen.renderOnce()
  expect(screen.captureCharFrame()).toContain("opencode-vllm cannot draw this")
  failing = false
  await until(async () => {
    await screen.renderOnce()
    return screen.captureCharFrame().includes("well again")
  })
  expect(screen.captureCharFrame()).not.toContain("cannot draw")
  screen.renderer.destroy()
})

/** A host of which a dialog needs only the keys and the colours. */
function fakeApi() {
  const readers = new Set<(context: { event: object; consume(): void }) => void>()
  const api = {
    theme: { current: theme },
    keymap: {
      intercept(_: string, read: (context: { event: object; consume(): void }) => void) {
        readers.add(read)
        return () => readers.delete(read)
      },
    },
  } as unknown as Parameters<typeof Frame>[0]["api"]
  /** Whether somebody took the key before the host. */
  const press = (name: string, more: object = {}) => {
    let taken = false
    for (const read of readers)
      read({
        event: { name, ...more },
        consume() {
          taken = true
        },
      })
    return taken
  }
  return { api, press, readers }
}

test("a dialog takes its keys before the host, scrolls, and shows the whole of what is chosen", async () => {
  const { api, press, readers } = fakeApi()
  const [shown, show] = createSignal<readonly [number, number]>([0, 4])
  const [footer, setFooter] = createSignal([[span("keys")]])
  const [open, setOpen] = createSignal(true)
  const screen = await testRender(
    () =>
      createComponent(solid.Dynamic as (props: object) => JSX.Element, {
        get component() {
          return open() ? Frame : "box"
        },
        ...{ api, title: "Title", lines: Array.from({ length: 60 }, (_, i) => [span(`line ${i}.`)]), onKey: () => false },
        get footer() {
          return footer()
        },
        get shown() {
          return shown()
        },
      }),
    { width: 50, height: 24 },
  )
  const seen = async () => {
    for (let i = 0; i < 3; i++) {
      await screen.renderOnce()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return screen.captureCharFrame()
  }
  expect(await seen()).toContain("line 11.")
  expect(await seen()).not.toContain("line 12.")
  for (const [key, line] of [
    ["pagedown", "line 22."],
    ["end", "line 59."],
    ["pageup", "line 37."],
    ["home", "line 0."],
    ["down", "line 12."],
    ["k", "line 0."],
  ] as const) {
    expect(press(key)).toBe(true)
    expect(await seen()).toContain(line)
  }
  for (const key of ["escape", "x"]) expect(press(key)).toBe(false)
  expect(press("end", { ctrl: true })).toBe(false)

  show([20, 26])
  expect(await seen()).toMatch(/line 14\.[\s\S]*line 25\./)
  show([5, 9])
  expect(await seen()).toMatch(/line 5\.[\s\S]*line 16\./)
  // What is longer than the dialog is seen from its beginning.
  show([30, 58])
  expect(await seen()).toMatch(/line 30\.[\s\S]*line 41\./)

  setFooter([[span("one")], [span("two")], [span("three")]])
  const frame = await seen()
  for (const text of ["one", "two", "three"]) expect(frame).toContain(text)
  setOpen(false)
  expect(readers.size).toBe(0)
  screen.renderer.destroy()
})

test("a theme that lacks a colour takes nothing away", async () => {
  const bare = {} as typeof theme
  const lines = (["plain", "muted", "strong", "good", "warn", "bad"] as const).map((tone) => [span(`${tone} text`, tone)])
  const screen = await testRender(() => createComponent(Lines, { lines, theme: bare }), { width: 20, height: 8 })
  await screen.renderOnce()
  for (const tone of ["plain", "muted", "strong", "good", "warn", "bad"])
    expect(screen.captureCharFrame()).toContain(`${tone} text`)
  screen.renderer.destroy()
})
