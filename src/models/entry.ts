import type { EndpointReport, ServedModel } from "../endpoint/types.ts"
import { type Family, familyOfModel } from "../knowledge/families.ts"

/** An entry under `provider.<id>.models` of OpenCode's configuration, as far as it is written here. */
export interface ModelEntry {
  name: string
  tool_call: boolean
  reasoning: boolean
  temperature: boolean
  attachment: boolean
  /** The field in which thoughts are sent back to the server. */
  interleaved?: { field: "reasoning_content" | "reasoning" }
  limit?: { context: number; output: number }
  modalities?: { input: ("text" | "image")[]; output: "text"[] }
  cost: { input: 0; output: 0 }
}

/** OpenCode asks for so many output tokens at most, whatever the limit says. */
const MOST_OUTPUT = 32_000

/**
 * What OpenCode should know of a served model. What nobody says is left at what agents need: tools on, no reasoning, no pictures.
 */
export function modelEntry(model: ServedModel, server: Pick<EndpointReport["server"], "kind" | "version">): ModelEntry {
  const family = familyOfModel({ id: model.id, root: model.root })
  const context = model.context ?? model.maxContext
  return {
    name: readableName(model, family),
    tool_call: model.tools ?? true,
    reasoning: model.reasoning ?? family?.reasoning !== undefined,
    temperature: true,
    attachment: model.vision ?? false,
    ...(family && INTERLEAVED.has(family.id) && { interleaved: { field: fieldOf(server) } }),
    ...(context !== undefined && { limit: { context, output: outputOf(context) } }),
    ...(model.vision && { modalities: { input: ["text" as const, "image" as const], output: ["text" as const] } }),
    cost: { input: 0, output: 0 },
  }
}

/** A quarter of the context, so that three quarters are left for the conversation, and no more than OpenCode asks for. */
export function outputOf(context: number): number {
  return Math.max(1, Math.min(MOST_OUTPUT, Math.floor(context / 4)))
}

/** `nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4` reads well without its owner; a name that says nothing gets its root beside it. */
function readableName(model: ServedModel, family: Family | undefined): string {
  const short = lastPart(model.id)
  if (model.parent) return `${short} (adapter of ${lastPart(model.parent)})`
  const root = model.root && model.root !== model.id ? lastPart(model.root) : undefined
  return root && !familyOfModel({ id: model.id }) && family ? `${short} (${root})` : short
}

const lastPart = (name: string) => name.split("/").filter(Boolean).at(-1) ?? name

/** Families whose templates render the thoughts of earlier steps, and answer worse without them (their model cards; models.dev marks the same ones). */
const INTERLEAVED: ReadonlySet<string> = new Set([
  ...["nemotron3", "qwen3.5", "deepseek-v3.2", "deepseek-v4", "glm-4.5", "glm-4.7", "kimi-k2", "kimi-k3"],
  ...["minimax-m2", "minimax-m3", "gpt-oss", "step-3.5", "mimo"],
])

/** vLLM 0.16 to 0.22 drop `reasoning_content` of earlier answers without a word and read `reasoning` only; every later one reads that too. */
function fieldOf({ kind, version }: Pick<EndpointReport["server"], "kind" | "version">): "reasoning" | "reasoning_content" {
  const [, major = 0, minor = 0] = (/^v?(\d+)\.(\d+)/.exec(version ?? "") ?? []).map(Number)
  return kind === "vllm" && (major > 0 || minor >= 16) ? "reasoning" : "reasoning_content"
}
