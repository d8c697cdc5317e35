import { readFileSync } from "node:fs"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import type { FindingKind } from "../../src/stream/types.ts"

const FOLDER = join(import.meta.dir, "families")

/** One packed recording; see `families/README.md`. */
export interface FamilyCapture {
  file: string
  shape: "chat" | "responses" | "messages"
  family: string
  scenario: string
  /** As it was sent, tools included. */
  request: object
  bytes: Uint8Array
  expect: FindingKind[]
  allow: FindingKind[]
  /** Why next to nothing may show of a fault: see `families/README.md`. */
  faint?: "altered" | "text-lost" | "undeclared"
}

interface Declared {
  type: string
  function: { name: string; description?: string; parameters?: object }
}

/** Streams of a real vLLM in the formats of many families, under right and wrong parsers. */
export function familyCaptures(): FamilyCapture[] {
  const tools = JSON.parse(readFileSync(join(FOLDER, "tools.json"), "utf8")) as Declared[]
  const lines = brotliDecompressSync(readFileSync(join(FOLDER, "streams.jsonl.br"))).toString("utf8").trimEnd().split("\n")
  return lines.map((line) => {
    const { body, request, ...rest } = JSON.parse(line) as FamilyCapture & { body: string }
    return { ...rest, request: { ...request, tools: declared(tools, rest.shape) }, bytes: new TextEncoder().encode(body) }
  })
}

/** Names of the recordings whose fault the inspector is known not to find, with the reason. */
export function knownMisses(): ReadonlyMap<string, string> {
  const reasons = JSON.parse(readFileSync(join(FOLDER, "missed.json"), "utf8")) as Record<string, string[]>
  return new Map(Object.entries(reasons).flatMap(([reason, files]) => files.map((file) => [file, reason] as const)))
}

function declared(tools: readonly Declared[], shape: FamilyCapture["shape"]): object[] {
  return tools.map((tool) => {
    const { name, description, parameters } = tool.function
    if (shape === "responses") return { type: "function", name, description, parameters }
    return shape === "messages" ? { name, description, input_schema: parameters } : tool
  })
}
