/** Toasts where several terminals hang on one `opencode serve`: each goes where it belongs. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import type { ChildProcess } from "node:child_process"
import { makeProject, type Project, root, serveOpenCode } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { hasTmux, openScreen, type Screen } from "./screen.ts"

const LIMIT = 240_000
/** The beginning of the toast; the same sentence in the session stands further left. */
const TOAST = /┃ {2}opencode-vllm: The model reached/

if (!hasTmux) console.log("test/host/tui-toasts.test.ts: skipped, because tmux is not installed on this machine")

describe.skipIf(!hasTmux)("attached, with tmux", () => {
  let sim: Sim
  let projects: Project[]
  let serving: { url: string; child: ChildProcess }
  let screens: Screen[]

  beforeAll(async () => {
    sim = await startSim({ scenario: "truncated-in-arguments" })
    projects = [0, 1, 2].map(() => makeProject({ url: sim.url }))
    serving = await serveOpenCode(projects[0] as Project)
    // The third one has the server half alone.
    screens = projects.map((project, i) =>
      openScreen(project, { plugin: i < 2 ? [root] : [], args: ["attach", serving.url, "--dir", project.dir] }),
    )
    for (const screen of screens) await screen.until("Ask anything", LIMIT)
    // Toasts are held back until a terminal interface can show them.
    await new Promise((resolve) => setTimeout(resolve, 6_000))
  }, LIMIT)
  afterAll(async () => {
    for (const screen of screens) screen.close()
    serving.child.kill("SIGKILL")
    await sim.close()
    for (const project of projects) project.dispose()
  })

  test(
    "what is found in one directory is told there, and in no other",
    async () => {
      const [here, other] = screens as [Screen, Screen]
      await here.enter("Write a change log")
      await here.until(TOAST)
      // As long as the server half may wait for word of it, and some more.
      const end = performance.now() + 7_000
      while (performance.now() < end) {
        expect(other.text()).not.toMatch(TOAST)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    LIMIT,
  )

  test(
    "a terminal without its half of the plugin is told as well",
    async () => {
      const without = screens[2] as Screen
      await without.enter("Write a change log")
      await without.until(TOAST)
    },
    LIMIT,
  )
})
