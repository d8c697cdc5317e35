import { existsSync, readdirSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join, relative } from "node:path"
import type { SourceFile } from "./code.ts"

/** Real text about the delimiters of language models. */
export interface Sources {
  own: SourceFile[]
  vllm: SourceFile[]
}

const ROOT = join(import.meta.dir, "../..")
/** What makes a file one about delimiters. */
const ABOUT = /<\/?think|tool_call|<\|[a-z_]+\|>|<｜|\[TOOL_CALLS\]|<function=|<parameter|arg_key|reasoning/
const MOST = 60_000

/** @param vllm also looks for an installed vLLM (of `npm run test:vllm`), whose parsers are never copied */
export function loadSources({ vllm }: { vllm: boolean }): Sources {
  const own = ["src", "test", "bench"]
    .flatMap((folder) => files(join(ROOT, folder), /\.(ts|json|sse|md|py|mjs)$/))
    .filter((file) => !/captures[/\\](cases|raw|shapes)\.json$/.test(file))
    .map((file) => load(file, ROOT))
    .filter(isAbout)
  return { own: thinOut(own), vllm: vllm ? vllmFolders().slice(0, 1).flatMap(loadVllm) : [] }
}

/** Hundreds of recordings look alike: some of them are enough. */
function thinOut(list: readonly SourceFile[]): SourceFile[] {
  const streams = list.filter(({ path }) => path.endsWith(".sse"))
  return [...list.filter(({ path }) => !path.endsWith(".sse")), ...streams.filter((_, i) => i % 10 === 0)]
}

/** Where `scripts/vllm.mjs` installs it. */
function vllmFolders(): string[] {
  const cache =
    process.env.OPENCODE_VLLM_CACHE ??
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "opencode-vllm", "vllm-0.32.0")
  const lib = join(cache, "lib")
  if (!existsSync(lib)) return []
  return readdirSync(lib)
    .filter((name) => name.startsWith("python3"))
    .map((name) => join(lib, name, "site-packages", "vllm"))
    .filter((folder) => existsSync(folder))
}

function loadVllm(folder: string): SourceFile[] {
  return ["tool_parsers", "reasoning", "parser"]
    .flatMap((part) => files(join(folder, part), /\.py$/))
    .map((file) => load(file, join(folder, "..")))
    .filter(isAbout)
}

function files(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

const load = (file: string, from: string): SourceFile => ({
  path: relative(from, file).replaceAll("\\", "/"),
  text: readFileSync(file, "utf8").slice(0, MOST),
})

const isAbout = ({ text }: SourceFile): boolean => text.length > 40 && ABOUT.test(text)
