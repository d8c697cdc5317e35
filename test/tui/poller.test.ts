import { expect, test } from "bun:test"
import { createPoller } from "../../src/tui/poller.ts"
import { until } from "../until.ts"

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function polled(ask: () => Promise<void> = async () => {}) {
  const seen = { rounds: 0, errors: 0 }
  const poller = createPoller({
    ask: () => {
      seen.rounds++
      return ask()
    },
    delay: () => 5,
    onError: () => seen.errors++,
  })
  return { poller, seen }
}

test("asks only while somebody watches", async () => {
  const { poller, seen } = polled()
  poller.poke()
  await sleep(15)
  expect(seen.rounds).toBe(0)
  const [one, two] = [poller.watch(), poller.watch()]
  await until(() => seen.rounds > 1)
  one()
  one()
  const after = seen.rounds
  await until(() => seen.rounds > after)
  two()
  await sleep(10)
  const last = seen.rounds
  await sleep(25)
  expect(seen.rounds).toBe(last)
  expect(poller.watched).toBe(false)
})

test("somebody new sees what is so now", async () => {
  let rounds = 0
  const poller = createPoller({
    ask: async () => {
      rounds++
    },
    delay: () => 60_000,
    onError() {},
  })
  const off = poller.watch()
  await until(() => rounds === 1)
  const other = poller.watch()
  await until(() => rounds === 2)
  for (const release of [off, other]) release()
})

test("never two rounds at once; one that was asked for meanwhile follows", async () => {
  let running = 0
  let most = 0
  const { poller, seen } = polled(async () => {
    running++
    most = Math.max(most, running)
    await sleep(10)
    running--
  })
  const off = poller.watch()
  for (let i = 0; i < 5; i++) poller.poke()
  await until(() => seen.rounds > 1)
  off()
  expect(most).toBe(1)
})

test("a round that fails is followed by the next; after dispose there is none", async () => {
  const { poller, seen } = polled(() => {
    throw new TypeError("no")
  })
  poller.watch()
  await until(() => seen.errors > 1)
  poller.dispose()
  await sleep(10)
  const last = seen.rounds
  await sleep(20)
  expect(seen.rounds).toBe(last)
})
