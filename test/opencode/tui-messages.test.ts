import { expect, test } from "bun:test"
import fc from "fast-check"
import { decode, encode, type ToServer, type ToTui } from "../../src/opencode/tui-messages.ts"
import { detailLines } from "../../src/tui/finding-lines.ts"
import { createModel } from "../../src/tui/model.ts"
import { pageLines } from "../../src/tui/page-lines.ts"
import { panelLines } from "../../src/tui/panel-lines.ts"
import { down, report } from "../tui/report.ts"

test("a message arrives where it is meant, and only there", () => {
  const text = encode({ to: "tui", directory: "/a" }, { type: "welcome", version: "1", providers: ["local"], deep: true })
  expect(decode(text, { to: "tui", directory: "/a" })).toEqual({
    type: "welcome",
    version: "1",
    providers: ["local"],
    deep: true,
  })
  expect(decode(text, { to: "tui", directory: "/b" })).toBeUndefined()
  expect(decode(text, { to: "server", directory: "/a" })).toBeUndefined()
})

test("whatever else is published is not ours", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.json().map((json) => `opencode-vllm:1 ${json}`),
      ),
      (command) => {
        expect(decode(command, { to: "tui", directory: "/a" })).toBeUndefined()
      },
    ),
  )
})

test("what is too long to pass is not sent", () => {
  expect(
    encode({ to: "tui", directory: "/a" }, { type: "progress", provider: "x".repeat(100_000), step: "", share: 0 }),
  ).toBeUndefined()
})

const finding = {
  finding: { kind: "truncated", detail: "in-content", certainty: "certain", cause: "C.", fix: "F.", reference: "a/b#1" },
  ...{ count: 1, weak: 0, tools: ["bash"], first: 1, last: 2 },
} as const
const whole = report({ hasKey: true }, down)
const model = { providerID: "local", modelID: "m" }
const toTui: ToTui[] = [
  { type: "welcome", version: "1", providers: ["local"], deep: true },
  { type: "report", report: whole },
  { type: "findings", sessionID: "s", findings: [{ ...finding, tools: [...finding.tools] }], kept: ["truncated/in-content"] },
  { type: "evidence", sessionID: "s", path: "/x" },
  { type: "progress", provider: "local", step: "asking", share: 0.5 },
  { type: "proof", provider: "local", report: whole },
  { type: "model", sessionID: "s", model },
  { type: "toast", number: 1, message: "It is down.", variant: "error", duration: 12_000 },
]
const toServer: ToServer[] = [
  { type: "hello" },
  { type: "look", provider: "local" },
  { type: "findings", sessionID: "s" },
  { type: "shown", number: 1 },
  { type: "evidence", sessionID: "s", cause: "c", prompts: false },
  { type: "prove", provider: "local", model: "m" },
  { type: "stop", provider: "local" },
  { type: "switched", sessionID: "s", from: model, to: model },
]

test.each(toTui)("$type is understood by the terminal interface", (message) => {
  const text = encode({ to: "tui", directory: "/a" }, message)
  expect(decode(text, { to: "tui", directory: "/a" })).toEqual(message)
})

test.each(toServer)("$type is understood by the server half", (message) => {
  expect(decode(encode({ to: "server", directory: "/a" }, message), { to: "server", directory: "/a" })).toEqual(message)
})

test("figures that are none become unknown, and the rest of a report stands", () => {
  const text = encode(
    { to: "tui", directory: "/a" },
    { type: "report", report: report({ load: { running: 1, waiting: Number.NaN } }) },
  )
  expect(decode(text, { to: "tui", directory: "/a" })).toMatchObject({ report: { load: { running: 1 } } })
})

/** The value with the one at a path, which numbers choose, taken out or made another one. */
function broken(value: unknown, path: number[], by: { value?: unknown }): unknown {
  if (typeof value !== "object" || value === null || path.length === 0) return "value" in by ? by.value : undefined
  const keys = Object.keys(value)
  const key = keys[(path[0] ?? 0) % Math.max(1, keys.length)]
  if (key === undefined) return by.value
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  copy[key] = broken(copy[key], path.slice(1), by)
  return copy
}

const odd = fc.oneof(
  fc.anything(),
  fc.constantFrom("__proto__", "constructor", "\u001b[31m", "\n\n", 1e308, -1, "x".repeat(50_000), [[[[]]]]),
)

test("a message that is broken anywhere is ignored, or harms nothing that draws", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...toTui),
      fc.array(fc.nat(20), { maxLength: 5 }),
      fc.record({ value: odd }),
      (message, path, by) => {
        const command = `opencode-vllm:1 ${JSON.stringify({ to: "tui", directory: "/a", message: broken(message, path, by) })}`
        const failed: unknown[] = []
        const used = createModel({
          endpoints: () => [{ url: "http://127.0.0.1:1/v1", provider: "local" }],
          directory: () => "/a",
          publish: async () => {},
          look: async () => whole,
          prove: async () => whole,
          session: () => "s",
          notify() {},
          onError: (error) => failed.push(error),
        })
        used.event("tui.command.execute", { command })
        const servers = used.servers()
        const findings = used.findings("s")
        const page = pageLines({
          servers,
          findings,
          progress: used.progress,
          problems: used.problems,
          version: used.version,
          width: 60,
        })
        const panel = panelLines({
          ...{ servers, activity: used.activity("s"), findings: findings.length, open: true, width: 37, now: 0 },
          current: model,
        })
        const details = findings.flatMap((one) => detailLines(one, { width: 60, chosen: true, kept: true }))
        for (const { text } of [page, panel, details].flat(2)) expect(text).not.toMatch(/[\u0000-\u001f\u009b]/)
        used.dispose()
        expect(failed).toEqual([])
      },
    ),
    { numRuns: 400 },
  )
})
