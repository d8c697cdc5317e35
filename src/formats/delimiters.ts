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

/** Literals that begin alike. */
interface Finder {
  /** Engines see at once where this is missing. */
  opening: string
  pattern: RegExp
}

/** One for each first character: engines skip quickly to a character, and slowly to one of several. */
function findersOf(literals: readonly string[]): Finder[] {
  return [...byFirst(literals)].map(([first, rests]) => ({
    opening: rests.length === 1 ? first + rests[0] : first,
    pattern: new RegExp(escapeForRegExp(first) + treeOf(rests), "g"),
  }))
}

/** Matches the longest of some literals, character by character, so that nothing is tried twice. */
function treeOf(literals: readonly string[]): string {
  const branches = [...byFirst(literals)].map(([first, rests]) => escapeForRegExp(first) + treeOf(rests))
  if (branches.length === 0) return ""
  return `(?:${branches.join("|")})${literals.includes("") ? "?" : ""}`
}

/** What follows each first character. */
function byFirst(literals: readonly string[]): Map<string, string[]> {
  const rests = new Map<string, string[]>()
  for (const literal of literals) {
    const first = literal.slice(0, 1)
    if (first !== "") rests.set(first, [...(rests.get(first) ?? []), literal.slice(1)])
  }
  return rests
}

const escapeForRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")

const FINDERS = findersOf([...BY_LITERAL.keys()])

/**
 * All delimiters in a text, in order, not overlapping, the longest where several begin at one place.
 *
 * @param from offset to begin at
 */
export function findDelimiters(text: string, from = 0): DelimiterHit[] {
  const hits: DelimiterHit[] = []
  for (const { opening, pattern } of FINDERS) {
    if (!text.includes(opening, from)) continue
    pattern.lastIndex = from
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const delimiter = BY_LITERAL.get(match[0])
      if (delimiter) hits.push({ delimiter, index: match.index, end: match.index + match[0].length })
    }
  }
  let behind = 0
  return hits
    .sort((a, b) => a.index - b.index)
    .filter(({ index, end }) => {
      const free = index >= behind
      if (free) behind = end
      return free
    })
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
