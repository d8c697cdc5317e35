/** `opencode-vllm check` without a URL: the servers in this project's configuration, and the mistakes in it. Prints nothing. */
import { relative } from "node:path"
import { endpointsOf } from "../config/endpoints.ts"
import type { Where } from "../config/files.ts"
import { applyFixes, type FileChange } from "../config/fix.ts"
import { nodeAt, positionOf } from "../config/json.ts"
import { lintConfig, type Problem } from "../config/lint/index.ts"
import { type LoadedConfig, loadConfig } from "../config/load.ts"
import type { Check, Endpoint, EndpointReport } from "../endpoint/types.ts"
import type { Checked, CheckResult, ConfigProblem } from "../report/check.ts"
import { type CheckOptions, checkAll } from "./check.ts"
import { shownDiff } from "./diff.ts"
import { writeChanges } from "./write.ts"

export interface ProjectOptions extends CheckOptions {
  /** For the server that has none configured. */
  key?: string
}

/** Provider ids of the servers that have no key configured. */
export async function keylessServers(where: Where): Promise<string[]> {
  return endpointsOf(await loadConfig(where)).flatMap(({ key, provider }) => (key === undefined ? [provider ?? ""] : []))
}

/** A configuration, what was seen of its servers, and what is wrong with it. */
interface Project {
  loaded: LoadedConfig
  checked: readonly Checked[]
  problems: readonly Problem[]
}

async function lookAtProject(where: Where, { key, ...options }: ProjectOptions): Promise<Project> {
  const loaded = await loadConfig(where)
  const endpoints = endpointsOf(loaded).map(
    (one): Endpoint => (key !== undefined && one.key === undefined ? { ...one, key } : one),
  )
  const checked = await checkAll(endpoints, options)
  const reports = checked.map(({ report }) => report)
  return { loaded, checked, problems: await lintConfig(loaded, reports) }
}

/** Every server of one's own in the configuration of a project, side by side, and what is wrong with the configuration. */
export async function checkProject(where: Where, options: ProjectOptions = {}): Promise<CheckResult> {
  return resultOf(await lookAtProject(where, options))
}

function resultOf({ loaded, checked, problems }: Project): CheckResult {
  const reports = checked.map(({ report }) => report)
  return {
    endpoints: checked.map((one, i) => ({ ...one, report: withConfig(one.report, problemsOf(loaded, problems, reports, i)) })),
    config: problems.map((problem) => shown(problem, loaded.where.directory)),
  }
}

/** The problem as it is shown: paths as a person would type them, and no edit, which may hold a key. */
function shown({ edit: _, ...problem }: Problem, directory: string): ConfigProblem {
  const near = relative(directory, problem.file)
  return { ...problem, file: near === "" || near.startsWith("..") ? problem.file : near }
}

/** The problems that stand in the block of one provider; those outside of all blocks go with the first server. */
function problemsOf(
  loaded: LoadedConfig,
  problems: readonly Problem[],
  reports: readonly EndpointReport[],
  index: number,
): Problem[] {
  const holders = reports.map(({ provider }) => provider ?? "")
  return problems.filter((problem) => {
    const owner = holders.findIndex((id) => standsIn(loaded, problem, id))
    return owner === index || (owner < 0 && index === 0)
  })
}

function standsIn({ files }: LoadedConfig, { file, line }: Problem, provider: string): boolean {
  const found = files.find(({ path }) => path === file)
  const block = found && nodeAt(found.tree, ["provider", provider], true)
  if (!block) return false
  return positionOf(found.text, block.offset).line <= line && line <= positionOf(found.text, block.offset + block.length).line
}

const GRAVITY: Readonly<Record<Check["status"], number>> = { skip: 0, pass: 0, warn: 1, fail: 2 }

/** The check `config` of one server says the worst that stands in its files, unless the look itself found as bad. */
function withConfig(report: EndpointReport, problems: readonly Problem[]): EndpointReport {
  // What is wrong with the plugin's own entries says nothing of a server.
  const ofServers = problems.filter(({ code }) => code !== "internal")
  const worst = ofServers.find(({ severity }) => severity === "fail") ?? ofServers[0]
  // What another check of this server says already is not said twice.
  if (!worst || report.checks.some(({ code, status }) => code === worst.code && status === worst.severity)) return report
  const checks = report.checks.map((check): Check => {
    if (check.id !== "config" || GRAVITY[check.status] >= GRAVITY[worst.severity]) return check
    const { severity: status, code, message, fix } = worst
    return { ...check, status, code, message, fix, reference: CONFIG_DOCS }
  })
  return { ...report, checks }
}

const CONFIG_DOCS = "https://opencode.ai/docs/config/"

/** `failed` is one sentence. */
export type Fixed = { result: CheckResult } | { failed: string }

/**
 * Corrects what is safe to correct, and checks what came out of it. The servers are looked at first: what is right is what they answer to.
 * What would change is handed to `show`, keys hidden, before anything is written.
 */
export async function fixProject(where: Where, options: ProjectOptions, show: (diff: string) => void): Promise<Fixed> {
  const before = await lookAtProject(where, { ...options, deep: false })
  const { loaded } = before
  const changes = await allFixes(before)
  if (changes.length === 0) return { result: options.deep ? await checkProject(where, options) : resultOf(before) }
  show(shownDiff(changes, where.directory, loaded))
  const failed = await writeChanges(changes, [...loaded.files, ...loaded.tuiFiles])
  return failed === undefined ? { result: await checkProject(where, options) } : { failed }
}

/** More than the deepest chain of corrections: an address, then a model behind it, then that model's limit. */
const MOST_PASSES = 4

/** One correction may bring another to light; all are found before anything is written, so that a second run has nothing to do. */
async function allFixes({ loaded, checked, problems }: Project): Promise<FileChange[]> {
  const reports = checked.map(({ report }) => report)
  const original = new Map([...loaded.files, ...loaded.tuiFiles].map(({ path, text }) => [path, text]))
  const texts = new Map<string, string>()
  let now = loaded
  let found = problems
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const changes = applyFixes(found, now)
    if (changes.length === 0) break
    for (const { file, after } of changes) texts.set(file, after)
    now = await loadConfig(loaded.where, texts)
    found = await lintConfig(now, reports)
  }
  return [...texts].map(([file, after]) => {
    const before = original.get(file)
    return { file, ...(before !== undefined && { before }), after }
  })
}
