/** Writing what was shown: all files or a sentence that says how far it came. */
import { type ConfigFile, readConfigFile } from "../config/files.ts"
import type { FileChange } from "../config/fix.ts"
import { writeAtomically } from "../config/write.ts"

/** One sentence where a file could not be written. Files that somebody changed meanwhile are left alone. */
export async function writeChanges(
  changes: readonly FileChange[],
  files: readonly (ConfigFile | undefined)[],
): Promise<string | undefined> {
  const written: string[] = []
  for (const { file, after } of changes) {
    const done = written.length > 0 ? ` ${written.join(", ")} was written.` : " Nothing was written."
    try {
      const known = files.find((one) => one?.path === file)
      if (!(await isUnchanged(file, known))) return `${file} was changed by somebody else meanwhile. Run this again.${done}`
      await writeAtomically(file, after)
    } catch (error) {
      return `${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).${done}`
    }
    written.push(file)
  }
  return undefined
}

async function isUnchanged(path: string, known: ConfigFile | undefined): Promise<boolean> {
  const now = await readConfigFile(path)
  return now?.text === known?.text
}
