/** Requests that one look has open at a server beside its own. */
const AT_ONCE = 4

/** Runs a job for each item, four at a time. */
export async function inTurn<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
}
