/** `{env:NAME}` and `{file:path}` inside a configuration. */
import { readFile, stat } from "node:fs/promises"
import { isAbsolute, join, resolve } from "node:path"

const ENV = /\{env:([^}]+)\}/g
const FILE = /\{file:([^}]+)\}/g

export const hasReference = (text: string) => /\{(?:env|file):[^}]+\}/.test(text)

/** Names of the variables that a text refers to. */
export const envNames = (text: string) => [...text.matchAll(ENV)].map(([, name]) => name as string)

export interface FileReference {
  /** As written, without braces. */
  written: string
  path: string
}

/** The files that a text refers to: relative to the folder of its configuration, `~/` is the home. */
export function fileReferences(text: string, dir: string, home: string): FileReference[] {
  return [...text.matchAll(FILE)].map(([, written = ""]) => {
    const path = written.startsWith("~/") ? join(home, written.slice(2)) : written
    return { written, path: isAbsolute(path) ? path : resolve(dir, path) }
  })
}

/** What is known of a file that is referred to. The text is a secret. */
export interface ReferredFile {
  /** White space at both ends is gone, as OpenCode reads it. Undefined: it cannot be read. */
  text?: string
  /** Permission bits. */
  mode?: number
  /** Code of the system's refusal. */
  unreadable?: string
}

export async function readReferred(path: string): Promise<ReferredFile> {
  try {
    const [text, { mode }] = await Promise.all([readFile(path, "utf8"), stat(path)])
    return { text: text.trim(), mode: mode & 0o777 }
  } catch (error) {
    return { unreadable: (error as NodeJS.ErrnoException).code ?? "unknown error" }
  }
}

export interface Filling {
  env: Readonly<Record<string, string | undefined>>
  dir: string
  home: string
  files: ReadonlyMap<string, ReferredFile>
}

/** The text with its references filled in. What is not there becomes nothing. */
export function fill(text: string, { env, dir, home, files }: Filling): string {
  return text
    .replace(ENV, (_, name: string) => env[name] || "")
    .replace(FILE, (whole) => files.get(fileReferences(whole, dir, home)[0]?.path ?? "")?.text ?? "")
}
