/**
 * How fast the running answer comes, by the server's own count of tokens between two looks. Only looks since the first token count:
 * before it the server read the prompt, or a tool ran here, and nothing was written. Nor looks at which others were served as well.
 */
import type { EndpointReport } from "../endpoint/types.ts"

/** Between looks that lie closer the count jumps. */
const LEAST_SPAN_MS = 500

export interface Rates {
  /** A look at a server, taken now. `since`: when the answer that it writes for this session had its first token; undefined: it writes none. */
  saw(server: string, report: Pick<EndpointReport, "load" | "at">, since: number | undefined): void
  /** Tokens per second of that answer; undefined: not known. */
  of(server: string, since: number | undefined): number | undefined
}

export function createRates(now: () => number): Rates {
  const looks = new Map<string, { since: number; at: number; made: number; rate?: number }>()
  return {
    saw(server, { load, at }, since) {
      if (since === undefined || load?.running !== 1 || load.generatedTokens === undefined || now() < since)
        return void looks.delete(server)
      const made = load.generatedTokens
      const last = looks.get(server)
      // A smaller count means that the server was started anew.
      const goes = last?.since === since && made >= last.made
      if (!goes) return void looks.set(server, { since, at, made })
      if (at - last.at >= LEAST_SPAN_MS)
        looks.set(server, { since, at, made, rate: ((made - last.made) * 1000) / (at - last.at) })
    },
    of(server, since) {
      const look = looks.get(server)
      return look?.since === since ? look?.rate : undefined
    },
  }
}
