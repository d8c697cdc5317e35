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

test("Node reports the same as Bun, through a response whose bytes stay the same", async () => {
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
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 30_000)
