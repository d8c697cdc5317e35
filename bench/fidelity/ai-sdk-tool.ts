import { hermesProtocol, qwen3CoderProtocol } from "@ai-sdk-tool/parser"
import { familyById } from "../../src/knowledge/families.ts"
import { TOOLS } from "../../test/formats/readers/turns.ts"
import type { Output } from "./output.ts"

type Protocol = ReturnType<typeof hermesProtocol>
type Tools = Parameters<Protocol["parseGeneratedText"]>[0]["tools"]

const DECLARED = TOOLS.map(({ function: { name, parameters } }) => ({ type: "function", name, inputSchema: parameters })) as Tools
/** Families of these formats that write another tag, or no tag. */
const OTHERWISE = ["xlam"]

/** The protocol of `@ai-sdk-tool/parser` for the tag `<tool_call>` with JSON or with `<function=…>` in it; it has no others of a model family. */
export function protocolFor(family: string): Protocol | undefined {
  const format = familyById(family)?.format
  if (OTHERWISE.includes(family)) return undefined
  return format === "hermes" ? hermesProtocol() : format === "qwen-xml" ? qwen3CoderProtocol() : undefined
}

/** What the library reads. It knows no thoughts, so it is given the output without them, and they count as read. */
export function readWith(protocol: Protocol, text: string, reasoning: string): Output {
  const output: Output = { reasoning, content: "", calls: [] }
  for (const part of protocol.parseGeneratedText({ text, tools: DECLARED })) {
    if (part.type === "text") output.content += part.text
    else if (part.type === "tool-call") output.calls.push({ name: part.toolName, arguments: JSON.parse(part.input) as unknown })
  }
  return output
}
