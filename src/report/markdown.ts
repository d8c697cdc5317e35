import { clean } from "../endpoint/text.ts"

/** Text from outside as a code span: nothing in it is read as markdown. */
export function code(text: string, max = 70): string {
  return `\`${clean(text, max).replaceAll("`", "'")}\``
}

/**
 * A sentence that may contain names and texts from outside, safe as markdown: what looks like a tag stands in backticks (it would
 * vanish else), and links and images lose their form. Code spans that are there already are kept.
 */
export function sentence(text: string, max = 600): string {
  return clean(text, max)
    .split(/(`[^`]*`)/)
    .map((part) => (/^`[^`]*`$/.test(part) ? part : plain(part)))
    .join("")
}

function plain(text: string): string {
  return text
    .replaceAll("`", "'")
    .replaceAll("](", "] (")
    .replace(/<[/|!?]?[\p{L}_｜][^<>`\n]{0,80}>/gu, (tag) => `\`${tag}\``)
    .replace(/<(?=[/|!?\p{L}｜])(?![^<>]*>`)/gu, "‹")
}

const MARK = /^(?:\p{M}|\u200d|\p{Emoji_Modifier})$/u
const PICTURE = /^(?!\p{RI})\p{Emoji_Presentation}$/u

/**
 * Columns that a text takes in a terminal: East Asian characters and pictures take two, marks on the character before them none. The same
 * as OpenTUI counts.
 */
export function columns(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let n = 0
  let last = 0
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0
    if (MARK.test(char)) {
      // The sign before it is drawn as a picture.
      if (point === 0xfe0f && last === 1) {
        n += 1
        last = 2
      }
      continue
    }
    const wide =
      PICTURE.test(char) ||
      (point >= 0x1100 && point <= 0x115f) ||
      (point >= 0x2e80 && point <= 0xa4cf) ||
      (point >= 0xac00 && point <= 0xd7a3) ||
      (point >= 0xf900 && point <= 0xfaff) ||
      (point >= 0xfe30 && point <= 0xfe6f) ||
      (point >= 0xff00 && point <= 0xff60) ||
      (point >= 0x1f300 && point <= 0x1faff) ||
      (point >= 0x20000 && point <= 0x3fffd)
    last = wide ? 2 : 1
    n += last
  }
  return n
}

/** Cuts a text to a number of columns. */
export function fit(text: string, max: number): string {
  if (columns(text) <= max) return text
  let out = ""
  for (const char of text) {
    if (columns(out + char) > max - 1) break
    out += char
  }
  return `${out}…`
}

/** Breaks a text at spaces to lines of at most `width` columns; lines after the first get the indent. Words that are longer are cut. */
export function wrap(text: string, { indent = "", width = 80 }: { indent?: string; width?: number } = {}): string {
  const lines: string[] = []
  let line = ""
  let room = width
  for (const word of wordsOf(text).flatMap((w) => pieces(w, width - columns(indent)))) {
    if (line !== "" && columns(line) + 1 + columns(word) > room) {
      lines.push(line)
      line = word
      room = width - columns(indent)
    } else line = line === "" ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.join(`\n${indent}`)
}

/** A sign that would start a list, a heading or a quotation at the head of a line stays with the word before it. */
function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const word of text.split(/ +/)) {
    const before = words.at(-1)
    if (before !== undefined && before !== "-" && /^(?:[-+*>|]|#{1,6}|\d{1,9}[.)]|=+|-{2,})$/.test(word))
      words[words.length - 1] = `${before} ${word}`
    else words.push(word)
  }
  return words
}

function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word]
  const out: string[] = []
  let piece = ""
  for (const char of word) {
    if (columns(piece + char) > width) {
      out.push(piece)
      piece = ""
    }
    piece += char
  }
  return piece === "" ? out : [...out, piece]
}

/** A list item, wrapped, with further sentences as lines of their own below it. */
export function item(head: string, ...below: string[]): string {
  const first = wrap(`- ${head}`, { indent: "  " })
  return [first, ...below.map((text) => `  ${wrap(text, { indent: "  ", width: 78 })}`)].join("\n")
}

/** A table; cells are kept short by the caller. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((h, i) => Math.max(3, columns(h), ...rows.map((r) => columns(r[i] ?? ""))))
  const line = (cells: string[]) =>
    `| ${widths.map((w, i) => (cells[i] ?? "") + " ".repeat(w - columns(cells[i] ?? ""))).join(" | ")} |`
  return [
    line(head),
    `|${widths.map((w) => "-".repeat(w + 2)).join("|")}|`,
    ...rows.map((r) => line(r.map((c) => c.replaceAll("|", "\\|")))),
  ].join("\n")
}

export const figure = (n: number): string => Math.round(n).toLocaleString("en-US")
export const plural = (n: number, word: string): string => `${figure(n)} ${word}${n === 1 ? "" : "s"}`
