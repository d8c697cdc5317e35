import { expect, test } from "bun:test"
import { createReloads } from "../../src/opencode/reloads.ts"
import { createSessions } from "../../src/opencode/sessions.ts"
import { createSwitchers, type SwitchersOptions } from "../../src/opencode/switchers.ts"
import { until } from "../until.ts"
import { fakeHost } from "./fake-host.ts"

test("models that a look found before any front end said hello are read as soon as one has", async () => {
  const { host, reloads: made } = fakeHost()
  let present = false
  const switchers = createSwitchers({
    host,
    health: {} as SwitchersOptions["health"],
    sessions: createSessions(),
    endpoint: () => undefined,
    hidden: () => false,
    reloads: createReloads({ directory: "/a", inUse: host.inUse, reload: host.reload, now: Date.now, past: new Map() }),
    mayReload: () => present,
    onError(error) {
      throw error
    },
  })
  switchers.offer(["local/new"])
  await switchers.idle()
  expect(made).toHaveLength(0)
  present = true
  switchers.soon()
  await until(() => made.length > 0)
  await switchers.idle()
  expect(made).toHaveLength(1)
})
