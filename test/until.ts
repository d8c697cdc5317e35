/** Waits until something holds. The limit is no promise of the thing that is tested: it only ends a test that would never end. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not come about: ${holds}`)
    await new Promise((next) => setTimeout(next, 5))
  }
}
