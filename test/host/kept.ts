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

/** A part of the screen, and the columns at its sides that stay blank: a line that reaches into them has run over. */
const PARTS: Record<"dialog" | "sidebar", { area(grid: Grid): Area; left: number; right: number }> = {
  dialog: { area: dialog, left: 1, right: 1 },
  sidebar: { area: sidebar, left: 2, right: 3 },
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
  const { area, left, right } = PARTS[part]
  const shown = crop(grid, area(grid))
  for (const row of shown) {
    expect(textOfCells([row.slice(0, left)])).toBe("")
    expect(textOfCells([row.slice(-right)])).toBe("")
  }
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
