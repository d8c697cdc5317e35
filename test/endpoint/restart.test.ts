import { describe, expect, test } from "bun:test"
import { loadOf } from "../../src/endpoint/metrics.ts"
import { wasRestarted } from "../../src/endpoint/restart.ts"
import type { EndpointReport, Load } from "../../src/endpoint/types.ts"

const report = (load: Load | undefined, server: Partial<EndpointReport["server"]> = {}): EndpointReport => ({
  url: "http://host/v1",
  server: { kind: "vllm", version: "0.32.0", ...server },
  models: [],
  checks: [],
  at: 0,
  ...(load && { load }),
})

describe("a restart between two looks", () => {
  const LOAD: Load = { startedAt: 1000.5, toolParserOn: false, generatedTokens: 50, running: 1 }
  const CASES: [what: string, before: EndpointReport | undefined, after: EndpointReport, restarted: boolean][] = [
    ["the first look", undefined, report(LOAD), false],
    ["nothing changed", report(LOAD), report({ ...LOAD, generatedTokens: 90, running: 0 }), false],
    ["another process", report(LOAD), report({ ...LOAD, startedAt: 2000.5 }), true],
    ["a parser where none was", report({ toolParserOn: false }), report({ toolParserOn: true }), true],
    ["a counter that fell back", report({ generatedTokens: 50 }), report({ generatedTokens: 3 }), true],
    ["another version", report(undefined), report(undefined, { version: "0.33.0" }), true],
    [
      "another parser (SGLang says it)",
      report(undefined, { toolParser: "qwen25" }),
      report(undefined, { toolParser: "glm45" }),
      true,
    ],
    ["figures that are missing now", report(LOAD), report(undefined, { version: null }), false],
    ["figures that were missing", report(undefined, { version: null }), report(LOAD), false],
  ]
  for (const [what, before, after, restarted] of CASES) {
    test(`${what}: ${restarted}`, () => expect(wasRestarted(before, after)).toBe(restarted))
  }

  test("the start of the process is read from the metrics, and alone it is no load", () => {
    const start = "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.79573692433e+09\n"
    expect(loadOf(`${start}vllm:num_requests_running{engine="0"} 2.0\n`, { at: 0 })).toMatchObject({
      running: 2,
      startedAt: 1_795_736_924.33,
    })
    expect(loadOf(start, { at: 0 })).toBeUndefined()
  })
})
