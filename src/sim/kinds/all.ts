import { litellm } from "./litellm.ts"
import { llamaCpp } from "./llama-cpp.ts"
import { llamaSwap } from "./llama-swap.ts"
import { lmstudio } from "./lmstudio.ts"
import { nim } from "./nim.ts"
import { ollama } from "./ollama.ts"
import { sglang } from "./sglang.ts"
import { tensorrtLlm } from "./tensorrt-llm.ts"
import type { Kind } from "./types.ts"
import { vllm } from "./vllm.ts"

/** The servers that can be simulated, by the name that a report gives them. */
export const KINDS = {
  vllm,
  sglang,
  "llama.cpp": llamaCpp,
  "llama-swap": llamaSwap,
  ollama,
  lmstudio,
  litellm,
  "tensorrt-llm": tensorrtLlm,
  nim,
} satisfies Record<string, Kind>

export type SimKind = keyof typeof KINDS

export const isSimKind = (name: string): name is SimKind => Object.hasOwn(KINDS, name)
