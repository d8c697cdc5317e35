/** The `plugin` lists of configuration files. */
import type { ConfigFile } from "./files.ts"
import { type JSONPath, object } from "./json.ts"

export const PACKAGE = "opencode-vllm"

export interface PluginEntry {
  file: string
  /** Path of the entry in its file. */
  path: JSONPath
  /** Package name with or without version, or a path. */
  spec: string
}

/** `"name"` or `["name", options]`; entries of another form are left out. */
export function pluginEntries(files: readonly ConfigFile[]): PluginEntry[] {
  return files.flatMap((file) => {
    const list = object(file.value).plugin
    return (Array.isArray(list) ? list : []).flatMap((entry, i) => {
      const spec = Array.isArray(entry) ? entry[0] : entry
      return typeof spec === "string" ? [{ file: file.path, path: ["plugin", i], spec }] : []
    })
  })
}

/** Whether an entry is this plugin: by its package name, or a folder, file or tarball that carries it. */
export function isThisPlugin(spec: string): boolean {
  const parts = spec.replace(/^file:(?:\/\/)?/, "").split(/[/\\]/)
  return parts.some((part) => part === PACKAGE || part.startsWith(`${PACKAGE}@`) || /^opencode-vllm-\d.*\.tgz$/.test(part))
}
