import { expect, test } from "bun:test"
import { spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { hear } from "./client.ts"

const script = (sim: string) => `
import { startSim } from ${JSON.stringify(sim)}
const sim = await startSim({ chunkMs: 1, firstTokenMs: 1 })
const ask = async (name, signal) => (await fetch(sim.url + "/chat/completions", {
  method: "POST",
  headers: { "content-type": "application/json" },
  signal,
  body: JSON.stringify({ stream: true, tools: [{ type: "function", function: { name: "bash" } }], messages: [{ role: "user", content: "SIM:" + name }] }),
})).text()
const failed = (promise) => promise.then(() => false, () => true)
const out = { node: process.version, healthy: await ask("healthy"), leak: await ask("leak-block") }
out.cut = await failed(ask("cut"))
out.flood = (await ask("flood")).length
out.aborted = await failed(ask("hung", AbortSignal.timeout(100)))
await new Promise((done) => setTimeout(done, 50))
out.metrics = await (await fetch(sim.url.replace("/v1", "/metrics"))).text()
await sim.close()
process.stdout.write(JSON.stringify(out))
`

test("the server runs under Node too, bundled, and the process ends by itself after close", async () => {
  const folder = await mkdtemp(join(tmpdir(), "opencode-vllm-sim-"))
  try {
    const entry = join(folder, "entry.mjs")
    await writeFile(entry, script(join(import.meta.dir, "../../src/sim/index.ts")))
    const file = join(folder, "out.mjs")
    const options = { bundle: true, platform: "node", format: "esm", target: "node20", loader: { ".sse": "text" } } as const
    await build({ ...options, entryPoints: [entry], outfile: file, logLevel: "error" })
    const out = JSON.parse(await run("node", [file]))
    expect(out.node).toStartWith("v")
    expect(JSON.parse(hear(out.healthy).calls[0]!.arguments).command).toBe("ls -la src")
    expect(JSON.parse(hear(out.leak).calls[0]!.arguments).command).toContain("<think>")
    expect(out).toMatchObject({ cut: true, aborted: true })
    expect(out.flood).toBeGreaterThanOrEqual(20 * 1024 * 1024)
    expect(out.metrics).toMatch(/finished_reason="abort"[^}]*\} 1\.0/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

function run(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] })
    let text = ""
    child.stdout.on("data", (bytes) => {
      text += bytes
    })
    child.on("error", reject)
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`exit code ${code}`))))
  })
}
