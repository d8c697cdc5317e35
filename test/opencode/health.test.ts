import { afterEach, describe, expect, test } from "bun:test"
import type { Check, CheckCode, EndpointReport } from "../../src/endpoint/types.ts"
import { createHealth, type Health } from "../../src/opencode/health.ts"
import { until } from "../until.ts"

const endpoint = { url: "http://127.0.0.1:1/v1", provider: "local" }
const problem = (code: CheckCode): Check => ({ id: "reach", status: "fail", code, message: code, fix: "", reference: "", ms: 1 })

let open: Health | undefined
afterEach(() => open?.dispose())

/** A health monitor whose server has, look by look, the problems listed; the last entry stays. */
function monitor(looks: (CheckCode | readonly CheckCode[] | undefined)[]) {
  const said: string[] = []
  let n = 0
  let clock = 1_000_000
  const health = createHealth({
    endpoints: () => [endpoint],
    onProblems: (r) => void said.push(r.checks.map((c) => c.code).join()),
    onRecovered: () => void said.push("recovered"),
    onError: (e) => {
      throw e
    },
    look: async (): Promise<EndpointReport> => {
      const codes = looks[Math.min(n++, looks.length - 1)] ?? []
      return {
        url: endpoint.url,
        provider: "local",
        server: { kind: "vllm", version: null },
        models: [],
        checks: [codes].flat().map(problem),
        at: clock,
      }
    },
    now: () => clock,
    secondLookMs: 10,
  })
  open = health
  return {
    health,
    said,
    looks: () => n,
    tick: (ms: number) => {
      clock += ms
    },
  }
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe("health", () => {
  test("a refused connection is announced at the first look", async () => {
    const m = monitor(["refused"])
    await m.health.refresh()
    expect(m.said).toEqual(["refused"])
  })

  test("a server that was slow once is not said to hang", async () => {
    const m = monitor(["hung", undefined])
    await m.health.refresh()
    await until(() => m.looks() > 1)
    await wait(40)
    expect(m.looks()).toBe(2)
    expect(m.said).toEqual([])
  })

  test("a server that is slow once is not said beside another problem either, nor after it", async () => {
    const m = monitor([["limit-too-large", "response-timeout"], "limit-too-large"])
    await m.health.refresh()
    await until(() => m.said.length > 0)
    expect(m.said).toEqual(["limit-too-large"])
    open?.dispose()
    const later = monitor(["limit-too-large", ["limit-too-large", "hung"], "limit-too-large"])
    await later.health.refresh()
    later.tick(61_000)
    await later.health.refresh()
    await until(() => later.looks() > 2)
    await wait(20)
    expect(later.said).toEqual(["limit-too-large"])
  })

  test("a server that is slow again is", async () => {
    const m = monitor(["hung"])
    await m.health.refresh()
    expect(m.said).toEqual([])
    await until(() => m.said.length > 0)
    expect(m.said).toEqual(["hung"])
  })

  test("a server that answers requests meanwhile is busy and does not hang; once it no longer does, it is said", async () => {
    const m = monitor(["hung"])
    await m.health.traffic("local", true)
    await m.health.refresh()
    await until(() => m.looks() > 1)
    expect(m.said).toEqual([])
    m.tick(21_000)
    await until(() => m.said.length > 0)
    expect(m.said).toEqual(["hung"])
  })

  test("a look younger than a minute is not repeated, an older one is", async () => {
    const m = monitor([undefined])
    await m.health.refresh()
    m.tick(59_000)
    await m.health.refresh()
    expect(m.looks()).toBe(1)
    m.tick(2_000)
    await m.health.refresh()
    expect(m.looks()).toBe(2)
  })

  test("a failed request asks for a look, once in three seconds; an answer after trouble too, and it is told once", async () => {
    const m = monitor([undefined, "refused", undefined])
    await m.health.refresh()
    m.tick(4_000)
    await m.health.traffic("local", false)
    await m.health.traffic("local", false)
    expect(m.said).toEqual(["refused"])
    m.tick(4_000)
    await m.health.traffic("local", true)
    await m.health.traffic("local", true)
    expect(m.said).toEqual(["refused", "recovered"])
    expect(m.looks()).toBe(3)
  })

  test("answers of a healthy server cost no look", async () => {
    const m = monitor([undefined])
    await m.health.refresh()
    m.tick(10_000)
    for (let i = 0; i < 5; i++) await m.health.traffic("local", true)
    expect(m.looks()).toBe(1)
  })

  test("several questions at one moment share one look", async () => {
    const m = monitor([undefined])
    await Promise.all([m.health.current(), m.health.current("local"), m.health.refresh()])
    expect(m.looks()).toBe(1)
  })
})
