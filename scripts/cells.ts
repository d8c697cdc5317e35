/** What a terminal shows, cell by cell: read from the escape sequences that `tmux capture-pane -e` writes. */
import { type Color, createAnsiSequenceParser, createColorPalette, type ParseToken } from "ansi-sequence-parser"
import { columns } from "../src/report/markdown.ts"

export interface Style {
  /** `#rrggbb`; undefined: the terminal's own. */
  fg?: string
  bg?: string
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  strikethrough: boolean
}

/** One column. A character of two columns stands in the first of them, with an empty text in the second. */
export interface Cell extends Style {
  text: string
}

export type Grid = Cell[][]

const palette = createColorPalette()
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The screen of a capture. Every row is filled up to the width of the longest. */
export function readCells(ansi: string): Grid {
  const parser = createAnsiSequenceParser()
  const rows = ansi
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => parser.parse(line).flatMap(cellsOf))
  const width = Math.max(0, ...rows.map((row) => row.length))
  for (const row of rows) while (row.length < width) row.push({ ...plain(), bg: row.at(-1)?.bg })
  return rows
}

const plain = (): Cell => ({ text: " ", bold: false, dim: false, italic: false, underline: false, strikethrough: false })

function cellsOf({ value, foreground, background, decorations }: ParseToken): Cell[] {
  const turned = decorations.has("reverse")
  const style: Style = {
    fg: hex(turned ? background : foreground),
    bg: hex(turned ? foreground : background),
    bold: decorations.has("bold"),
    dim: decorations.has("dim"),
    italic: decorations.has("italic"),
    underline: decorations.has("underline"),
    strikethrough: decorations.has("strikethrough"),
  }
  return [...segmenter.segment(value)].flatMap(({ segment }) =>
    columns(segment) > 1
      ? [
          { ...style, text: segment },
          { ...style, text: "" },
        ]
      : [{ ...style, text: segment }],
  )
}

function hex(color: Color | null): string | undefined {
  if (!color) return undefined
  // The library's palette writes a colour of one digit in short, which a reader of pictures does not take.
  if (color.type === "rgb") return `#${color.rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`
  return palette.value(color)
}

/** The text of a screen, without blanks at the end of a line. */
export const textOfCells = (grid: Grid): string => grid.map((row) => rowText(row).trimEnd()).join("\n")

const rowText = (row: readonly Cell[]): string => row.map(({ text }) => text).join("")

/**
 * Puts other words in place of what the pattern finds, and leaves everything else in its column: a longer text takes the blanks
 * that follow in the same box, a shorter one leaves blanks.
 */
export function overwrite(grid: Grid, pattern: RegExp, words: string | ((found: string) => string)): void {
  for (const row of grid) {
    // Of each character of the row's text: the column it stands in.
    const places = row.flatMap((cell, column) => Array.from({ length: cell.text.length }, () => column))
    for (const found of rowText(row).matchAll(pattern)) {
      const first = places[found.index] ?? 0
      const end = places[found.index + found[0].length] ?? row.length
      const said = [...(typeof words === "string" ? words : words(found[0]))]
      const style = row[first] ?? plain()
      for (let i = 0; first + i < Math.max(end, first + said.length); i++) {
        const cell = row[first + i]
        if (!cell || (first + i >= end && (cell.text !== " " || cell.bg !== style.bg))) break
        row[first + i] = { ...style, text: said[i] ?? " " }
      }
    }
  }
}

export interface Area {
  left?: number
  top?: number
  columns?: number
  rows?: number
}

/** A part of the screen. */
export const crop = (grid: Grid, { left = 0, top = 0, columns: width = Infinity, rows = Infinity }: Area): Grid =>
  grid.slice(top, top + rows).map((row) => row.slice(left, left + width))

/** The box that a text stands in: everything in the colour behind its first letter. */
export function boxAround(grid: Grid, text: RegExp): Area {
  const [ground] = grid.flatMap((row) => {
    const found = text.exec(rowText(row))
    return found ? [row[columns(rowText(row).slice(0, found.index))]?.bg] : []
  })
  const inside = grid.flatMap((row, y) => row.flatMap(({ bg }, x) => (bg === ground ? [{ x, y }] : [])))
  const left = Math.min(...inside.map(({ x }) => x))
  const top = Math.min(...inside.map(({ y }) => y))
  return {
    left,
    top,
    columns: Math.max(...inside.map(({ x }) => x)) + 1 - left,
    rows: Math.max(...inside.map(({ y }) => y)) + 1 - top,
  }
}
