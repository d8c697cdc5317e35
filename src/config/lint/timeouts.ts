import { object } from "../json.ts"
import { problemAt, provider } from "./problem.ts"
import type { Problem, Rule } from "./types.ts"

/** Milliseconds that a long prompt on a busy server of one's own easily takes. OpenCode's own defaults are 300,000, and none for the whole. */
const LEAST = { timeout: 120_000, headerTimeout: 60_000, chunkTimeout: 60_000 } as const
const WHAT = { timeout: "a whole answer", headerTimeout: "the first byte", chunkTimeout: "the next piece" } as const

/** Time limits that end answers which are only slow. */
export const timeouts: Rule = ({ loaded, own }) =>
  own.flatMap(({ id, raw }) =>
    (Object.keys(LEAST) as (keyof typeof LEAST)[]).flatMap((name): Problem[] => {
      const value = object(raw.options)[name]
      if (typeof value !== "number" || value <= 0 || value >= LEAST[name]) return []
      const path = provider(id, "options", name)
      const what = `${name} is ${value} ms: ${WHAT[name]} often takes longer on a server of one's own.`
      const fix = `Write "${name}": 300000, or remove it.`
      const change = { safe: false, path, value: 300_000 }
      return [
        problemAt(
          loaded,
          path,
          { code: "response-timeout", rule: "timeout-small", severity: "warn", message: what, fix },
          change,
        ),
      ]
    }),
  )
