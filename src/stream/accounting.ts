import type { Channel } from "./channel.ts"
import type { Reading } from "./reading.ts"
import type { RequestView } from "./request.ts"

/** Output that was counted but did not arrive. */
export interface Missing {
  certainty: "certain" | "likely"
  /** Tokens that the server counted for the part that fell short. */
  tokens: number
  /** UTF-8 bytes of that part that arrived. */
  bytes: number
}

/** Tokens that every answer may hold without a byte to show: delimiters, channel headers, end of turn. */
const SLACK = 12
/** Tokens missing below which a comparison of chunks says nothing: the shortest call has about this many. */
const LEAST_CALL = 16
/** More bytes per token than this no text of some length has. */
const MOST_BYTES_PER_TOKEN = 6
/** Share of pieces holding more than one word up to which pieces are single tokens. */
const MOST_MULTIPLE = 0.02

/**
 * Compares the tokens that the server counted with the bytes it sent.
 *
 * The rule. A byte-level tokenizer emits at least one byte per token, special tokens aside. So, with 12 tokens of slack for delimiters and the
 * end of turn, and the length of the longest stop sequence:
 *
 * - `certain`, on everything: completion tokens > bytes of reasoning + bytes of content + slack
 * - `certain`, on the content: completion tokens - reasoning tokens > bytes of content + slack, where the server's `reasoning_tokens` is
 *   believable: no fewer than one per 6 bytes of reasoning received (servers have been seen to report 0 with reasoning in the stream). It
 *   may be more than the bytes: then reasoning is hidden or summarised, and only the content is compared
 * - `likely`, by pacing: completion tokens > pieces + slack + 16, where pieces are single tokens (next to none holds two words, as it would
 *   with speculative decoding, `--stream-interval` or a merging proxy). Characters of several bytes may take a token per byte
 * - `likely`, by a generous tokenizer: one token per two letters, per digit, per sign and per blank, one per byte of anything else
 *
 * Nothing is said where counts cannot be compared: no usage, an aborted, broken or failed stream, several choices, parsed calls (their markup
 * costs tokens that nobody sees), reasoning hidden on request.
 */
export function missingOutput(reading: Reading, request: RequestView): Missing | undefined {
  const tokens = reading.usage?.completionTokens
  if (tokens === undefined || reading.aborted || reading.error || reading.finish === null || reading.several) return undefined
  if (reading.calls.count > 0) return undefined
  const reasoning = reading.reasoning.text().bytes
  const content = reading.content.text().bytes
  const counted = reading.usage?.reasoningTokens ?? 0
  const slack = SLACK + request.stopLength()

  const hidden = counted > reasoning + SLACK
  const believable = counted * MOST_BYTES_PER_TOKEN >= reasoning
  if (believable && counted > 0 && tokens - counted > content + slack)
    return { certainty: "certain", tokens: tokens - counted, bytes: content }
  if (hidden || (reasoning === 0 && request.reasoningHidden())) return undefined
  const bytes = reasoning + content
  if (tokens > bytes + slack) return { certainty: "certain", tokens, bytes }

  if (tokens > mostPieces(reading) + slack + LEAST_CALL) return { certainty: "likely", tokens, bytes }
  if (tokens > generousTokens(reading.reasoning) + generousTokens(reading.content) + slack)
    return { certainty: "likely", tokens, bytes }
  return undefined
}

/** The most tokens that the pieces can stand for, if they are single tokens; without end otherwise. */
function mostPieces({ reasoning, content }: Reading): number {
  const sample = [...reasoning.sample(), ...content.sample()]
  if (sample.length < 8) return Number.POSITIVE_INFINITY
  const multiple = sample.filter((piece) => /\S\s+\S/.test(piece)).length
  if (multiple > sample.length * MOST_MULTIPLE) return Number.POSITIVE_INFINITY
  const extra = (channel: Channel): number => channel.text().bytes - channel.text().length
  return reasoning.pieces + content.pieces + extra(reasoning) + extra(content)
}

/** More tokens than any tokenizer of today makes of the text; for a text too long to keep, one per byte. */
function generousTokens(channel: Channel): number {
  const text = channel.text()
  if (text.length !== text.head.length) return text.bytes
  let tokens = 0
  for (const [run] of text.head.matchAll(/[A-Za-z]+|[^A-Za-z]/gu)) {
    tokens += /^[A-Za-z]/.test(run) ? Math.ceil(run.length / 2) : Buffer.byteLength(run)
  }
  return tokens
}
