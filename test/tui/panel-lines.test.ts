import { expect, test } from "bun:test"
import type { Check, Load } from "../../src/endpoint/types.ts"
import { columns } from "../../src/report/markdown.ts"
import type { Activity } from "../../src/tui/activity.ts"
import { textOf } from "../../src/tui/lines.ts"
import { loadWord, type PanelInput, panelLines } from "../../src/tui/panel-lines.ts"
import { check, down, report } from "./report.ts"

const idle: Activity = { doing: "idle", tokens: 12_345 }

function panel(over: Partial<PanelInput> = {}): string[] {
  const lines = panelLines({
    servers: [{ name: "local", report: report() }],
    current: { providerID: "local", modelID: "nemotron-3-super" },
    activity: idle,
    findings: 0,
    open: false,
    width: 37,
    now: 12_400,
    ...over,
  }).map(textOf)
  for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(over.width ?? 37)
  return lines
}

test("a healthy server takes one line", () => {
  expect(panel()).toEqual(["▶ LLM server local", "• nemotron-3-super      12k/262k idle"])
})

test("while an answer is written its rate stands there: the server's where nobody else runs, else a rough one", () => {
  const writing: Activity = { doing: "writing", tokens: 12_345, tokensPerSecond: 41.7, estimated: true }
  const at = (load: Load, rate?: number) =>
    panel({ activity: writing, servers: [{ name: "local", report: report({ load }), ...(rate !== undefined && { rate }) }] })[1]
  expect(at({ running: 1, waiting: 0 }, 58.3)).toBe("• nemotron-3-su… 12k/262k 58 t/s busy")
  // What the server counted before the first token says nothing of this answer.
  expect(at({ running: 1, waiting: 0, tokensPerSecond: 5 })).toBe("• nemotron-3-s… 12k/262k ~42 t/s busy")
  expect(at({ running: 0, waiting: 0 })).toBe("• nemotron-3-s… 12k/262k ~42 t/s busy")
})

test("waiting for the first token shows seconds, and the place in the queue where there is one", () => {
  const waiting: Activity = { doing: "waiting", since: 0 }
  const load = { running: 8, waiting: 7 }
  const at = (place?: number) =>
    panel({
      activity: waiting,
      servers: [{ name: "local", report: report({ load }), ...(place !== undefined && { place }) }],
    })[1]
  expect(at()).toBe("• nemotron-3-super       waiting 12 s")
  expect(at(3)).toBe("• nemotron-3-su… queued 12 s, place 3")
  expect(at(0)).toBe("• nemotron-3-sup… reading prompt 12 s")
})

test("an answer that is still awaited from another server shows there, not at the one that was switched to", () => {
  const other = report({ provider: "gpu2", models: [{ id: "a" }] })
  const servers = [
    { name: "local", report: report() },
    { name: "gpu2", report: other },
  ]
  const lines = panel({ servers, activity: { doing: "waiting", since: 0, provider: "gpu2", tokens: 12_345 } })
  expect(lines.slice(1)).toEqual(["• local nemotron-3-sup… 12k/262k idle", "• gpu2 a                 waiting 12 s"])
})

test("what is wrong stands there with its cure", () => {
  expect(panel({ servers: [{ name: "local", report: report({}, down) }] })).toEqual([
    "▶ LLM server local",
    "• nemotron-3-super               down",
    "  Nothing listens at 127.0.0.1:8000.",
    "  Cure: Start the server, or correct",
    "  provider.local.options.baseURL.",
  ])
})

