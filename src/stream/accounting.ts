import type { Channel } from "./channel.ts"
import type { Reading } from "./reading.ts"
import type { RequestView } from "./request.ts"
import { isBlank } from "./text-scan.ts"

/** Output that was counted but did not arrive. */
export interface Missing {
  certainty: "certain" | "likely"
  /** The server told apart what it counted as reasoning, so that the rest of the answer stands alone. */
  sharp: boolean
  /** Tokens that the server counted for the part that fell short. */
  tokens: number
  /** UTF-8 bytes of that part that arrived. */
  bytes: number
}

/** Tokens that every answer may hold without a byte to show: delimiters, channel headers, end of turn. */
const SLACK = 12
/** The same where the server tells apart what it counted as reasoning, and no word of an answer arrived. */
const SLACK_OF_NOTHING = 9
/** Share by which later pieces may be longer than the first ones, and still be single tokens. */
const MORE_LATER = 0.05
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
 *   may be more than the bytes: then reasoning is hidden or summarised, and only the content is compared. It may be too small as well, see
 *   `mostReasoning`. `likely` from 9 on where the content is blank, and by the generous tokenizer below
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
  if (believable && counted > 0) {
    const after = tokens - mostReasoning(reading, counted) - request.stopLength()
    const found = { sharp: true, tokens: tokens - counted, bytes: content }
    if (after > content + SLACK) return { ...found, certainty: "certain" }
    const blank = content > 0 && isBlank(reading.content.text())
    const most = blank ? content + SLACK_OF_NOTHING : generousTokens(reading.content) + SLACK
    if (after > most) return { ...found, certainty: "likely" }
  }
  if (hidden || (reasoning === 0 && request.reasoningHidden())) return undefined
  const bytes = reasoning + content
  if (tokens > bytes + slack) return { certainty: "certain", sharp: false, tokens, bytes }

  if (tokens > mostPieces(reading) + slack + LEAST_CALL) return { certainty: "likely", sharp: false, tokens, bytes }
  if (tokens > generousTokens(reading.reasoning) + generousTokens(reading.content) + slack)
    return { certainty: "likely", sharp: false, tokens, bytes }
  return undefined
}

/**
 * The most tokens that the reasoning received can have cost. vLLM's own count is the least: it counts one token per character of several bytes,
 * and loses the last piece of a thought that never ends.
 */
function mostReasoning({ reasoning, content }: Reading, counted: number): number {
  const last = content.text().bytes === 0 ? reasoning.latest() : 0
  return counted + severalBytes(reasoning) + last
}

/** The most tokens that the pieces can stand for, if they are single tokens; without end otherwise. */
function mostPieces({ reasoning, content }: Reading): number {
  if (reasoning.sample().length + content.sample().length < 8) return Number.POSITIVE_INFINITY
  return [reasoning, content].reduce((most, channel) => {
    if (!hasSinglePieces(channel)) return Number.POSITIVE_INFINITY
    // Under load a server joins some of them later on.
    const joined = channel.pieces > channel.sample().length ? channel.pieces * MORE_LATER : 0
    const several = channel.sample().filter(holdsSeveral).join("").length
    return most + channel.pieces + several + joined + severalBytes(channel)
  }, 0)
}

/** Pieces are single tokens: of the first ones next to none holds two words or goes on behind a line break, and the later ones are no longer. */
function hasSinglePieces(channel: Channel): boolean {
  const sample = channel.sample()
  const multiple = sample.filter(holdsSeveral).length
  if (multiple > sample.length * MOST_MULTIPLE) return false
  const first = sample.reduce((sum, piece) => sum + piece.length, 0) / Math.max(1, sample.length)
  return channel.text().length <= channel.pieces * first * (1 + MORE_LATER)
}

/** More than one word, or the beginning of a line behind its end. */
function holdsSeveral(piece: string): boolean {
  return /\S\s+\S|\n\S/.test(piece)
}

/** The most tokens that characters of several bytes can take beside the first one each. */
function severalBytes(channel: Channel): number {
  const { bytes, length } = channel.text()
  // Four bytes are two UTF-16 units, and up to three tokens more.
  return Math.ceil((bytes - length) * 1.5)
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
