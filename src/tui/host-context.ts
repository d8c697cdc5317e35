/** What the host's application shares among its own parts, for which the plugin API has no call: found by its form, never relied on. */

/** @param owner Solid's owner within the host's application, as a slot of it sees it */
export function fromContext<T>(owner: unknown, is: (value: Partial<T>) => boolean): T | undefined {
  const context = (owner as { context?: Record<symbol, unknown> } | null | undefined)?.context
  if (!context) return undefined
  for (const key of Object.getOwnPropertySymbols(context)) {
    const value = context[key] as Partial<T> | null | undefined
    try {
      if (typeof value === "object" && value !== null && is(value)) return value as T
    } catch {
      // A getter of somebody else's.
    }
  }
  return undefined
}
