import { REASONING } from "../../formats/readers/table.ts"
import { familyOfModel } from "../../knowledge/families.ts"
import type { Fetch } from "../fetch.ts"
import { redactDeep, secretsOf } from "../text.ts"
import type { Endpoint, EndpointReport } from "../types.ts"
import { askChat, askRaw, formAWorks, type Inspect, type Line, promptTail, render } from "./ask.ts"
import { isCalled, isCertain } from "./judge.ts"
import { OPENCODE_TOOLS } from "./opencode-tools.ts"
import { createPoster } from "./post.ts"
import { MOST_OUTPUT } from "./question.ts"
import type { Delivered, Proof, RawForm, RawText, Refusal } from "./types.ts"

export { proofChecks } from "./checks.ts"
export type { Proof, RawForm } from "./types.ts"

export interface Progress {
  /** What is being asked now, for a person. */
  step: string
  /** 0 at the start, 1 at the end; grows. */
  share: number
}

export interface ProveOptions {
  /** Served name of the model to ask. */
  model: string
  /** The proof is there by then, whatever the server does. Default 120,000. */
  deadlineMs?: number
  /** A look at this endpoint, for the kind of server and the model behind the served name. */
  report?: EndpointReport
  /** `createInspector`: where the raw text cannot be read, its findings are all there is to judge by. */
  inspect?: Inspect
  fetch?: Fetch
  signal?: AbortSignal
  onProgress?(progress: Progress): void
}

const TRIES = 3
const RESERVE_MS = 60
const LEAST_PATIENCE_MS = 20_000

/**
 * Asks a model two harmless questions, through the chat route as OpenCode does and as plain completions, and keeps what came. The
 * only part of a check that spends tokens: some hundred, up to a few thousand with a model that thinks long. Nothing is executed.
 * Never throws; takes at most `deadlineMs`.
 */
export async function prove(endpoint: Endpoint, options: ProveOptions): Promise<Proof> {
  const { model, deadlineMs = 120_000, report, inspect, fetch, signal, onProgress } = options
  const began = performance.now()
  const served = report?.models.find((one) => one.id === model)
  const proof: Proof = {
    ...{ model, server: report?.server.kind ?? "unknown", proven: false, forms: [], spent: { requests: 0, tokens: 0 } },
    ...{ cutShort: false, ms: 0, ...(served?.context && { context: served.context }) },
  }
  const left = () => {
    const ms = Math.round(deadlineMs - RESERVE_MS - (performance.now() - began))
    // Timers fire a moment early at times.
    return ms <= 5 ? 0 : ms
  }
  const line: Line = {
    ...{ poster: createPoster(endpoint, { fetch, signal }), model, root: served?.root, server: proof.server, inspect, left },
    patienceMs: Math.max(LEAST_PATIENCE_MS, deadlineMs / 3),
    limit: Math.min(MOST_OUTPUT, served?.context ? Math.max(64, Math.floor(served.context / 2)) : MOST_OUTPUT),
  }
  const tell = (step: string, share: number) => {
    try {
      onProgress?.({ step, share })
    } catch {
      // What the caller does with it is no reason to stop.
    }
  }
  try {
    await gather(line, proof, tell)
  } catch (error) {
    proof.notProven ??= `The proof itself failed (${error instanceof Error ? error.name : "unknown"}).`
  }
  const named = familyOfModel({ id: model, root: served?.root })
  proof.family = (proof.raw?.ok ? proof.raw.family : undefined) ?? named?.id
  proof.cutShort = left() <= 0 || signal?.aborted === true
  proof.ms = Math.round(performance.now() - began)
  tell("done", 1)
  return redactDeep(proof, secretsOf(endpoint))
}

