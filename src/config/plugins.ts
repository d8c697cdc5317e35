/** The `plugin` lists of configuration files, and which of their entries are this plugin. */
import { readdir, readFile, stat } from "node:fs/promises"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { ConfigFile } from "./files.ts"
import { type JSONPath, object, parseJsonc } from "./json.ts"

export const PACKAGE = "opencode-vllm"

export interface PluginEntry {
  file: string
  /** Path of the entry in its file. */
  path: JSONPath
  /** Package name with or without version, or a path. */
  spec: string
  /** Where the entry leads, if it is a path. Relative ones start from the folder of their file (measured with 1.18.33). */
  target?: { path: string; exists: boolean; package?: string }
}

/** `"name"` or `["name", options]`; entries of another form are left out. */
export async function pluginEntries(files: readonly ConfigFile[]): Promise<PluginEntry[]> {
  const entries = files.flatMap((file) => {
    const list = object(file.value).plugin
    return (Array.isArray(list) ? list : []).flatMap((entry, i) => {
      const spec = Array.isArray(entry) ? entry[0] : entry
      return typeof spec === "string" ? [{ file: file.path, path: ["plugin", i], spec, dir: file.dir }] : []
    })
  })
  return Promise.all(
    entries.map(async ({ dir, ...entry }) => {
      const path = pathOf(entry.spec, dir)
      return path === undefined ? entry : { ...entry, target: await targetOf(path) }
    }),
  )
}

/** Whether an entry is this plugin: by its package name, or a folder, file or tarball that carries it. */
export function isThisPlugin({ spec, target }: Pick<PluginEntry, "spec" | "target">): boolean {
  if (target?.package !== undefined) return target.package === PACKAGE
  const parts = spec.replace(/^file:(?:\/\/)?/, "").split(/[/\\]/)
  return parts.some((part) => part === PACKAGE || part.startsWith(`${PACKAGE}@`) || /^opencode-vllm-\d.*\.tgz$/.test(part))
}

function pathOf(spec: string, dir: string): string | undefined {
  if (spec.startsWith("file://")) {
    try {
      return fileURLToPath(spec)
    } catch {
      return undefined
    }
  }
  return isAbsolute(spec) || /^\.\.?(?:[/\\]|$)/.test(spec) ? resolve(dir, spec) : undefined
}

async function targetOf(path: string): Promise<NonNullable<PluginEntry["target"]>> {
  const entry = await stat(path).catch(() => undefined)
  if (!entry) return { path, exists: false }
  const name = entry.isDirectory() ? await nameOf(path) : await nameAbove(dirname(path))
  return { path, exists: true, ...(name !== undefined && { package: name }) }
}

async function nameOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined)
  const name = text === undefined ? undefined : object(parseJsonc(text).value).name
  return typeof name === "string" ? name : undefined
}

/** Name of the package that a folder is in. */
async function nameAbove(folder: string): Promise<string | undefined> {
  return (await nameOf(folder)) ?? (folder === dirname(folder) ? undefined : nameAbove(dirname(folder)))
}

/**
 * Whether the server half is loaded without an entry: OpenCode takes every script in `plugin` and `plugins` of its configuration folders.
 * A script that names this package is taken for one that passes it on.
 */
export async function isLoadedByItself(folders: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    folders.flatMap((folder) => ["plugin", "plugins"].map((name) => namesThisPlugin(join(folder, name)))),
  )
  return found.includes(true)
}

async function namesThisPlugin(folder: string): Promise<boolean> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.[tj]s$/.test(name))
  for (const name of names)
    if (name.includes(PACKAGE) || (await readFile(join(folder, name), "utf8").catch(() => "")).includes(PACKAGE)) return true
  return false
}
