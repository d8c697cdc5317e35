import { readFileSync } from "node:fs"
import type { ToolDeclaration } from "../../src/formats/readers/index.ts"
import { type Output, plain } from "./output.ts"

interface Case {
  file: string
  family: string
  scenario: string
  status?: number
  sane?: boolean
  meant: { reasoning: string | null; content: string; calls: Output["calls"] }
}

interface Delta {
  content?: string | null
  reasoning?: string | null
  tool_calls?: { index: number; function?: { name?: string; arguments?: string } }[]
}

export interface Captured {
  family: string
  text: string
  meant: Output
  /** What vLLM delivered of the same output with the parsers made for the family; undefined where that was not recorded. */
  vllm: Output | undefined
}

const ROOT = new URL("../../test/captures/", import.meta.url)
const load = (file: string): string => readFileSync(new URL(file, ROOT), "utf8")
/** The folder of each family's own parsers. */
const RIGHT: Record<string, string> = {
  nemotron: "qwen3_coder.nemotron_v3",
  qwen3: "hermes.qwen3",
  deepseek: "deepseek_v3.deepseek_r1",
  mistral: "mistral.mistral",
  llama3: "llama3_json.-",
}

export const CAPTURED_TOOLS = JSON.parse(load("tools.json")) as ToolDeclaration[]
/** Ids of the families that the captures name otherwise. */
export const CAPTURED_FAMILY: Record<string, string> = { nemotron: "nemotron3", deepseek: "deepseek-r1", mistral: "magistral" }

/** The well-formed outputs recorded from a real vLLM without a tool parser; thoughts are put back where a reasoning parser took them. */
export function captured(): Captured[] {
  const cases = new Map((JSON.parse(load("cases.json")) as Case[]).map((one) => [one.file, one]))
  return (JSON.parse(load("raw.json")) as Case[])
    .filter(({ sane }) => sane)
    .map(({ file, family, scenario, meant }) => {
      const { reasoning, content } = joined(file)
      const parsed = cases.get(`${RIGHT[family]}/${family}.${scenario}.sse`)
      return {
        family,
        text: reasoning === "" ? content : `${reasoning}</think>${content}`,
        meant: { reasoning: meant.reasoning ?? "", content: meant.content, calls: meant.calls },
        vllm: parsed?.status === 200 ? joined(parsed.file) : undefined,
      }
    })
}

function joined(file: string): Output {
  const output = { reasoning: "", content: "", calls: [] as { name: string; arguments: string }[] }
  for (const line of load(file).split("\n")) {
    if (!line.startsWith("data: {")) continue
    for (const { delta } of (JSON.parse(line.slice(6)) as { choices: { delta: Delta }[] }).choices) {
      output.reasoning += delta.reasoning ?? ""
      output.content += delta.content ?? ""
      for (const { index, function: part } of delta.tool_calls ?? []) {
        const call = output.calls[index] ?? { name: "", arguments: "" }
        output.calls[index] = { name: call.name + (part?.name ?? ""), arguments: call.arguments + (part?.arguments ?? "") }
      }
    }
  }
  return plain(output)
}
