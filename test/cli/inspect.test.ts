import { describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { inspectionText, inspectRecording } from "../../src/cli/inspect.ts"

const CAPTURES = join(import.meta.dir, "..", "captures")
const json = (file: string) => JSON.parse(readFileSync(join(CAPTURES, file), "utf8"))

/** What a person reads of a capture; the sentences have tests of their own, so only their place is looked at. */
function read(file: string): string {
  const cases: { file: string; request: object }[] = [...json("cases.json"), ...json("shapes.json")]
  const request = { ...cases.find((one) => one.file === file)?.request, tools: json("tools.json") }
  const inspected = inspectRecording(readFileSync(join(CAPTURES, file)), JSON.stringify(request))
  if ("unreadable" in inspected) return inspected.unreadable
  return inspectionText(inspected.report).replaceAll(/^( {2}(?:cause|cure|see) +)\S.*$/gm, "$1…")
}

describe("a recording reads like this", () => {
  test("thoughts in a command, with the right parsers", () => {
    expect(read("qwen3_coder.nemotron_v3/nemotron.leak-block.sse")).toBe(`1 finding.

reasoning-in-arguments, certain
  where  the argument command, call to bash (chatcmpl-tool-b303823eae4fc65b)
  cause  …
  cure   …
  see    …
  seen   <think> The user wants src only. </thin
         ^^^^^^^

Received: 20 bytes of reasoning, 0 of content, calls: bash, finish: tool_calls, usage: 1,172 tokens of prompt and 72 tokens of output (7 of reasoning).`)
  })
  test("a call that the wrong parser ate", () => {
    expect(read("hermes.qwen3/nemotron.call.sse")).toBe(`1 finding.

output-swallowed, certain
  where  the usage, against what arrived
  cause  …
  cure   …
  see    …

Received: 31 bytes of reasoning, 2 of content, calls: none, finish: stop, usage: 1,169 tokens of prompt and 64 tokens of output (9 of reasoning).`)
  })
  test("a healthy call", () => {
    expect(read("qwen3_coder.nemotron_v3/nemotron.call.sse")).toBe(`No findings.

Received: 30 bytes of reasoning, 0 of content, calls: bash, finish: tool_calls, usage: 1,169 tokens of prompt and 64 tokens of output (9 of reasoning).`)
  })
  test("an answer that the limit cut", () => {
    expect(read("qwen3_coder.nemotron_v3/nemotron.call-cut.sse")).toBe(`1 finding.

truncated (in-arguments), certain
  where  the arguments, call to write (chatcmpl-tool-89f484e4f6ccc4fa)
  cause  …
  cure   …
  see    …

Received: 9 bytes of reasoning, 0 of content, calls: write (bad arguments), finish: length, usage: 1,172 tokens of prompt and 120 tokens of output (5 of reasoning).`)
  })
  test("a call written as text", () => {
    expect(read("hermes.-/deepseek.call-nothink.sse")).toBe(`1 finding.

call-in-content, certain
  where  the content, call to read
  cause  …
  cure   …
  see    …
  seen   <｜tool▁call▁begin｜>function<｜tool▁sep｜>read \`\`\`json {"filePath": "/home/dev/shop
         ^^^^^^^^^^^^^^^^^^^^^

Received: 0 bytes of reasoning, 191 of content, calls: none, finish: stop, usage: 1,173 tokens of prompt and 44 tokens of output.`)
  })
})

interface Declared {
  function: { name: string; description: string; parameters: object }
}

/** The same tools as each API wants them declared. */
const DECLARED = {
  responses: ({ function: declared }: Declared) => ({ type: "function", ...declared }),
  messages: ({ function: { parameters, ...declared } }: Declared) => ({ ...declared, input_schema: parameters }),
}

for (const shape of ["responses", "messages"] as const) {
  test(`a recording of the ${shape} API reads the same, its request in that shape`, () => {
    const file = `shapes/right/nemotron.leak-block.${shape}.sse`
    const { request } = json("shapes.json").find((one: { file: string }) => one.file === file)
    const body = JSON.stringify({ ...request, tools: json("tools.json").map(DECLARED[shape]) })
    const inspected = inspectRecording(readFileSync(join(CAPTURES, file)), body)
    const text = "report" in inspected ? inspectionText(inspected.report) : inspected.unreadable
    expect(text).toContain("reasoning-in-arguments, certain\n  where  the argument command, call to bash")
    expect(text).toContain("Received: 20 bytes of reasoning, 0 of content, calls: bash, finish: ")
  })
}
