import { afterEach, describe, expect, test } from "bun:test"
import { familyOfModel } from "../../src/knowledge/families.ts"
import { createRescuers } from "../../src/opencode/rescuers.ts"
import type { RescueModes } from "../../src/rescue/mode.ts"
import type { ScenarioName } from "../../src/sim/scenarios.ts"
import { type Sim, startSim } from "../../src/sim/server.ts"
import { ask, CALL, MODEL } from "../rescue/asking.ts"

const sims: Sim[] = []
afterEach(async () => {
  for (const sim of sims.splice(0)) await sim.close()
})

async function setUp(scenario: ScenarioName, modes: RescueModes = "auto") {
  const sim = await startSim({ scenario, model: MODEL, chunkMs: 0, firstTokenMs: 0 })
  sims.push(sim)
  const rescuers = createRescuers({
    modes,
    family: (_provider, model) => familyOfModel({ id: model }),
    onError: (error) => {
      throw error
    },
  })
  return { rescuers, ask: async () => ask(sim, await rescuers.get("local"), {}) }
}

describe("the user's word", () => {
  test("given before anything is known holds from the first fault on, within the same turn", async () => {
    const { rescuers, ask } = await setUp("swallowed")
    expect(rescuers.consent(true)).toEqual({ wanted: true, models: [], off: false })
    const { said, reports } = await ask()
    expect(said.calls).toEqual([CALL])
    expect(reports.flatMap((report) => report.findings)).toEqual([])
  })

  test("against rescue holds where the server refuses tools too", async () => {
    const { rescuers, ask } = await setUp("no-tool-parser")
    expect((await ask()).said.calls).toEqual([CALL])
    expect(rescuers.consent(false, "local")).toEqual({ wanted: false, models: [MODEL], off: false })
    expect(await ask()).toMatchObject({ status: 400, refused: 1 })
    expect(rescuers.consent(true, "local").models).toEqual([MODEL])
    expect((await ask()).said.calls).toEqual([CALL])
  })

  test("on another provider changes nothing here; one on all replaces it", async () => {
    const { rescuers, ask } = await setUp("no-tool-parser")
    rescuers.consent(false, "other")
    expect((await ask()).said.calls).toEqual([CALL])
    rescuers.consent(false)
    expect((await ask()).status).toBe(400)
  })

  test.each<RescueModes>(["off", { local: "off" }])("does not go against the option %p", async (modes) => {
    const { rescuers, ask } = await setUp("no-tool-parser", modes)
    expect(rescuers.consent(true, "local")).toEqual({ wanted: true, models: [], off: true })
    expect((await ask()).status).toBe(400)
  })
})

describe("modes by provider and model", () => {
  test("`always` for one model repeats its answers and leaves those of others", async () => {
    const mine = await setUp("swallowed", { local: "off", [`local/${MODEL}`]: "always" })
    expect((await mine.ask()).said.calls).toEqual([CALL])
    const other = await setUp("swallowed", { local: "off", "local/other": "always" })
    expect((await other.ask()).said.calls).toEqual([])
  })
})
