import type { Delimiter } from "../../formats/delimiters.ts"
import type { Call } from "../calls.ts"
import type { Provenance } from "../provenance.ts"
import type { Reading } from "../reading.ts"
import type { RequestView } from "../request.ts"
import type { Certainty, FindingKind } from "../types.ts"

/** What every rule may look at. */
export interface Scene {
  reading: Reading
  request: RequestView
  provenance: Provenance
}

/** What a rule found. `verdict.ts` makes the sentences of it. */
export interface Evidence {
  kind: FindingKind
  detail?: string
  certainty: Certainty
  /** Too weak to be shown: only counted towards recurrence. */
  weak?: boolean
  call?: Call
  field?: string
  /** The literal that gave it away; it may point to a family. */
  delimiter?: Delimiter
  /** Ids of the families that write calls as the one found; empty where anybody may. */
  families?: readonly string[]
  /** Text around the evidence, as received. */
  excerpt?: string
  /** Values that the sentences name. */
  facts?: Readonly<Record<string, string | number | undefined>>
}

/** Looks at one tool call, also while the response is still running. */
export interface CallRule {
  kind: FindingKind
  call(scene: Scene, call: Call): Evidence | undefined
}

/** Looks at the whole response when it is over. `found` is what other rules found before it. */
export interface ResponseRule {
  kind: FindingKind
  response(scene: Scene, found: readonly Evidence[]): Evidence | undefined
}
