/** Findings in the real terminal interface: both halves together. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { makeProject, type Project, root } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"
import { expectScreen } from "./kept.ts"
import { hasTmux, openScreen, type Screen } from "./screen.ts"

const LIMIT = 240_000

if (!hasTmux) console.log("test/host/tui-findings.test.ts: skipped, because tmux is not installed on this machine")

describe.skipIf(!hasTmux)("with tmux", () => {
  let sim: Sim
  let project: Project
  let screen: Screen

  beforeAll(async () => {
    sim = await startSim({ scenario: "leak-path" })
    project = makeProject({ url: sim.url })
    screen = openScreen(project, { plugin: [root] })
    await screen.until("Ask anything", LIMIT)
  }, LIMIT)
  afterAll(async () => {
    screen.close()
    await sim.close()
    project.dispose()
  })

  test(
    "a finding is counted in the sidebar, explained in a dialog, and written for a bug report",
    async () => {
      await screen.enter("What is in src?")
      await screen.until("1 finding in this session")
      await screen.enter("/vllm-status")
      await screen.until("r refresh")
      screen.press("f")
      const seen = await screen.until("kept for a bug report")
      expect(seen).toMatch(/> reasoning-in-arguments +1 time/)
      expect(seen).toContain("Where: read, field filePath")
      // In a session OpenCode has uses of its own for these keys, which close a dialog.
      for (const key of ["NPage", "PPage", "End", "Home"]) {
        screen.press(key)
        await new Promise((resolve) => setTimeout(resolve, 300))
        expect(screen.text()).toContain("Findings of this session")
      }
      screen.resize(80, 24)
      await screen.until((text) => !text.includes("kept for a bug report"))
      await expectScreen(screen, { name: "findings-80x24", part: "dialog", size: [80, 24], ports: [sim.port] })
      screen.resize(140, 40)
      await screen.until("kept for a bug report")
      screen.press("w")
      await screen.until("Written to")
      const folder = join(project.home, ".local/state/opencode-vllm/evidence")
      const [name = ""] = readdirSync(folder)
      await screen.until(name)
      screen.press("c")
      await screen.until(() => screen.copied().includes(name))
      expect(screen.copied()).toBe(join(folder, name))
      expect(readFileSync(join(folder, name, "response.sse"), "utf8")).toStartWith("data: ")
      expect(readFileSync(join(folder, name, "request.json"), "utf8")).not.toContain("What is in src?")
    },
    LIMIT,
  )
})
