import { correctedLine, type Edit } from "../edit.ts"
import { INLINE } from "../files.ts"
import type { JSONPath } from "../json.ts"
import { type LoadedConfig, type Place, placeIn } from "../load.ts"
import { hasReference } from "../references.ts"
import type { Problem } from "./types.ts"

type What = Pick<Problem, "code" | "rule" | "severity" | "message" | "fix">

/** The place that a person has to look at: the path itself, or the nearest one above it that stands in a file. */
export function placeOf(loaded: LoadedConfig, path: JSONPath): Place {
  for (let length = path.length; length > 0; length--) {
    const place = loaded.placeOf(path.slice(0, length))
    if (place) return place
  }
  return { file: loaded.files.at(-1)?.path ?? "", line: 1, column: 1 }
}

/** A problem at a path, with the corrected line and the edit where the right value is known. */
export function problemAt(loaded: LoadedConfig, path: JSONPath, what: What, change?: Edit & { safe: boolean }): Problem {
  const place = placeOf(loaded, path)
  if (!change) return { ...what, ...place }
  const file = loaded.files.find((one) => one.path === place.file)
  const corrected = file && !file.fault && !file.filled ? correctedLine(file.text, change) : undefined
  const editable = file !== undefined && file.path !== INLINE
  return {
    ...what,
    ...(file ? { ...place, ...(loaded.fileOf(change.path) === file && placeIn(file, change.path)) } : place),
    ...(corrected !== undefined && { corrected }),
    ...(editable && { edit: { ...change, safe: change.safe && !hasReference(String(rawAt(loaded, change.path) ?? "")) } }),
  }
}

/** What is written at a path, after all files. */
export function rawAt(loaded: LoadedConfig, path: JSONPath): unknown {
  let value: unknown = loaded.raw
  for (const step of path) value = (value as Record<string, unknown> | undefined)?.[step as string]
  return value
}

export const provider = (id: string, ...rest: JSONPath): JSONPath => ["provider", id, ...rest]