async function gather(line: Line, proof: Proof, tell: (step: string, share: number) => void): Promise<void> {
  const kept = { proof, left: line.left }
  tell("rendering the prompt", 0)
  const [plain, withTool, withTools] = await Promise.all([
    render(line, "call", []),
    render(line, "call"),
    render(line, "call", OPENCODE_TOOLS),
  ])
  const prompt = withTool.ok ? withTool : undefined
  if (prompt) {
    proof.context = prompt.context ?? proof.context
    const tail = await promptTail(line, prompt.tokens)
    if (tail !== undefined) proof.template = REASONING.some((pair) => endsInside(tail, pair)) ? "open" : "closed"
    if (plain.ok) proof.toolsReachPrompt = prompt.tokens.length > plain.tokens.length
    if (plain.ok && withTools.ok && withTools.tokens.length > plain.tokens.length)
      proof.toolTokens = withTools.tokens.length - plain.tokens.length
  } else if (!withTool.ok) proof.notProven = hidden(withTool)

  tell("asking for a tool call", 0.1)
  proof.called = await best(kept, () => askChat(line, "call"), isCalled)
  if (isLost(proof.called) || line.left() <= 0) return
  if (prompt && proof.toolsReachPrompt !== false) {
    tell("reading the model's own text", 0.35)
    const question = { tokens: prompt.tokens, template: proof.template }
    proof.raw = await best(
      kept,
      () => askRaw(line, question),
      (raw) => raw.ok && raw.calls.length > 0,
    )
    if (proof.raw.ok) {
      proof.proven = true
      if (proof.raw.calls.length > 0) proof.forms.push("B")
    } else proof.notProven = line.left() <= 0 ? "Time ran out." : hidden(proof.raw)
  }
  if (proof.raw?.ok && proof.raw.calls.length > 0 && prompt) {
    tell("trying the text without parsers", 0.6)
    proof.spent.requests++
    if (await formAWorks(line, prompt.tokens.length, proof.raw)) proof.forms.unshift("A")
  }
  if (line.left() <= 0) return
  tell("asking for a sentence", 0.75)
  proof.talked = await best(
    kept,
    () => askChat(line, "talk"),
    (answer) => answer.ok && answer.error === undefined,
    1,
  )
  const doubtful = proof.talked.ok && (proof.talked.content.trim() === "" || proof.talked.reasoning.trim() === "")
  if (doubtful && proof.proven) {
    tell("reading the sentence as it was written", 0.9)
    const asked = await render(line, "talk")
    if (asked.ok)
      proof.talkedRaw = await best(
        kept,
        async () => askRaw(line, { tokens: asked.tokens, template: proof.template }),
        (raw) => raw.ok,
        1,
      )
  }
}

/** Asks until an answer is good, up to three times; keeps the best, and what it cost. A refusal that will be the same next time is asked once. */
async function best<T extends Delivered | RawText>(
  { proof, left }: { proof: Proof; left(): number },
  ask: () => Promise<T | Refusal>,
  good: (answer: T | Refusal) => boolean,
  tries = TRIES,
): Promise<T | Refusal> {
  let kept: T | Refusal | undefined
  for (let i = 0; i < tries && (i === 0 || left() > 0); i++) {
    const answer = await ask()
    proof.spent.requests++
    if (answer.ok) count(proof, answer)
    if (!kept?.ok || answer.ok) kept = answer
    if (good(answer) || (answer.ok ? isCertain(answer) : !MAY_PASS.has(answer.code))) break
  }
  return kept as T | Refusal
}

const MAY_PASS: ReadonlySet<string> = new Set(["reset", "server-error"])

function count(proof: Proof, answer: Delivered | RawText): void {
  const tokens = "usage" in answer ? answer.usage?.completion : "completion" in answer ? answer.completion : undefined
  proof.spent.tokens += tokens ?? 0
  const { firstTokenMs, writingMs } = answer
  if (firstTokenMs !== undefined) proof.firstTokenMs = Math.min(proof.firstTokenMs ?? firstTokenMs, firstTokenMs)
  // A handful of tokens in one piece says nothing about speed, and a stream from which a call was taken out too much.
  if (tokens === undefined || tokens < 8 || writingMs < 20 || ("findings" in answer && isCalled(answer))) return
  const speed = Math.round((tokens * 10_000) / writingMs) / 10
  if (!("findings" in answer)) proof.tokensPerSecond = speed
  else proof.tokensPerSecond ??= speed
}

/** Nothing more is to be learned: no answer came and none will. */
const isLost = (answer: Delivered | Refusal) =>
  !answer.ok && !["tools-off", "context-overflow", "server-error", "reset"].includes(answer.code)

function hidden({ status, code }: Refusal): string {
  if (status === 401 || status === 403 || status === 404 || status === 405 || status === 501)
    return `The server or its gateway does not offer the routes that show the model's own text (HTTP ${status}).`
  return `The routes that show the model's own text did not answer (${status === undefined ? code : `HTTP ${status}`}).`
}

function endsInside(text: string, { open, close }: { open: string; close: string }): boolean {
  const opened = text.lastIndexOf(open)
  return opened >= 0 && text.indexOf(close, opened + open.length) < 0
}

/** Which raw forms are proven to bring the model's own calls. */
export const rawFormsOf = (proof: Proof): readonly RawForm[] => proof.forms
