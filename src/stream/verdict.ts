import { type Family, familyById, familyOfModel } from "../knowledge/families.ts"
import { FINDING_TEXTS, type FindingFacts, type FindingText } from "../knowledge/findings.ts"
import type { Reading } from "./response.ts"
import type { Evidence } from "./rules/rule.ts"
import type { Finding, InspectorOptions } from "./types.ts"

const MAX_NAME = 64
const MAX_EXCERPT = 80
const MAX_MESSAGE = 160

const TEXTS: Readonly<Partial<Record<Finding["kind"], FindingText>>> = FINDING_TEXTS

/** Makes the sentences. The family is that of the delimiters seen, else of the model's name, else of what the server was started with. */
export function toFinding(evidence: Evidence, reading: Reading, server: InspectorOptions["server"]): Finding {
  const family = familyOf(evidence, reading, server)
  const { facts = {} } = evidence
  const tool = evidence.call ? printable(evidence.call.name, MAX_NAME) : text(facts.tool, MAX_NAME)
  const field = evidence.field === undefined ? undefined : printable(evidence.field, MAX_NAME) || undefined
  const named: FindingFacts = {
    certain: evidence.certainty === "certain",
    detail: evidence.detail,
    family,
    server: server?.kind,
    tool,
    field,
    literal: evidence.delimiter?.literal,
    declared: text(facts.declared, MAX_NAME),
    tokens: number(facts.tokens),
    bytes: number(facts.bytes),
    limit: text(facts.limit, MAX_NAME),
    message: text(facts.message, MAX_MESSAGE),
  }
  const wording = TEXTS[evidence.kind]
  const reference = wording?.reference ?? ""
  return {
    kind: evidence.kind,
    detail: evidence.detail,
    certainty: evidence.certainty,
    tool,
    callId: evidence.call?.id || undefined,
    field,
    family: family?.id,
    cause: wording?.cause(named) ?? "",
    fix: wording?.fix(named) ?? "",
    reference: typeof reference === "string" ? reference : reference(named),
    excerpt: evidence.excerpt === undefined ? undefined : printable(evidence.excerpt, MAX_EXCERPT),
  }
}

function familyOf(evidence: Evidence, reading: Reading, server: InspectorOptions["server"]): Family | undefined {
  const named = familyOfModel({ id: reading.model }) ?? familyOfModel({ root: server?.root })
  const seen = evidence.delimiter?.families ?? []
  // A vocabulary that several families share leaves the choice to the names; one that only others use overrules them.
  if (seen.length === 0 || (named && seen.includes(named.id))) return named
  return seen.length === 1 && seen[0] ? familyById(seen[0]) : named
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
  return typeof value === "string" && value !== "" ? printable(value, most) : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined
}
