/** Who is called back when something changed, at most so often. */

export interface Listeners {
  /** Something changed. */
  changed(): void
  /** Calls back until the returned function is called. */
  subscribe(listener: () => void): () => void
  readonly size: number
  dispose(): void
}

export function createListeners(everyMs: number): Listeners {
  const all = new Set<() => void>()
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    changed() {
      if (timer || all.size === 0) return
      timer = setTimeout(() => {
        timer = undefined
        for (const listener of all) listener()
      }, everyMs)
      timer.unref?.()
    },
    subscribe(listener) {
      all.add(listener)
      return () => void all.delete(listener)
    },
    get size() {
      return all.size
    },
    dispose() {
      clearTimeout(timer)
      all.clear()
    },
  }
}
