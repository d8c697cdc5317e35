#!/usr/bin/env node
/** The `opencode-vllm` command. The only file that prints; what a command needs is loaded when it runs. */
import { readFile } from "node:fs/promises"
import { homedir } from "node:os"
import { resolve } from "node:path"
import { Command, CommanderError, InvalidArgumentError, Option } from "commander"
import type { CheckOptions } from "./cli/check.ts"
import type { InitFlags } from "./cli/init.ts"
import type { SimRequest } from "./sim/types.ts"
import { version } from "./version.ts"

/** Bad usage or unreadable input: one sentence for standard error, exit code 2 unless said otherwise. */
class Refused extends Error {
  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message)
  }
}

/** Done when all that was printed has left the process. */
let printed: Promise<void> = Promise.resolve()
const print = (text: string) => {
  printed = new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()))
}
const printJson = (value: unknown) => print(JSON.stringify(value, null, 2))

const program = new Command("opencode-vllm")
  .description("Says when your own LLM server is unreachable, misconfigured or corrupting tool calls, and what to change.")
  .version(version)
  .exitOverride()

program
  .command("check")
  .description("look at your servers: reach, key, models, limits, load. Nothing is sent that costs GPU time, but with --deep")
  .argument(
    "[url]",
    "base URL of one server, usually ending in /v1; without it every server of your own in this project's OpenCode config",
  )
  .option("--model <id>", "the model that has to be served, and the one that --deep asks", someText)
  .option("--key-env <name>", "environment variable that holds the API key")
  .option("--deep", "ask the model too: chat, tool call and reasoning, held against its own raw text. Spends tokens")
  .option("--timeout <ms>", "milliseconds for one server, all in all (default: 2000, with --deep 120000)", positive)
  .option("--fix", "without a URL: correct what is safe to correct in the config, after showing the change")
  .option("--json", "print one JSON document")
  .addHelpText("after", "\nExit code: 0 all pass or warn, 1 a check fails, 2 bad usage.")
  .action((url, flags) => asking(url, () => check(url, flags)))

program
  .command("init")
  .description(
    "set a project up: finds your server, writes the provider and the plugin into OpenCode's config after showing them",
  )
  .option("--url <url>", "base URL of the server; without it the usual ports of this machine are looked at")
  .option("--dir <folder>", "the project (default: the working directory)")
  .option("--provider <id>", "provider id to write (default: by kind of server)")
  .option("--key-env <name>", "environment variable that holds the API key; only its name is written")
  .option("--yes", "ask nothing; take what is usual")
  .option("--dry-run", "show what would change and write nothing")
  .addOption(new Option("--plugin <spec>").hideHelp())
  .addHelpText(
    "after",
    "\nExit code: 0 set up, or nothing to do, 1 no server found, 2 bad usage, a broken file or a missing key.",
  )
  .action((flags) => asking(flags.url, () => init(flags)))

program
  .command("inspect")
  .description("say what is wrong with one recorded answer")
  .argument("<response>", "file with the event stream or JSON of the answer; - reads standard input")
  .option("--request <file>", "file with the JSON body of the request that it answers")
  .option("--json", "print one JSON document")
  .addHelpText("after", "\nExit code: 0 no finding, 1 findings, 2 unreadable.")
  .action(inspect)

program
  .command("sim")
  .description("a simulated vLLM server (or one of another kind), healthy or with a fault")
  .option("--port <n>", "port to listen on, 0 takes any free one", wholeNumber, 8000)
  .option("--kind <name>", "the server it is a copy of: sglang, llama.cpp, llama-swap, ollama, lmstudio ...", "vllm")
  .option("--scenario <name>", "what the server does; SIM:<name> in a prompt picks one for that request", "healthy")
  .option("--list", "list the scenarios with a line each")
  .option("--api-key-env <name>", "environment variable that holds the key clients have to send")
  .action(sim)

