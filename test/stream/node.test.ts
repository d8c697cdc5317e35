import { expect, test } from "bun:test"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { createInspector } from "../../src/inspect.ts"
import { bytesOf, CAPTURES, requestOf } from "./captures.ts"

const PICKED = CAPTURES.filter((_, i) => i % 21 === 0)

const SCRIPT = `
import { readFileSync } from "node:fs"
import { inspectResponse } from "./inspect.mjs"
const reports = []
for (const { body, request } of JSON.parse(readFileSync(new URL("./cases.json", import.meta.url), "utf8"))) {
  const bytes = Buffer.from(body, "base64")
  const response = inspectResponse(new Response(bytes), { request, onReport: (report) => reports.push(report) })
  if (Buffer.compare(Buffer.from(await response.arrayBuffer()), bytes) !== 0) throw new Error("bytes changed")
}
process.stdout.write(JSON.stringify(reports))
`

const MEMORY = `
import { createInspector } from "./inspect.mjs"
const encode = (delta) => new TextEncoder().encode("data: " + JSON.stringify({ choices: [{ index: 0, delta }] }) + "\\n\\n")
const text = "größer \u2581 <b> \u{1f642} ".repeat(300)
const fill = () => {
  const inspector = createInspector({})
  for (let i = 0; i < 600; i++) {
    inspector.push(encode({ reasoning: text }))
    inspector.push(encode({ content: text }))
    inspector.push(encode({ tool_calls: [{ index: i, id: "c" + i, function: { name: "bash".repeat(99), arguments: JSON.stringify({ a: text, b: "c" }) } }] }))
  }
  return inspector
}
// Compiled code comes and goes between collections and is no memory of a response: the mean of several kept at once leaves it out.
const ROUNDS = 8
fill()
gc()
const before = process.memoryUsage().heapUsed
const kept = Array.from({ length: ROUNDS }, fill)
gc()
process.stdout.write(String((process.memoryUsage().heapUsed - before) / ROUNDS))
for (const inspector of kept) inspector.end()
`

async function inFolder(run: (folder: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "inspect-node-"))
  try {
    await build({
      entryPoints: [join(import.meta.dir, "../../src/inspect.ts")],
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      outfile: join(folder, "inspect.mjs"),
    })
    run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test("Node reports the same as Bun, through a response whose bytes stay the same", async () => {
  await inFolder((folder) => {
    const cases = PICKED.map((capture) => ({
      body: Buffer.from(bytesOf(capture.file)).toString("base64"),
      request: requestOf(capture),
    }))
    writeFileSync(join(folder, "cases.json"), JSON.stringify(cases))
    writeFileSync(join(folder, "run.mjs"), SCRIPT)
    const run = spawnSync("node", [join(folder, "run.mjs")], { encoding: "utf8" })
    expect(run.stderr).toBe("")

    const here = PICKED.map((capture) => {
      const inspector = createInspector({ request: requestOf(capture) })
      inspector.push(bytesOf(capture.file))
      return inspector.end()
    })
    expect(PICKED.length).toBeGreaterThan(12)
    expect(JSON.parse(run.stdout)).toEqual(JSON.parse(JSON.stringify(here)))
  })
}, 120_000)

test("megabytes of reasoning, content and calls, in two-byte characters, keep less than a megabyte", async () => {
  await inFolder((folder) => {
    writeFileSync(join(folder, "memory.mjs"), MEMORY)
    const run = spawnSync("node", ["--expose-gc", join(folder, "memory.mjs")], { encoding: "utf8" })
    expect(run.stderr).toBe("")
    expect(Number(run.stdout)).toBeLessThan(1024 * 1024)
    expect(Number(run.stdout)).toBeGreaterThan(50_000)
  })
}, 120_000)
