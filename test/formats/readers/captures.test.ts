import { describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { parseRawOutput } from "../../../src/formats/raw.ts"
import type { ToolDeclaration } from "../../../src/formats/readers/index.ts"
import { chunked, read } from "./reading.ts"

interface Capture {
  file: string
  family: string
  sane: boolean
  meant: { reasoning: string | null; content: string; calls: { name: string; arguments: unknown }[] }
}

const ROOT = new URL("../../captures/", import.meta.url)
const load = (file: string): string => readFileSync(new URL(file, ROOT), "utf8")
const tools = JSON.parse(load("tools.json")) as ToolDeclaration[]
const captures = (JSON.parse(load("raw.json")) as Capture[]).filter(({ sane }) => sane)
const FAMILY: Record<string, string> = {
  nemotron: "nemotron3",
  qwen3: "qwen3",
  deepseek: "deepseek-r1",
  mistral: "magistral",
  llama3: "llama3",
}

/** The model's own text: where a reasoning parser took the thoughts away, they are put back. */
function rawText(file: string): string {
  let reasoning = ""
  let content = ""
  for (const line of load(file).split("\n")) {
    if (!line.startsWith("data: {")) continue
    const chunk = JSON.parse(line.slice(6)) as { choices: { delta: { content?: string; reasoning?: string } }[] }
    for (const { delta } of chunk.choices) {
      reasoning += delta.reasoning ?? ""
      content += delta.content ?? ""
    }
  }
  return reasoning === "" ? content : `${reasoning}</think>${content}`
}

describe("outputs of a real vLLM without a parser in the way", () => {
  for (const { file, family, meant } of captures) {
    const text = rawText(file)
    const wanted = { reasoning: meant.reasoning ?? "", content: meant.content, calls: meant.calls }
    for (const known of [FAMILY[family], undefined]) {
      test(`${file} is read as meant${known ? "" : ", family unknown"}`, () => {
        const output = parseRawOutput(text, { tools, family: known })
        const calls = output.calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }))
        expect({ reasoning: output.reasoning, content: output.content, calls }).toEqual(wanted)
      })
    }
    test(`${file} is read alike however it is cut`, () => {
      const reasoning = /^[^{<[]+<\/think>/.test(text) ? "open" : "closed"
      const options = { tools, family: FAMILY[family], reasoning } as const
      const whole = read(options, [text])
      expect(whole.calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }))).toEqual(wanted.calls)
      expect(read(options, [...text])).toEqual(whole)
      for (let seed = 1; seed <= 5; seed++) expect(read(options, chunked(text, seed))).toEqual(whole)
    })
  }
})
