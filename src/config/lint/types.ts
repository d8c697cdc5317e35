import type { CheckCode, Endpoint, EndpointReport } from "../../endpoint/types.ts"
import type { Edit } from "../edit.ts"
import type { Json } from "../json.ts"
import type { LoadedConfig, Place } from "../load.ts"

/** A mistake in a configuration file. */
export interface Problem extends Place {
  code: CheckCode
  /** Which rule found it. */
  rule: string
  severity: "fail" | "warn"
  /** One line: what is there. */
  message: string
  /** One line: what to write. */
  fix: string
  /** The line as it should be. */
  corrected?: string
  /** `safe`: only what was certainly meant is changed, so it may be applied unasked after it was shown. */
  edit?: Edit & { safe: boolean }
}

/** A provider that is a server of one's own. */
export interface OwnProvider {
  id: string
  endpoint: Endpoint
  /** Its merged block as written; keys may stand in it. */
  raw: Json
  /** What a look at it has shown. */
  report?: EndpointReport
}

export interface LintContext {
  loaded: LoadedConfig
  own: readonly OwnProvider[]
  /** Ids that OpenCode knows without a block. */
  catalogue: ReadonlySet<string>
}

export type Rule = (context: LintContext) => Problem[]
