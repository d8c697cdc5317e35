import { expect, test } from "bun:test"
import { createNotices, type Notice } from "../../src/opencode/notices.ts"
import { createSessions } from "../../src/opencode/sessions.ts"
import type { Options } from "../../src/options.ts"
import { DEFAULTS } from "../../src/options-defaults.ts"
import { fakeHost } from "./fake-host.ts"

const notice = (cause: string, over: Partial<Notice> = {}) => ({
  cause,
  text: `${cause} is wrong.`,
  variant: "warning" as const,
  ...over,
})

function setUp() {
  let clock = 0
  const fake = fakeHost()
  const notices = createNotices({ host: fake.host, sessions: createSessions(), options: DEFAULTS as Options, now: () => clock })
  return { ...fake, notices, tick: (ms: number) => (clock += ms) }
}

test("what comes before the screen is there is said together, as the worst of it", async () => {
  const s = setUp()
  s.tick(4_990)
  for (const cause of ["a", "b", "c"]) s.notices.sayToScreen(notice(cause))
  s.notices.sayToScreen(notice("d", { variant: "error" }))
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(s.toasts).toEqual([{ message: "d is wrong.\nAnd 3 more: /vllm-status", variant: "error", duration: 12_000 } as never])
  s.notices.dispose()
})

test("a toast shows no signs of markdown", () => {
  const s = setUp()
  s.tick(6_000)
  s.notices.sayToScreen(notice("a", { text: "Use `--flag`." }))
  expect(s.toasts[0]?.message).toBe("Use --flag.")
})
