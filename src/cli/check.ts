/** What `opencode-vllm check` does: all servers at once, each within its time. Prints nothing. */
import { lookAt } from "../endpoint/look.ts"
import { modelToProve, withProof } from "../endpoint/proof/merge.ts"
import { prove } from "../endpoint/proof/prove.ts"
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import type { Checked, CheckResult } from "../report/check.ts"
import { createInspector } from "../stream/inspector.ts"

export interface CheckOptions {
  /** Milliseconds for one server, all of its checks together. Default 2,000, and 120,000 where a model is asked. */
  timeoutMs?: number
  /** Ask the model: spends tokens. */
  deep?: boolean
  /** The model to ask; default: one that is configured, else the first. */
  model?: string
  signal?: AbortSignal
  /** Told what is done now, for a person. */
  onProgress?(url: string, step: string): void
}

const LOOK_MS = 2000
const DEEP_MS = 120_000
/** A look that has found nothing by then finds nothing: the rest of the time is for the questions. */
const MOST_LOOK_MS = 5000

/** Checks all servers side by side. Takes as long as the slowest, never longer than the time given. Never throws. */
export function checkAll(endpoints: readonly Endpoint[], options: CheckOptions = {}): Promise<Checked[]> {
  return Promise.all(endpoints.map((endpoint) => checkOne(endpoint, options)))
}

async function checkOne(
  endpoint: Endpoint,
  { timeoutMs, deep = false, model, signal, onProgress }: CheckOptions,
): Promise<Checked> {
  const began = performance.now()
  const deadlineMs = timeoutMs ?? (deep ? DEEP_MS : LOOK_MS)
  onProgress?.(endpoint.url, "looking")
  const report = await lookAt(endpoint, { deadlineMs: deep ? Math.min(deadlineMs, MOST_LOOK_MS) : deadlineMs, signal })
  const asked = deep ? modelToProve(report, model) : undefined
  if (asked === undefined) return { report: deep ? unasked(report) : report }
  const proof = await prove(endpoint, {
    ...{ model: asked, report, inspect: createInspector, signal },
    deadlineMs: Math.round(deadlineMs - (performance.now() - began)),
    onProgress: ({ step }) => onProgress?.(endpoint.url, step),
  })
  return { report: withProof(report, proof), proof }
}

/** The model was to be asked, and there was none to ask. */
function unasked(report: EndpointReport): EndpointReport {
  const message = "Not checked: there is no model to ask, for a reason named above."
  return {
    ...report,
    checks: report.checks.map((one) => (one.status === "skip" && ASKED.has(one.id) ? { ...one, message } : one)),
  }
}
const ASKED: ReadonlySet<string> = new Set(["chat", "tool-call", "reasoning"])

/** A limit can only be missing from a configuration, and none was read. */
export function withoutConfig(report: EndpointReport): EndpointReport {
  const message = "Not compared: no configuration was read."
  const checks = report.checks.map((one) =>
    one.code === "limit-missing"
      ? { ...one, status: "skip" as const, code: "ok" as const, message, fix: "", reference: "" }
      : one,
  )
  return { ...report, checks }
}

export interface UrlOptions extends CheckOptions {
  key?: string
}

/** One server by its address; its configuration is not known. */
export async function checkUrl(url: string, { key, ...options }: UrlOptions): Promise<CheckResult> {
  const models = options.model === undefined ? undefined : [{ key: options.model, id: options.model }]
  const endpoints = await checkAll([{ url, key, models }], options)
  return { endpoints: endpoints.map((one) => ({ ...one, report: withoutConfig(one.report) })) }
}
