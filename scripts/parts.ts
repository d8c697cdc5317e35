/** The parts of OpenCode's screen that are kept as text and as pictures, and what is said in place of this machine's own names. */
import { type Area, boxAround, type Grid, overwrite, textOfCells } from "./cells.ts"

/** The sidebar is so wide on every terminal that has room for it. */
export const SIDEBAR = 42

/** Names for what differs from machine to machine and from run to run. */
export function tidy(grid: Grid, dir: string, ports: readonly number[]): void {
  ports.forEach((port, i) => {
    overwrite(grid, new RegExp(`\\b${port}\\b`, "g"), String(18_000 + i))
  })
  // A dialog may hide the end of the folder's name, and of a time.
  overwrite(grid, /\/tmp\/opencode-vllm-\S*|\/tmp\/open\S*/g, (found) => (dir.startsWith(found) ? "~/shop" : found))
  overwrite(grid, /[A-Z][a-z]{2} [ \d]\d \d\d:\d\d/g, "Nov 24 17:12")
  overwrite(grid, /(?<=Thought: )[\d.]+m?s?/g, "40ms")
  overwrite(grid, /(?<=▣ .* · )[\d.]+m?s/g, "1.2s")
  overwrite(grid, /(?<=\d,)\d{3}(?= tokens *$)/g, "240")
  // Figures stand at the right edge of their column.
  overwrite(grid, /(?<=tokens\/s +) ?\d+/g, (found) => "31".padStart(found.length))
  overwrite(grid, /(?<=(?:waiting|queued|prompt) )\d+(?= s)/g, "2")
  overwrite(grid, /(?<=cache hits +)\d\d(?=%)/g, "48")
}

/** The open dialog. */
export const dialog = (grid: Grid): Area => boxAround(grid, /(?<= {3})esc(?! interrupt)/)

/** The sidebar down to the host's own list of language servers, which comes after the plugin's panel. */
export function sidebar(grid: Grid): Area {
  const left = (grid[0]?.length ?? 0) - SIDEBAR
  const rows = grid.findIndex((row) => textOfCells([row.slice(left)]).trim() === "LSP") + 2
  return { left, rows }
}
