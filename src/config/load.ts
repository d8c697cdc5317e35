/** The configuration that OpenCode would use for a directory, with the place that each value comes from. */
import { type KeyStore, readKeyStore } from "./auth.ts"
import { type ConfigFile, keptFile, noteFolders, readConfigFile, readConfigFiles, type Texts, type Where } from "./files.ts"
import { type JSONPath, type Json, mapStrings, mergeDeep, nodeAt, positionOf, stringsIn } from "./json.ts"
import { type Named, namedInNotes } from "./notes.ts"
import { isLoadedByItself, type PluginEntry, pluginEntries } from "./plugins.ts"
import { fileReferences, fill, type ReferredFile, readReferred } from "./references.ts"

/** Where a value stands. */
export interface Place {
  /** Path of the file, or the name of the variable that the configuration stands in. */
  file: string
  /** From 1. */
  line: number
  column: number
}

export interface LoadedConfig {
  where: Where
  /** In OpenCode's order: the last wins. */
  files: ConfigFile[]
  tuiFiles: ConfigFile[]
  /** What the terminal interface keeps, plugins turned off in its own dialog among it. */
  kept?: ConfigFile
  /** As written, references not filled in. */
  raw: Json
  /** As OpenCode uses it. Holds keys: never to be shown. */
  merged: Json
  /** Of all files: plugins add up. */
  plugins: PluginEntry[]
  tuiPlugins: PluginEntry[]
  /** What `{file:...}` refers to, by absolute path. */
  referred: Map<string, ReferredFile>
  keys: KeyStore
  /** This plugin's server half is loaded without an entry. */
  pluginByItself: boolean
  /** Models that agents and commands in markdown files name. */
  notes: readonly Named[]
  /** The file whose value counts. */
  fileOf(path: JSONPath): ConfigFile | undefined
  /** Undefined where no file says anything at this path. */
  placeOf(path: JSONPath): Place | undefined
}

/** @param texts files that are to be read as if they stood like this on the disk */
export async function loadConfig(where: Where, texts?: Texts): Promise<LoadedConfig> {
  const [files, tuiFiles, kept, keys, notes] = await Promise.all([
    readConfigFiles(where, "opencode", texts),
    readConfigFiles(where, "tui", texts),
    readConfigFile(keptFile(where)),
    readKeyStore(where),
    noteFolders(where).then(namedInNotes),
  ])
  const [referred, plugins, tuiPlugins, pluginByItself] = await Promise.all([
    readAllReferred(files, where.home),
    pluginEntries(files),
    pluginEntries(tuiFiles),
    noteFolders(where).then(isLoadedByItself),
  ])
  const filled = (file: ConfigFile) =>
    mapStrings(file.value, (text) => fill(text, { ...where, dir: file.dir, files: referred })) as Json
  const fileOf = (path: JSONPath) => files.findLast((file) => nodeAt(file.tree, path))
  return {
    ...{ where, files, tuiFiles, kept, keys, notes, referred, plugins, tuiPlugins, pluginByItself, fileOf },
    raw: files.map(({ value }) => value).reduce(mergeDeep, {}),
    merged: files.map(filled).reduce(mergeDeep, {}),
    placeOf(path) {
      const file = fileOf(path)
      return file && placeIn(file, path)
    },
  }
}

/** The place of a path in one file; the head of the file where it says nothing there. */
export function placeIn(file: ConfigFile, path: JSONPath): Place {
  const node = nodeAt(file.tree, path, true)
  return { file: file.path, ...positionOf(file.text, node?.offset ?? 0) }
}

async function readAllReferred(files: readonly ConfigFile[], home: string) {
  const paths = files.flatMap(({ text, value, dir }) =>
    // In a value, characters may be written as escapes; in the text, comments count as well.
    [text, ...[...stringsIn(value)].map((one) => one.value)].flatMap((one) =>
      fileReferences(one, dir, home).map(({ path }) => path),
    ),
  )
  return new Map(await Promise.all([...new Set(paths)].map(async (path) => [path, await readReferred(path)] as const)))
}