test("many servers in trouble take little room: the session's own is explained, then what fails; the others say it in a word", () => {
  const warning = (id: string) =>
    check({ id: "limits", status: "warn", code: "limit-too-small", message: `${id} is small.`, fix: "word ".repeat(30) })
  const server = (name: string, wrong?: Check) => ({
    name,
    report: report({ provider: name, models: [{ id: "m" }] }, ...(wrong ? [wrong] : [])),
  })
  const servers = [
    ...[server("a", warning("a")), server("well"), server("b", down), server("c", down), server("local", warning("local"))],
    ...Array.from({ length: 9 }, (_, i) => server(`more${i}`)),
  ]
  const lines = panel({ servers, findings: 2 })
  expect(lines.length).toBeLessThanOrEqual(1 + 8 + 10 + 3)
  expect(lines.filter((line) => line.startsWith("• "))).toEqual([
    "• a m                         warning",
    "• well m                         idle",
    "• b                              down",
    "• c                              down",
    "• local nemotron-3-sup… 12k/262k idle",
    "• more0 m                        idle",
    "• more1 m                        idle",
    "• more2 m                        idle",
    "• 2 findings in this session",
  ])
  expect(lines.slice(-3, -1)).toEqual(["  and 6 more servers: /vllm-status", "  Causes and cures: /vllm-status"])
  expect(lines).toContain("  Warning: local is small.")
  expect(panel({ servers, open: true }).filter((line) => line.startsWith("• "))).toHaveLength(servers.length)
})

test("a long name in a sentence gives way to what is said about it", () => {
  const id = "nvidia/nemotron-3-super-120b-a12b-nvfp4/very/long/path/with/slashes/of-80-characters"
  const wrong = check({
    ...{ id: "limits", status: "warn", code: "limit-missing", message: `${id} has no limit in the configuration.` },
    fix: `Set provider.big.models.${id}.limit.context to 262144.`,
  })
  expect(panel({ servers: [{ name: "local", report: report({}, wrong) }] }).slice(2)).toEqual([
    "  Warning: nvidia/nemo…0-characters",
    "  has no limit in the configuration.",
    "  Cure: Set provider.bi…imit.context",
    "  to 262144.",
  ])
})

test("a warning leaves the server's line as it is, and takes little room until the panel is opened", () => {
  const warning = check({
    id: "limits",
    status: "warn",
    code: "limit-too-small",
    message: "word ".repeat(40),
    fix: "word ".repeat(40),
  })
  const servers = [{ name: "local", report: report({}, warning) }]
  expect(panel({ servers })).toHaveLength(2 + 4)
  expect(panel({ servers })[1]).toContain("12k/262k idle")
  expect(panel({ servers, open: true }).length).toBeGreaterThan(6)
})

test("several servers have a line each, and only the session's own tells of the session", () => {
  const other = report({ provider: "gpu2", models: [{ id: "a" }, { id: "b" }], load: { running: 0, waiting: 4 } })
  const servers = [{ name: "local", report: report() }, { name: "gpu2", report: other }, { name: "new" }]
  expect(panel({ servers, findings: 2 })).toEqual([
    "▶ LLM server",
    "• local nemotron-3-sup… 12k/262k idle",
    "• gpu2 2 models               queue 4",
    "• new                         looking",
    "• 2 findings in this session",
  ])
})

test("opened, it tells the server, its models and its load", () => {
  expect(panel({ open: true }).slice(2)).toEqual([
    "  server                  vLLM 0.32.0",
    "  at                127.0.0.1:8000/v1",
    "  nemotron-3-super               262k",
    "  running                           0",
    "  waiting                           0",
    "  KV cache                         0%",
  ])
})

test("names from a server cannot break the lines", () => {
  const bad = report({ models: [{ id: `\u001b[31mevil\n${"日".repeat(60)}`, context: 5 }] })
  for (const line of panel({ servers: [{ name: "local", report: bad }], open: true, current: undefined }))
    expect(line).not.toMatch(/[\u0000-\u001f]/)
})

test.each([
  [undefined, "ok"],
  [{}, "ok"],
  [{ running: 0, waiting: 0 }, "idle"],
  [{ running: 2, waiting: 0 }, "busy"],
  [{ running: 2, waiting: 3 }, "queue 3"],
  [{ running: 2, waiting: 0, kvCacheUsage: 0.95 }, "cache full"],
  [{ asleep: true }, "asleep"],
] as const)("load %j is the word %s", (load, word) => expect(loadWord(load as Load | undefined)).toBe(word))
