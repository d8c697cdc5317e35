/** The rows of the picker as columns: OpenCode's own list sets a name and a text side by side, and aligns neither. */
import { columns, fit } from "../report/markdown.ts"

export interface PickerRow {
  name: string
  /** A text for each column, the first at its right edge; empty ones take no room where every row's is empty. */
  cells: readonly string[]
}

/** Names are not cut shorter than this. */
const SHORTEST = 16
const GAP = 2

/**
 * @param width columns for a name and the text behind it
 * @returns name and text of each row; a name that is too long ends with an ellipsis
 */
export function alignedRows(rows: readonly PickerRow[], width: number): { name: string; text: string }[] {
  const widest = (i: number) => Math.max(0, ...rows.map(({ cells }) => columns(cells[i] ?? "")))
  const widths = Array.from({ length: Math.max(0, ...rows.map(({ cells }) => cells.length)) }, (_, i) => widest(i))
  const texts = rows.map(({ cells }) =>
    widths
      .flatMap((room, i) => {
        const cell = cells[i] ?? ""
        const blank = " ".repeat(room - columns(cell))
        return room === 0 ? [] : [i === 0 ? blank + cell : cell + blank]
      })
      .join(" ".repeat(GAP))
      .trimEnd(),
  )
  const room = Math.max(SHORTEST, width - GAP - Math.max(0, ...texts.map(columns)))
  const names = rows.map(({ name }) => fit(name, room))
  const longest = Math.max(0, ...names.map(columns))
  return rows.map((_, i) => {
    const [name = "", text = ""] = [names[i], texts[i]]
    // The list puts one blank between the two itself.
    return { name, text: text === "" ? "" : " ".repeat(longest - columns(name) + GAP - 1) + text }
  })
}
