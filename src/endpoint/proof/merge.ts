import { CHECK_IDS, type CheckId, type EndpointReport } from "../types.ts"
import { proofChecks } from "./checks.ts"
import type { Proof } from "./types.ts"

/** The report with what a proof found in the places of the checks that cost tokens. */
export function withProof(report: EndpointReport, proof: Proof): EndpointReport {
  const found = new Map(proofChecks(proof).map((check) => [check.id, check]))
  return {
    ...report,
    checks: report.checks.map((check) => {
      const proven = found.get(check.id)
      // A failure that was seen without a single token stands: the proof may only have seen less of it.
      return proven === undefined || (proven.status === "skip" && check.status === "fail") ? check : proven
    }),
  }
}

/** What must be well before a question is worth its tokens. */
const BEFORE: readonly CheckId[] = ["config", "reach", "auth", "models"]

/**
 * The model to ask: the one that is wanted, else the first configured one that is served, else the first that is no adapter. Undefined where a
 * question would only fail for a reason that is known already.
 */
export function modelToProve(report: EndpointReport, wanted?: string): string | undefined {
  const failed = (id: CheckId) => report.checks[CHECK_IDS.indexOf(id)]?.status === "fail"
  if (BEFORE.some(failed) || report.checks.some(({ code }) => code === "sleeping")) return undefined
  const models = report.models.filter(({ kindOfModel = "llm" }) => kindOfModel === "llm")
  const names = new Set(models.map(({ id }) => id))
  if (wanted !== undefined) return names.has(wanted) ? wanted : undefined
  const configured = report.configured?.find(({ id }) => names.has(id))?.id
  return configured ?? (models.find(({ parent }) => !parent) ?? models[0])?.id
}
