/** The real OpenCode in a scratch project, against a server of this check; and the server asked directly, without OpenCode. */
import { expect } from "bun:test"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeProject, type Project, type ProjectOptions, root, start } from "../../scripts/host.ts"
import type { VllmServer } from "../../scripts/vllm.mjs"

/** What every sentence of the plugin begins with. */
export const SIGN = "opencode-vllm:"

const WITNESS = join(root, "test", "vllm", "rig", "witness.mjs")

/** Start-up of OpenCode, two steps on a small machine, and room; what takes longer hangs. */
const PATIENCE_MS = 100_000

export interface Told {
  stdout: string
  stderr: string
  /** Standard output and standard error. */
  said: string
  /** When the plugin's first sentence came, on the clock of `performance.now()`. */
  signAt?: number
  ms: number
  /** It did not end by itself. */
  timedOut: boolean
  /** The plugin was loaded and its tap stands in the provider. */
  tapped: boolean
  /** A file of the project, undefined where there is none. */
  file(name: string): string | undefined
  /** Every file below the private HOME (logs, sessions, caches) in which this text stands. */
  filesWith(text: string): string[]
}

export interface Ask extends Pick<ProjectOptions, "apiKey" | "files"> {
  args: string[]
  /** Options of the plugin. */
  options?: object
  /** Plain OpenCode, for comparison. */
  withoutPlugin?: boolean
  patienceMs?: number
  /** Runs beside OpenCode, from its start on. */
  meanwhile?: () => Promise<void>
}

/** Runs `opencode` in a fresh project whose provider is this server, and hands what it left behind to `look`. */
export async function opencode(server: VllmServer, ask: Ask, look: (told: Told) => void | Promise<void>) {
  const { args, withoutPlugin = false, patienceMs = PATIENCE_MS, meanwhile, options: given, ...options } = ask
  const notes = mkdtempSync(join(tmpdir(), "opencode-vllm-witness-"))
  const seen = join(notes, "tapped")
  const plugin = [...(withoutPlugin ? [] : [given ? ([root, given] as [string, object]) : root]), [WITNESS, { file: seen }]]
  const project = makeProject({ url: server.url, model: server.model, plugin, ...options })
  try {
    const [run, beside] = await Promise.allSettled([listen(project, args, patienceMs), meanwhile?.()])
    if (run.status === "rejected") throw run.reason
    if (beside.status === "rejected") throw beside.reason
    const ran = run.value
    const told: Told = {
      ...ran,
      said: `${ran.stdout}\n${ran.stderr}`,
      tapped: existsSync(seen) && readFileSync(seen, "utf8") === "true",
      file: (name) => {
        const path = join(project.dir, name)
        return existsSync(path) ? readFileSync(path, "utf8") : undefined
      },
      filesWith: (text) => filesBelow(project.home).filter((file) => readFileSync(file).includes(text)),
    }
    console.log(`  opencode ${args.join(" ")}: ${(ran.ms / 1000).toFixed(1)} s`)
    try {
      expect(told.tapped).toBe(!withoutPlugin)
      // Whatever a case is about: the key stands nowhere.
      if (options.apiKey && !withoutPlugin) {
        expect(told.said).not.toContain(options.apiKey)
        expect(told.filesWith(options.apiKey)).toEqual([])
      }
      await look(told)
    } catch (error) {
      console.log(`--- standard output\n${ran.stdout}\n--- standard error\n${ran.stderr}\n---`)
      throw error
    }
  } finally {
    project.dispose()
    rmSync(notes, { recursive: true, force: true })
  }
}

/** Runs OpenCode to its end, or kills it when the patience is over. */
async function listen(project: Project, args: string[], patienceMs: number) {
  const began = performance.now()
  const heard = { stdout: "", stderr: "", ms: 0, timedOut: false, signAt: undefined as number | undefined }
  const child = start(project, args)
  for (const channel of ["stdout", "stderr"] as const) {
    child[channel]?.setEncoding("utf8").on("data", (text: string) => {
      heard[channel] += text
      if (heard.signAt === undefined && heard[channel].includes(SIGN)) heard.signAt = performance.now()
    })
  }
  const timer = setTimeout(() => {
    heard.timedOut = true
    child.kill("SIGKILL")
  }, patienceMs)
  await new Promise((closed) => child.once("close", closed))
  clearTimeout(timer)
  heard.ms = performance.now() - began
  return heard
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

/** What a client of the server receives for one message. */
export interface Answer {
  status: number
  reasoning: string
  content: string
  calls: { name: string; arguments: string }[]
  finish: string | null
  /** `usage.completion_tokens`. */
  tokens: number
  /** The body of an answer that is no stream. */
  body: string
}

const BASH = {
  type: "function",
  function: {
    name: "bash",
    description: "Runs a command",
    parameters: {
      type: "object",
      properties: { command: { type: "string" }, description: { type: "string" } },
      required: ["command"],
    },
  },
}

/** The request that OpenCode would send: streamed, with tools. */
export const askBody = (server: VllmServer, message: string) => ({
  model: server.model,
  messages: [{ role: "user", content: message }],
  tools: [BASH],
  tool_choice: "auto",
  max_tokens: 2000,
  stream: true,
  stream_options: { include_usage: true },
})

/** Asks as OpenCode asks, and puts the answer together. */
export async function askDirectly(server: VllmServer, message: string, apiKey?: string): Promise<Answer> {
  const response = await fetch(`${server.url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    body: JSON.stringify(askBody(server, message)),
  })
  const body = await response.text()
  const answer: Answer = { status: response.status, reasoning: "", content: "", calls: [], finish: null, tokens: 0, body }
  for (const line of body.split("\n")) {
    if (!line.startsWith("data: {")) continue
    const chunk = JSON.parse(line.slice("data: ".length))
    answer.tokens = chunk.usage?.completion_tokens ?? answer.tokens
    const choice = chunk.choices?.[0]
    answer.reasoning += choice?.delta?.reasoning ?? ""
    answer.content += choice?.delta?.content ?? ""
    answer.finish = choice?.finish_reason ?? answer.finish
    for (const { index, function: f } of choice?.delta?.tool_calls ?? []) {
      answer.calls[index] ??= { name: "", arguments: "" }
      answer.calls[index].name += f?.name ?? ""
      answer.calls[index].arguments += f?.arguments ?? ""
    }
  }
  return answer
}

/** Resolves when the server has begun to write an answer of at least `tokens` tokens (read from its metrics). */
export async function writing(server: VllmServer, tokens: number): Promise<void> {
  const written = async () => {
    const text = await (await fetch(`${server.origin}/metrics`)).text()
    return Number(text.match(/^vllm:generation_tokens_total\{.*\} (\S+)$/m)?.[1] ?? 0)
  }
  const before = await written()
  const late = performance.now() + PATIENCE_MS
  while ((await written()) < before + tokens) {
    if (performance.now() > late) throw new Error("The server did not begin to write.")
    await new Promise((next) => setTimeout(next, 100))
  }
}
