import type { CheckCode } from "../endpoint/types.ts"
import type { FindingKind } from "../stream/types.ts"
import type { RecordedName } from "./recorded.ts"

/** What the model wrote, before any parser saw it. */
export interface Saying {
  /** Thoughts before `</think>`. The chat template has opened the block already. */
  reasoning?: string
  content?: string
  calls?: { name: string; arguments: Record<string, unknown> }[]
  /** The model never wrote `</think>`: everything is thought. */
  neverClosed?: boolean
}

/** The parser flags of the server. null: flag not given. */
export interface Parsers {
  /** `--tool-call-parser`, together with `--enable-auto-tool-choice`. */
  tool: "qwen3_coder" | "hermes" | null
  /** `--reasoning-parser`. */
  reasoning: "nemotron_v3" | "qwen3" | null
}

/** Faults of the transport under a chat answer: what happens instead of, or in the middle of, the stream. */
export type ChatFault = "hang" | "engine-dead" | "error-object" | "cut" | "garbage" | "flood"

/** Faults of every route at once. */
export type WholeFault = "silent" | "html" | "starting"

/** Gauges that a scenario pins, as the metrics name them. */
export interface Pinned {
  running?: number
  waiting?: number
  /** 0..1 */
  kvCacheUsage?: number
  preemptions?: number
  asleep?: boolean
}

/** One behaviour of the server. Everything left out is as on a healthy server. */
export interface Scenario {
  /** One line for `sim --list`. */
  line: string
  /** The finding kind or check code that has to be reported; none on a healthy server. */
  fault?: FindingKind | CheckCode
  says?: Saying
  /** A stream of a real server that is played instead of composing one from `says`. */
  recorded?: RecordedName
  parsers?: Parsers
  /** Output limit in tokens that the server sets on its own. */
  cutAt?: number
  chat?: ChatFault
  whole?: WholeFault
  /** Every `/v1` route answers 401, whatever key comes. */
  refuseKeys?: boolean
  /** Served name in place of the one given to `startSim`; null: nothing is served. */
  served?: string | null
  /** `--max-model-len` in place of the one given to `startSim`. */
  maxModelLen?: number
  pinned?: Pinned
  /** Milliseconds before the first token, in place of the one given to `startSim`. */
  firstTokenMs?: number
}

/** One request as the server saw it. */
export interface SimRequest {
  method: string
  /** Path with query, as sent. */
  path: string
  headers: Record<string, string | string[] | undefined>
  /** Body as text; empty when there was none. */
  body: string
  /** Scenario that answered. */
  scenario: string
  /** Status of the answer; 0 while there is none (or never was). */
  status: number
  /** Milliseconds from arrival to the end of the answer; undefined while it is running. */
  ms?: number
}
