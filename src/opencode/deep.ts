import { modelToProve, withProof } from "../endpoint/proof/merge.ts"
import { prove } from "../endpoint/proof/prove.ts"
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import { createInspector } from "../stream/inspector.ts"

export interface DeepLook {
  endpoint: Endpoint
  /** A look that was made just now. */
  report: EndpointReport
  /** The model to ask, as the server calls it; another one where it is not served. */
  model: string | undefined
  say(text: string): void
  deadlineMs?: number
}

/** A person waits for the page: longer than this the model is not asked. */
const DEADLINE_MS = 90_000

/** The report with what the model itself showed. Spends tokens, and says so. */
export async function deepLook({ endpoint, report, model, say, deadlineMs = DEADLINE_MS }: DeepLook): Promise<EndpointReport> {
  const asked = modelToProve(report, model) ?? modelToProve(report)
  if (asked === undefined) {
    say("The model is not asked: something more basic is wrong.\n\n")
    return report
  }
  say("Asking the model a few short questions; that spends some hundred tokens.\n\n")
  const proof = await prove(endpoint, { model: asked, report, deadlineMs, inspect: createInspector })
  return withProof(report, proof)
}
