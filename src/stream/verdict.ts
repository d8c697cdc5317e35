import { flagsThenUpdate, type Setup, updateCure } from "../knowledge/cures.ts"
import { type Family, familyById, familyOfModel } from "../knowledge/families.ts"
import { FINDING_TEXTS, type FindingFacts, type FindingText } from "../knowledge/findings.ts"
import { knownBug } from "../knowledge/known-bugs.ts"
import type { Reading } from "./reading.ts"
import type { Evidence, Scene } from "./rules/rule.ts"
import type { Finding, InspectorOptions } from "./types.ts"

const MAX_NAME = 64
const MAX_EXCERPT = 80
const MAX_MESSAGE = 160
const MAX_VERSION = 40

const TEXTS: Readonly<Record<Finding["kind"], FindingText>> = FINDING_TEXTS

/** Makes the sentences. */
export function toFinding(evidence: Evidence, { reading, request }: Scene, server: InspectorOptions["server"]): Finding {
  const named =
    familyOfModel({ root: server?.root }) ?? familyOfModel({ id: reading.model }) ?? familyOfModel({ id: request.model() })
  const { family, alike } = familyOf(evidence, named)
  const { facts = {} } = evidence
  const tool = evidence.call ? printable(evidence.call.name, MAX_NAME) : text(facts.tool, MAX_NAME)
  const field = evidence.field === undefined ? undefined : printable(evidence.field, MAX_NAME) || undefined
  const known: FindingFacts = {
    certain: evidence.certainty === "certain",
    detail: evidence.detail,
    family,
    alike,
    server: server?.kind,
    parsersFit: parsersFit(evidence, reading),
    tool: tool && inCode(tool),
    field: field && inCode(field),
    literal: evidence.delimiter?.literal,
    declared: text(facts.declared, MAX_NAME),
    tokens: number(facts.tokens),
    bytes: number(facts.bytes),
    limit: text(facts.limit, MAX_NAME),
    message: text(facts.message, MAX_MESSAGE),
    times: number(facts.times),
    finish: text(facts.finish, MAX_NAME),
  }
  const { fix, reference } = advice(evidence, known, serverOf(server, reading))
  return {
    kind: evidence.kind,
    detail: evidence.detail,
    certainty: evidence.certainty,
    tool,
    callId: evidence.call?.id || undefined,
    field,
    family: family?.id,
    cause: TEXTS[evidence.kind].cause(known),
    fix,
    reference,
    excerpt: evidence.excerpt === undefined ? undefined : printable(evidence.excerpt, MAX_EXCERPT),
  }
}

/**
 * A newer server comes first where the answer shows that the flags are right: the parsers did their work, or calls came apart from the text and
 * only their numbering is wrong. Else the flags stay the cure, and the version is what to look at after them.
 */
function advice(
  { kind, detail }: Evidence,
  known: FindingFacts,
  server: InspectorOptions["server"],
): Pick<Finding, "fix" | "reference"> {
  const wording = TEXTS[kind]
  const fix = wording.fix(known)
  const reference = typeof wording.reference === "string" ? wording.reference : wording.reference(known)
  const bug = knownBug({ kind, detail, family: known.family?.id }, server ?? {})
  if (!bug) return { fix, reference }
  const version = printable(server?.version ?? "", MAX_VERSION)
  if (known.parsersFit || kind === "stream-shape") return { fix: updateCure(bug, version), reference: bug.thread }
  return { fix: flagsThenUpdate(fix, bug, version), reference }
}

/** Who wrote the answer: vLLM puts `vllm-0.27.1-tp2-1a2b3c4d` into its last chunk, through any proxy; else the server that was asked. */
function serverOf(server: InspectorOptions["server"], { fingerprint }: Reading): InspectorOptions["server"] {
  const version = fingerprint?.match(/^vllm-(\d[^-]{0,40})/)?.[1]
  return version === undefined ? server : { kind: "vllm", version }
}

/**
 * The names know best, with one exception: a call written in a format that the named family does not use. Then the name misleads (a fine-tune, a
 * made-up alias), and the family is that of the format, or unknown where several share it: then the first of them tells which tool parser reads it. Reasoning and turn tokens are not enough for that:
 * models imitate those of others.
 */
function familyOf(evidence: Evidence, named: Family | undefined): Pick<Setup, "family" | "alike"> {
  const seen = familiesSeen(evidence)
  if (seen.length === 0 || (named && seen.includes(named.id))) return { family: named }
  const call = evidence.families !== undefined || (evidence.delimiter?.role.startsWith("call") ?? false)
  if (named && !call) return { family: named }
  const first = seen[0] === undefined ? undefined : familyById(seen[0])
  return seen.length === 1 ? { family: first } : { alike: call ? first : undefined }
}

/** Families that the evidence points to: those of the way the call is written, else those of the literal. */
function familiesSeen({ families = [], delimiter }: Evidence): readonly string[] {
  return families.length > 0 ? families : (delimiter?.families ?? [])
}

/** Reasoning came in its own channel and the call concerned was read as one: with a parser missing or wrong neither would be so. */
function parsersFit({ call }: Evidence, reading: Reading): boolean {
  if (!call || reading.reasoning.pieces === 0) return false
  const { state, root } = call.view()
  return state === "complete" && root === "object"
}

/** Text of the server as people may see it: no control or direction characters, one line, cut. */
export function printable(value: string, most: number): string {
  const line = value
    .slice(0, most * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
  const signs = [...line]
  return signs.length > most ? `${signs.slice(0, most - 1).join("")}\u2026` : line
}

function text(value: unknown, most: number): string | undefined {
  return typeof value === "string" && value !== "" ? inCode(printable(value, most)) : undefined
}

/** Sentences put names into backticks, so names bring none. */
function inCode(name: string): string {
  return name.replaceAll("`", "'")
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined
}
