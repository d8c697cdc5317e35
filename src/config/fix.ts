/** Corrections of a configuration, as texts: who calls shows them and then writes them. */
import { createTwoFilesPatch } from "diff"
import { applyAll } from "./edit.ts"
import type { Problem } from "./lint/types.ts"
import type { LoadedConfig } from "./load.ts"

export interface FileChange {
  file: string
  /** Undefined: there is no such file yet. */
  before?: string
  after: string
}

/** The files after the safe corrections. Files that stay as they are, and broken ones, are left out. Pure. */
export function applyFixes(
  problems: readonly Problem[],
  { files, tuiFiles }: Pick<LoadedConfig, "files" | "tuiFiles">,
): FileChange[] {
  const safe = problems.filter(({ edit }) => edit?.safe)
  return [...new Set(safe.map(({ file }) => file))].flatMap((file) => {
    const known = [...files, ...tuiFiles].find(({ path }) => path === file)
    if (known?.fault || known?.unreadable || known?.filled) return []
    const edits = safe.flatMap((one) => (one.file === file && one.edit ? [one.edit] : []))
    const after = applyAll(known?.text ?? "", edits)
    return after === known?.text ? [] : [{ file, ...(known && { before: known.text }), after }]
  })
}

/** What changes, for a person. */
export function unifiedDiff(changes: readonly FileChange[]): string {
  return changes
    .map(({ file, before, after }) => {
      const patch = createTwoFilesPatch(
        before === undefined ? "/dev/null" : file,
        file,
        before ?? "",
        after,
        undefined,
        undefined,
        { context: 3 },
      )
      return patch
        .replace(/^=+\n/, "")
        .replace(/^(---|\+\+\+) (.*?)\t?$/gm, "$1 $2")
        .trimEnd()
    })
    .join("\n")
}
