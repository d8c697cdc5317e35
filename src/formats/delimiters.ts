import { VOCABULARIES, type Vocabulary } from "./delimiter-table.ts"

export type DelimiterRole = "reasoning-open" | "reasoning-close" | "call-open" | "call-close" | "call-part" | "turn"

export interface Delimiter {
  literal: string
  role: DelimiterRole
  /** Vocabulary it belongs to: where one literal of a group is spoken of, so are the others. */
  group: string
  /** Ids of the families (`src/knowledge/families.ts`) that a sighting points to; empty when it is too common to tell. */
  families: readonly string[]
}

export interface DelimiterHit {
  delimiter: Delimiter
  /** Offset of the first character. */
  index: number
  /** Offset behind the last character. */
  end: number
}

const ROLES: readonly (readonly [Exclude<keyof Vocabulary, "group" | "families">, DelimiterRole])[] = [
  ["reasoningOpen", "reasoning-open"],
  ["reasoningClose", "reasoning-close"],
  ["callOpen", "call-open"],
  ["callClose", "call-close"],
  ["callPart", "call-part"],
  ["turn", "turn"],
]

export const DELIMITERS: readonly Delimiter[] = VOCABULARIES.flatMap((vocabulary) =>
  ROLES.flatMap(([key, role]) =>
    (vocabulary[key] ?? []).map((literal) => ({ literal, role, group: vocabulary.group, families: vocabulary.families ?? [] })),
  ),
)

const BY_LITERAL: ReadonlyMap<string, Delimiter> = new Map(DELIMITERS.map((delimiter) => [delimiter.literal, delimiter]))

const escapeForRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")

/** The longest alternative first, so that `<|channel|>analysis` is not taken for `<|channel|>`. */
const SOURCE: string = [...BY_LITERAL.keys()]
  .sort((a, b) => b.length - a.length)
  .map(escapeForRegExp)
  .join("|")

/**
 * All delimiters in a text, in order, not overlapping, the longest where several begin at one place.
 *
 * @param from offset to begin at
 */
export function findDelimiters(text: string, from = 0): DelimiterHit[] {
  const hits: DelimiterHit[] = []
  const finder = new RegExp(SOURCE, "g")
  finder.lastIndex = from
  for (let match = finder.exec(text); match; match = finder.exec(text)) {
    const delimiter = BY_LITERAL.get(match[0])
    if (delimiter) hits.push({ delimiter, index: match.index, end: match.index + match[0].length })
  }
  return hits
}

/**
 * A literal that hardly anybody writes who does not work on that very format: fullwidth bars and low blocks, Gemma's quotes, MiniMax's prefix.
 */
export function isUnmistakable({ literal }: Delimiter): boolean {
  return /[｜▁◁▷]|\]<\]|<\|"\|>|<\|(?:tool_call_argument|tool_calls_section|content_invoke)|^<\|(?:open|close|sep|constrain)\|>$/.test(
    literal,
  )
}

/** All literals of a vocabulary. */
export function literalsOf(group: string): string[] {
  return DELIMITERS.filter((delimiter) => delimiter.group === group).map((delimiter) => delimiter.literal)
}
