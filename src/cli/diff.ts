/** What is going to change, for a terminal or a log. */
import { relative } from "node:path"
import { type FileChange, unifiedDiff } from "../config/fix.ts"
import { object } from "../config/json.ts"
import { literalKeys } from "../config/lint/secrets.ts"
import type { LoadedConfig } from "../config/load.ts"
import { redact } from "../endpoint/text.ts"

/** A setting of the user's that is named like a secret, and is not a reference to one. */
const SECRET_LINE = /("[^"\n]*(?:key|token|secret|passw|auth|cookie)[^"\n]*"\s*:\s*")(?!\{(?:env|file):)(?:[^"\\\n]|\\.)*(")/gi

/** The lines around a change are the user's own: keys in them are hidden, and so is what could steer a terminal. */
export function shownDiff(changes: readonly FileChange[], directory: string, { raw }: Pick<LoadedConfig, "raw">): string {
  const secrets = Object.entries(object(raw.provider)).flatMap(([id, block]) =>
    literalKeys(id, object(block)).map(({ value }) => value.replace(/^(?:Bearer|Basic)\s+/i, "")),
  )
  const near = changes.map((change) => ({ ...change, file: relative(directory, change.file) || change.file }))
  const seen = unifiedDiff(near).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g, "")
  return redact(seen, secrets).replace(SECRET_LINE, "$1***$2")
}
