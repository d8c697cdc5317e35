import type { FindingKind, Report } from "../stream/types.ts"

/** Faults that come from a tool parser which does not read what this model writes. */
const WRONG_PARSER: ReadonlySet<FindingKind> = new Set<FindingKind>([
  "output-swallowed",
  "call-in-content",
  "call-in-reasoning",
  "finish-without-call",
])

/**
 * Whether an answer proves that the server's tool parser is wrong for this model: a certain finding, and no call that was read. One call that
 * was read shows that the parser fits, whatever happened to another.
 */
export function provesWrongParser({ findings, response }: Pick<Report, "findings" | "response">): boolean {
  return response.calls.length === 0 && findings.some((f) => f.certainty === "certain" && WRONG_PARSER.has(f.kind))
}
