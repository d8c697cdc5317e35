/** Counts raw text, to compare it with the tokens that the server counted. */
export interface Tally {
  addReasoning(text: string): void
  addContent(text: string): void
  /** The `usage` of a chunk or answer, as it came. */
  usage(value: unknown): void
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** @param calls delivered ones */
  swallowed(calls: number, stopLength: number): boolean
}

/** Tokens that every answer may hold without a byte to show. */
const SLACK = 12
/** Tokens missing below which a comparison with chunks says nothing: the shortest call has about this many. */
const LEAST_CALL = 16
/** More bytes per token than this no text of some length has. */
const MOST_BYTES_PER_TOKEN = 6
/** Pieces that are looked at to judge whether pieces are tokens, and the share of them that may hold two words. */
const SAMPLE = 256
const MOST_MULTIPLE = 0.02

/**
 * The rule is that of `src/stream/accounting.ts`, applied to raw text. There it is sharper than on parsed answers, because markup is text here:
 * every token is at least a byte that must have come.
 */
export function createTally(): Tally {
  const reasoning = { bytes: 0, length: 0 }
  const content = { bytes: 0, length: 0 }
  let pieces = 0
  let multiple = 0
  let counts: { prompt?: number; completion?: number; reasoning?: number } = {}

  const add = (to: { bytes: number; length: number }, text: string): void => {
    to.bytes += Buffer.byteLength(text)
    to.length += text.length
    pieces++
    if (pieces <= SAMPLE && /\S\s+\S/.test(text)) multiple++
  }

  return {
    addReasoning: (text) => add(reasoning, text),
    addContent: (text) => add(content, text),
    usage(value) {
      if (typeof value !== "object" || value === null) return
      const { prompt_tokens, completion_tokens, completion_tokens_details } = value as Record<string, unknown>
      const details = completion_tokens_details as { reasoning_tokens?: unknown } | null | undefined
      counts = { prompt: count(prompt_tokens), completion: count(completion_tokens), reasoning: count(details?.reasoning_tokens) }
    },
    get promptTokens() {
      return counts.prompt
    },
    get completionTokens() {
      return counts.completion
    },
    swallowed(calls, stopLength) {
      const tokens = counts.completion
      if (tokens === undefined) return false
      const slack = SLACK + stopLength
      if (tokens > reasoning.bytes + content.bytes + slack) return true
      const thought = counts.reasoning ?? 0
      const believable = thought > 0 && thought * MOST_BYTES_PER_TOKEN >= reasoning.bytes
      if (believable && tokens - thought > content.bytes + slack) return true
      // Pieces are single tokens where next to none holds two words; characters of several bytes may take a token per byte.
      const single = pieces >= 8 && multiple <= Math.min(pieces, SAMPLE) * MOST_MULTIPLE
      const extra = reasoning.bytes + content.bytes - reasoning.length - content.length
      return calls === 0 && single && tokens > pieces + extra + slack + LEAST_CALL
    },
  }
}

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined
