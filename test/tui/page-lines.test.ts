import { expect, test } from "bun:test"
import { columns } from "../../src/report/markdown.ts"
import { textOf } from "../../src/tui/lines.ts"
import { type PageInput, pageLines } from "../../src/tui/page-lines.ts"
import { check, down, report } from "./report.ts"

function page(over: Partial<PageInput> = {}): string {
  const width = over.width ?? 72
  const lines = pageLines({ servers: [{ name: "local", report: report() }], findings: [], version: "0.1.0", width, ...over }).map(
    textOf,
  )
  for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width)
  return lines.join("\n")
}

test("a healthy server", () => {
  expect(page()).toBe(`local  vLLM 0.32.0                                       all checks pass
  http://127.0.0.1:8000/v1, key set
  passed: config, reach, auth, models, model, limits, chat, tool-call,
  reasoning, metrics
  models
    nemotron-3-super  262,144 tokens  configured 262,144
  load
    running          0   any number
    waiting          0   normal is 0
    KV cache in use  0%  normal is below 90%

Findings of this session
  none

opencode-vllm 0.1.0`)
})

test("it is there before any server has answered", () => {
  expect(page({ servers: [{ name: "local" }] })).toContain(
    "local                                                            looking",
  )
})

test("what is wrong comes with its cure, and a deep check with its progress", () => {
  const text = page({
    servers: [{ name: "local", report: report({}, down) }],
    progress: new Map([["local", { step: "asking for a tool call", share: 0.3 }]]),
    problems: new Map([["local", "No answer came."]]),
  })
  expect(text).toContain("1 problem")
  expect(text).toContain("  FAIL reach: Nothing listens at 127.0.0.1:8000.")
  expect(text).toContain("    Cure: Start the server, or correct")
  expect(text).toMatch(/deep check: asking for a tool call +━━━─────── 30%/)
  expect(text).toContain("  deep check: No answer came.")
})

test("nothing watched says why", () => expect(page({ servers: [] })).toContain("No provider is watched."))

test("long names and texts keep within the width", () => {
  const long = check({
    id: "limits",
    status: "warn",
    message: "x".repeat(300),
    fix: "日".repeat(200),
    reference: "y".repeat(300),
  })
  const models = Array.from({ length: 30 }, (_, i) => ({ id: `${"very-long-model-name-".repeat(6)}${i}`, context: 1_000_000 }))
  for (const width of [37, 60, 72, 82]) {
    const text = page({ servers: [{ name: "n".repeat(80), report: report({ models }, long) }], width })
    expect(text).toContain("and 18 more")
  }
})
