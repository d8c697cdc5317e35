/**
 * What the stream inspector reports. The names are public: scripts and other programs rely on them.
 */

/** Every kind of finding, in the order in which a report lists them. */
export const FINDING_KINDS = [
  "stream-error",
  "reasoning-in-arguments",
  "markup-in-arguments",
  "tool-name-corrupt",
  "unknown-tool",
  "arguments-invalid",
  "call-in-content",
  "call-in-reasoning",
  "output-swallowed",
  "reasoning-in-content",
  "markup-in-content",
  "special-token-in-content",
  "answer-in-reasoning",
  "empty-answer",
  "finish-without-call",
  "wrong-finish-reason",
  "truncated",
  "stream-shape",
  "degenerate-repetition",
  "usage-missing",
] as const

export type FindingKind = (typeof FINDING_KINDS)[number]

/** `certain`: proven by structure, schema or count. `likely`: strong, but an innocent reading exists. */
export type Certainty = "certain" | "likely"

/** One fault of one response, with the sentences a person needs. */
export interface Finding {
  kind: FindingKind
  /** Sub-class, where the kind has some (`arguments-invalid`: `not-json`, ...; `truncated`: `in-arguments`, ...). */
  detail?: string
  certainty: Certainty
  /** Name of the tool call concerned, as the client received it (control characters removed, cut). */
  tool?: string
  /** Id of the tool call as the client received it. */
  callId?: string
  /** Path of the argument concerned, for example `command` or `todos[0].content`. */
  field?: string
  /** Model family (id of the family table) that the evidence or the model name points to. */
  family?: string
  /** One sentence: what happened and why. */
  cause: string
  /** One sentence: the one flag or setting that cures it. */
  fix: string
  /** Where that is documented: an address or `owner/repo#number`. */
  reference: string
  /** At most 80 characters around the evidence, control characters removed. Never written to a log. */
  excerpt?: string
}

export interface CallSummary {
  name: string
  argumentsValid: boolean
}

/** Token counts as the server stated them. */
export interface Usage {
  promptTokens?: number
  completionTokens?: number
  reasoningTokens?: number
}

export interface ResponseSummary {
  /** UTF-8 bytes received in the reasoning channel. */
  reasoningBytes: number
  /** UTF-8 bytes received as content. */
  contentBytes: number
  calls: CallSummary[]
  /** Finish reason as the server sent it, null when none came. */
  finish: string | null
  usage: Usage | null
}

export interface Report {
  /** Findings worth a warning. */
  findings: Finding[]
  /** Weak evidence: never shown alone, only counted towards recurrence. */
  counted: Finding[]
  response: ResponseSummary
}

export interface InspectorOptions {
  /** Request body the response answers: an object, or the JSON text as sent. Parsed only when a rule needs it. */
  request?: object | string
  /** What is known of the server, for the wording of `fix`: kind (`vllm`, `sglang`, ...), version, model root. */
  server?: { kind?: string; version?: string; root?: string }
}

export interface Inspector {
  /** Takes the next bytes of the response body. Never throws, never keeps a reference to `bytes`. */
  push(bytes: Uint8Array): void
  /** What is known now about one tool call of a response that is still running. */
  call(callId: string): Finding[]
  /** The stream is over (or was cut): the whole report. Further calls return the same report. */
  end(how?: { aborted?: boolean }): Report
}
