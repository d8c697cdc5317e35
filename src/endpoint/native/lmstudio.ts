import { asObject } from "../models.ts"
import { type ModelFacts, stateOfWord } from "../states.ts"
import { askRoot, count, entriesOf, flag, type Json, type Native, type NativeAsk, word } from "./types.ts"

/** `/api/v1/models` since LM Studio 0.4, `/api/v0/models` before it (`1_developer/2_rest` of lmstudio-ai/docs). Both are asked at once. */
export async function askLmStudio(ask: NativeAsk): Promise<Native> {
  const [newer, older] = await Promise.all([askRoot(ask, "/api/v1/models"), askRoot(ask, "/api/v0/models")])
  const facts = new Map<string, ModelFacts>()
  for (const entry of entriesOf(older?.data)) {
    const id = word(entry.id)
    if (id) facts.set(id, olderFacts(entry))
  }
  for (const entry of entriesOf(newer?.models)) {
    const instances = entriesOf(entry.loaded_instances)
    const fresh = newerFacts(entry, instances)
    // Only the older route knows a model that is on its way.
    const merge = (id: string) => {
      const before = facts.get(id)
      const state = before?.state === "loading" ? before.state : fresh.state
      facts.set(id, { ...before, ...fresh, state, context: fresh.context ?? before?.context })
    }
    // An instance that was loaded under a name of its own is asked for by that name.
    for (const id of new Set([word(entry.key), ...instances.map((i) => word(i.id))])) if (id) merge(id)
  }
  return { facts }
}

function newerFacts(entry: Json, instances: readonly Json[]): ModelFacts {
  const contexts = instances.flatMap((i) => count(asObject(i.config)?.context_length) ?? [])
  const capabilities = asObject(entry.capabilities)
  return {
    state: Array.isArray(entry.loaded_instances) ? (instances.length > 0 ? "loaded" : "unloaded") : undefined,
    // LM Studio picks an instance by itself, so the smallest one counts.
    context: contexts.length > 0 ? Math.min(...contexts) : undefined,
    maxContext: count(entry.max_context_length),
    tools: flag(capabilities?.trained_for_tool_use),
    reasoning: capabilities?.reasoning ? true : undefined,
    vision: flag(capabilities?.vision),
    kindOfModel: kindOf(entry.type),
  }
}

function olderFacts(entry: Json): ModelFacts {
  const capabilities = Array.isArray(entry.capabilities) ? entry.capabilities : undefined
  return {
    state: stateOfWord(entry.state),
    context: count(entry.loaded_context_length),
    maxContext: count(entry.max_context_length),
    tools: capabilities?.includes("tool_use"),
    vision: entry.type === "vlm" ? true : undefined,
    kindOfModel: kindOf(entry.type),
  }
}

function kindOf(type: unknown): ModelFacts["kindOfModel"] {
  if (type === "llm" || type === "vlm") return "llm"
  if (type === "embedding" || type === "embeddings") return "embedding"
  return typeof type === "string" ? "other" : undefined
}
