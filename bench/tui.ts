/**
 * What the terminal half costs in the real OpenCode. Needs tmux and Linux's /proc.
 *   - start: milliseconds that both halves hold up OpenCode, measured inside, and what a whole start to the first screen takes, in time and in
 *     processor time, with and without the plugin in turn;
 *   - idle: processor time of OpenCode with an open session and nothing to do, with and without the plugin side by side;
 *   - updates: memory after 10,000 reports of a server, beside an OpenCode that gets as many messages that are nobody's.
 *
 *   bun bench/tui.ts [--runs N] [--seconds N] [--updates N]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { makeProject, type Project, root, serveOpenCode } from "../scripts/host.ts"
import type { EndpointReport } from "../src/endpoint/types.ts"
import { encode } from "../src/opencode/tui-messages.ts"
import { startSim } from "../src/sim/index.ts"
import { hasTmux, openScreen, type Screen } from "../test/host/screen.ts"

const { values } = parseArgs({
  options: { runs: { type: "string" }, seconds: { type: "string" }, updates: { type: "string" } },
  allowPositionals: true,
})
const runs = Number(values.runs ?? 10)
const seconds = Number(values.seconds ?? 60)
const updates = Number(values.updates ?? 10_000)
const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const READY = "Ask anything"

if (!hasTmux || process.platform !== "linux") {
  console.log("Not run: this bench needs tmux and Linux.")
  process.exit(0)
}

/** Seconds of processor time, of all threads; a tick is 10 ms. */
function cpu(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
/** Resident megabytes. */
const memory = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-bench-"))
const log = join(folder, "timings.jsonl")
const empty = JSON.stringify(join(folder, "empty.js"))
writeFileSync(join(folder, "empty.js"), "export default 1\n")

/**
 * A plugin that passes a half on, and writes down what it holds up. An `await import` also waits for whatever else OpenCode does meanwhile; that
 * of an empty module shows how long. `calls` is what OpenCode calls; it hands milliseconds to `note`.
 */
function timed(half: string, file: string, calls: string): string {
  const path = join(folder, `timed-${half}.ts`)
  writeFileSync(
    path,
    `import { appendFileSync } from "node:fs"
const t0 = performance.now()
await import(${empty})
const t1 = performance.now()
const built = (await import(${JSON.stringify(join(root, "dist", file))})).default
const t2 = performance.now()
const note = (call) =>
  appendFileSync(${JSON.stringify(log)}, JSON.stringify({ half: "${half}", empty: t1 - t0, load: t2 - t1, call }) + "\\n")
export default { id: "timed", ${calls} }
`,
  )
  return path
}

const timedTui = timed(
  "terminal",
  "tui.js",
  `async tui(...given) {
  const began = performance.now()
  await built.tui(...given)
  note(performance.now() - began)
}`,
)
const timedServer = timed(
  "server",
  "index.js",
  `async server(...given) {
  const began = performance.now()
  const hooks = await built.server(...given)
  const took = performance.now() - began
  return { ...hooks, async config(c) {
    const again = performance.now()
    await hooks.config(c)
    note(took + performance.now() - again)
  } }
}`,
)

const emptyServer = join(folder, "empty-server.js")
const emptyTui = join(folder, "empty-tui.js")
writeFileSync(emptyServer, 'export default { id: "nothing", server: async () => ({}) }\n')
writeFileSync(emptyTui, 'export default { id: "nothing", tui: async () => {} }\n')

/** Opens, waits for the first screen, closes. */
async function start(project: Project, plugin: unknown[]) {
  const began = performance.now()
  const screen = openScreen(project, { plugin, columns: 140, rows: 40 })
  try {
    await screen.until(READY)
    return { ms: performance.now() - began, cpu: cpu(screen.pid) * 1000 }
  } finally {
    screen.close()
  }
}

async function measureStart(url: string): Promise<boolean> {
  const without = makeProject({ url, plugin: [] })
  // What OpenCode itself does as soon as there is any plugin at all.
  const nothing = makeProject({ url, plugin: [emptyServer] })
  const both = makeProject({ url })
  const timed = makeProject({ url, plugin: [timedServer] })
  try {
    const ways = [
      { name: "without any plugin", project: without, plugin: [] },
      { name: "with one that does nothing, both halves", project: nothing, plugin: [emptyTui] },
      { name: "with this one, both halves", project: both, plugin: [root] },
      { name: "", project: timed, plugin: [timedTui] },
    ].map((way) => ({ ...way, all: [] as Awaited<ReturnType<typeof start>>[] }))
    for (const { project, plugin } of ways) await start(project, plugin)
    writeFileSync(log, "")
    for (let i = 0; i < runs; i++) for (const { project, plugin, all } of ways) all.push(await start(project, plugin))
    const steps = readFileSync(log, "utf8").trim().split("\n")
    const of = (half: string) =>
      steps
        .map((line) => JSON.parse(line) as { half: string; empty: number; load: number; call: number })
        .filter((step) => step.half === half)
    console.log(`Start of the terminal interface, ${runs} times each\n`)
    console.log("| inside OpenCode, ms | load, median | beyond an empty module | calls, median | together, median | fastest |")
    console.log("|---|---|---|---|---|---|")
    let sum = 0
    for (const half of ["server", "terminal"]) {
      const own = of(half)
      const held = own.map((step) => Math.max(0, step.load - step.empty) + step.call)
      sum += median(held)
      const cells = [
        median(own.map((s) => s.load)),
        median(own.map((s) => s.load - s.empty)),
        median(own.map((s) => s.call)),
        median(held),
        Math.min(...held),
      ]
      console.log(`| ${half} half | ${cells.map((n) => n.toFixed(1)).join(" | ")} |`)
    }
    console.log(`| both (target: under 20) | | | | ${sum.toFixed(1)} | |\n`)
    console.log("| whole start to the first screen | median, ms | fastest | processor time, median, ms |")
    console.log("|---|---|---|---|")
    for (const { name, all } of ways.slice(0, 3))
      console.log(
        `| ${name} | ${median(all.map((r) => r.ms)).toFixed(0)} | ${Math.min(...all.map((r) => r.ms)).toFixed(0)} | ${median(all.map((r) => r.cpu)).toFixed(0)} |`,
      )
    const pairs = (key: "ms" | "cpu", from: number) =>
      median((ways[2]?.all ?? []).map((one, i) => one[key] - (ways[from]?.all[i]?.[key] ?? Number.NaN))).toFixed(0)
    console.log(`| this one against none, pair by pair | ${pairs("ms", 0)} | | ${pairs("cpu", 0)} |`)
    console.log(`| this one against one that does nothing | ${pairs("ms", 1)} | | ${pairs("cpu", 1)} |\n`)
    return sum < 20
  } finally {
    for (const project of [without, nothing, both, timed]) project.dispose()
  }
}

/** Two OpenCodes with an open session beside each other: without the plugin, and with it. */
async function sideBySide(url: string, opened: (project: Project, plugin: unknown[]) => Promise<Screen>) {
  const projects = [makeProject({ url, plugin: [] }), makeProject({ url })] as const
  const screens: Screen[] = []
  for (const [i, project] of projects.entries()) screens.push(await opened(project, i === 0 ? [] : [root]))
  return {
    screens,
    projects,
    close() {
      for (const screen of screens) screen.close()
      for (const project of projects) project.dispose()
    },
  }
}

async function converse(screen: Screen) {
  await screen.until(READY)
  await screen.enter("What is in src?")
  await screen.until(/Done\.[\s\S]*·/)
}

async function measureIdle(url: string, set: (scenario: string) => void): Promise<boolean> {
  const two = await sideBySide(url, async (project, plugin) => {
    const screen = openScreen(project, { plugin, columns: 140, rows: 40 })
    await converse(screen)
    return screen
  })
  try {
    console.log(`Idle with an open session and its sidebar, ${seconds} s each, per cent of one core\n`)
    console.log("| | without the plugin | with both halves | the plugin's share (target: under 1) |")
    console.log("|---|---|---|---|")
    let worst = 0
    for (const [name, scenario] of [
      ["server well", "healthy"],
      ["server in trouble", "wrong-key"],
    ] as const) {
      set(scenario)
      await sleep(5_000)
      const before = two.screens.map(({ pid }) => cpu(pid))
      await sleep(seconds * 1000)
      const [alone = 0, plus = 0] = two.screens.map(({ pid }, i) => ((cpu(pid) - (before[i] ?? 0)) / seconds) * 100)
      worst = Math.max(worst, plus - alone)
      console.log(`| ${name} | ${alone.toFixed(2)} | ${plus.toFixed(2)} | ${(plus - alone).toFixed(2)} |`)
    }
    console.log("")
    return worst < 1
  } finally {
    set("healthy")
    two.close()
  }
}

async function measureUpdates(url: string): Promise<boolean> {
  const servers: Awaited<ReturnType<typeof serveOpenCode>>[] = []
  const two = await sideBySide(url, async (project, plugin) => {
    const serving = await serveOpenCode(project)
    servers.push(serving)
    const screen = openScreen(project, { plugin, columns: 140, rows: 40, args: ["attach", serving.url, "--dir", project.dir] })
    await converse(screen)
    return screen
  })
  const model = { id: "nemotron-3-super", context: 131_072 }
  const report = (n: number): EndpointReport => ({
    ...{ url, provider: "local", server: { kind: "vllm", version: "0.32.0" }, models: [model], checks: [], at: Date.now() },
    configured: [{ key: model.id, id: model.id, context: 131_072 }],
    load: { running: n % 7, waiting: n % 3, kvCacheUsage: (n % 100) / 100, tokensPerSecond: n % 90 },
  })
  const publish = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      await Promise.all(
        servers.map(({ url: at }, i) => {
          const directory = two.projects[i]?.dir ?? ""
          const command = encode({ to: "tui", directory }, { type: "report", report: report(n) }) ?? ""
          return fetch(`${at}/tui/publish?directory=${encodeURIComponent(directory)}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ type: "tui.command.execute", properties: { command } }),
          }).then((response) => response.text())
        }),
      )
      // A screen that is drawn four times a second has something new each time.
      if (n % 100 === 0) await sleep(250)
    }
    await sleep(5_000)
  }
  try {
    await publish(0, updates / 5)
    const before = two.screens.map(({ pid }) => memory(pid))
    await publish(updates / 5, updates / 5 + updates)
    const after = two.screens.map(({ pid }) => memory(pid))
    const seen = two.screens[1]?.text() ?? ""
    if (!/• nemotron-3-super/.test(seen)) throw new Error(`the panel is not on the screen:\n${seen}`)
    console.log(`${updates} updates, resident memory of the terminal interface in MB\n`)
    console.log("| | before | after | grown |")
    console.log("|---|---|---|---|")
    const grown = after.map((mb, i) => mb - (before[i] ?? 0))
    for (const [i, name] of ["without the plugin, messages ignored", "with both halves, messages shown"].entries())
      console.log(`| ${name} | ${before[i]?.toFixed(0)} | ${after[i]?.toFixed(0)} | ${grown[i]?.toFixed(1)} |`)
    console.log("")
    // The host's own memory moves by some tens of megabytes between two looks.
    return (grown[1] ?? 0) - (grown[0] ?? 0) < 40
  } finally {
    two.close()
    for (const { child } of servers) child.kill()
  }
}

const sim = await startSim()
try {
  const held = [
    await measureStart(sim.url),
    await measureIdle(sim.url, (scenario) => sim.set(scenario)),
    await measureUpdates(sim.url),
  ]
  process.exitCode = held.every(Boolean) ? 0 : 1
} finally {
  await sim.close()
  rmSync(folder, { recursive: true, force: true })
}