/** A command that asks servers: nothing of it is left when it is done. */
async function asking(url: string | undefined, command: () => Promise<void>) {
  const { leave, runApart, wantsApart } = await import("./cli/apart.ts")
  if (wantsApart(url)) process.exitCode = await runApart()
  else {
    await end(command)
    await printed
    leave()
  }
}

interface CheckFlags {
  model?: string
  keyEnv?: string
  deep?: boolean
  timeout?: number
  fix?: boolean
  json?: boolean
}

async function check(url: string | undefined, flags: CheckFlags) {
  const key = flags.keyEnv === undefined ? undefined : fromEnvironment(flags.keyEnv)
  const { checkUrl } = await import("./cli/check.ts")
  const { checkJson, checkText, isBad } = await import("./report/check.ts")
  if (url !== undefined && flags.fix) throw new Refused("--fix corrects this project's configuration: leave the URL out.")
  const progress = flags.json ? undefined : progressLine()
  const options = { timeoutMs: flags.timeout, deep: flags.deep, model: flags.model, onProgress: progress?.show }
  const result = url === undefined ? await project({ ...options, key, fix: flags.fix }) : await checkUrl(url, { ...options, key })
  progress?.clear()
  if (flags.json) printJson(checkJson(result))
  else print(checkText(result, { color: wantsColor() }))
  if (isBad(result)) process.exitCode = 1
}

/** This project's servers; with `fix` what is safe to correct is shown and then written. */
async function project({ fix, ...options }: CheckOptions & { key?: string; fix?: boolean }) {
  const { checkProject, fixProject, keylessServers } = await import("./cli/project.ts")
  const where = { directory: process.cwd(), env: process.env, home: homedir() }
  // A key is for one server, and no other is to see it.
  const keyless = options.key === undefined ? [] : await keylessServers(where)
  if (keyless.length > 1)
    throw new Refused(
      `Several servers have no key configured (${keyless.join(", ")}): give the URL of the one that the key is for.`,
    )
  if (!fix) return checkProject(where, options)
  const fixed = await fixProject(where, options, (diff) => process.stderr.write(`${diff}\n\n`))
  if ("failed" in fixed) throw new Refused(fixed.failed)
  return fixed.result
}

/** What is being done now, on one line of a terminal; nothing where nobody looks. */
function progressLine() {
  if (process.stderr.isTTY !== true || process.env.TERM === "dumb" || process.env.NO_COLOR) return undefined
  const clear = () => void process.stderr.write("\r\x1b[K")
  const show = (url: string, step: string) => void process.stderr.write(`\r\x1b[K${visible(`${url}: ${step} ...`)}`)
  return { clear, show }
}

/** One line without what could steer a terminal, and without a password. */
const visible = (text: string) =>
  text
    .replace(/\/\/[^/@\s]*@/, "//***@")
    .replace(/[?&][^\s:]*/, "")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, Math.max(20, (process.stderr.columns || 80) - 1))

async function init({ yes, dir = ".", ...flags }: InitFlags & { yes?: boolean; dir?: string }) {
  const { init, ownSpec } = await import("./cli/init.ts")
  const asks = !yes && process.stdin.isTTY === true && process.stdout.isTTY === true
  const ask = asks ? (await import("./cli/init/ask.ts")).askOnTerminal : undefined
  const where = { directory: resolve(dir), env: process.env, home: homedir() }
  const result = await init(where, { plugin: ownSpec(import.meta.url), ...flags }, { ask, show: print })
  if (result.exit !== 0) throw new Refused(result.message, result.exit)
  print(result.lines.join("\n"))
}

async function inspect(file: string, options: { request?: string; json?: boolean }) {
  const bytes = await (file === "-" ? standardInput() : fileBytes(file))
  const request = options.request === undefined ? undefined : jsonText(await fileBytes(options.request), options.request)
  const { inspectRecording, inspectionText } = await import("./cli/inspect.ts")
  const inspected = inspectRecording(bytes, request)
  if ("unreadable" in inspected) throw new Refused(`${label(file)} ${inspected.unreadable}`)
  const { findings, response } = inspected.report
  if (options.json) printJson({ findings, response })
  else print(inspectionText(inspected.report, { color: wantsColor() }))
  if (findings.length > 0) process.exitCode = 1
}

