import type { GetResult } from "./client.ts"
import { stateOfWord } from "./states.ts"
import { clean } from "./text.ts"
import type { ServedModel } from "./types.ts"

/** More entries than any server lists: a gateway with everything has some hundreds. */
const MAX_MODELS = 10_000

type Json = Record<string, unknown>

export function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? clean(value, 200) : undefined)
const tokens = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined

/** The entries of a model list as the server sent them, or undefined when the answer is no such list. Takes `{data: []}`, `[]` and `{models: []}`. */
export function listEntries(answer: GetResult | undefined): Json[] | undefined {
  if (!answer?.ok || answer.status !== 200) return undefined
  const body = asObject(answer.json)
  const list = Array.isArray(answer.json) ? answer.json : Array.isArray(body?.data) ? body.data : body?.models
  if (!Array.isArray(list)) return undefined
  return list.slice(0, MAX_MODELS).flatMap((entry): Json[] => {
    const card = typeof entry === "string" ? { id: entry } : asObject(entry)
    return card ? [card] : []
  })
}

/**
 * Reads a model list. Context lengths by server: vLLM and SGLang `max_model_len`, llama-swap `context_length`, llama.cpp
 * `meta.n_ctx` (never `n_ctx_train`, which is what the model was trained for), LiteLLM `max_input_tokens`.
 */
export function servedModels(entries: readonly Json[]): ServedModel[] {
  const models = entries.map((entry): ServedModel | undefined => {
    const id = text(entry.id) ?? text(entry.key) ?? text(entry.name) ?? text(entry.model)
    if (id === undefined) return undefined
    const meta = asObject(entry.meta)
    // llama.cpp's router and llama-swap: what is loaded.
    const state = stateOfWord(asObject(entry.status)?.value)
    const trained = tokens(meta?.n_ctx_train)
    return {
      id,
      root: text(entry.root),
      parent: text(entry.parent),
      context:
        tokens(entry.max_model_len) ?? tokens(entry.context_length) ?? tokens(meta?.n_ctx) ?? tokens(entry.max_input_tokens),
      ownedBy: text(entry.owned_by),
      ...(state && { state }),
      ...(trained && { maxContext: trained }),
    }
  })
  return withInherited(withoutDoubles(models.filter((m) => m !== undefined)))
}

/** A LoRA adapter has no length of its own on vLLM (`max_model_len: null`): that of its base counts. */
function withInherited(models: ServedModel[]): ServedModel[] {
  const bases = new Map<string, ServedModel>()
  // The first one counts, and a name goes before the path behind it.
  for (const one of models.toReversed()) if (one.root) bases.set(one.root, one)
  for (const one of models.toReversed()) bases.set(one.id, one)
  return models.map((m) =>
    m.context !== undefined || m.parent === undefined ? m : { ...m, context: bases.get(m.parent)?.context },
  )
}

/** A name that stands twice is one model: some gateways list it once for each server behind them. A request may meet the shortest context. */
function withoutDoubles(models: readonly ServedModel[]): ServedModel[] {
  const byId = new Map<string, ServedModel>()
  for (const model of models) {
    const first = byId.get(model.id)
    const contexts = [first?.context, model.context].filter((c) => c !== undefined)
    byId.set(model.id, first && contexts.length > 0 ? { ...first, context: Math.min(...contexts) } : (first ?? model))
  }
  return [...byId.values()]
}
