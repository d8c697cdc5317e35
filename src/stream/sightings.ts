import type { Sighting, TextScan } from "./text-scan.ts"

/** Nothing but blanks stands before it. */
export function isAtHead(sighting: Sighting): boolean {
  return sighting.index <= sighting.before.length && sighting.before.trim() === ""
}

/** Nothing but blanks stands behind it. */
export function isAtTail(sighting: Sighting, text: TextScan): boolean {
  const end = sighting.index + sighting.delimiter.literal.length
  return end + sighting.after.length >= text.length && sighting.after.trim() === ""
}

export function isOnOwnLine(sighting: Sighting): boolean {
  return /(^|\n)[ \t]*$/.test(sighting.before) && /^[ \t]*(\n|$)/.test(sighting.after)
}

/** In the middle of a word, where nobody writes one. */
export function isInWord({ before, after }: Sighting): boolean {
  return /\p{L}$/u.test(before) && /^\p{L}/u.test(after)
}

/** Directly behind a word or the end of a sentence, or in a new line. Behind a blank, and behind dots ("<a>...</a>"), a text names it. */
export function isGlued({ before }: Sighting): boolean {
  return /(?:[\p{L}\p{N}_)\]"'`]|(?<![.…])[.!?。！？…]|\n[ \t]*)$/u.test(before)
}

/** Other delimiters stand elsewhere in the text, with words in between: then the text is about them. */
export function isOneOfMany(sighting: Sighting, all: readonly Sighting[]): boolean {
  const end = ({ index, delimiter }: Sighting): number => index + delimiter.literal.length
  const beside = (a: Sighting, b: Sighting): boolean => a.after.slice(0, Math.max(0, b.index - end(a))).trim() === ""
  const at = all.findIndex(({ index }) => index === sighting.index)
  let from = at
  let to = at
  for (let other = all[from - 1], here = all[from]; other && here && beside(other, here); other = all[from - 1], here = all[from])
    from--
  for (let other = all[to + 1], here = all[to]; other && here && beside(here, other); other = all[to + 1], here = all[to]) to++
  const run = all.slice(from, to + 1).map(({ delimiter }) => delimiter.literal)
  return all.some(({ delimiter }, i) => (i < from || i > to) && !run.includes(delimiter.literal))
}

/** Nothing but delimiters and blanks. */
export function isBare(text: TextScan): boolean {
  if (text.length !== text.head.length) return false
  return (
    text
      .sightings()
      .reduce((rest, { delimiter }) => rest.replace(delimiter.literal, ""), text.head)
      .trim() === ""
  )
}

/** In quotes, in code, escaped, or part of an expression. */
export function isQuoted(sighting: Sighting): boolean {
  const line = lineBefore(sighting)
  if (/^['"`\\|)*+?{$]/.test(sighting.after) || /[\\/|(^]$/.test(sighting.before)) return true
  // A quote directly before it opens one, unless it closes one that was opened in this line.
  const quote = /['"`]$/.exec(line)?.[0]
  if (quote !== undefined) return line.split(quote).length % 2 === 0
  // Apostrophes are none; single quotes that open something stand behind a blank or a sign.
  if ((count(line, /["`]/g) + count(line, /(^|[\s(=,:[{])'/g) + count(line, /'($|[\s),;:\]}])/g)) % 2 === 1) return true
  return sighting.fenced
}

/** Closers without an opener of their vocabulary before them. */
export function orphansOf(sightings: readonly Sighting[]): Sighting[] {
  const open = new Map<string, number>()
  return sightings.filter(({ delimiter }) => {
    const depth = open.get(delimiter.group) ?? 0
    const opens = delimiter.role === "reasoning-open"
    open.set(delimiter.group, opens ? depth + 1 : Math.max(0, depth - 1))
    return !opens && depth === 0
  })
}

export function isReasoning({ delimiter }: Sighting): boolean {
  return delimiter.role === "reasoning-open" || delimiter.role === "reasoning-close"
}

export function lineBefore({ before }: Sighting): string {
  // The quotes of Gemma's token are none of the text's.
  return before.slice(before.lastIndexOf("\n") + 1).replaceAll('<|"|>', "")
}

/** Some text around the delimiter, for an excerpt. */
export function around({ before, delimiter, after }: Sighting): string {
  return before.slice(-32) + delimiter.literal + after.slice(0, 32)
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
