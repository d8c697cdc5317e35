import type { Random } from "./random.ts"

/** Delimiters of all families look like one of these, and are one token each where they are special. */
const SPECIAL =
  /<\|[^|<>\s]{1,40}\|?>|<[a-z_]{1,24}\|>|<｜[^｜<>]{1,40}｜|<\/?(?:[a-z]+:)?(?:think|tool_call|tool_calls|arg_key|arg_value)>|\[\/?(?:TOOL_CALLS|ARGS|THINK)\]|\]<\]minimax\[>\[/u

/** A tokenizer as simple as it can be and still be plausible: 2.5 to 4.5 bytes a token on code and prose. */
export interface Tokenizer {
  /** The text of each token, and how many the server counts for it: a character of several bytes may take two. */
  split(text: string): { text: string; tokens: number }[]
  count(text: string): number
}

export function createTokenizer(random: Random): Tokenizer {
  const longest = random.int(5, 12)
  const perWide = random.pick([1, 1, 1, 2])
  const pattern = new RegExp(
    `${SPECIAL.source}| ?\\p{Script=Latin}{1,${longest}}|\\p{Nd}{1,${random.pick([1, 3])}}| {1,16}|\\t+|\\n+|[^\\x00-\\x7f]|[^\\p{L}\\p{N}\\s]{1,3}|[^]`,
    "gu",
  )
  const split = (text: string): { text: string; tokens: number }[] =>
    [...text.matchAll(pattern)].map(([piece]) => ({
      text: piece,
      tokens: piece.length <= 2 && /[^\x00-\x7f\p{Script=Latin}]/u.test(piece) ? perWide : 1,
    }))
  return { split, count: (text) => split(text).reduce((sum, { tokens }) => sum + tokens, 0) }
}
