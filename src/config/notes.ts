/** Agents and commands that stand in markdown files of their own: which model each of them names. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Position } from "./json.ts"

/** A model that is named in the head of a markdown file. */
export interface Named extends Position {
  file: string
  model: string
}

const FOLDERS = ["agent", "agents", "mode", "modes", "command", "commands"]
/** More than anybody writes. */
const MOST_FILES = 500

/** What the markdown files below these configuration folders name. What cannot be read is not there. */
export async function namedInNotes(folders: readonly string[]): Promise<Named[]> {
  const lists = folders.flatMap((folder) => FOLDERS.map((name) => markdownBelow(join(folder, name))))
  const files = (await Promise.all(lists)).flat().slice(0, MOST_FILES)
  return (await Promise.all(files.map(modelIn))).filter((named) => named !== undefined)
}

async function markdownBelow(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder, { recursive: true })
    return names.filter((name) => name.endsWith(".md")).map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** `model:` between the two lines of dashes at the top. */
async function modelIn(file: string): Promise<Named | undefined> {
  const text = await readFile(file, "utf8").catch(() => "")
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/)
  if (lines[0]?.trimEnd() !== "---") return undefined
  const end = lines.indexOf("---", 1)
  const line = lines.findIndex((one, i) => i > 0 && i < end && /^model\s*:/.test(one))
  const model = /^model\s*:\s*(["']?)([^\s"'#]+)\1\s*(?:#.*)?$/.exec(lines[line] ?? "")?.[2]
  return model === undefined ? undefined : { file, line: line + 1, column: 1, model }
}
