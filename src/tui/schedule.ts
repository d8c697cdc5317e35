/** When each server is looked at again: often while the session works with it, seldom when nothing runs, ever more seldom while it fails. */

const BUSY_MS = 2_000
const QUIET_MS = 30_000
/** While somebody has the status page open. */
const PAGE_MS = 5_000
/** Until a server's figures know that its work is over. */
const REST_MS = 1_000
const LONG_QUIET_MS = 60_000
/** Nothing ran for so long: every server is looked at less often. */
const LONG_QUIET_AFTER_MS = 150_000
const FIRST_FAILURE_MS = 5_000
const MOST_FAILURE_MS = 60_000

export interface Schedule {
  /** The session works, with this server where that is known. Returns whether it was quiet before. */
  busy(server: string | undefined): boolean
  /** The session's work is over. */
  rests(): void
  /** A look at a server is over. `still`: it tells nothing that changes while it works, so that work is no reason to look more often. */
  looked(server: string, how: "failed" | "still" | "lively"): void
  /** Every server is due now. */
  all(): void
  /** Somebody looks closely from now on, or no longer. */
  closely(on: boolean): void
  /** Those of the servers that are due. */
  due(servers: readonly string[]): string[]
  /** Milliseconds until the first of them is due. */
  delay(servers: readonly string[]): number
}

export function createSchedule(now: () => number): Schedule {
  const last = new Map<string, { at: number; failures: number; still: boolean; next?: number }>()
  let lastBusy = now()
  let worksWith: string | undefined
  let close = 0

  function dueAt(server: string): number {
    const look = last.get(server)
    if (!look) return Number.NEGATIVE_INFINITY
    if (look.failures > 0) return look.at + Math.min(MOST_FAILURE_MS, FIRST_FAILURE_MS * 2 ** (look.failures - 1))
    if (look.next !== undefined) return look.next
    const quiet = now() - lastBusy
    if (quiet < BUSY_MS && !look.still && (worksWith === undefined || worksWith === server)) return look.at + BUSY_MS
    if (close > 0) return look.at + PAGE_MS
    return look.at + (quiet > LONG_QUIET_AFTER_MS ? LONG_QUIET_MS : QUIET_MS)
  }

  /** Those that the session works with and that tell how much they have to do. */
  const livelyOf = (server: string | undefined) =>
    [...last].filter(([name, { failures, still }]) => failures === 0 && !still && (server ?? name) === name)

  return {
    busy(server) {
      const wasQuiet = now() - lastBusy > BUSY_MS
      lastBusy = now()
      worksWith = server
      if (wasQuiet) for (const [, look] of livelyOf(server)) look.at = Number.NEGATIVE_INFINITY
      return wasQuiet
    },
    rests() {
      for (const [, look] of livelyOf(worksWith)) look.next = now() + REST_MS
    },
    looked: (server, how) =>
      void last.set(server, {
        at: now(),
        failures: how === "failed" ? (last.get(server)?.failures ?? 0) + 1 : 0,
        still: how === "still",
      }),
    all() {
      for (const look of last.values()) Object.assign(look, { at: Number.NEGATIVE_INFINITY, next: undefined })
    },
    closely(on) {
      close += on ? 1 : -1
    },
    due: (servers) => servers.filter((server) => dueAt(server) <= now()),
    // A server that nobody has told of yet may turn up.
    delay: (servers) => Math.max(0, Math.min(QUIET_MS, ...servers.map((server) => dueAt(server) - now()))),
  }
}
