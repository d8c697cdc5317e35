/** Asks again and again while somebody watches, and never otherwise. */

export interface PollerOptions {
  /** One round. Resolves when it is over; never two at once. */
  ask(): Promise<void>
  /** Milliseconds from the end of a round to the next. */
  delay(): number
  onError(error: unknown): void
}

export interface Poller {
  /** Somebody watches until the returned function is called. A new watcher starts a round at once. */
  watch(): () => void
  /** A round now, or right after the running one; only while somebody watches. */
  poke(): void
  readonly watched: boolean
  dispose(): void
}

export function createPoller({ ask, delay, onError }: PollerOptions): Poller {
  let watchers = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false
  let again = false
  let over = false

  function round() {
    clearTimeout(timer)
    if (over || watchers === 0) return
    if (running) {
      again = true
      return
    }
    running = true
    again = false
    // A round that throws at once counts as one that fails later.
    void Promise.resolve()
      .then(ask)
      .catch(onError)
      .then(() => {
        running = false
        if (over || watchers === 0) return
        timer = setTimeout(round, again ? 0 : delay())
        timer.unref?.()
      })
  }

  return {
    watch() {
      watchers++
      if (!running) round()
      let counted = true
      return () => {
        if (!counted) return
        counted = false
        watchers--
        if (watchers === 0) clearTimeout(timer)
      }
    },
    poke: round,
    get watched() {
      return watchers > 0
    },
    dispose() {
      over = true
      clearTimeout(timer)
    },
  }
}
