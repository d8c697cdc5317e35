/** `/switch-model` in the terminal interface attached to `opencode serve`: a server that loads on demand, work that runs, a server that is slow. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import type { ChildProcess } from "node:child_process"
import { makeProject, type Project, root, serveOpenCode } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { hasTmux, openScreen, type Screen } from "./screen.ts"

const LIMIT = 240_000
const adapter = { npm: "@ai-sdk/openai-compatible" }
const models = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { name, limit: { context: 131_072, output: 8_192 }, tool_call: true }]))

if (!hasTmux) console.log("test/host/tui-switch.test.ts: skipped, because tmux is not installed on this machine")

describe.skipIf(!hasTmux)("attached, with tmux", () => {
  let alpha: Sim
  let swap: Sim
  let project: Project
  let server: ChildProcess
  let screen: Screen

  beforeAll(async () => {
    alpha = await startSim({ model: "alpha", scenario: "healthy-text", chunkMs: 0, maxModelLen: 131_072 })
    swap = await startSim({
      kind: "llama-swap",
      scenario: "healthy-text",
      loadMs: 2_500,
      models: [
        { id: "big", loaded: false },
        { id: "tiny", loaded: false, context: 2_048 },
      ],
    })
    project = makeProject({
      url: alpha.url,
      config: {
        model: "one/alpha",
        provider: {
          one: { ...adapter, name: "alpha", options: { baseURL: alpha.url, apiKey: "none" }, models: models("alpha") },
          swap: { ...adapter, name: "swap", options: { baseURL: swap.url, apiKey: "none" }, models: models("big", "tiny") },
          gone: { ...adapter, name: "gone", options: { baseURL: "http://127.0.0.1:9/v1" }, models: models("lost") },
        },
      },
    })
    const serving = await serveOpenCode(project)
    server = serving.child
    screen = openScreen(project, { plugin: [root], args: ["attach", serving.url, "--dir", project.dir] })
    await screen.until("Ask anything", LIMIT)
  }, LIMIT)
  afterAll(async () => {
    screen.close()
    server.kill()
    await alpha.close()
    await swap.close()
    project.dispose()
  })

  const asked = (sim: Sim) =>
    sim.requests.filter((one) => one.path.endsWith("/chat/completions") && one.body.includes('"tools":'))

  test(
    "a model that is not loaded is loaded before the switch, and answers the next message with the history",
    async () => {
      await screen.enter("Remember the word walnut.")
      await screen.until(/Build · alpha · [\d.]+m?s/)
      await screen.enter("/switch-model big")
      await screen.until(/┃ +Build · big/)
      await screen.enter("Which word?")
      await screen.until(/Build · big · [\d.]+m?s/)
      expect(asked(swap)).toHaveLength(1)
      expect(asked(swap)[0]?.body).toContain("walnut")
    },
    LIMIT,
  )

  test(
    "the list says what is loaded, dead and too small; nothing is switched to a server that is gone",
    async () => {
      await screen.enter("/switch-model")
      await screen.until(/big .*loaded/)
      await screen.until(/lost .*(?:server in trouble|not served)/)
      screen.press("Escape")
      await screen.until((seen) => !seen.includes("Switch this session to"))
      await screen.enter("/switch-model lost")
      await screen.until("Nothing was switched")
      screen.press("Escape")
      await screen.until((seen) => /┃ +Build · big/.test(seen) && !seen.includes("Nothing was switched"))
    },
    LIMIT,
  )

  test(
    "while a first token is waited for, the sidebar counts the seconds; a switch meanwhile holds for the next message",
    async () => {
      alpha.set("slow-first-token")
      await screen.enter("/switch-model alpha")
      await screen.until(/┃ +Build · alpha/)
      await screen.enter("Take your time.")
      // The simulated server counts the request as running: it has left the queue.
      await screen.until(/• one alpha +(?:waiting|reading prompt) \d s/)
      await screen.enter("/switch-model big")
      await screen.until(/┃ +Build · big/)
      await screen.until((seen) => /Build · alpha · [\d.]+s/.test(seen) && !seen.includes("esc interrupt"))
      const before = asked(swap).length
      await screen.enter("And now?")
      await screen.until(() => asked(swap).length > before)
      expect(asked(swap).at(-1)?.body).toContain("Take your time.")
      alpha.set("queue")
      await screen.enter("/switch-model alpha")
      await screen.until(/┃ +Build · alpha/)
      await screen.enter("In line?")
      await screen.until(/• one alpha +queued \d+ s, place 17/)
      alpha.set("healthy-text")
    },
    LIMIT,
  )
})
