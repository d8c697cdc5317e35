/**
 * Where the terminal half can be loaded from. OpenCode gives Solid and OpenTUI only to files whose path has no colon (measured with
 * 1.18.33), and a plugin installed as `opencode-vllm@file:/path/x.tgz` lies below a folder of that name. Its files are then copied into the
 * user's own cache and loaded from there.
 */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** The built files that make up the terminal half, behind its entry. */
const FILES = ["tui-setup.js", "tui-late.js"] as const

/**
 * The address to load `tui-setup.js` from, where it cannot be loaded from beside the entry; undefined where it can.
 * @param entry address of the entry, `import.meta.url`
 * @param cache folder of caches; default: the user's
 * @throws what the file system throws, where nothing can be copied
 */
export function reachable(entry: string, cache = cacheFolder()): string | undefined {
  const folder = dirname(fileURLToPath(entry))
  // A drive letter of Windows is no such colon.
  if (!folder.replace(/^[a-z]:/i, "").includes(":")) return undefined
  const texts = FILES.map((name) => readFileSync(join(folder, name)))
  const digest = createHash("sha256")
  for (const text of texts) digest.update(text)
  const home = join(cache, "opencode-vllm", `tui-${digest.digest("hex").slice(0, 16)}`)
  if (!existsSync(home)) {
    // Whole or not at all: another OpenCode may start at the same moment.
    const made = `${home}.${process.pid}`
    mkdirSync(made, { recursive: true, mode: 0o700 })
    for (const [i, name] of FILES.entries()) writeFileSync(join(made, name), texts[i] ?? "")
    try {
      renameSync(made, home)
    } catch (error) {
      rmSync(made, { recursive: true, force: true })
      if (!existsSync(home)) throw error
    }
  }
  return pathToFileURL(join(home, FILES[0])).href
}

function cacheFolder(): string {
  return process.env.XDG_CACHE_HOME || join(homedir(), ".cache")
}
