import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { FindingKind } from "../../src/stream/types.ts"

const FOLDER = join(import.meta.dir, "..", "captures")

/** A stream of a real vLLM, and what has to be said about it. */
export interface Capture {
  file: string
  family: string
  scenario: string
  /** Chat where it is missing. */
  shape?: "chat" | "responses" | "messages"
  request: Record<string, unknown>
  /** At least one of these must be reported; none: the response is healthy. */
  expect: FindingKind[]
  /** These may be reported as well. */
  allow: FindingKind[]
}

/** One tool as Chat Completions declare it. */
interface Tool {
  type: "function"
  function: { name: string; description: string; parameters: object }
}

export const TOOLS = readJson<Tool[]>("tools.json")

/** Captures of answers that the server did not refuse: as chat, with ten tokens per piece, as Responses and as Messages streams. */
export const CAPTURES: Capture[] = [
  ...readJson<(Capture & { status: number })[]>("cases.json").filter(({ status }) => status === 200),
  ...readJson<Capture[]>("shapes.json"),
]

export function bytesOf(file: string): Uint8Array {
  return readFileSync(join(FOLDER, file))
}

/** The request as OpenCode would have sent it. */
export function requestOf({ request, shape }: Capture): object {
  return { ...request, tools: toolsFor(shape) }
}

/** The tools as each shape declares them. */
export function toolsFor(shape: Capture["shape"]): object[] {
  return TOOLS.map((tool) => {
    const { name, description, parameters } = tool.function
    if (shape === "responses") return { type: "function", name, description, parameters }
    return shape === "messages" ? { name, description, input_schema: parameters } : tool
  })
}

export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as T
}
