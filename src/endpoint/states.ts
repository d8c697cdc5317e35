import type { ModelState, ServedModel } from "./types.ts"

/** What a native route adds to an entry of the model list. */
export type ModelFacts = Partial<Omit<ServedModel, "id" | "ownedBy">>

/**
 * The words of llama.cpp's router (`tools/server/server-models.h`), llama-swap (`/running` and `status.value`) and LM Studio
 * (`/api/v0/models`). A word that none of them uses is no state.
 */
const STATES: ReadonlyMap<string, ModelState> = new Map([
  ["loaded", "loaded"],
  ["ready", "loaded"],
  ["loading", "loading"],
  ["starting", "loading"],
  ["downloading", "loading"],
  ["unloaded", "unloaded"],
  ["not-loaded", "unloaded"],
  ["stopping", "unloaded"],
  ["stopped", "unloaded"],
  ["shutdown", "unloaded"],
  ["sleeping", "sleeping"],
])

export const stateOfWord = (word: unknown): ModelState | undefined =>
  typeof word === "string" ? STATES.get(word.toLowerCase()) : undefined

/** The model list with what other routes told; a fact of a native route goes before one of the list. */
export function withFacts(
  models: readonly ServedModel[],
  facts: ReadonlyMap<string, ModelFacts> = new Map(),
  all: ModelFacts = {},
): ServedModel[] {
  return models.map((m) => ({ ...m, ...defined(all), ...defined(facts.get(m.id) ?? {}) }))
}

const defined = (facts: ModelFacts): ModelFacts => Object.fromEntries(Object.entries(facts).filter(([, v]) => v !== undefined))
