import { findDelimiters } from "../../formats/delimiters.ts"
import type { CallRule } from "./rule.ts"

/** What may follow a tool's name when it is not part of it: markup, brackets, blanks. Dots and slashes occur in names of MCP tools. */
const NOT_A_NAME = /^[^\w.:/@-]/

/** The name carries markup or a channel tail, for example `bash<|channel|>commentary` (vllm-project/vllm#32587, openai/harmony#114). */
export const toolNameCorrupt: CallRule = {
  kind: "tool-name-corrupt",
  call({ request }, call) {
    const tools = request.tools()
    if (tools?.has(call.name)) return undefined
    const delimiter = findDelimiters(call.name)[0]?.delimiter
    const declared = tools && headOf(call.name, [...tools.keys()])
    if (!declared && !delimiter) return undefined
    return {
      kind: "tool-name-corrupt",
      certainty: declared ? "certain" : "likely",
      call,
      delimiter,
      excerpt: call.name,
      facts: { declared },
    }
  },
}

/** A tool that the request did not declare. OpenCode lower-cases names before it gives up, so letter case alone is no fault. */
export const unknownTool: CallRule = {
  kind: "unknown-tool",
  call({ request }, call) {
    const tools = request.tools()
    if (!tools || tools.has(call.name) || tools.has(call.name.toLowerCase())) return undefined
    return { kind: "unknown-tool", certainty: "certain", call, excerpt: call.name, facts: { tools: tools.size } }
  },
}

/** The longest declared name that the given one begins with (or ends with, behind a `functions.` prefix), the rest being no name. */
function headOf(name: string, declared: readonly string[]): string | undefined {
  const bare = name.trim().replace(/^(functions?|tools?)[.:]/, "")
  const heads = declared.filter((tool) => {
    if (!bare.startsWith(tool)) return false
    const rest = bare.slice(tool.length)
    return rest === "" || /^:\d+$/.test(rest) || NOT_A_NAME.test(rest)
  })
  return heads.sort((a, b) => b.length - a.length)[0]
}
