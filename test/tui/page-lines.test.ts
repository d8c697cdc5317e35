import { expect, test } from "bun:test"
import { columns } from "../../src/report/markdown.ts"
import { textOf } from "../../src/tui/lines.ts"
import { canBeAsked, type PageInput, pageLines } from "../../src/tui/page-lines.ts"
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
  expect(page()).toBe(`local  vLLM 0.32.0                                     • all checks pass
  http://127.0.0.1:8000/v1, key set
  passed: config, reach, auth, models, model, limits, metrics
  passed chat: Fine.
  passed tool-call: Fine.
  passed reasoning: Fine.
  models
    nemotron-3-super  262,144 tokens  configured 262,144
  load
    running           0  any number
    waiting           0  normal is 0
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
  expect(text).toContain("• FAIL reach: Nothing listens at 127.0.0.1:8000.")
  expect(text).toContain("    Cure: Start the server, or correct")
  expect(text).toMatch(/deep check: asking for a tool call +━━━─────── 30%/)
  expect(text).toContain("• deep check: No answer came.")
})

test("a server that is still starting is waited for, and needs no address to read", () => {
  const starting = check({ id: "models", status: "fail", code: "starting", message: "Loading.", fix: "Wait.", reference: "x" })
  const text = page({ servers: [{ name: "local", report: report({}, starting) }] })
  expect(text).toContain("• wait models: Loading.\n    Cure: Wait.\n  passed")
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

test("a name that is no server's says so, with the names that are", () => {
  const text = page({ servers: [], missing: { name: "locla", known: ["local", "other"] } })
  expect(text).toContain("No watched provider is called locla. Watched: local, other.")
  expect(text).not.toContain("No provider is watched")
})

test("of hundreds of models the configured ones come first; a long name gives way to its figures", () => {
  const models = [
    ...Array.from({ length: 300 }, (_, i) => ({ id: `org/model-${i}`, context: 131_072 })),
    { id: "x".repeat(200), context: 131_072 },
  ]
  const configured = [
    { key: "mine", id: "org/model-250" },
    { key: "long", id: "x".repeat(200) },
  ]
  const lines = page({ servers: [{ name: "local", report: report({ models, configured }) }] }).split("\n")
  const at = lines.indexOf("  models")
  expect(lines[at + 1]).toMatch(/^ {4}org\/model-250 +131,072 tokens {2}limits not set$/)
  expect(lines[at + 2]).toMatch(/^ {4}x+… {2}131,072 tokens {2}limits not set$/)
  const none = page({ servers: [{ name: "local", report: report({ models: models.slice(-1), configured: [] }) }] })
  expect(none).toMatch(/x… {2}131,072 tokens$/m)
})

test("beyond ten findings the rest is counted", () => {
  const finding = (i: number) => ({
    finding: {
      kind: "truncated" as const,
      detail: `d${i}`,
      certainty: "certain" as const,
      cause: "C.",
      fix: "F.",
      reference: "",
    },
    ...{ count: 1, weak: 0, tools: [], first: i, last: i },
  })
  const text = page({ findings: Array.from({ length: 12 }, (_, i) => finding(i)) })
  expect(text).toContain("(d11)")
  expect(text).not.toContain("(d1)")
  expect(text).toContain("  and 2 more")
})

test("an address is never cut", () => {
  const address = "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html"
  const lines = page({ servers: [{ name: "local", report: report({}, { ...down, reference: address }) }], width: 52 }).split("\n")
  expect(lines.map((line) => line.trim()).join("")).toContain(`See ${address}`)
})

test("only a server that is known to be out of reach cannot be asked", () => {
  const refused = check({ id: "auth", status: "fail", code: "unauthorized" })
  const limited = check({ id: "limits", status: "fail", code: "limit-too-large" })
  const reports = [undefined, report(), report({}, limited), report({}, down), report({}, refused)]
  expect(reports.map((seen) => canBeAsked({ name: "local", ...(seen && { report: seen }) }))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
