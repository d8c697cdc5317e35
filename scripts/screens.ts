/**
 * Captures what the terminal interface shows into docs/screens: node scripts/run-ts.mjs scripts/screens.ts
 * A real OpenCode, a simulated server. Needs tmux. OPENCODE_VLLM_PLUGIN names another build than this repository's.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startSim } from "../src/sim/index.ts"
import { openScreen } from "../test/host/screen.ts"
import { makeProject, root } from "./host.ts"

const plugin = process.env.OPENCODE_VLLM_PLUGIN ?? root
const folder = join(root, "docs/screens")
mkdirSync(folder, { recursive: true })

const models = {
  "nemotron-3-super": { name: "Nemotron 3 Super", limit: { context: 262_144, output: 8_192 } },
  "nemotron-short": { id: "nemotron-3-super", name: "Nemotron short", limit: { context: 65_536, output: 8_192 } },
}
const sim = await startSim()
const project = makeProject({ url: sim.url, plugin: [plugin], provider: { models } })
const screen = openScreen(project, { plugin: [plugin], columns: 126, rows: 34 })

/** Paths and times of this machine are nobody's business. */
const save = (name: string, text: string) => {
  const said = text.replaceAll(project.dir, "~/shop".padEnd(project.dir.length)).replaceAll(project.home, "~")
  writeFileSync(join(folder, `${name}.txt`), `${said.replace(/[ \t]+$/gm, "").replace(/\n+$/, "")}\n`)
}
const leave = async (text: string) => {
  screen.press("Escape")
  await screen.until((seen) => !seen.includes(text))
}

try {
  await screen.until("Ask anything", 60_000)
  await screen.enter("What is in src?")
  save("sidebar", await screen.until((text) => text.includes("Done.") && /• nemotron-3-super +\d+k\/262k idle/.test(text)))
  await screen.enter("/vllm-status")
  save("status", await screen.until("all checks pass"))
  await leave("LLM servers")
  await screen.enter("/switch-model")
  save("switch-model", await screen.until("fits, served"))
  await leave("Switch this session")
  sim.set("leak-path")
  await screen.enter("And in price.ts?")
  await screen.until("finding in this session", 30_000)
  await screen.enter("/vllm-status")
  await screen.until("r refresh")
  screen.press("f")
  save("findings", await screen.until("kept for a bug report"))
  await leave("Findings of this session")
  sim.set("loading")
  await screen.enter("/vllm-status")
  await screen.until("FAIL")
  await leave("LLM servers")
  save("trouble", await screen.until((text) => /Cure: /.test(text) && !text.includes("r refresh")))
} finally {
  screen.close()
  await sim.close()
  project.dispose()
}
