import { expect, test } from "bun:test"
import type { EndpointReport } from "../../src/endpoint/types.ts"
import { createPlugin } from "../../src/opencode/plugin.ts"
import { encode } from "../../src/opencode/tui-messages.ts"
import { readOptions } from "../../src/options.ts"
import { report } from "../tui/report.ts"
import { until } from "../until.ts"
import { fakeHost } from "./fake-host.ts"

const url = "http://127.0.0.1:8000/v1"

/** An instance of the plugin in a directory, as OpenCode makes one again and again. */
function instance(directory: string, clock: () => number, seen: () => EndpointReport) {
  const recorder = fakeHost()
  const plugin = createPlugin({
    host: recorder.host,
    options: readOptions({}).options,
    directory,
    look: async () => ({ ...seen(), at: clock() }),
    cache: { read: () => ({}), write: async () => true },
    now: clock,
  })
  return { ...recorder, plugin }
}

test("after a reload of the plugin's own making nothing is said twice, and the sessions' findings stand", async () => {
  let clock = 1_000_000
  const wrong = { ...report(), models: [...report().models, { id: "new", context: 8_192 }] }
  wrong.checks = wrong.checks.map((one) =>
    one.id === "limits" ? { ...one, status: "warn", code: "limit-missing", message: "No limit.", fix: "Set it." } : one,
  )
  const start = async () => {
    const one = instance(
      "/handover",
      () => clock,
      () => wrong,
    )
    clock += 10_000
    one.plugin.configure({
      provider: { local: { npm: "@ai-sdk/openai-compatible", options: { baseURL: url }, models: { "nemotron-3-super": {} } } },
    } as never)
    return one
  }
  const first = await start()
  await until(() => first.toasts.length > 0)
  const hello = encode({ to: "server", directory: "/handover" }, { type: "hello" })
  first.plugin.event({ type: "tui.command.execute", properties: { command: hello } })
  await until(() => first.reloads.length > 0)
  first.plugin.dispose()
  const second = await start()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(second.toasts).toEqual([])
  second.plugin.dispose()
  // An instance that OpenCode itself made anew starts with nothing.
  const third = await start()
  await until(() => third.toasts.length > 0)
  third.plugin.dispose()
})
