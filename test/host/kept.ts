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

/** Compares a part of the screen with the kept one. */
export function expectScreen(screen: Screen, { name, part, ports, size: [columns, rows] }: Seen): void {
  const grid = readCells(screen.ansi())
  expect(grid).toHaveLength(rows)
  for (const row of grid) expect(row).toHaveLength(columns)
  tidy(grid, "", ports)
  const { area, blank } = PARTS[part]
  const shown = crop(grid, area(grid))
  const over = shown
    .map((row) => [row, textOfCells([row])] as const)
    // The host's own title line, and its mark of the current model.
    .filter(([row, text]) => !/ esc$/.test(text) && blank.some((at) => !/^[ ●]$/.test(row.at(at)?.text ?? " ")))
    .map(([, text]) => text)
  expect(over).toEqual([])
  compare(name, `${textOfCells(shown).replace(/^\n+|\n+$/g, "")}\n`)
}

function compare(name: string, seen: string) {
  const file = join(folder, `${name}.txt`)
  if (process.env.OPENCODE_VLLM_SCREENS === "write") {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, seen)
  }
  const kept = existsSync(file) ? readFileSync(file, "utf8") : ""
  if (seen === kept) return
  const changes = createTwoFilesPatch(`${name}.txt`, "on the screen", kept, seen)
  throw new Error(`${name} has changed. Cure: correct it, or keep it with OPENCODE_VLLM_SCREENS=write.\n${changes}`)
}
