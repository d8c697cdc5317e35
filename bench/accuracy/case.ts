import type { FindingKind } from "../../src/stream/types.ts"
import type { Shape } from "./shapes.ts"

/** Where a case comes from. */
export type Corpus = "captures" | "families" | "faults" | "clean" | "parsers"

/** One response with its request, and what has to be said about it. */
export interface Case {
  corpus: Corpus
  /** Class of `faults.md`-like letters and digits, or the name of a situation. */
  class: string
  shape: Shape
  request: object
  bytes: Uint8Array
  /** At least one of these must be reported; none: the response is healthy. */
  expect: FindingKind[]
  /** These may be reported as well. */
  allow: FindingKind[]
  /** The client cut the stream. */
  aborted?: boolean
  /** A short excerpt for people. */
  excerpt: string
}
