/** The desktop application runs plugins under Node: the built plugin must do there what it does under Bun. */
import { expect, test } from "bun:test"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { startSim } from "../../src/sim/index.ts"

const root = join(import.meta.dir, "../..")

const script = `
const plugin = (await import(${JSON.stringify(join(root, "dist/index.js"))})).default
const url = process.argv[1]
const said = []
const client = {
  _client: { patch: async (o) => (said.push(o.body.text), { response: new Response("{}") }) },
  app: { log: async () => {} }, tui: { showToast: async () => {} }, config: { providers: async () => ({ data: { providers: [] } }) },
}
const hooks = await plugin.server({ client }, {})
const config = { provider: { local: { npm: "@ai-sdk/openai-compatible", options: { baseURL: url }, models: { "nemotron-3-super": { limit: { context: 131072, output: 8192 } } } } } }
await hooks.config(config)
await hooks.event({ event: { type: "message.updated", properties: { info: { id: "msg_000000000001abc", sessionID: "s", role: "assistant", providerID: "local", time: {} } } } })
const answer = await config.provider.local.options.fetch(url + "/chat/completions", { method: "POST", headers: { "content-type": "application/json", "x-session-id": "s" },
  body: JSON.stringify({ model: "nemotron-3-super", stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: "list" }], tools: [{ type: "function", function: { name: "bash", parameters: { type: "object", properties: { command: { type: "string" } }, required: ["command"] } } }] }) })
await answer.text()
await hooks.event({ event: { type: "session.idle", properties: { sessionID: "s" } } })
await new Promise((r) => setTimeout(r, 50))
const page = await hooks.tool.vllm_status.execute({}, { sessionID: "s" })
await hooks.dispose()
console.log(JSON.stringify({ said, page }))
`

test("under Node the built plugin finds the fault, says it and makes the page, and the process ends by itself", async () => {
  const sim = await startSim({ scenario: "swallowed" })
  try {
    const child = spawn("node", ["--input-type=module", "-e", script, sim.url], { stdio: ["ignore", "pipe", "inherit"] })
    let out = ""
    child.stdout.on("data", (d) => {
      out += d
    })
    const code = await new Promise((resolve) => child.on("close", resolve))
    expect(code).toBe(0)
    const { said, page } = JSON.parse(out)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain("--tool-call-parser qwen3_coder")
    expect(page).toContain("0.32.0")
  } finally {
    await sim.close()
  }
})
