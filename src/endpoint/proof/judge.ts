import { parseRawOutput } from "../../formats/raw.ts"
import { REASONING } from "../../formats/readers/table.ts"
import { asObject } from "../models.ts"
import { TOOL } from "./question.ts"
import type { Delivered, Proof, RawText, Refusal } from "./types.ts"

/** What became of the call on its way through the server. */
export type CallFate =
  /** It arrived as it was written. */
  | "read"
  /** It arrived with a wrong name or arguments that break. */
  | "broken"
  /** It stands in the content as text. */
  | "in-content"
  /** It stands in the reasoning as text. */
  | "in-reasoning"
  /** It was written, counted and dropped. */
  | "swallowed"
  /** The model itself wrote a call that does not fit the tool. */
  | "odd"
  /** The output limit came first. */
  | "cut"
  /** The stream ended in an error. */
  | "failed"
  /** The model wrote none, or what it wrote cannot be told. */
  | "none"

/** What became of the thoughts. */
export type ThoughtFate =
  | "read"
  /** They, or their delimiters, stand in the content. */
  | "in-content"
  /** The answer was taken for thoughts. */
  | "answer-in-reasoning"
  /** The model itself never ended its thoughts. */
  | "never-ended"
  | "none"

/** Bytes that arrive for certain where this many more tokens were counted: delimiters and the end of the turn cost tokens without a byte. */
const SLACK_TOKENS = 12

/** A call of the declared tool with arguments that fit it. */
const isWhole = (call: { name: string; arguments: string }): boolean => {
  if (call.name !== TOOL.function.name) return false
  try {
    return typeof asObject(JSON.parse(call.arguments))?.path === "string"
  } catch {
    return false
  }
}

export const isCalled = (answer: Delivered | Refusal): boolean => answer.ok && answer.calls.some(isWhole)

const CALL_FINDINGS: Readonly<Record<string, CallFate>> = {
  "output-swallowed": "swallowed",
  "call-in-content": "in-content",
  "call-in-reasoning": "in-reasoning",
  "finish-without-call": "swallowed",
}

const certainFate = ({ findings }: Delivered): CallFate | undefined =>
  findings.flatMap(({ kind, certainty }) => (certainty === "certain" ? (CALL_FINDINGS[kind] ?? []) : []))[0]

/** Asking again would say the same. */
export function isCertain(answer: Delivered | RawText): boolean {
  return "findings" in answer && answer.calls.length === 0 && (certainFate(answer) !== undefined || hasCallText(answer.content))
}

const hasCallText = (text: string, family?: string): boolean =>
  text.includes(TOOL.function.name) && parseRawOutput(text, { tools: [TOOL], family }).calls.length > 0

/** The fate of the call, from the answer and, where it could be read, from what the model wrote. */
export function callFate({ called, raw, family }: Proof): CallFate {
  if (!called?.ok) return "none"
  if (called.calls.some(isWhole)) return "read"
  if (called.error !== undefined) return "failed"
  if (called.calls.length > 0) return brokenFate(called, raw)
  if (hasCallText(called.content, family)) return "in-content"
  if (hasCallText(called.reasoning, family)) return "in-reasoning"
  if (called.finish === "length") return "cut"
  const wrote = raw?.ok === true && raw.calls.length > 0
  if (wrote && isShort(called)) return "swallowed"
  return certainFate(called) ?? "none"
}

/** What the model itself wrote like this is no fault of the parser; where that is not known, only what no model writes is. */
function brokenFate({ calls, finish }: Delivered, raw: RawText | Refusal | undefined): CallFate {
  if (finish === "length") return "cut"
  if (raw?.ok) return raw.calls.some(isWhole) ? "broken" : "odd"
  return calls.every(({ name, arguments: text }) => /^[\w.-]+$/.test(name) && isJson(text)) ? "odd" : "broken"
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** More tokens were counted than bytes came: a tokenizer of bytes writes at least one per token. */
function isShort({ usage, reasoning, content }: Delivered): boolean {
  const bytes = Buffer.byteLength(reasoning) + Buffer.byteLength(content)
  const outside = usage?.completion === undefined ? undefined : usage.completion - (usage.reasoning ?? 0)
  if (outside !== undefined && (usage?.reasoning ?? 0) > 0 && outside > Buffer.byteLength(content) + SLACK_TOKENS) return true
  return usage?.completion === undefined
    ? content.trim() === ""
    : usage.completion > bytes + SLACK_TOKENS || content.trim() === ""
}

const holdsDelimiter = (text: string): boolean => REASONING.some(({ open, close }) => text.includes(close) || text.includes(open))

/** So much of the thoughts, word for word, is no accident. */
const SHARED = 24

const startsWithThoughts = (content: string, thoughts: string): boolean =>
  thoughts.length >= SHARED && content.trimStart().startsWith(thoughts.trim().slice(0, SHARED))

/**
 * The fate of the thoughts in one answer.
 *
 * @param thinks whether models of this family think; undefined where the family is not known
 */
export function thoughtFate(
  answer: Delivered | Refusal | undefined,
  raw: RawText | Refusal | undefined,
  thinks?: boolean,
): ThoughtFate {
  if (!answer?.ok || answer.error !== undefined) return "none"
  const wrote = raw?.ok ? raw : undefined
  if (holdsDelimiter(answer.content) || (wrote && startsWithThoughts(answer.content, wrote.reasoning))) return "in-content"
  const thought = answer.reasoning.trim() !== ""
  const silent = answer.content.trim() === "" && answer.calls.length === 0
  if (thought && silent && answer.finish === "stop") {
    if (wrote === undefined) {
      const seen = answer.findings.some(({ kind }) => kind === "answer-in-reasoning")
      return seen ? "answer-in-reasoning" : "none"
    }
    if (wrote.calls.length > 0) return "read"
    return wrote.content.trim() === "" ? "never-ended" : "answer-in-reasoning"
  }
  // Not a thought was written, and yet something came as one: the answer's beginning.
  // Models that think in prose, without delimiters, are left out.
  if (thinks === false && thought && wrote && wrote.reasoning === "" && wrote.content.trim() !== "") return "answer-in-reasoning"
  return thought ? "read" : "none"
}
