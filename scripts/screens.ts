/**
 * Captures what the terminal interface shows into docs/screens, as text and as pictures: npm run screens
 * A real OpenCode, simulated servers. Needs tmux. OPENCODE_VLLM_PLUGIN names another build than this repository's.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startSim } from "../src/sim/index.ts"
import { openScreen, type Screen } from "../test/host/screen.ts"
import { crop, type Grid, readCells, textOfCells } from "./cells.ts"
import { makeProject, type Project, root } from "./host.ts"
import { dialog, sidebar, tidy } from "./parts.ts"
import { picture } from "./picture.ts"

const plugin = process.env.OPENCODE_VLLM_PLUGIN ?? root
const folder = join(root, "docs/screens")
const MODES = { dark: { fg: "#eeeeee", bg: "#0a0a0a" }, light: { fg: "#1a1a1a", bg: "#ffffff" } } as const
const SETTLE_MS = 200
const AREAS = { whole: () => ({}), sidebar, dialog }

interface Shown {
  name: string
  /** What there is to see, in one sentence. */
  says: string
}
const album: Shown[] = []
/** Written only when every screen is there. */
const files = new Map<string, string>()

/** How much stands on a screen: a figure may lose a digit meanwhile, but no word may be missing. */
const ink = (text: string) => text.replace(/\s/g, "").length

interface Camera {
  screen: Screen
  shoot(name: string, says: string, area?: keyof typeof AREAS, reopen?: () => Promise<void>): Promise<void>
  /** Closes a dialog. A key that follows Escape at once would be read together with it. */
  leave(text: string): Promise<void>
  resize(columns: number, rows: number): Promise<void>
}

function openCamera(project: Project, ports: readonly number[]): Camera {
  const opened = openScreen(project, { plugin: [plugin], columns: 126, rows: 34 })
  const screen: Screen = { ...opened, until: (holds, ms = 30_000) => opened.until(holds, ms) }
  const modeOf = (ansi: string): keyof typeof MODES => {
    const [, red = "0"] = /48;2;(\d+);/.exec(ansi) ?? []
    // Behind a dialog a light screen is grey.
    return Number(red) > 0x40 ? "light" : "dark"
  }
  /** The screen in these colours. Code and markdown vanish for a moment when they change, and are drawn anew. */
  const inColours = async (theme: keyof typeof MODES, least: number, reopen?: () => Promise<void>): Promise<Grid> => {
    screen.theme(theme)
    await screen.until(() => modeOf(screen.ansi()) === theme)
    await reopen?.()
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    let grid: Grid = []
    const drawn = () => {
      grid = readCells(screen.ansi())
      return ink(textOfCells(grid)) >= least
    }
    // Less than before for so long: a toast went, which is no fault.
    await screen.until(drawn, 3_000).catch(() => {})
    tidy(grid, project.dir, ports)
    return grid
  }
  return {
    screen,
    async shoot(name, says, area = "whole", reopen) {
      album.push({ name, says })
      const least = ink(screen.text()) - 3
      for (const theme of ["light", "dark"] as const) {
        const whole = await inColours(theme, least, reopen)
        const grid = crop(whole, AREAS[area](whole))
        files.set(`${name}-${theme}.svg`, picture(grid, { title: says, ...MODES[theme] }))
        if (theme === "dark") files.set(`${name}.txt`, `${textOfCells(grid).replace(/^\n+|\n+$/g, "")}\n`)
      }
    },
    async leave(text) {
      screen.press("Escape")
      await screen.until((seen) => !seen.includes(text))
    },
    async resize(columns, rows) {
      screen.resize(columns, rows)
      await screen.until(() => screen.ansi().split("\n").length - 1 === rows)
      await new Promise((resolve) => setTimeout(resolve, 300))
    },
  }
}

const idle = /• nemotron-3-super +\d+k\/262k idle/
const models = {
  "nemotron-3-super": { name: "Nemotron 3 Super", limit: { context: 262_144, output: 8_192 } },
}

