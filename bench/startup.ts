/**
 * What the plugin adds to the start of the real OpenCode. Two measurements, since one process start on a busy machine varies by more
 * than the plugin costs:
 *   - inside OpenCode: milliseconds that the plugin's import, `server()` and `config` hook take. An `await import` also waits for whatever
 *     else OpenCode does at that moment, so the import of an empty module is measured beside it and taken off;
 *   - from outside: time from starting `opencode run` to its first request at the server, with and without the plugin in turn.
 *
 *   bun bench/startup.ts [runs]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeProject, root, run } from "../scripts/host.ts"
import { startSim } from "../src/sim/index.ts"

const runs = Number(process.argv[2] ?? 10)
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const ms = (value: number) => `${value.toFixed(1)} ms`

/** Wraps the built plugin so that it writes down how long each step held up the host. */
function timedPlugin(folder: string): { file: string; log: string } {
  const log = join(folder, "timings.jsonl")
  const file = join(folder, "timed.ts")
  const empty = join(folder, "empty.js")
  writeFileSync(empty, "export default 1\n")
  writeFileSync(
    file,
    `import { appendFileSync } from "node:fs"
const e0 = performance.now()
await import(${JSON.stringify(empty)})
const t0 = performance.now()
const built = (await import(${JSON.stringify(join(root, "dist/index.js"))})).default
const t1 = performance.now()
export default { id: "timed", server: async (input, options) => {
  const t2 = performance.now()
  const hooks = await built.server(input, options)
  const t3 = performance.now()
  const { config } = hooks
  return { ...hooks, config: async (c) => {
    const t4 = performance.now()
    await config(c)
    appendFileSync(${JSON.stringify(log)}, JSON.stringify({ empty: t0 - e0, load: t1 - t0, server: t3 - t2, config: performance.now() - t4 }) + "\\n")
  } }
} }
`,
  )
  return { file, log }
}

const names = { empty: "import of an empty module", load: "import of the plugin", server: "`server()`", config: "`config` hook" }

const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-bench-"))
const sim = await startSim({ scenario: "healthy-text" })
const timed = timedPlugin(folder)
const without = makeProject({ url: sim.url, plugin: [] })
const withPlugin = makeProject({ url: sim.url })
const inside = makeProject({ url: sim.url, plugin: [timed.file] })

/** Milliseconds from starting `opencode run` until its first chat request arrives. */
async function toFirstRequest(project: typeof without): Promise<number> {
  const before = sim.requests.length
  const began = performance.now()
  let arrived = Number.NaN
  const poll = setInterval(() => {
    if (Number.isNaN(arrived) && sim.requests.slice(before).some((r) => r.path.includes("/chat/completions")))
      arrived = performance.now() - began
  }, 2)
  await run(project, ["run", "hi"])
  clearInterval(poll)
  return arrived
}

try {
  await toFirstRequest(without)
  await toFirstRequest(withPlugin)
  const alone: number[] = []
  const plus: number[] = []
  for (let i = 0; i < runs; i++) {
    alone.push(await toFirstRequest(without))
    plus.push(await toFirstRequest(withPlugin))
    await toFirstRequest(inside)
  }
  const steps = readFileSync(timed.log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { empty: number; load: number; server: number; config: number })
  const blocking = steps.map((s) => s.load - s.empty + s.server + s.config)
  console.log(`Start of OpenCode, median of ${runs}`)
  console.log("")
  console.log("| inside OpenCode | median | worst |")
  console.log("|---|---|---|")
  for (const step of ["empty", "load", "server", "config"] as const) {
    console.log(`| ${names[step]} | ${ms(median(steps.map((s) => s[step])))} | ${ms(Math.max(...steps.map((s) => s[step])))} |`)
  }
  console.log(
    `| load beyond an empty module, server and config together (target: under 20 ms) | ${ms(median(blocking))} | ${ms(Math.max(...blocking))} |`,
  )
  console.log("")
  console.log("| to the first request | median | fastest | slowest |")
  console.log("|---|---|---|---|")
  console.log(`| without the plugin | ${ms(median(alone))} | ${ms(Math.min(...alone))} | ${ms(Math.max(...alone))} |`)
  console.log(`| with the plugin | ${ms(median(plus))} | ${ms(Math.min(...plus))} | ${ms(Math.max(...plus))} |`)
  console.log(`| difference, pair by pair | ${ms(median(plus.map((p, i) => p - (alone[i] ?? Number.NaN))))} | | |`)
  process.exitCode = median(blocking) < 20 ? 0 : 1
} finally {
  await sim.close()
  for (const project of [without, withPlugin, inside]) project.dispose()
  rmSync(folder, { recursive: true, force: true })
}
