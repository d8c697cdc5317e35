/** Which files a set-up is written into, and whether they can take it. */
import { dirname, join } from "node:path"
import { clean } from "../../endpoint/text.ts"
import { type ConfigFile, readConfigFile } from "../files.ts"
import { nodeAt, positionOf } from "../json.ts"

export interface Target {
  path: string
  /** Undefined: there is no such file yet. */
  file?: ConfigFile
}

export interface Targets {
  config: Target
  tui: Target
}

/** The first configuration that the folder has, else a new `opencode.json`; `tui.json` beside it. */
export async function targetsIn(directory: string): Promise<Targets> {
  const config = await firstOf([directory, join(directory, ".opencode")], "opencode")
  return { config, tui: await firstOf([dirname(config.path)], "tui") }
}

async function firstOf(folders: readonly string[], name: "opencode" | "tui"): Promise<Target> {
  for (const folder of folders)
    for (const end of ["json", "jsonc"]) {
      const file = await readConfigFile(join(folder, `${name}.${end}`))
      if (file) return { path: file.path, file }
    }
  return { path: join(folders[0] as string, `${name}.json`) }
}

/** One sentence on the first file that OpenCode itself could not read, with the line. */
export function brokenFile(files: readonly (ConfigFile | undefined)[]): string | undefined {
  const broken = files.find((file) => file?.fault ?? file?.unreadable)
  if (!broken) return undefined
  const { path, fault, unreadable } = broken
  if (!fault) return `${path} cannot be read (${unreadable}). Give yourself the right to read it.`
  const { line, column, what } = fault
  return `${path} is not readable as JSON: ${clean(what, 80)} in line ${line}, column ${column}. Correct it first; nothing was changed.`
}

/** One sentence where something else stands in the place of an object or a list that has to be added to. */
export function misfit(
  { path, file }: Target,
  expected: readonly { at: string[]; type: "object" | "array" }[],
): string | undefined {
  for (const { at, type } of expected) {
    const node = nodeAt(file?.tree, at)
    if (!file || !node || node.type === type) continue
    const { line } = positionOf(file.text, node.offset)
    return `In ${path}, line ${line}, "${clean(at.join("."), 80)}" is no ${type === "array" ? "list" : "object"}. Correct it first; nothing was changed.`
  }
  return undefined
}
