/** Lines of text with a tone each, as the panel and the dialogs show them. Pure: what is seen can be tested without a screen. */
import { columns, fit, wrap } from "../report/markdown.ts"

/** What a text means; the theme decides how that looks. No tone alone carries meaning: the words say it too. */
export type Tone = "plain" | "muted" | "strong" | "good" | "warn" | "bad"

export interface Span {
  text: string
  tone: Tone
}

export type Line = Span[]

export const span = (text: string, tone: Tone = "plain"): Span => ({ text, tone })

/** The text of a line, as a test or a clipboard takes it. */
export const textOf = (line: Line): string => line.map(({ text }) => text).join("")

/** `left` cut to what `right` leaves of the width, with `right` at the edge. */
export function spread(left: Line, right: Line, width: number): Line {
  const end = cut(right, width)
  const room = width - columns(textOf(end))
  const begin = cut(left, end.length > 0 && room > 0 ? room - 1 : room)
  const gap = width - columns(textOf(begin)) - columns(textOf(end))
  return end.length === 0 ? begin : [...begin, span(" ".repeat(Math.max(0, gap))), ...end]
}

/** The line within so many columns; what is cut ends with an ellipsis. */
export function cut(line: Line, width: number): Line {
  const out: Line = []
  let room = width
  for (const [i, one] of line.entries()) {
    if (one.text === "") continue
    // Nothing may follow a cut text, and a text that ends at the edge hides what follows.
    const rest = columns(textOf(line.slice(i + 1)))
    const whole = columns(one.text) <= room && (rest === 0 || columns(one.text) < room)
    if (room <= 0) break
    out.push(
      whole ? one : { ...one, text: fit(rest > 0 && columns(one.text) <= room ? `${one.text} ` : one.text, room).trimEnd() },
    )
    if (!whole) break
    room -= columns(one.text)
  }
  return out
}

/** Of a word that is wider than `wide`, such as a path or a model's id, the middle is left out, so that `most` columns remain. */
export const shortWords = (text: string, wide: number, most = wide): string =>
  text.replace(/\S+/g, (word) => (columns(word) <= wide ? word : middle(word, most)))

function middle(word: string, most: number): string {
  const head = fit(word, Math.ceil(most / 2))
  let tail = ""
  for (const char of [...word].reverse()) {
    if (columns(head + char + tail) > most) break
    tail = char + tail
  }
  return head + tail
}

/**
 * A sentence over several lines, each indented; of more lines than `most` the last one ends with an ellipsis. Backticks are left out: here
 * nothing makes code of what stands between them.
 */
export function paragraph(
  text: string,
  {
    width,
    indent = 0,
    tone = "plain",
    most = Number.POSITIVE_INFINITY,
  }: { width: number; indent?: number; tone?: Tone; most?: number },
): Line[] {
  const all = wrap(text.replaceAll("`", ""), { width: Math.max(1, width - indent) }).split("\n")
  const shown = all.slice(0, most)
  if (all.length > most) shown[most - 1] = `${fit(shown[most - 1] ?? "", width - indent - 1).replace(/…$/, "")}…`
  return shown.map((line) => [span(" ".repeat(indent) + line, tone)])
}

/** 950, 12k, 1.2M: a number of tokens in at most four columns. */
export function short(n: number): string {
  if (n < 1_000) return String(Math.round(n))
  if (n < 999_500) return `${n < 9_950 && n % 1_000 >= 50 ? (n / 1_000).toFixed(1) : Math.round(n / 1_000)}k`
  return `${n < 9_950_000 ? (n / 1_000_000).toFixed(1).replace(/\.0$/, "") : Math.round(n / 1_000_000)}M`
}

/** Keys and what they do, as many in a line as fit; none is cut while it fits alone. */
export function keyLines(keys: readonly string[], width: number): Line[] {
  const lines: string[] = []
  for (const key of keys) {
    const last = lines.at(-1)
    if (last !== undefined && columns(last) + 3 + columns(key) <= width) lines[lines.length - 1] = `${last}   ${key}`
    else lines.push(key)
  }
  return lines.map((line) => [span(fit(line, width), "muted")])
}

/** Where something is documented: an address that is cut leads nowhere. */
export function referenceLines(reference: string, width: number, indent: number): Line[] {
  if (reference === "") return []
  return pathLines(`See ${reference}`, Math.max(8, width - indent), "muted").map((line) => [span(" ".repeat(indent)), ...line])
}

/** A path over several lines, broken behind its separators where that is possible: nothing of it is left out. */
export function pathLines(path: string, width: number, tone: Tone = "plain"): Line[] {
  const lines: string[] = []
  let line = ""
  for (const part of path.split(/(?<=[/\\])/)) {
    if (line !== "" && columns(line + part) > width) {
      lines.push(line)
      line = ""
    }
    for (const char of part) {
      if (columns(line + char) > width) {
        lines.push(line)
        line = ""
      }
      line += char
    }
  }
  return [...lines, line].map((one) => [span(one, tone)])
}
