/** Which files OpenCode reads for a directory, and in which order: the last one wins. Read in OpenCode 1.18.33 and tried there. */
import { readFile, stat } from "node:fs/promises"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { type Json, type Node, parseJsonc, type SyntaxFault } from "./json.ts"

/** What the answer depends on, so that nothing of this process is read. */
export interface Where {
  /** Absolute. */
  directory: string
  env: Readonly<Record<string, string | undefined>>
  home: string
}

export interface ConfigFile {
  /** Path, or `OPENCODE_CONFIG_CONTENT` for what stands in that variable. */
  path: string
  /** Folder that `{file:...}` starts from. */
  dir: string
  text: string
  /** As written, references not filled in. Empty where the file is broken. */
  value: Json
  tree?: Node
  fault?: SyntaxFault
  /** `text` is not as written: a reference outside of quotes was filled in. Such a file is read, and never edited. */
  filled?: boolean
  /** Code of the system's refusal, for example EACCES. */
  unreadable?: string
}

/** Name of the variable that holds a configuration of its own. */
export const INLINE = "OPENCODE_CONFIG_CONTENT"

export const configFolder = ({ env, home }: Where) => join(env.XDG_CONFIG_HOME || join(home, ".config"), "opencode")

/** What OpenCode's terminal interface keeps from one start to the next. */
export const keptFile = ({ env, home }: Where) => join(env.XDG_STATE_HOME || join(home, ".local", "state"), "opencode", "kv.json")

const isOn = (value: string | undefined) => /^(?:1|true)$/i.test(value ?? "")

/** From the directory up to the root of its git work tree, or of the disk where there is none. The nearest first. */
async function foldersUp(directory: string): Promise<string[]> {
  const folders: string[] = []
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    folders.push(folder)
    if (folder === dirname(folder) || (await exists(join(folder, ".git")))) return folders
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * Candidates for `opencode.json` (`name` "opencode") or `tui.json` ("tui"), the last wins: global, the file that a variable names, the
 * project from the outside in, `.opencode` folders from the inside out (so that the outermost wins), `OPENCODE_CONFIG_DIR`.
 */
export async function candidates(where: Where, name: "opencode" | "tui" = "opencode"): Promise<string[]> {
  const { env, directory } = where
  const both = (folder: string) => [join(folder, `${name}.json`), join(folder, `${name}.jsonc`)]
  const global = configFolder(where)
  const named = name === "opencode" ? env.OPENCODE_CONFIG : env.OPENCODE_TUI_CONFIG
  const up = isOn(env.OPENCODE_DISABLE_PROJECT_CONFIG) ? [] : await foldersUp(directory)
  const paths = [
    ...(name === "opencode" ? [join(global, "config.json")] : []),
    ...both(global),
    ...(named ? [isAbsolute(named) ? named : resolve(directory, named)] : []),
    ...up.toReversed().flatMap(both),
    ...dotted(where, up).flatMap(both),
  ]
  return [...new Set(paths)]
}

const dotted = ({ env, home, directory }: Where, up: readonly string[]) => [
  ...[...up, home].map((folder) => join(folder, ".opencode")),
  ...(env.OPENCODE_CONFIG_DIR ? [resolve(directory, env.OPENCODE_CONFIG_DIR)] : []),
]

/** The folders that hold agents and commands as files of their own. */
export async function noteFolders(where: Where): Promise<string[]> {
  const up = isOn(where.env.OPENCODE_DISABLE_PROJECT_CONFIG) ? [] : await foldersUp(where.directory)
  return [...new Set([configFolder(where), ...dotted(where, up)])]
}

/** What the owner of a machine has laid down for all: it wins over everything else. */
function managedFiles({ env }: Where): string[] {
  const usual = {
    darwin: "/Library/Application Support/opencode",
    win32: join(env.ProgramData || "C:\\ProgramData", "opencode"),
  } as Record<string, string>
  const folder = env.OPENCODE_TEST_MANAGED_CONFIG_DIR || (usual[process.platform] ?? "/etc/opencode")
  return [join(folder, "opencode.json"), join(folder, "opencode.jsonc")]
}

/** Texts by path that are to be read in place of what stands on the disk. */
export type Texts = ReadonlyMap<string, string>

/** One file; undefined where there is none. */
export async function readConfigFile(path: string, texts?: Texts, env: Where["env"] = {}): Promise<ConfigFile | undefined> {
  const dir = dirname(path)
  try {
    return parsed(path, dir, texts?.get(path) ?? (await readFile(path, "utf8")), env)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error"
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : { path, dir, text: "", value: {}, unreadable: code }
  }
}

/** Every configuration file of a directory, the last wins. Never throws. */
export async function readConfigFiles(where: Where, name: "opencode" | "tui" = "opencode", texts?: Texts): Promise<ConfigFile[]> {
  const readAll = async (paths: readonly string[]) =>
    (await Promise.all(paths.map((path) => readConfigFile(path, texts, where.env)))).filter((file) => file !== undefined)
  const files = await readAll(await candidates(where, name))
  if (name === "tui") return files
  const inline = where.env[INLINE]
  return [
    ...files,
    ...(inline ? [parsed(INLINE, where.directory, inline, where.env)] : []),
    ...(await readAll(managedFiles(where))),
  ]
}

function parsed(path: string, dir: string, content: string, env: Where["env"]): ConfigFile {
  // A byte order mark is no mistake for OpenCode's reader either: it is dropped with the decoding.
  const text = content.replace(/^\ufeff/, "")
  const read = { path, dir, text, ...parseJsonc(text) }
  if (!read.fault || !/\{env:/.test(text)) return read
  // OpenCode fills references in before it reads, so that a number may come from a variable. Places stay where they are.
  const filled = text.replace(/\{env:([^}]+)\}/g, (whole, name: string) =>
    /^-?\d+(?:\.\d+)?$|^(?:true|false|null)$/.test(env[name] ?? "") ? (env[name] ?? "").padEnd(whole.length) : whole,
  )
  const again = parseJsonc(filled)
  return again.fault ? read : { path, dir, text: filled, ...again, filled: true }
}
