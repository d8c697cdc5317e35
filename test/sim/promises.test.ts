/** Every scenario promises a fault; the parts of the product that look for it have to find it. */
import { describe, expect, test } from "bun:test"
import { lookAt } from "../../src/endpoint/look.ts"
import { createInspector } from "../../src/inspect.ts"
import { SCENARIOS, type ScenarioName } from "../../src/sim/index.ts"
import { FINDING_KINDS } from "../../src/stream/types.ts"
import { agentBody, chat, readPieces, withSim } from "./client.ts"

const all = Object.entries(SCENARIOS) as [ScenarioName, (typeof SCENARIOS)[ScenarioName]][]
const kinds = new Set<string>(FINDING_KINDS)
/** A hang is not to be seen without spending GPU time. */
const unseen = new Set<ScenarioName>(["hung"])

async function findings(scenario: ScenarioName): Promise<string[]> {
  return withSim({ scenario }, async (sim) => {
    const request = agentBody()
    const inspector = createInspector({ request })
    const response = await chat(sim, request)
    await readPieces(response, (bytes) => inspector.push(bytes)).catch(() => {})
    return inspector.end().findings.map((finding) => finding.kind)
  })
}

async function codes(scenario: ScenarioName): Promise<string[]> {
  return withSim({ scenario }, async (sim) => {
    const model = { key: "nemotron-3-super", id: "nemotron-3-super", context: 131_072, output: 8192 }
    const { checks } = await lookAt({ url: sim.url, key: "sk-some", models: [model] }, { deadlineMs: 700 })
    return checks.filter((check) => check.status !== "skip").map((check) => check.code)
  })
}

describe("the inspector", () => {
  for (const [name, { fault, chat: broken }] of all.filter(([, { fault }]) => fault !== undefined && kinds.has(fault)))
    test(`finds ${fault} in ${name}${broken ? " (broken stream)" : ""}`, async () => {
      expect(await findings(name)).toContain(fault!)
    })

  // slow-first-token is healthy, only slow.
  for (const [name] of all.filter(([name, { fault }]) => fault === undefined && name !== "slow-first-token"))
    test(`finds nothing in ${name}`, async () => {
      expect(await findings(name)).toEqual([])
    })
})

describe("the health check", () => {
  for (const [name, { fault }] of all.filter(
    ([name, { fault }]) => fault !== undefined && !kinds.has(fault) && !unseen.has(name),
  ))
    test(`finds ${fault} in ${name}`, async () => {
      expect(await codes(name)).toContain(fault!)
    })

  test("finds nothing at a healthy server", async () => {
    expect(new Set(await codes("healthy"))).toEqual(new Set(["ok"]))
  })
})
