import { expect, test } from "bun:test"
import { createTuiSwitcher, type SwitcherPorts } from "../../src/tui/switcher.ts"
import { down, report } from "./report.ts"

const known = [
  { provider: "local", key: "nemotron-3-super", id: "nemotron-3-super", context: 262_144 },
  { provider: "local", key: "old", id: "old", context: 8_192 },
]

function made(over: Partial<SwitcherPorts> = {}) {
  let current = { providerID: "local", modelID: "nemotron-3-super" }
  const switched: unknown[] = []
  const models = [
    { id: "nemotron-3-super", context: 262_144, state: "loaded" as const },
    { id: "small", context: 4_096 },
  ]
  const switcher = createTuiSwitcher({
    reports: () => [report({ models })],
    looked: async () => {},
    known: () => known,
    used: () => 10_000,
    async use(model) {
      current = model
      return true
    },
    current: () => current,
    before: () => undefined,
    endpoint: (provider) => ({ url: "http://127.0.0.1:1/v1", provider }),
    load: async () => ({ is: "loaded" }),
    hidden: () => false,
    onSwitched: (...given) => switched.push(given),
    ...over,
  })
  return { switcher, switched }
}

test("the list tells context, fit, state and which one is in use", async () => {
  const rows = await made().switcher.rows()
  expect(rows.map(({ name, cells, current }) => [name, cells.join("|"), current])).toEqual([
    ["nemotron-3-super", "262k|fits|loaded", true],
    ["small", "4.1k|too small|served, new", false],
    ["old", "8.2k|too small|not served", false],
  ])
})

test("what speaks against a model is told before the switch", async () => {
  const { switcher } = made()
  const [first, , old] = await switcher.rows()
  expect(await switcher.against(first!.choice)).toEqual([])
  expect((await switcher.against(old!.choice)).join(" ")).toMatch(/does not serve it now.*10,000 tokens/)
  const broken = made({ reports: () => [report({ models: [] }, down)] }).switcher
  const [any] = await broken.rows()
  expect((await broken.against(any!.choice))[0]).toContain("Nothing listens")
})

test("a name that is typed before anything was looked at waits for the look", async () => {
  let models: { id: string }[] = []
  const { switcher } = made({
    reports: () => (models.length > 0 ? [report({ models })] : []),
    async looked() {
      models = [{ id: "nemotron-3-super" }, { id: "old" }]
    },
    used: () => 100,
  })
  expect((await switcher.typed("old --force")).model).toEqual({ providerID: "local", modelID: "old" })
})

test("a typed name, a part of one and going back", async () => {
  const { switcher, switched } = made({ used: () => 100 })
  expect((await switcher.typed("-")).model).toBeUndefined()
  expect((await switcher.typed("nothing-like-it")).text).toContain("No model is called")
  expect((await switcher.typed("old")).model).toBeUndefined()
  const { model } = await switcher.typed("old --force")
  expect(model).toEqual({ providerID: "local", modelID: "old" })
  expect(await switcher.use(model!)).toBe(true)
  expect((await switcher.typed("-")).model).toEqual({ providerID: "local", modelID: "nemotron-3-super" })
  expect(switched).toEqual([[{ providerID: "local", modelID: "nemotron-3-super" }, model]])
})

test("a host that does not take the switch changes nothing", async () => {
  const { switcher, switched } = made({ use: async () => false })
  expect(await switcher.use({ providerID: "local", modelID: "old" })).toBe(false)
  expect(switched).toEqual([])
})

test("a model that is not loaded is waited for, with progress; where it cannot be loaded nothing is switched", async () => {
  const models = [{ id: "nemotron-3-super" }, { id: "old", state: "sleeping" as const }]
  const reports = () => [report({ models })]
  const said: string[] = []
  const { switcher } = made({
    reports,
    used: () => 100,
    async load(_endpoint, _model, onProgress) {
      onProgress("old is waking up")
      return { is: "loaded" }
    },
  })
  const done = await switcher.typed("old", (text) => said.push(text))
  expect(said).toEqual(["old is waking up"])
  expect(done).toMatchObject({ text: expect.stringMatching(/^Now using/), model: { modelID: "old" } })
  const broken = made({ reports, used: () => 100, load: async () => ({ is: "failed", why: "It cannot be woken." }) })
  const failed = await broken.switcher.typed("old")
  expect(failed.model).toBeUndefined()
  expect(failed.text).toContain("It cannot be woken.")
})
