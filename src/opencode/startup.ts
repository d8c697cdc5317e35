/**
 * When the plugin's own work begins: loading the rest of itself, asking the host, looking at servers. Beside a terminal interface that has not
 * drawn its first screen yet it would take the processor from that (measured: 190 ms of it, on two cores), so there it waits for the screen.
 */

/** From the call of the `config` hook; the first screen was seen about 2 s after it. */
const SCREEN_MS = 2_500
/** The terminal half says hello shortly before its host draws. */
const HELLO_MS = 300

export interface Startup {
  /** The terminal interface is there. */
  screen(): void
  dispose(): void
}

/** Calls `work` once. `drawing`: a first screen is still to come. */
export function beginWork(work: () => void, drawing: boolean): Startup {
  let begun = false
  const after = (ms: number) => {
    const timer = setTimeout(() => {
      begun = true
      work()
    }, ms)
    timer.unref?.()
    return timer
  }
  let timer = after(drawing ? SCREEN_MS : 0)
  let told = !drawing
  return {
    screen() {
      if (begun || told) return
      told = true
      clearTimeout(timer)
      timer = after(HELLO_MS)
    },
    dispose: () => clearTimeout(timer),
  }
}
