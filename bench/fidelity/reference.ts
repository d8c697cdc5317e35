import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { cacheFolder } from "../../scripts/vllm.mjs"
import { familyById } from "../../src/knowledge/families.ts"
import type { WildCase } from "../../test/formats/wild/cases.ts"
import { WILD_TOOLS } from "../../test/formats/wild/tools.ts"
import { type Output, plain } from "./output.ts"

const READER = fileURLToPath(new URL("reference.py", import.meta.url))

/** Families whose parsers read token ids, or ask their own tokenizer which form it is: text alone says nothing about them. */
export const NOT_BY_TEXT = ["gpt-oss", "mistral", "magistral", "command-a"]

/**
 * What vLLM's own parsers make of whole outputs; an output that a parser fails on has none. Undefined where no vLLM is installed
 * (`node scripts/vllm.mjs` does that). The reasoning parser is asked only where there are thoughts: its default is that there are.
 */
export function readWithVllm(cases: readonly WildCase[]): (Output | undefined)[] | undefined {
  const folder = cacheFolder()
  const python = join(folder, "bin", "python")
  if (!existsSync(join(folder, ".model"))) return undefined
  const input = cases.map(({ family, text, meant }) => {
    const { tool, reasoning } = familyById(family)?.vllm ?? {}
    const tokens = text.match(/<[^<>\s]{1,40}>|\[\/?[A-Z_]+\]/g) ?? []
    return JSON.stringify({ tool, reasoning: meant.reasoning === "" ? undefined : reasoning, text, tools: WILD_TOOLS, tokens })
  })
  const { stdout } = spawnSync(python, [READER, join(folder, "model")], {
    input: input.join("\n"),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, HF_HUB_OFFLINE: "1", VLLM_NO_USAGE_STATS: "1" },
  })
  const lines = (stdout ?? "").split("\n").filter((line) => line.startsWith("{"))
  if (lines.length !== cases.length) return undefined
  return lines.map((line) => {
    const read = JSON.parse(line) as Parameters<typeof plain>[0] & { error?: string }
    return read.error === undefined ? plain(read) : undefined
  })
}
