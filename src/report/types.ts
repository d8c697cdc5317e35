import type { Finding } from "../stream/types.ts"

/** One cause of one session: the first finding stands for all of them, the rest are counted. */
export interface SessionFinding {
  finding: Finding
  count: number
  /** When it was first and last seen, milliseconds since the epoch. */
  first: number
  last: number
}
