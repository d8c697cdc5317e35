import type { Random } from "./random.ts"

/** Small differences between servers, none of which is a fault. */
export interface Flavour {
  /** How many tokens one event carries; `ten`: `--stream-interval 10`; `several`: speculative decoding. */
  pace: "single" | "several" | "ten" | "whole"
  /** A tool call comes in one delta (Ollama, LM Studio, parsers that wait for the whole block). */
  wholeCalls: boolean
  opening: "empty" | "null" | undefined
  reasoning(text: string): object
  content(text: string): object
  lastDelta: object
  head: object
  logprobs: boolean
  usageEverywhere: boolean
  /** LiteLLM puts an empty choice beside the usage. */
  usageWithChoice: boolean
  /** `completion_tokens_details`: as counted, always 0 (SGLang), or absent. */
  details: "true" | "zero" | "none"
  lineBreak: "\n" | "\r\n"
  pings: boolean
}

const plainContent = (text: string): object => ({ content: text })

const VLLM: Flavour = {
  pace: "single",
  wholeCalls: false,
  opening: "empty",
  reasoning: (text) => ({ reasoning: text }),
  content: plainContent,
  lastDelta: {},
  head: {},
  logprobs: true,
  usageEverywhere: false,
  usageWithChoice: false,
  details: "none",
  lineBreak: "\n",
  pings: false,
}

const FLAVOURS: readonly Flavour[] = [
  VLLM,
  { ...VLLM, details: "true", head: { system_fingerprint: "vllm-0.32.0-tp1-abcdef01" } },
  // Before 0.16 the field had its old name, for a while both.
  { ...VLLM, reasoning: (text) => ({ reasoning_content: text }) },
  { ...VLLM, reasoning: (text) => ({ reasoning: text, reasoning_content: text }), lastDelta: { reasoning_content: null } },
  // SGLang sends every field in every delta.
  {
    ...VLLM,
    opening: "null",
    reasoning: (text) => ({ role: null, content: null, reasoning_content: text, tool_calls: null }),
    content: (text) => ({ role: null, content: text, reasoning_content: null, tool_calls: null }),
    lastDelta: { role: null, content: null, reasoning_content: null, tool_calls: null },
    details: "zero",
  },
  // llama.cpp.
  {
    ...VLLM,
    opening: "null",
    reasoning: (text) => ({ reasoning_content: text }),
    head: { system_fingerprint: "b10766-0123abcd" },
    logprobs: false,
    pings: true,
  },
  // Ollama, LM Studio: whole calls.
  {
    ...VLLM,
    wholeCalls: true,
    opening: undefined,
    head: { system_fingerprint: "fp_ollama" },
    logprobs: false,
    lastDelta: { content: "" },
  },
  // LiteLLM.
  { ...VLLM, reasoning: (text) => ({ reasoning_content: text, content: "" }), usageWithChoice: true, lastDelta: { content: "" } },
]

export function pickFlavour(random: Random): Flavour {
  const base = random.pick(FLAVOURS)
  return {
    ...base,
    pace: random.pick(["single", "single", "single", "several", "several", "ten", "whole"] as const),
    wholeCalls: base.wholeCalls || random.chance(0.1),
    usageEverywhere: random.chance(0.05),
    lineBreak: random.chance(0.05) ? "\r\n" : "\n",
  }
}
