/** Screens kept as text in `test/host/screens`. OPENCODE_VLLM_SCREENS=write keeps what is seen now. */
import { expect } from "bun:test"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createTwoFilesPatch } from "diff"
import { type Area, crop, type Grid, readCells, textOfCells } from "../../scripts/cells.ts"
import { root } from "../../scripts/host.ts"
import { dialog, sidebar, tidy } from "../../scripts/parts.ts"
import type { Screen } from "./screen.ts"

const folder = join(root, "test/host/screens")

/** A part of the screen, and its columns that stay blank (from the right: negative): a line that reaches into them has run over. */
const PARTS: Record<"dialog" | "sidebar", { area(grid: Grid): Area; blank: readonly number[] }> = {
  // The scroll bar stands in -3, with a blank before it.
  dialog: { area: dialog, blank: [0, 1, -4, -2, -1] },
  sidebar: { area: sidebar, blank: [0, 1, -3, -2, -1] },
}

export interface Seen {
  name: string
  part: keyof typeof PARTS
  /** Ports of the simulated servers. */
  ports: readonly number[]
  /** Columns and rows of the terminal. */
  size: readonly [number, number]
}

/** Until a screen stands still, after a change of size for example. */
const PATIENCE_MS = 5_000

/** Compares a part of the screen with the kept one, as soon as they are the same or else after a while. */
export async function expectScreen(screen: Screen, seen: Seen): Promise<void> {
  const write = process.env.OPENCODE_VLLM_SCREENS === "write"
  const file = join(folder, `${seen.name}.txt`)
  if (write) await new Promise((resolve) => setTimeout(resolve, 1_000))
  const kept = !write && existsSync(file) ? readFileSync(file, "utf8") : undefined
  const end = performance.now() + PATIENCE_MS
  let now = look(screen, seen)
  while (kept !== undefined && now.text !== kept && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    now = look(screen, seen)
  }
  expect(now.over).toEqual([])
  if (write) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, now.text)
  } else if (now.text !== kept) {
    const changes = createTwoFilesPatch(`${seen.name}.txt`, "on the screen", kept ?? "", now.text)
    throw new Error(`${seen.name} has changed. Cure: correct it, or keep it with OPENCODE_VLLM_SCREENS=write.\n${changes}`)
  }
}

/** The part as text, and its lines that run over. */
function look(screen: Screen, { part, ports, size: [columns, rows] }: Seen): { text: string; over: string[] } {
  const grid = readCells(screen.ansi())
  const sizes = grid.filter((row) => row.length !== columns).map((row) => `${row.length} columns`)
  if (grid.length !== rows) sizes.push(`${grid.length} rows`)
  tidy(grid, "", ports)
  const { area, blank } = PARTS[part]
  const shown = crop(grid, area(grid))
  const over = shown
    .map((row) => [row, textOfCells([row])] as const)
    // The host's own title line, and its mark of the current model.
    .filter(([row, text]) => !/ esc$/.test(text) && blank.some((at) => !/^[ ●]$/.test(row.at(at)?.text ?? " ")))
    .map(([, text]) => text)
  return { text: `${textOfCells(shown).replace(/^\n+|\n+$/g, "")}\n`, over: [...sizes, ...over] }
}
