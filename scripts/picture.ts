/** A screen as a picture: SVG without scripts, fonts or anything else from outside. */
import type { Cell, Grid } from "./cells.ts"

/** One cell in pixels: the advance of the usual monospace fonts is 0.6 of their size. */
const CELL = { width: 9, height: 20, font: 15, baseline: 15 }
const FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
const MARGIN = 9

export interface PictureOptions {
  /** Said to people who do not see it. */
  title: string
  /** Where a cell names no colour of its own. */
  fg: string
  bg: string
}

export function picture(grid: Grid, { title, fg, bg }: PictureOptions): string {
  const width = (grid[0]?.length ?? 0) * CELL.width + 2 * MARGIN
  const height = grid.length * CELL.height + 2 * MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${xml(title)}</title>`,
    `<clipPath id="edge"><rect width="${width}" height="${height}" rx="6"/></clipPath>`,
    `<g clip-path="url(#edge)" shape-rendering="crispEdges">`,
    rect(0, 0, width, height, bg),
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...grid.flatMap((row, y) => backgrounds(row, y, { bg, last: y === grid.length - 1 })),
    ...grid.flatMap((row, y) => shapes(row, y, fg)),
    "</g></g>",
    `<g transform="translate(${MARGIN} ${MARGIN})" font-family="${FONTS}" font-size="${CELL.font}" fill="${fg}">`,
    ...grid.flatMap((row, y) => texts(row, y, fg)),
    "</g>",
    "</svg>",
    "",
  ].join("\n")
}

/** Runs of cells that `same` holds together: first column and cells. */
function runs(row: readonly Cell[], same: (a: Cell, b: Cell) => boolean): { x: number; cells: Cell[] }[] {
  const out: { x: number; cells: Cell[] }[] = []
  row.forEach((cell, x) => {
    const last = out.at(-1)
    const before = last?.cells.at(-1)
    if (last && before && same(before, cell)) last.cells.push(cell)
    else out.push({ x, cells: [cell] })
  })
  return out
}

const rect = (x: number, y: number, width: number, height: number, fill: string) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`

/** The cells at the edges colour the margin too. */
function backgrounds(row: readonly Cell[], y: number, { bg, last }: { bg: string; last: boolean }): string[] {
  const up = y === 0 ? MARGIN : 0
  const down = last ? MARGIN : 0
  return runs(row, (a, b) => a.bg === b.bg)
    .filter(({ cells }) => cells[0]?.bg !== undefined && cells[0].bg !== bg)
    .map(({ x, cells }) => {
      const left = x === 0 ? MARGIN : 0
      const right = x + cells.length === row.length ? MARGIN : 0
      const width = cells.length * CELL.width + left + right
      return rect(x * CELL.width - left, y * CELL.height - up, width, CELL.height + up + down, cells[0]?.bg ?? bg)
    })
}

/**
 * Block and line characters as areas of their cell, in eighths of it (left, top, right, bottom): a font would leave gaps between them.
 * Lines lie in the middle, heavy ones are twice as thick.
 */
const SHAPES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "█": [0, 0, 8, 8],
  "▀": [0, 0, 8, 4],
  "▄": [0, 4, 8, 8],
  "▌": [0, 0, 4, 8],
  "▐": [4, 0, 8, 8],
  "─": [0, 3.8, 8, 4.2],
  "━": [0, 3.4, 8, 4.6],
  "│": [3.56, 0, 4.44, 8],
  "┃": [3, 0, 5, 8],
  "╹": [3, 0, 5, 4],
  "╻": [3, 4, 5, 8],
  ...Object.fromEntries([..."▁▂▃▄▅▆▇"].map((char, i) => [char, [0, 7 - i, 8, 8]] as const)),
  ...Object.fromEntries([..."▏▎▍▌▋▊▉"].map((char, i) => [char, [0, 0, i + 1, 8]] as const)),
}

function shapes(row: readonly Cell[], y: number, own: string): string[] {
  return runs(row, (a, b) => a.text === b.text && a.fg === b.fg && joins(a.text)).flatMap(({ x, cells }) => {
    const [first] = cells
    const shape = first && SHAPES[first.text]
    if (!shape) return []
    const [left, top, right, bottom] = shape
    const from = Math.round(((x * 8 + left) * CELL.width) / 8)
    const to = Math.round((((x + cells.length - 1) * 8 + right) * CELL.width) / 8)
    const upper = Math.round(((y * 8 + top) * CELL.height) / 8)
    const lower = Math.round(((y * 8 + bottom) * CELL.height) / 8)
    return [rect(from, upper, to - from, lower - upper, first.fg ?? own)]
  })
}

/** The shape reaches from side to side, so several in a row are one. */
const joins = (char: string): boolean => SHAPES[char]?.[0] === 0 && SHAPES[char][2] === 8

/** One text for each run of a style. Two blanks end it, so that what stands in columns keeps its column in every font. */
function texts(row: readonly Cell[], y: number, own: string): string[] {
  // A blank looks the same in every colour, so it ends no run.
  let last = plain
  const styled = row.map((cell) => {
    if (cell.text !== " " || cell.underline || cell.strikethrough) last = cell
    return { ...last, text: cell.text }
  })
  return runs(styled, sameStyle).flatMap(({ x, cells }) =>
    // w.: a character of two columns; x: one of one column.
    [
      ...cells
        .map((cell, i) => signOf(cell, cells[i + 1]))
        .join("")
        .matchAll(/w\.|x+(?: x+)*/g),
    ].map((found) => text(cells.slice(found.index, found.index + found[0].length), x + found.index, y, own)),
  )
}

const plain: Cell = { text: " ", bold: false, dim: false, italic: false, underline: false, strikethrough: false }

function signOf({ text, underline }: Cell, next: Cell | undefined): string {
  if (text === "") return "."
  if (SHAPES[text] || (text.trim() === "" && !underline)) return " "
  return next?.text === "" ? "w" : "x"
}

const sameStyle = (a: Cell, b: Cell): boolean =>
  a.fg === b.fg &&
  a.bold === b.bold &&
  a.dim === b.dim &&
  a.italic === b.italic &&
  a.underline === b.underline &&
  a.strikethrough === b.strikethrough

function text(cells: readonly Cell[], x: number, y: number, own: string): string {
  const first = cells[0] ?? plain
  const lines = [first.underline && "underline", first.strikethrough && "line-through"].filter(Boolean).join(" ")
  const attributes = [
    `x="${x * CELL.width}" y="${y * CELL.height + CELL.baseline}"`,
    // The grid is kept whatever font the reader has.
    `textLength="${cells.length * CELL.width}" lengthAdjust="spacingAndGlyphs"`,
    first.fg && first.fg !== own && `fill="${first.fg}"`,
    first.bold && 'font-weight="bold"',
    first.italic && 'font-style="italic"',
    first.dim && 'opacity="0.6"',
    lines && `text-decoration="${lines}"`,
  ]
  const said = xml(cells.map((cell) => (SHAPES[cell.text] ? " " : cell.text)).join(""))
  return `<text ${attributes.filter(Boolean).join(" ")}>${said}</text>`
}

const xml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