/** Colour only where a person looks at it and has not asked for none (https://no-color.org). */
function wantsColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb"
}

interface SimFlags {
  port: number
  kind: string
  scenario: string
  list?: boolean
  apiKeyEnv?: string
}

async function sim(flags: SimFlags) {
  const { SCENARIOS, isScenarioName } = await import("./sim/scenarios.ts")
  if (flags.list) {
    const width = Math.max(...Object.keys(SCENARIOS).map((name) => name.length))
    return print(
      Object.entries(SCENARIOS)
        .map(([name, { line }]) => `${name.padEnd(width)}  ${line}`)
        .join("\n"),
    )
  }
  const { scenario, port, kind } = flags
  if (!isScenarioName(scenario))
    throw new Refused(`There is no scenario named ${scenario}. \`opencode-vllm sim --list\` names them all.`)
  const { isSimKind, KINDS } = await import("./sim/kinds/all.ts")
  if (!isSimKind(kind)) throw new Refused(`There is no kind of server named ${kind}: ${Object.keys(KINDS).join(", ")}.`)
  const apiKey = flags.apiKeyEnv === undefined ? undefined : fromEnvironment(flags.apiKeyEnv)
  const { startSim } = await import("./sim/server.ts")
  const running = await startSim({ port, kind, scenario, apiKey, onRequest: (request) => print(requestLine(request)) }).catch(
    (error) => {
      throw new Refused(`Port ${port} cannot be used (${error?.code ?? "unknown error"}). Take another one with --port.`, 1)
    },
  )
  print(`Simulated ${kind === "vllm" ? "vLLM" : kind} at ${running.url}, scenario ${scenario}. Ctrl-C ends it.`)
  const stop = () => void running.close()
  process.once("SIGINT", stop)
  process.once("SIGTERM", stop)
}

function requestLine({ method, path, status, scenario, ms }: SimRequest): string {
  // Without the query, which may hold a key, and without what could steer a terminal.
  const shown = path
    .split("?", 1)[0]!
    .replace(/[^\x21-\x7e]/g, "?")
    .slice(0, 80)
  return `${new Date().toTimeString().slice(0, 8)}  ${method} ${shown}  ${status || "no answer"}  ${scenario}  ${ms} ms`
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("A whole number is needed.")
  return Number(text)
}

function positive(text: string): number {
  const value = wholeNumber(text)
  if (value === 0) throw new InvalidArgumentError("A number above 0 is needed.")
  return value
}

function someText(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("A name is needed.")
  return text.trim()
}

function fromEnvironment(name: string): string {
  const value = process.env[name]
  if (!value) throw new Refused(`The environment variable ${name} is not set.`)
  return value
}

const label = (file: string) => (file === "-" ? "Standard input" : file)

async function fileBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new Refused(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`)
  }
}

function jsonText(bytes: Uint8Array, file: string): string {
  const text = new TextDecoder().decode(bytes)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new Refused(`${file} is not JSON.`)
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Refused(`${file} is not the body of a request: a JSON object is needed.`)
  return text
}

async function standardInput(): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part)
  return Buffer.concat(parts)
}

/** Runs to its end. The exit code is set, not forced: a pipe that reads slowly still gets every byte. */
async function end(command: () => Promise<unknown>) {
  try {
    await command()
  } catch (error) {
    if (error instanceof Refused) {
      process.stderr.write(`${error.message}\n`)
      process.exitCode = error.exitCode
    } else if (error instanceof CommanderError) {
      // Commander has printed its own sentence. Help and version are no errors.
      process.exitCode = error.exitCode === 0 ? 0 : 2
    } else throw error
  }
}

// Who reads has gone, as with `| head`: there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? process.exitCode : 1))
await end(() => program.parseAsync())
