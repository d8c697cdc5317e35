/** Resolves after that time, or at once when the signal says so; leaves no timer behind. */
export function sleep(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener("abort", end)
  })
}

/** The value, or a rejection with the signal's reason as soon as the request is given up. */
export async function unlessAborted<T>(value: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  if (!signal) return value
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener("abort", stop, { once: true })
  })
  try {
    return await Promise.race([value, aborted])
  } finally {
    signal.removeEventListener("abort", stop)
  }
}
