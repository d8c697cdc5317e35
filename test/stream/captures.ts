import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { FindingKind } from "../../src/stream/types.ts"

const FOLDER = join(import.meta.dir, "..", "captures")

/** A stream of a real vLLM, and what has to be said about it. */
export interface Capture {
  file: string
  family: string
  scenario: string
  status: number
  request: Record<string, unknown>
  /** At least one of these must be reported; none: the response is healthy. */
  expect: FindingKind[]
  /** These may be reported as well. */
  allow: FindingKind[]
}

export const TOOLS = readJson<object[]>("tools.json")

/** Chat captures of answers that the server did not refuse. */
export const CAPTURES = readJson<Capture[]>("cases.json").filter(({ status }) => status === 200)

export function bytesOf(file: string): Uint8Array {
  return readFileSync(join(FOLDER, file))
}

/** The request as OpenCode would have sent it. */
export function requestOf(capture: Capture): object {
  return { ...capture.request, tools: TOOLS }
}

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as T
}
