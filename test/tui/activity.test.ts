import { expect, test } from "bun:test"
import { createActivities } from "../../src/tui/activity.ts"

function started() {
  let now = 1_000
  const activities = createActivities(() => now)
  const event = (type: string, properties: unknown, at = now) => {
    now = at
    return activities.event(type, properties)
  }
  event("session.status", { sessionID: "s", status: { type: "busy" } })
  event("message.updated", { info: { id: "m1", sessionID: "s", role: "assistant", time: { created: 1_000 } } })
  const delta = (at: number, text: string) =>
    event("message.part.delta", { sessionID: "s", messageID: "m1", partID: "p", field: "text", delta: text }, at)
  const counted = (at: number, tokens: object) =>
    event(
      "message.updated",
      { info: { id: "m1", sessionID: "s", role: "assistant", time: { created: 1_000, completed: at }, tokens } },
      at,
    )
  return { activities, event, delta, counted }
}

test("waits from the answer's beginning until its first word", () => {
  const { activities, delta } = started()
  expect(activities.of("s")).toEqual({ doing: "waiting", since: 1_000 })
  delta(3_000, "word")
  expect(activities.of("s").doing).toBe("writing")
  expect(activities.of("other")).toEqual({ doing: "idle" })
})

test("a running answer's rate comes from its length, an ended one's from the count", () => {
  const { activities, delta, counted } = started()
  delta(3_000, "x".repeat(40))
  delta(4_000, "x".repeat(360))
  expect(activities.of("s")).toEqual({ doing: "writing", writingSince: 3_000, tokensPerSecond: 100, estimated: true })
  counted(4_100, { input: 500, output: 40, reasoning: 10, cache: { read: 450 } })
  expect(activities.of("s")).toEqual({ doing: "idle", tokensPerSecond: 50, tokens: 1_000 })
})

test("a call ends the wait, and its unseen arguments give no rate", () => {
  const { activities, event, delta, counted } = started()
  event("message.part.updated", { part: { sessionID: "s", messageID: "m1", type: "tool" } }, 2_000)
  expect(activities.of("s").doing).toBe("writing")
  delta(2_100, "x".repeat(4))
  counted(9_000, { output: 5_000 })
  expect(activities.of("s").tokensPerSecond).toBeUndefined()
})

test("events without sense change nothing", () => {
  const { activities } = started()
  for (const nothing of [undefined, null, {}, { info: null }, { info: { role: "user" } }, { part: 3 }, { sessionID: 1 }])
    for (const type of [
      "message.updated",
      "message.part.delta",
      "message.part.updated",
      "session.status",
      "session.deleted",
      "x",
    ])
      expect(activities.event(type, nothing)).toBeUndefined()
  expect(activities.of("s").doing).toBe("waiting")
})
