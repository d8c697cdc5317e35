import type { Case } from "./case.ts"
import { cleanCase } from "./clean.ts"
import { createRandom } from "./random.ts"
import type { Sources } from "./sources.ts"

/** Faults of which a stream shows nothing, so that nothing can be expected. */
export const UNDETECTABLE: Readonly<Record<string, string>> = {}

/** `n` cases, the same ones for the same seed. */
export function* generatedCases({ seed, n }: { seed: number; n: number; sources: Sources }): Iterable<Case> {
  const random = createRandom(seed)
  for (let i = 0; i < n; i++) yield cleanCase(random.fork())
}
