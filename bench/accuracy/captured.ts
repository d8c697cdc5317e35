import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { FindingKind } from "../../src/stream/types.ts"
import { familyCaptures } from "../../test/captures/families.ts"
import type { Case } from "./case.ts"

const FOLDER = join(import.meta.dir, "../../test/captures")

interface Recorded {
  file: string
  shape?: "chat" | "responses" | "messages"
  status?: number
  family: string
  scenario: string
  request: object
  expect: FindingKind[]
  allow: FindingKind[]
}

interface Declared {
  function: { name: string; description?: string; parameters?: object }
}

const read = <T>(file: string): T => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as T

/** Every recorded stream of a real vLLM whose request was not refused, in all three API shapes. */
export function capturedCases(): Case[] {
  return [...firstCases(), ...familyCases()]
}

/** The packed recordings of many families. */
function familyCases(): Case[] {
  return familyCaptures().map(({ file, shape, family, scenario, request, bytes, expect, allow }) => ({
    corpus: "families",
    shape,
    class: shape === "chat" ? scenario : `${scenario} (${shape})`,
    request,
    bytes,
    expect,
    allow,
    excerpt: `${file} (${family})`,
  }))
}

function firstCases(): Case[] {
  const tools = read<Declared[]>("tools.json")
  const recorded = [...read<Recorded[]>("cases.json").filter(({ status }) => status === 200), ...read<Recorded[]>("shapes.json")]
  return recorded.map(({ file, shape = "chat", scenario, family, request, expect, allow }) => {
    const bytes = readFileSync(join(FOLDER, file))
    return {
      corpus: "captures",
      shape,
      class: shape === "chat" ? scenario : `${scenario} (${shape})`,
      request: { ...request, tools: tools.map((tool) => declare(tool, shape)) },
      bytes,
      expect,
      allow,
      excerpt: `${file} (${family})`,
    }
  })
}

function declare(tool: Declared, shape: "chat" | "responses" | "messages"): object {
  const { name, description, parameters } = tool.function
  if (shape === "responses") return { type: "function", name, description, parameters }
  return shape === "messages" ? { name, description, input_schema: parameters } : tool
}
