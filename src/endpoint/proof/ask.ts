import { parseRawOutput } from "../../formats/raw.ts"
import { asObject } from "../models.ts"
import { familyThatWrote } from "./family.ts"
import type { Poster } from "./post.ts"
import { chatBody, completionBody, formABody, type Question, TOOL, tokenizeBody } from "./question.ts"
import { refusalOf } from "./refusal.ts"
import { createStreamReader, type Received } from "./stream.ts"
import type { Delivered, ProofFinding, RawText, Refusal } from "./types.ts"

/** Takes one answer in and says what is wrong with it. `createInspector` of the stream inspector is one. */
export type Inspect = (options: { request: object; server?: { kind?: string; root?: string } }) => {
  push(bytes: Uint8Array): void
  end(): { findings: readonly ProofFinding[] }
}

/** What all questions to one model need. */
export interface Line {
  poster: Poster
  model: string
  /** `--model` argument behind the name, where the server told it. */
  root?: string
  server: string
  inspect?: Inspect
  /** Milliseconds until time is up. */
  left(): number
  /** Milliseconds that a model may take to its first word. */
  patienceMs: number
  /** Output limit in tokens. */
  limit: number
}

const tokensOf = (value: unknown): number[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((id) => Number.isSafeInteger(id) && id >= 0)
    ? (value as number[])
    : undefined

async function stream(
  line: Line,
  path: string,
  body: object,
  more?: (bytes: Uint8Array) => void,
): Promise<Refusal | { received: Received; broken: boolean; ms: number }> {
  const reader = createStreamReader()
  const posted = await line.poster.post(path, body, {
    timeoutMs: line.left(),
    firstByteMs: Math.min(line.left(), line.patienceMs),
    onBytes: (bytes, ms) => {
      reader.push(bytes, ms)
      more?.(bytes)
    },
  })
  const refused = refusalOf(posted, "stream")
  if (refused) return refused
  return { received: reader.received, broken: posted.ok && posted.broken, ms: posted.ms }
}

const timesOf = ({ firstTokenMs, lastTokenMs }: Received) => ({
  ...(firstTokenMs !== undefined && { firstTokenMs: Math.round(firstTokenMs) }),
  writingMs: Math.round((lastTokenMs ?? 0) - (firstTokenMs ?? 0)),
})

/** Rendering a prompt costs a server milliseconds; a gateway that does not know the route may sit on it. */
const RENDERING_MS = 10_000

/** The question through the chat route, as OpenCode sends it. */
export async function askChat(line: Line, question: Question): Promise<Delivered | Refusal> {
  const request = chatBody(line.model, question, line.limit)
  const inspector = line.inspect?.({ request, server: { kind: line.server, root: line.root } })
  const answer = await stream(line, "/chat/completions", request, (bytes) => inspector?.push(bytes))
  if ("ok" in answer) return answer
  const { received, broken, ms } = answer
  const { reasoning, content, calls, finish, usage, error } = received
  return {
    ...{ ok: true, reasoning, content, calls, finish, ...(usage && { usage }), ...timesOf(received), ms },
    ...((error ?? (broken || finish === null ? "the stream ended before the answer did" : undefined)) && {
      error: error ?? "the stream ended before the answer did",
    }),
    findings: inspector?.end().findings ?? [],
  }
}

/** Renders the question on the server. Undefined as prompt where its routes are hidden. */
export async function render(
  line: Line,
  question: Question,
  tools?: readonly unknown[],
): Promise<{ ok: true; tokens: number[]; context?: number } | Refusal> {
  const body = tokenizeBody(line.model, question, tools)
  const posted = await line.poster.post("/tokenize", body, { root: true, timeoutMs: Math.min(line.left(), RENDERING_MS) })
  const refused = refusalOf(posted, "json")
  if (refused) return refused
  const answer = asObject(posted.ok ? JSON.parse(posted.text) : undefined)
  const tokens = tokensOf(answer?.tokens)
  if (!tokens) return { ok: false, code: "not-openai", says: "the answer holds no tokens", ms: posted.ms }
  const context = answer?.max_model_len
  return { ok: true, tokens, ...(typeof context === "number" && context > 0 && { context }) }
}

/** Tokens from the end of the prompt within which a template opens the thoughts. */
const LAST_TOKENS = 48

/** The last words of a rendered prompt; undefined where the server does not say. */
export async function promptTail(line: Line, tokens: readonly number[]): Promise<string | undefined> {
  const body = { model: line.model, tokens: tokens.slice(-LAST_TOKENS) }
  const posted = await line.poster.post("/detokenize", body, { root: true, timeoutMs: Math.min(line.left(), RENDERING_MS) })
  if (refusalOf(posted, "json") || !posted.ok) return undefined
  const prompt = asObject(JSON.parse(posted.text))?.prompt
  return typeof prompt === "string" ? prompt : undefined
}

export interface RawQuestion {
  tokens: readonly number[]
  template?: "open" | "closed"
}

/** The rendered question as a plain completion: the model's own text, read on this side. */
export async function askRaw(line: Line, { tokens, template }: RawQuestion): Promise<RawText | Refusal> {
  const answer = await stream(line, "/completions", completionBody(line.model, tokens, line.limit))
  if ("ok" in answer) return answer
  const { received, broken, ms } = answer
  if (received.error !== undefined || broken || received.finish === null)
    return { ok: false, code: "server-error", says: received.error ?? "the stream ended before the answer did", ms }
  const { family, read } = familyThatWrote(received.content, { template, model: line.model, root: line.root })
  return {
    ...{ ok: true, ...(family && { family: family.id }) },
    ...{ reasoning: read.reasoning.trim(), content: read.content, calls: read.calls, finish: received.finish },
    ...{ completion: received.usage?.completion, ...timesOf(received), ms },
  }
}

/**
 * Whether the chat route leaves the calls in the text when it is told to call nothing, with the tools still in the prompt.
 *
 * @param promptTokens of the same question with the tool
 */
export async function formAWorks(line: Line, promptTokens: number, raw: RawText): Promise<boolean> {
  const answer = await stream(line, "/chat/completions", formABody(line.model, line.limit))
  if ("ok" in answer) return false
  const { content, reasoning, usage } = answer.received
  if (usage?.prompt !== undefined && usage.prompt < promptTokens) return false
  const read = parseRawOutput(content, {
    tools: [TOOL],
    family: raw.family,
    reasoning: reasoning === "" ? undefined : "closed",
  })
  return read.calls.length > 0 && read.calls.length === raw.calls.length
}
