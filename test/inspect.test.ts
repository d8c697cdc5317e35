import { expect, test } from "bun:test"
import * as library from "../src/inspect.ts"
import { requestWith, streamOf } from "./stream/answer.ts"

test("the library offers the inspector, the wrapped response, the reader of raw output and the rescued response, without a host", () => {
  expect(Object.keys(library).sort()).toEqual(["createInspector", "inspectResponse", "parseRawOutput", "rescueResponse"])
})

test("a response read through the library arrives whole and is reported once", async () => {
  const bytes = Buffer.concat(streamOf({ calls: [{ name: "read", arguments: { filePath: "/a</think>" } }] }))
  const reports: library.Report[] = []
  const response = library.inspectResponse(new Response(bytes), {
    request: requestWith("Do it."),
    onReport: (report) => reports.push(report),
  })
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
  expect(reports.map(({ findings }) => findings.map(({ kind }) => kind))).toEqual([["reasoning-in-arguments"]])
})

test("a request may be given as text", () => {
  const inspector = library.createInspector({ request: JSON.stringify(requestWith("Do it.")) })
  for (const chunk of streamOf({ calls: [{ name: "nope", arguments: {} }] })) inspector.push(chunk)
  expect(inspector.end().findings.map(({ kind }) => kind)).toEqual(["unknown-tool"])
})

test("parseRawOutput is part of the library: a model's own text, read without a server", () => {
  const tools = [
    { type: "function", function: { name: "bash", parameters: { type: "object", properties: { command: { type: "string" } } } } },
  ]
  const text =
    "I should look.\n</think>\n\n<tool_call>\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>"
  expect(library.parseRawOutput(text, { tools, family: "nemotron3", reasoning: "open" })).toEqual({
    family: "nemotron3",
    reasoning: "I should look.",
    content: "",
    calls: [{ name: "bash", arguments: '{"command": "ls"}' }],
  })
})
