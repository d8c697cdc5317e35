import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { FindingKind } from "../../src/stream/types.ts"

const FOLDER = join(import.meta.dir, "..", "captures")

/** A stream of a real vLLM, and what has to be said about it. */
export interface Capture {
  file: string
  family: string
  scenario: string
  request: Record<string, unknown>
  /** At least one of these must be reported; none: the response is healthy. */
  expect: FindingKind[]
  /** These may be reported as well. */
  allow: FindingKind[]
}

export const TOOLS = readJson<object[]>("tools.json")

const SHAPES = readJson<(Capture & { shape: string })[]>("shapes.json")

/** Chat captures of answers that the server did not refuse, those with ten tokens per piece included. */
export const CAPTURES: Capture[] = [
  ...readJson<(Capture & { status: number })[]>("cases.json").filter(({ status }) => status === 200),
  ...SHAPES.filter(({ shape }) => shape === "chat"),
]

/** The same answers as Responses and Messages streams. */
export const OTHER_SHAPES: Capture[] = SHAPES.filter(({ shape }) => shape !== "chat")

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
