/** The real terminal interface: what a person sees and types. Screens are read as text from a terminal of 80x24 and of 140x40. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { makeProject, type Project, root } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { expectScreen } from "./kept.ts"
import { hasTmux, openScreen, type Screen } from "./screen.ts"

const LIMIT = 240_000
const MODELS = {
  "nemotron-3-super": { name: "Nemotron 3 Super", limit: { context: 262_144, output: 8_192 } },
  "nemotron-short": { id: "nemotron-3-super", name: "Nemotron short", limit: { context: 65_536, output: 8_192 } },
}

if (!hasTmux) console.log("test/host/tui.test.ts: skipped, because tmux is not installed on this machine")

describe.skipIf(!hasTmux)("with tmux", () => {
  let sim: Sim
  let project: Project
  let screen: Screen

  beforeAll(async () => {
    sim = await startSim()
    project = makeProject({ url: sim.url, provider: { models: MODELS } })
    screen = openScreen(project, { plugin: [root], columns: 80, rows: 24 })
    await screen.until("Ask anything", LIMIT)
  }, LIMIT)
  afterAll(async () => {
    screen.close()
    await sim.close()
    project.dispose()
  })

  const healthy = /• nemotron-3-super +\d+k\/262k idle/
  const kept = (name: string, part: "dialog" | "sidebar", size: [number, number]) =>
    expectScreen(screen, { name, part, size, ports: [sim.port] })
  /** Closes a dialog. A key that follows Escape at once would be read together with it. */
  const leave = (text: string) => {
    screen.press("Escape")
    return screen.until((seen) => !seen.includes(text))
  }

  test(
    "/vllm-status opens at once without a turn, and fits on 80x24",
    async () => {
      await screen.enter("/vllm-status")
      await screen.until("LLM servers")
      await screen.until("all checks pass")
      // A rate needs two looks, and one within a second of the other counts as the same.
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      screen.press("r")
      await screen.until(/tokens\/s +\d/)
      await kept("status-80x24", "dialog", [80, 24])
      expect(sim.requests.filter((request) => request.method === "POST")).toEqual([])
      await leave("LLM servers")
    },
    LIMIT,
  )

  test(
    "the sidebar has one line for a healthy server",
    async () => {
      screen.resize(140, 40)
      await screen.enter("What is in src?")
      // The first title of a session is its date.
      await screen.until((text) => healthy.test(text) && text.includes("A look at the project"))
      await kept("sidebar", "sidebar", [140, 40])
    },
    LIMIT,
  )

  test(
    "a click on the panel shows its details, another one hides them",
    async () => {
      screen.click("LLM server")
      await screen.until(/prefix cache hits +[1-9]/)
      await kept("sidebar-expanded", "sidebar", [140, 40])
      screen.click("LLM server")
      await screen.until((text) => !text.includes("prefix cache"))
    },
    LIMIT,
  )

  test(
    "/switch-model offers the models to choose from; the prompt shows the new one at once",
    async () => {
      screen.resize(80, 24)
      await screen.enter("/switch-model")
      await screen.until("Switch this session to")
      await screen.until(/nemotron-3-super +262k,? +fits,? +served/)
      await kept("switch-model-80x24", "dialog", [80, 24])
      screen.resize(140, 40)
      screen.type("short")
      await screen.until((text) => !/nemotron-3-super 262k/.test(text))
      screen.press("Enter")
      await screen.until((text) => /┃ +Build · Nemotron short/.test(text) && !text.includes("Switch this session"))

      await screen.enter("/switch-model 3-super")
      await screen.until(/┃ +Build · Nemotron 3 Super/)
      await screen.enter("/switch-model -")
      await screen.until(/┃ +Build · Nemotron short/)
      await screen.enter("/switch-model nothing-like-it")
      await screen.until("No model is called nothing-like-it")
      await leave("No model is called nothing-like-it")
    },
    LIMIT,
  )

  test(
    "what is wrong stands in the dialog and in the sidebar, with its cure, and goes away",
    async () => {
      sim.set("wrong-key")
      await screen.enter("/vllm-status")
      const seen = await screen.until("FAIL auth")
      expect(seen).toMatch(/Cure: /)
      await leave("LLM servers")
      await screen.until(/• nemotron-short +key refused/)
      await kept("sidebar-trouble", "sidebar", [140, 40])
      sim.set("healthy")
      await screen.enter("/vllm-status")
      await screen.until("all checks pass")
      await leave("LLM servers")
      await screen.until(/• nemotron-short +\d+k\/262k idle/)
    },
    LIMIT,
  )

  test(
    "without the server half it works alone, and says what is wrong",
    async () => {
      const alone = makeProject({ url: "http://127.0.0.1:9/v1", plugin: [] })
      const other = openScreen(alone, { plugin: [root], columns: 100, rows: 30 })
      try {
        await other.until("Ask anything", LIMIT)
        await other.enter("/vllm-status")
        await other.until("FAIL reach: Nothing listens at 127.0.0.1:9.")
      } finally {
        other.close()
        alone.dispose()
      }
    },
    LIMIT,
  )
})