/** One server, from healthy to dead. */
async function oneServer() {
  const sim = await startSim()
  const project = makeProject({ url: sim.url, plugin: [plugin], provider: { models }, atHome: "shop" })
  const { screen, shoot, leave, resize } = openCamera(project, [sim.port])
  const small = async (name: string, says: string) => {
    await resize(80, 24)
    await shoot(`${name}-80x24`, `${says}, on 80 columns and 24 rows`)
    await resize(126, 34)
  }
  try {
    await screen.until("Ask anything", 60_000)
    await screen.enter("What is in src?")
    await screen.until((text) => text.includes("Done.") && idle.test(text))
    await shoot("sidebar", "The sidebar while the server is well: one line")
    await screen.enter("/vllm-status")
    await screen.until((text) => text.includes("all checks pass") && /cache hits +[1-9]/.test(text))
    await shoot("status", "/vllm-status: what was checked, the models, the load", "dialog")
    await small("status", "/vllm-status")
    await leave("LLM servers")

    screen.click("LLM server")
    await screen.until("prefix cache")
    await shoot("sidebar-expanded", "The sidebar after a click: server, models, load", "sidebar")
    screen.click("LLM server")
    await screen.until((text) => !text.includes("prefix cache"))

    sim.set("slow-first-token")
    await screen.enter("Is the price right?")
    await screen.until(/(?:waiting|reading prompt) [1-9] s/)
    await shoot("sidebar-waiting", "The sidebar while the first token is waited for", "sidebar")
    sim.set("queue")
    await screen.until(/queued \d s/)
    await shoot("sidebar-queued", "The sidebar while the request stands in the server's queue", "sidebar")
    sim.set("leak-path")
    await screen.until((text) => idle.test(text), 30_000)
    await screen.enter("And in price.ts?")
    await screen.until((text) => ["1 finding in this session", "Seen: <think>", "Done."].every((part) => text.includes(part)))
    await shoot("finding", "A finding: a toast, a line in the session, a count in the sidebar")
    await screen.enter("/vllm-status")
    await screen.until("r refresh")
    screen.press("f")
    await screen.until("kept for a bug report")
    await shoot("findings", "The findings of a session: where, what was seen, why, what to change", "dialog")
    await small("findings", "The findings of a session")
    await leave("Findings of this session")

    sim.set("loading")
    await screen.enter("/vllm-status")
    await screen.until("• wait models")
    await shoot("status-trouble", "/vllm-status when a server does not answer as it should", "dialog")
    await small("status-trouble", "/vllm-status in trouble")
    await leave("LLM servers")
    await screen.until((text) => /Cure: /.test(text) && !text.includes("r refresh"))
    await shoot("sidebar-trouble", "The sidebar in trouble: what is wrong and the cure", "sidebar")

    sim.set("healthy")
    await screen.enter("/vllm-status")
    await screen.until("all checks pass")
    sim.set("slow-first-token")
    screen.press("d")
    await screen.until("y starts the deep check")
    await shoot("status-ask", "/vllm-status: the deep check asks first", "dialog")
    await small("status-ask", "/vllm-status: the deep check asks first")
    screen.press("y")
    await screen.until(/deep check: asking .*\d%/)
    await shoot("status-deep", "/vllm-status: a deep check at work", "dialog")
    await small("status-deep", "/vllm-status: a deep check at work")
  } finally {
    screen.close()
    await sim.close()
    project.dispose()
  }
}

/** Several servers: one that loads models on demand, one that is gone. */
async function severalServers() {
  const sim = await startSim()
  const swap = await startSim({
    kind: "lmstudio",
    models: [
      { id: "qwen3-coder-30b", context: 131_072 },
      { id: "gpt-oss-120b", context: 131_072, loaded: false },
      { id: "gemma-3-4b", context: 8_192, loaded: false },
    ],
  })
  const gone = await startSim()
  await gone.close()
  const adapter = { npm: "@ai-sdk/openai-compatible" }
  const provider = {
    local: { ...adapter, name: "Local vLLM", options: { baseURL: sim.url, apiKey: "none" }, models },
    desk: {
      ...adapter,
      name: "Desk",
      options: { baseURL: swap.url, apiKey: "none" },
      models: Object.fromEntries(
        (
          [
            ["qwen3-coder-30b", 131_072],
            ["gpt-oss-120b", 131_072],
            ["gemma-3-4b", 8_192],
          ] as const
        ).map(([id, context]) => [id, { name: id, limit: { context, output: 4_096 } }]),
      ),
    },
    lab: {
      ...adapter,
      name: "Lab",
      options: { baseURL: gone.url, apiKey: "none" },
      models: { "minimax-m2": { name: "minimax-m2", limit: { context: 196_608, output: 8_192 } } },
    },
  }
  const project = makeProject({ url: sim.url, plugin: [plugin], config: { provider }, atHome: "shop" })
  const { screen, shoot, leave, resize } = openCamera(project, [sim.port, swap.port, gone.port])
  try {
    await screen.until("Ask anything", 60_000)
    await screen.enter("What is in src?")
    await screen.until((text) => text.includes("Done.") && /• local nemotron-\S+ +\d+k\/262k idle/.test(text))
    await screen.until((text) => /lab +down/.test(text))
    await shoot("sidebar-several", "The sidebar with three servers, one of them gone", "sidebar")
    await screen.until((text) => !text.includes("opencode-vllm: lab"))
    const open = async () => {
      await screen.enter("/switch-model")
      await screen.until((text) => text.includes("gpt-oss") && /fits,? +loaded/.test(text))
    }
    // The host's list keeps the colours of its marked row for as long as it is open.
    const reopen = () => leave("Switch this session").then(open)
    await open()
    await shoot("switch-model", "/switch-model: what is served, what fits, what has to be loaded", "dialog", reopen)
    await resize(80, 24)
    await shoot("switch-model-80x24", "/switch-model, on 80 columns and 24 rows", "whole", reopen)
    await resize(126, 34)
    await leave("Switch this session")
  } finally {
    screen.close()
    await sim.close()
    await swap.close()
    project.dispose()
  }
}

/** The page that GitHub shows for the folder. */
function writePage() {
  const pictures = album.map(
    ({ name, says }) =>
      `## ${name}\n\n${says}. [As text](${name}.txt)\n\n<picture><source media="(prefers-color-scheme: light)" srcset="${name}-light.svg"><img alt="${says}" src="${name}-dark.svg"></picture>\n`,
  )
  const head =
    "# Screens\n\nWhat the terminal interface shows, taken from OpenCode with simulated servers by `npm run screens`. Do not edit.\n"
  files.set("README.md", [head, ...pictures].join("\n"))
}

await oneServer()
await severalServers()
writePage()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [name, text] of files) writeFileSync(join(folder, name), text)
