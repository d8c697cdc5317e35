#!/usr/bin/env node
/** The `opencode-vllm` command. The only file that prints; what a command needs is loaded when it runs. */
import { readFile } from "node:fs/promises"
import { Command, CommanderError, InvalidArgumentError } from "commander"
import type { EndpointReport } from "./endpoint/types.ts"
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

const print = (text: string) => void process.stdout.write(`${text}\n`)
const printJson = (value: unknown) => print(JSON.stringify(value, null, 2))

const program = new Command("opencode-vllm")
  .description("Says when your own LLM server is unreachable, misconfigured or corrupting tool calls, and what to change.")
  .version(version)
  .exitOverride()

program
  .command("check")
  .description("look at a server: reach, key, models, limits, load. Nothing is sent that costs GPU time")
  .argument("[url]", "base URL of the server, usually ending in /v1")
  .option("--model <id>", "the model that has to be served")
  .option("--key-env <name>", "environment variable that holds the API key")
  .option("--timeout <ms>", "milliseconds until a server that does not answer is given up", wholeNumber, 2000)
  .option("--json", "print one JSON document")
  .addHelpText("after", "\nExit code: 0 all pass or warn, 1 a check fails, 2 bad usage.")
  .action(check)

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
  .description("a simulated vLLM server, healthy or with a fault")
  .option("--port <n>", "port to listen on, 0 takes any free one", wholeNumber, 8000)
  .option("--scenario <name>", "what the server does; SIM:<name> in a prompt picks one for that request", "healthy")
  .option("--list", "list the scenarios with a line each")
  .option("--api-key-env <name>", "environment variable that holds the key clients have to send")
  .action(sim)

interface CheckOptions {
  model?: string
  keyEnv?: string
  timeout: number
  json?: boolean
}

async function check(url: string | undefined, options: CheckOptions) {
  if (url === undefined)
    throw new Refused(
      "Give the URL of the server, for example http://localhost:8000/v1: reading this project's config comes later.",
    )
  const key = options.keyEnv === undefined ? undefined : fromEnvironment(options.keyEnv)
  const models = options.model === undefined ? undefined : [{ key: options.model, id: options.model }]
  const { lookAt } = await import("./endpoint/look.ts")
  const report = withoutConfig(await lookAt({ url, key, models }, { deadlineMs: options.timeout }))
  if (options.json) printJson({ endpoints: [endpointJson(report)] })
  else print(endpointText(report))
  if (report.checks.some((one) => one.status === "fail")) process.exitCode = 1
}

/** A limit can only be missing from a configuration, and none was read. */
function withoutConfig(report: EndpointReport): EndpointReport {
  const message = "Not compared: no configuration was read."
  const checks = report.checks.map((one) =>
    one.code === "limit-missing"
      ? { ...one, status: "skip" as const, code: "ok" as const, message, fix: "", reference: "" }
      : one,
  )
  return { ...report, checks }
}

const endpointJson = ({ url, provider, server, models, checks }: EndpointReport) => ({
  ...{ url, ...(provider === undefined ? {} : { provider }) },
  ...{ server, models, checks },
})

function endpointText(report: EndpointReport): string {
  const { kind, version: release } = report.server
  const name = kind === "unknown" ? "a server of unknown kind" : `${kind}${release ? ` ${release}` : ""}`
  const models = report.models.map(({ id, context }) => `  serves ${id}${context ? `, ${context} tokens of context` : ""}`)
  const checks = report.checks
    .filter((one) => one.status !== "skip")
    .flatMap((one) => {
      const line = `  ${one.status.padEnd(4)}  ${one.id.padEnd(9)}  ${one.message}`
      return one.status === "pass" || one.fix === "" ? [line] : [line, `        ${"".padEnd(9)}  ${one.fix}`]
    })
  return [`${report.url}: ${name}`, ...models, ...checks].join("\n")
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
  const { scenario, port } = flags
  if (!isScenarioName(scenario))
    throw new Refused(`There is no scenario named ${scenario}. \`opencode-vllm sim --list\` names them all.`)
  const apiKey = flags.apiKeyEnv === undefined ? undefined : fromEnvironment(flags.apiKeyEnv)
  const { startSim } = await import("./sim/server.ts")
  const running = await startSim({ port, scenario, apiKey, onRequest: (request) => print(requestLine(request)) }).catch(
    (error) => {
      throw new Refused(`Port ${port} cannot be used (${error?.code ?? "unknown error"}). Take another one with --port.`, 1)
    },
  )
  print(`Simulated vLLM at ${running.url}, scenario ${scenario}. Ctrl-C ends it.`)
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

// The exit code is set, never forced: a pipe that reads slowly still gets every byte.
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof Refused) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error.exitCode
  } else if (error instanceof CommanderError) {
    // Commander has printed its own sentence. Help and version are no errors.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else throw error
}
