/** Requests whose answer has not begun: a long prompt is being read, or others come first. Slow is not dead, and this is how it shows. */
export interface Waiting {
  /** A request went out. Call what comes back when its answer begins, or it failed. */
  begin(provider: string): () => void
  /** Milliseconds that the oldest request to each server has waited, for those that have waited a while. */
  now(provider?: string): { provider: string; ms: number; requests: number }[]
}

/** Below this nobody wonders. */
const WORTH_SAYING_MS = 3_000

export function createWaiting(now: () => number): Waiting {
  const running = new Set<{ provider: string; since: number }>()
  return {
    begin(provider) {
      const request = { provider, since: now() }
      running.add(request)
      return () => void running.delete(request)
    },
    now(provider) {
      const time = now()
      const names = new Set([...running].map((one) => one.provider).filter((name) => provider === undefined || name === provider))
      return [...names].flatMap((name) => {
        const mine = [...running].filter((one) => one.provider === name)
        const ms = Math.max(...mine.map(({ since }) => time - since))
        return ms < WORTH_SAYING_MS ? [] : [{ provider: name, ms, requests: mine.length }]
      })
    },
  }
}
