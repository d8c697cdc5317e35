/** `opencode-vllm check` without a URL: the servers in this project's configuration, and the mistakes in it. Prints nothing. */
import { relative } from "node:path"
import { endpointsOf } from "../config/endpoints.ts"
import type { Where } from "../config/files.ts"
import { applyFixes, type FileChange, unifiedDiff } from "../config/fix.ts"
import { nodeAt, positionOf } from "../config/json.ts"
import { lintConfig, type Problem } from "../config/lint/index.ts"
import { type LoadedConfig, loadConfig } from "../config/load.ts"
import { writeAtomically } from "../config/write.ts"
import type { Check, Endpoint, EndpointReport } from "../endpoint/types.ts"
import type { CheckResult, ConfigProblem } from "../report/check.ts"
import { type CheckOptions, checkAll } from "./check.ts"

export interface ProjectOptions extends CheckOptions {
  /** For servers that have none configured. */
  key?: string
}

/** Every server of one's own in the configuration of a project, side by side, and what is wrong with the configuration. */
export async function checkProject(where: Where, { key, ...options }: ProjectOptions = {}): Promise<CheckResult> {
  const loaded = await loadConfig(where)
  const endpoints = endpointsOf(loaded).map(
    (one): Endpoint => (key !== undefined && one.key === undefined ? { ...one, key } : one),
  )
  const checked = await checkAll(endpoints, options)
  const reports = checked.map(({ report }) => report)
  const problems = await lintConfig(loaded, reports)
  return {
    endpoints: checked.map((one, i) => ({ ...one, report: withConfig(one.report, problemsOf(loaded, problems, reports, i)) })),
    config: problems.map((problem) => shown(problem, where.directory)),
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
  const worst = problems.find(({ severity }) => severity === "fail") ?? problems[0]
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

export type Fixed = { changes: FileChange[] } | { unwritable: string; code: string }

/** Corrects what is safe to correct. What would change is handed to `show` before anything is written. */
export async function fixProject(where: Where, show: (diff: string) => void): Promise<Fixed> {
  const loaded = await loadConfig(where)
  const changes = applyFixes(await lintConfig(loaded), loaded)
  if (changes.length > 0) show(unifiedDiff(changes))
  for (const { file, after } of changes) {
    try {
      await writeAtomically(file, after)
    } catch (error) {
      return { unwritable: file, code: (error as NodeJS.ErrnoException).code ?? "unknown error" }
    }
  }
  return { changes }
}
