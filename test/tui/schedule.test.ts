import { expect, test } from "bun:test"
import { createSchedule } from "../../src/tui/schedule.ts"

function setup() {
  const clock = { now: 1_000_000 }
  const schedule = createSchedule(() => clock.now)
  const looked = (failed: Record<string, boolean>) => {
    for (const [server, is] of Object.entries(failed)) schedule.looked(server, is ? "failed" : "lively")
  }
  return { clock, schedule, looked, servers: ["a", "b"] }
}

test("a server that was never looked at is due, and none other before its time", () => {
  const { clock, schedule, looked, servers } = setup()
  expect(schedule.due(servers)).toEqual(["a", "b"])
  looked({ a: false })
  expect([schedule.due(servers), schedule.delay(servers)]).toEqual([["b"], 0])
  looked({ b: false })
  clock.now += 20_000
  expect([schedule.due(servers), schedule.delay(servers)]).toEqual([[], 10_000])
  clock.now += 10_000
  expect(schedule.due(servers)).toEqual(["a", "b"])
})

test("one that fails is asked ever more seldom, and holds up no other", () => {
  const { clock, schedule, looked, servers } = setup()
  looked({ a: false, b: true })
  const gaps: number[] = []
  let before = clock.now
  for (let i = 0; i < 300; i++) {
    clock.now += 1_000
    schedule.busy("a")
    const due = schedule.due(servers)
    if (due.includes("b")) {
      gaps.push((clock.now - before) / 1_000)
      before = clock.now
    }
    looked(Object.fromEntries(due.map((server) => [server, server === "b"])))
    expect(schedule.delay(servers)).toBeLessThanOrEqual(2_000)
  }
  expect(gaps).toEqual([5, 10, 20, 40, 60, 60, 60])
})

test("work makes its own server due at once, and often; the others keep their time", () => {
  const { clock, schedule, looked, servers } = setup()
  looked({ a: false, b: false })
  clock.now += 5_000
  expect(schedule.busy("a")).toBe(true)
  expect(schedule.due(servers)).toEqual(["a"])
  looked({ a: false })
  clock.now += 1_000
  expect([schedule.busy("a"), schedule.delay(servers)]).toEqual([false, 1_000])
})

test("work is no reason to look at a server that tells nothing of it", () => {
  const { clock, schedule, servers } = setup()
  for (const server of servers) schedule.looked(server, "still")
  clock.now += 5_000
  schedule.busy("a")
  expect([schedule.due(servers), schedule.delay(servers)]).toEqual([[], 25_000])
  clock.now += 25_000
  schedule.busy("a")
  expect(schedule.due(servers)).toEqual(["a", "b"])
})

test("when nothing runs for long all are asked once a minute, and a wish makes every one due", () => {
  const { clock, schedule, looked, servers } = setup()
  clock.now += 200_000
  looked({ a: false, b: true })
  clock.now += 30_000
  expect(schedule.due(servers)).toEqual(["b"])
  looked({ b: true })
  expect(schedule.due(servers)).toEqual([])
  schedule.all()
  expect(schedule.due(servers)).toEqual(["a", "b"])
})

test("when the work is over its server is asked once more, as soon as its figures can know it", () => {
  const { clock, schedule, looked, servers } = setup()
  schedule.busy("a")
  looked({ a: false, b: false })
  schedule.rests()
  expect([schedule.due(servers), schedule.delay(servers)]).toEqual([[], 1_000])
  clock.now += 5_000
  expect(schedule.due(servers)).toEqual(["a"])
  looked({ a: false })
  expect([schedule.due(servers), schedule.delay(servers)]).toEqual([[], 25_000])
})

test("while somebody looks closely servers are asked more often", () => {
  const { clock, schedule, looked, servers } = setup()
  clock.now += 5_000
  looked({ a: false, b: false })
  schedule.closely(true)
  expect(schedule.delay(servers)).toBe(5_000)
  schedule.closely(false)
  expect(schedule.delay(servers)).toBe(30_000)
})
