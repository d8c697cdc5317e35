/** What is known of one model family. The data stands in `families-common.ts` and `families-other.ts`. */

/** Id of a way to write tool calls; `src/formats` knows its literals. */
export type CallFormat =
  | "qwen-xml"
  | "hermes"
  | "glm"
  | "deepseek-v3"
  | "deepseek-v31"
  | "dsml"
  | "kimi-k2"
  | "kimi-k3"
  | "minimax-m2"
  | "minimax-m3"
  | "harmony"
  | "gemma4"
  | "functiongemma"
  | "mistral"
  | "llama-json"
  | "pythonic"
  | "seed"
  | "hunyuan-v3"
  | "tool-calls-json"
  | "step3"
  | "lfm2"
  | "granite"
  | "internlm"
  | "olmo3"
  | "functools"
  | "cohere"
  | "gigachat"
  | "apertus"
  | "longcat"
  | "glimmer"
  | "inkling"
  | "minicpm"
  | "dots"
  | "ifm"
  | "plamo"

export interface Family {
  id: string
  /** Name for people. */
  label: string
  /** Matched without regard to case on the model's root or id. */
  pattern: RegExp
  /** How the family writes a tool call. */
  format: CallFormat
  /** Reasoning delimiters; absent when the family does not think. */
  reasoning?: { open: string; close: string }
  /** The chat template ends with the opening delimiter, so that the stream holds only the closing one. */
  templateOpensThinking?: boolean
  vllm: { tool: string; reasoning?: string; extra?: string }
  sglang?: { tool?: string; reasoning?: string }
  /** What the vendor recommends, for people. */
  sampling?: string
  /** Key of `chat_template_kwargs` that turns thinking on or off, and what applies without it. */
  thinking?: { key: string; default: "on" | "off" | "always" }
  reference: string
}
