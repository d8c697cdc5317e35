import type { CheckCode } from "../types.ts"

/** "A": the chat request without the tool parser. "B": the rendered prompt as a plain completion. */
export type RawForm = "A" | "B"

/** Why there is no answer. */
export interface Refusal {
  ok: false
  code: CheckCode
  /** HTTP status, where there was one. */
  status?: number
  /** What the server said, one line, cut. */
  says: string
  ms: number
}

/** A finding about a stream, as far as it is used here. The stream inspector's findings fit. */
export interface ProofFinding {
  kind: string
  certainty: "certain" | "likely"
  cause: string
  fix: string
  reference: string
}

/** One streamed chat answer as a client receives it. */
export interface Delivered {
  ok: true
  reasoning: string
  content: string
  calls: { name: string; arguments: string }[]
  finish: string | null
  usage?: { prompt?: number; completion?: number; reasoning?: number }
  /** Error that came in the middle of the stream. */
  error?: string
  /** Milliseconds until the first piece of text or of a call. */
  firstTokenMs?: number
  /** Milliseconds from the first piece to the last. */
  writingMs: number
  ms: number
  /** What the stream inspector says, where one was given. */
  findings: readonly ProofFinding[]
}

/** What the model wrote, no parser in the way. */
export interface RawText {
  ok: true
  /** Id of the family that writes like this. */
  family?: string
  reasoning: string
  content: string
  calls: { name: string; arguments: string }[]
  finish: string | null
  completion?: number
  firstTokenMs?: number
  writingMs: number
  ms: number
}

/** Everything that one proof saw of one model. The texts in it answer a fixed question of this program; nothing of a person's is in them. */
export interface Proof {
  model: string
  /** Kind of server, for the wording of cures. */
  server: string
  /** The model's raw text was read, so that the verdicts are held against what it wrote. */
  proven: boolean
  /** Why not, one sentence. */
  notProven?: string
  /** Id of the family that the raw text shows, else the one that the model's name says. */
  family?: string
  /** The chat template ends inside the thoughts ("open") or not. */
  template?: "open" | "closed"
  /** Context length in tokens. */
  context?: number
  /** Tokens that OpenCode's own tools cost in each request. */
  toolTokens?: number
  /** The template puts tools into the prompt. */
  toolsReachPrompt?: boolean
  /** The tool question through the chat route: the best of up to three answers. */
  called?: Delivered | Refusal
  /** The same question, raw. */
  raw?: RawText | Refusal
  /** A question without tools through the chat route. */
  talked?: Delivered | Refusal
  /** The same question, raw; only asked where the answer leaves a doubt. */
  talkedRaw?: RawText | Refusal
  /** The raw forms that were seen to work. */
  forms: RawForm[]
  /** Milliseconds to the first token, the shortest seen. */
  firstTokenMs?: number
  tokensPerSecond?: number
  /** Requests that made the model write, and the tokens that it wrote. */
  spent: { requests: number; tokens: number }
  /** Time ran out before everything was asked. */
  cutShort: boolean
  ms: number
}
