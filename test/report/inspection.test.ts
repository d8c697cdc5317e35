import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { inspectionText } from "../../src/report/inspection.ts"
import { columns } from "../../src/report/markdown.ts"
import { FINDING_KINDS, type Finding, type Report } from "../../src/stream/types.ts"

const leak: Finding = {
  kind: "reasoning-in-arguments",
  certainty: "certain",
  tool: "bash",
  callId: "call_1",
  field: "command",
  cause: "The reasoning ran into `command`, which holds `</think>`.",
  fix: "Set `--reasoning-parser`.",
  reference: "vllm-project/vllm#44676",
  excerpt: "日本 <think> no </think>ls",
}
const response: Report["response"] = {
  reasoningBytes: 1234,
  contentBytes: 0,
  calls: [
    { name: "bash", argumentsValid: true },
    { name: "read", argumentsValid: false },
  ],
  finish: "tool_calls",
  usage: { promptTokens: 1173, completionTokens: 64, reasoningTokens: 9 },
}
const report = (more: Partial<Report> = {}): Report => ({ findings: [leak], counted: [], response, ...more })

describe("the report of an inspection", () => {
  test("says kind, certainty, place, cause, cure, source, and marks the delimiter that the cause names", () => {
    expect(inspectionText(report())).toBe(`1 finding.

reasoning-in-arguments, certain
  where  the argument command, call to bash (call_1)
  cause  The reasoning ran into \`command\`, which holds \`</think>\`.
  cure   Set \`--reasoning-parser\`.
  see    vllm-project/vllm#44676
  seen   日本 <think> no </think>ls
                         ^^^^^^^^

Received: 1,234 bytes of reasoning, 0 of content, calls: bash, read (bad arguments), finish: tool_calls, usage: 1,173 tokens of prompt and 64 tokens of output (9 of reasoning).`)
  })

  test("of a healthy answer is what was received", () => {
    const bare = { reasoningBytes: 0, contentBytes: 5, calls: [], finish: null, usage: null }
    expect(inspectionText(report({ findings: [], response: bare }))).toBe(`No findings.

Received: 0 bytes of reasoning, 5 of content, calls: none, finish: none, usage: none.`)
  })

  test("keeps weak evidence and notes apart from the findings", () => {
    const note: Finding = { ...leak, kind: "usage-missing", cause: "No usage came." }
    expect(inspectionText(report({ findings: [], counted: [note] }))).toContain(`No findings.

Noted, but no findings:
  usage-missing: No usage came.

Received`)
  })

  test("puts the caret under the first delimiter where the cause names none, and nowhere where none is known", () => {
    const caret = (more: Partial<Finding>) =>
      inspectionText(report({ findings: [{ ...leak, ...more }] })).match(/^ *(\^+)$/m)?.[1]
    expect(caret({ cause: "It broke." })).toBe("^".repeat("<think>".length))
    expect(caret({ excerpt: "ls -la" })).toBeUndefined()
    expect(caret({ excerpt: undefined })).toBeUndefined()
    expect(caret({ kind: "degenerate-repetition" })).toBeUndefined()
  })

  test("names the channel of every kind", () => {
    for (const kind of FINDING_KINDS) expect(inspectionText(report({ findings: [{ ...leak, kind }] }))).toMatch(/ where {2}the /)
    const cut = { ...leak, kind: "truncated" as const, detail: "in-reasoning", tool: undefined }
    expect(inspectionText(report({ findings: [cut] }))).toContain("truncated (in-reasoning), certain\n  where  the reasoning\n")
  })

  test("has colours only when asked, and says the same with them", () => {
    expect(inspectionText(report())).not.toContain("\x1b")
    const text = inspectionText(report(), { color: true })
    expect(text).toContain("\x1b[1;31mreasoning-in-arguments\x1b[0m")
    expect(text.replace(/\x1b\[[\d;]*m/g, "")).toBe(inspectionText(report()))
  })

  test("nothing that a server sends reaches the terminal as a control, and carets stay under the text", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.constantFrom("\x1b[2J", "\x1b]0;title\x07", "a\r\nb", "\u202eabc", "\u009b31m", "<think>", "<|im_end|>\x08\x08", "`"),
      fc.array(fc.constantFrom("<think>", "\x1b[1m", "日本", "</think>", "\u200b", "\n")).map((all) => all.join("")),
    )
    fc.assert(
      fc.property(hostile, hostile, hostile, fc.constantFrom(...FINDING_KINDS), (a, b, c, kind) => {
        const finding: Finding = {
          ...{ kind, certainty: "likely", detail: a, tool: b, callId: c, field: a },
          ...{ cause: b, fix: c, reference: a, excerpt: a + b },
        }
        const calls = [{ name: b, argumentsValid: false }]
        const hurt = report({ findings: [finding], counted: [finding], response: { ...response, calls, finish: c } })
        const text = inspectionText(hurt)
        expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
        const lines = text.split("\n")
        const caret = lines.findIndex((line) => /^ {9} *\^+$/.test(line))
        if (caret > 0) expect(columns(lines[caret] ?? "")).toBeLessThanOrEqual(columns(lines[caret - 1] ?? ""))
        const own = inspectionText(hurt, { color: true }).replace(/\x1b\[(?:0|1|2|31|1;31|1;33)m/g, "")
        expect(own).toBe(text)
      }),
    )
  })
})
