import type { RescueState } from "../rescue/rescuer.ts"
import type { Finding } from "../stream/types.ts"

/** One cause of one session: one finding stands for all of them, the rest are counted. */
export interface SessionFinding {
  /** The latest one; one that proves something goes before weak evidence. */
  finding: Finding
  /** How often, weak evidence included. */
  count: number
  /** How many of these were weak evidence. */
  weak: number
  /** The first eight tools that it was seen in. */
  tools: string[]
  /** When it was first and last seen, milliseconds since the epoch. */
  first: number
  last: number
}

/** Something to say of a finding, seen in its session. `key` is its own among all sayings of a session. */
export type Saying = { key: string; finding: Finding } & (
  | { say: "warning" }
  /** Weak evidence of one kind, in so many answers. */
  | { say: "likely"; answers: number }
  /** Not this one call: seen `times`, in these tools. */
  | { say: "setting"; times: number; tools: readonly string[] }
  /** A burst: seen `times` within the latest `answers`. */
  | { say: "new-session"; times: number; answers: number; tools: readonly string[] }
  | { say: "no-usage"; model: string | undefined }
)

/** What rescue does, or could do, for one model. */
export interface ModelRescue extends Readonly<RescueState> {
  provider: string
}

/** The user's word on rescue, and the models that it concerned. */
export interface RescueAnswer {
  wanted: boolean
  models: readonly string[]
  /** The options switch rescue off for every model concerned, and options win. */
  off?: boolean
}
