import { expect, test } from "bun:test"
import { createSessions } from "../../src/opencode/sessions.ts"
import { createTroubles, type TroublesOptions } from "../../src/opencode/troubles.ts"
import { DEFAULTS } from "../../src/options-defaults.ts"
import type { Finding } from "../../src/stream/types.ts"
import { fakeHost } from "./fake-host.ts"

test("an answer that broke off is said once, and not again when OpenCode sends its request again", () => {
  let clock = 1_000_000
  const said: string[] = []
  const sessions = createSessions()
  const troubles = createTroubles({
    host: fakeHost().host,
    notices: { say: (_: string, { cause }: { cause: string }) => void said.push(cause) } as unknown as TroublesOptions["notices"],
    sessions,
    options: DEFAULTS as TroublesOptions["options"],
    health: () => ({ trouble: () => undefined }) as unknown as ReturnType<TroublesOptions["health"]>,
    waiting: () => false,
    family: () => undefined,
    onBack() {},
    now: () => clock,
  })
  const session = sessions.get("s")
  session.providerID = "local"
  const broken: Finding = { kind: "stream-error", certainty: "certain", cause: "C.", fix: "F.", reference: "" }
  session.recurrence.answer({
    ...{ findings: [broken], counted: [], at: clock, from: "own" },
    asked: { speaksOfModels: () => false, model: () => "m" } as never,
  })
  troubles.retries(session, "The server said no.")
  expect(said).toEqual([])
  clock += 60_000
  troubles.retries(session, "Another failure.")
  expect(said).toEqual(["retries:local:Another failure."])
})
