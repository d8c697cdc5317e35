/**
 * The plugin at work in the real OpenCode, headless, in a scratch project under a private HOME:
 *   npm run demo                                          against the embedded simulated vLLM
 *   npm run demo -- --url http://host:8000/v1 [--key-env NAME]   against a server of one's own
 * Ends with 0 only if everything that it claims was really seen.
 */
import { parseArgs } from "node:util"
import { startSim } from "../src/sim/index.ts"
import { makeProject, type Project, type Ran, root, run } from "./host.ts"

const { values } = parseArgs({ options: { url: { type: "string" }, "key-env": { type: "string" }, model: { type: "string" } } })

const NOTICE = /opencode-vllm: /
const began = performance.now()
let failures = 0

function heading(text: string) {
  console.log(`\n${"=".repeat(78)}\n${text}\n${"=".repeat(78)}`)
}

const plain = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, "")

function show(command: string, ran: Ran) {
  console.log(`\n$ ${command}`)
  // OpenCode writes the tool calls to stderr and the answer to stdout.
  const lines = `${plain(ran.stderr)}${plain(ran.stdout)}`.split("\n").filter((line) => line.trim() !== "")
  console.log(lines.map((line) => `  | ${line}`).join("\n") || "  | (nothing)")
  console.log(`  (exit ${ran.code}, ${(ran.ms / 1000).toFixed(1)} s)`)
}

function claim(text: string, holds: boolean) {
  console.log(`${holds ? "  seen:    " : "  MISSING: "}${text}`)
  if (!holds) failures++
}

async function prompt(project: Project, text: string): Promise<string> {
  const ran = await run(project, ["run", text])
  show(`opencode run "${text}"`, ran)
  return plain(ran.stdout + ran.stderr)
}

async function status(project: Project): Promise<string> {
  const ran = await run(project, ["run", "--command", "vllm-status"])
  show("opencode run --command vllm-status", ran)
  return plain(ran.stdout + ran.stderr)
}

async function onTheSimulator() {
  const sim = await startSim({ scenario: "healthy" })
  const project = makeProject({ url: sim.url })
  const withoutPlugin = makeProject({ url: sim.url, plugin: [] })
  try {
    heading("(a) A healthy server: the plugin says nothing")
    const a = await prompt(project, "What is in src?")
    claim("the tool call ran and the turn ended with an answer", /price\.ts/.test(a))
    claim("not a word of the plugin", !NOTICE.test(a))

    heading("(b) The model's thoughts stand inside the argument `command` of bash")
    sim.set("leak-block")
    const b = await prompt(project, "What is in src?")
    claim("the sentence that reasoning stands in `command`", /opencode-vllm: .*reasoning/i.test(b) && /`command`/.test(b))
    claim("its cure", /--reasoning-parser|sampling|temperature|enable_thinking/.test(b))

    heading("(c) A wrong tool parser swallows the call. First OpenCode alone ...")
    sim.set("swallowed")
    const c0 = await prompt(withoutPlugin, "What is in src?")
    claim("plain OpenCode shows nothing of it", !NOTICE.test(c0) && !/parser/.test(c0))
    console.log("\n... then with the plugin:")
    const c = await prompt(project, "What is in src?")
    claim("the sentence that output was dropped", /opencode-vllm: /.test(c) && /token/.test(c))
    claim("the flag to set", /--tool-call-parser qwen3_coder/.test(c))

    heading("/vllm-status: answered without the model")
    sim.set("healthy")
    const before = sim.requests.filter((r) => r.path.includes("/completions")).length
    const page = await status(project)
    claim("server, version and model", /vllm/i.test(page) && page.includes("0.32.0") && page.includes("nemotron-3-super"))
    claim("no model turn was spent", sim.requests.filter((r) => r.path.includes("/completions")).length === before)

    heading("/vllm-status with the server down")
    await sim.close()
    const down = await status(project)
    claim("the page works and says that nothing listens there", /refused|nothing listens/i.test(down))
  } finally {
    await sim.close().catch(() => {})
    project.dispose()
    withoutPlugin.dispose()
  }
}

async function onAServer(url: string, keyEnv: string | undefined) {
  const key = keyEnv ? process.env[keyEnv] : undefined
  if (keyEnv && !key) {
    console.log(`The environment variable ${keyEnv} is not set.`)
    process.exit(2)
  }
  let model = values.model
  if (!model) {
    const listed = await fetch(`${url.replace(/\/+$/, "")}/models`, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
      signal: AbortSignal.timeout(5000),
    })
      .then((r) => r.json() as Promise<{ data?: { id: string }[] }>)
      .catch(() => undefined)
    model = listed?.data?.[0]?.id
    if (!model) console.log(`No model list at ${url}/models: the page below says why. --model ID names a model.`)
  }
  const project = makeProject({ url, model: model ?? "unknown", apiKey: key ? `{env:${keyEnv}}` : "none" })
  try {
    heading(`/vllm-status of ${url}`)
    const page = await status(project)
    claim("the status page", page.includes(new URL(url).host))
    if (!model) return
    heading("One harmless prompt")
    const answer = await prompt(project, "List the files in src and say in one sentence what they are.")
    claim("an answer, or a sentence that says what is wrong", answer.trim().split("\n").length > 1)
  } finally {
    project.dispose()
  }
}

console.log(`OpenCode from ${root}/node_modules, plugin from ${root}/dist, in scratch projects with a private HOME.`)
await (values.url ? onAServer(values.url, values["key-env"]) : onTheSimulator())
console.log(
  `\n${failures === 0 ? "Everything above was really seen." : `${failures} of the claims above did not hold.`} ${((performance.now() - began) / 1000).toFixed(0)} s.`,
)
process.exit(failures === 0 ? 0 : 1)
