/**
 * Time in which the process ran its timers on time. What a busy machine takes away from the process is not counted, so that a test can hold
 * a promise of seconds to the second on two noisy cores too.
 */
const EVERY_MS = 20

/** Starts; the function that comes back stops and says how many milliseconds there were. */
export function calmClock(): () => number {
  const began = performance.now()
  let last = began
  let stalled = 0
  const tick = () => {
    const now = performance.now()
    if (now - last > 2 * EVERY_MS) stalled += now - last - EVERY_MS
    last = now
  }
  const timer = setInterval(tick, EVERY_MS)
  return () => {
    clearInterval(timer)
    tick()
    return last - began - stalled
  }
}
