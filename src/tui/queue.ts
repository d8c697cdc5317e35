/**
 * Where the session's request stands in a server's queue. No server says it; but vLLM takes requests first come, first served, so that nobody
 * who came later stands in front of it: the fewest that were seen waiting since it was sent is the last place it can have.
 */
import type { EndpointReport } from "../endpoint/types.ts"

/** Until a request that the host has begun is surely counted by its server. */
const SENT_AFTER_MS = 1_000

export interface Queue {
  /** A look at a server. `since`: when the session began to wait for a first token; undefined where it does not. */
  saw(server: string, report: Pick<EndpointReport, "load" | "at">, since: number | undefined): void
  /** 1 is next, 0 has left the queue; undefined: not known. */
  place(server: string, since: number | undefined): number | undefined
}

export function createQueue(): Queue {
  let waitsSince: number | undefined
  const places = new Map<string, number>()
  return {
    saw(server, { load, at }, since) {
      if (since !== waitsSince) places.clear()
      waitsSince = since
      if (since === undefined || load?.waiting === undefined || at - since < SENT_AFTER_MS) return
      places.set(server, Math.min(load.waiting, places.get(server) ?? Number.POSITIVE_INFINITY))
    },
    place: (server, since) => (since !== undefined && since === waitsSince ? places.get(server) : undefined),
  }
}
