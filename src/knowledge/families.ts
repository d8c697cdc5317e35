/**
 * Model families: how each writes reasoning and tool calls, and which server flags read it.
 *
 * Flags follow the vendors' recipes (github.com/vllm-project/recipes) and the parser lists of vLLM 0.32
 * (`vllm/tool_parsers/__init__.py`, `vllm/reasoning/__init__.py`). The model card has the last word.
 */

import { COMMON_FAMILIES } from "./families-common.ts"
import { OTHER_FAMILIES } from "./families-other.ts"
import type { Family } from "./family.ts"

export type { CallFormat, Family } from "./family.ts"

/** First match wins, so narrow patterns stand before wide ones. */
export const FAMILIES: readonly Family[] = [...COMMON_FAMILIES, ...OTHER_FAMILIES]

/**
 * Family of a served model: its root (the path or repository behind the served name) counts first, then its id.
 * Returns undefined for names that say nothing ("local", "default").
 */
export function familyOfModel(model: { id?: string; root?: string }): Family | undefined {
  return matchName(model.root) ?? matchName(model.id)
}

export function familyById(id: string): Family | undefined {
  return FAMILIES.find((family) => family.id === id)
}

/** The vLLM flags that read this family, for example `--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3`. */
export function vllmFlags(family: Family): string {
  const { tool, reasoning } = family.vllm
  return `--enable-auto-tool-choice --tool-call-parser ${tool}${reasoning ? ` --reasoning-parser ${reasoning}` : ""}`
}

/** The SGLang flags that read this family, undefined when SGLang has no tool parser known for it. */
export function sglangFlags(family: Family): string | undefined {
  const { tool, reasoning } = family.sglang ?? {}
  if (!tool) return undefined
  return `--tool-call-parser ${tool}${reasoning ? ` --reasoning-parser ${reasoning}` : ""}`
}

function matchName(name: string | undefined): Family | undefined {
  if (!name) return undefined
  // Fine-tunes say what they were made from somewhere in the name; separators vary ("Qwen_3", "Qwen 3").
  const plain = name.slice(0, 512).replaceAll(/[_\s]+/g, "-")
  return FAMILIES.find((family) => family.pattern.test(plain))
}
