/** Makes each cause and looks at it as `opencode-vllm check` does. Runs under Bun and under Node. */
import { spawn } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { checkAll } from "../../../src/cli/check.ts"
import { checkProject } from "../../../src/cli/project.ts"
import { problems } from "../../../src/endpoint/problems.ts"
import type { Check, Endpoint } from "../../../src/endpoint/types.ts"
import { calmClock } from "../../calm-clock.ts"
import { ANSWERS } from "./answers.ts"
import type { Cause } from "./cause.ts"
import { FILES } from "./files.ts"
import { FITTING } from "./fitting.ts"
import { NETWORK } from "./network.ts"
import { SPEECH } from "./speech.ts"

export const CAUSES: Readonly<Record<string, readonly Cause[]>> = {
  "The network": NETWORK,
  "The answer": ANSWERS,
  "The configuration and the load": FITTING,
  "The files of the project": FILES,
  "The model's words (`--deep`)": SPEECH,
}

export const ALL_CAUSES: readonly Cause[] = Object.values(CAUSES).flat()

/** A minute would be right for a real model; these answer at once or never. */
const DEEP_MS = 10_000

export interface Outcome {
  /** What has to be acted on, gravest first. */
  found: Pick<Check, "id" | "status" | "code" | "message" | "fix" | "reference">[]
  ms: number
}

/** Undefined: this cause cannot be made on this machine. */
export async function outcomeOf(cause: Cause, certificates: string): Promise<Outcome | undefined> {
  const server = await cause.start(certificates)
  if (!server) return undefined
  try {
    const endpoint = { provider: "mine", ...cause.endpoint, url: server.url ?? `${server.origin}/v1` }
    if (cause.project) return await checkFiles(cause.project, endpoint.url)
    return await (cause.env ? checkInChild(endpoint, cause.env(server, certificates)) : check(endpoint, cause))
  } finally {
    await server.close()
  }
}

export async function check(
  endpoint: Endpoint,
  { deep, timeoutMs = deep ? DEEP_MS : undefined }: Pick<Cause, "deep" | "timeoutMs"> = {},
): Promise<Outcome> {
  const clock = calmClock()
  const [checked] = await checkAll([endpoint], { deep, timeoutMs })
  const ms = clock()
  const found = checked ? problems(checked.report) : []
  return {
    found: found.map(({ id, status, code, message, fix, reference }) => ({ id, status, code, message, fix, reference })),
    ms,
  }
}

/** The project in a folder and a home of its own. What the files say comes before what the server says, each code once. */
async function checkFiles({ config, stored }: NonNullable<Cause["project"]>, url: string): Promise<Outcome> {
  const home = await mkdtemp(join(tmpdir(), "opencode-vllm-causes-"))
  try {
    const directory = join(home, "project")
    const data = join(home, ".local/share/opencode")
    await Promise.all([mkdir(join(directory, ".git"), { recursive: true }), mkdir(data, { recursive: true })])
    await writeFile(join(directory, "opencode.json"), JSON.stringify(config, null, 2).replaceAll('"@"', JSON.stringify(url)))
    await writeFile(join(data, "auth.json"), JSON.stringify(stored ?? {}), { mode: 0o600 })
    const began = performance.now()
    const result = await checkProject({ directory, home, env: {} })
    const ms = performance.now() - began
    const reference = "https://opencode.ai/docs/config/"
    const files = (result.config ?? []).map(({ severity: status, code, message, fix }) => ({
      status,
      code,
      message,
      fix,
      reference,
    }))
    const servers = result.endpoints.flatMap(({ report }) => problems(report))
    const all = [...files.map((one) => ({ id: "config" as const, ...one })), ...servers]
    const found = all.filter((one, i) => all.findIndex(({ code }) => code === one.code) === i)
    return {
      found: found.map(({ id, status, code, message, fix, reference }) => ({ id, status, code, message, fix, reference })),
      ms,
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** More at once, and a small machine is too busy to answer in time. */
const AT_ONCE = 4

/** Makes the causes and gives their outcomes in the same order. */
export async function outcomesOf(causes: readonly Cause[], certificates: string): Promise<(Outcome | undefined)[]> {
  const outcomes: (Outcome | undefined)[] = []
  let next = 0
  const work = async () => {
    for (let i = next++; i < causes.length; i = next++) outcomes[i] = await outcomeOf(causes[i] as Cause, certificates)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return outcomes
}

/** For what a process reads from its environment only once, at its start. */
function checkInChild(endpoint: Endpoint, env: Record<string, string>): Promise<Outcome> {
  // In the bundle for other runtimes, this file is a part of main.
  const here = fileURLToPath(import.meta.url)
  const args = [here.endsWith("main.mjs") ? here : join(dirname(here), "main.ts"), "check", JSON.stringify(endpoint)]
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, BUN_BE_BUN: "1", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  })
  let text = ""
  child.stdout.on("data", (chunk) => {
    text += chunk
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", () => {
      try {
        resolve(JSON.parse(text) as Outcome)
      } catch (error) {
        reject(error)
      }
    })
  })
}
