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

function setUp(shown?: Set<string>) {
  let clock = 0
  const fake = fakeHost()
  const notices = createNotices({
    host: fake.host,
    sessions: createSessions(),
    options: DEFAULTS as Options,
    ...(shown && { shown }),
    now: () => clock,
  })
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

test("what one instance has shown the next one does not repeat; what it had no time to show is shown", () => {
  const shown = new Set<string>()
  const first = setUp(shown)
  first.tick(6_000)
  first.notices.sayToScreen(notice("a"))
  const early = setUp(shown)
  early.notices.sayToScreen(notice("b"))
  early.notices.dispose()
  const next = setUp(shown)
  next.tick(6_000)
  for (const cause of ["a", "b"]) next.notices.sayToScreen(notice(cause))
  expect(next.toasts.map(({ message }) => message)).toEqual(["b is wrong."])
})
