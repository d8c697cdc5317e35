import type { ConfiguredModel } from "../endpoint/types.ts"
import type { SeenServer } from "./cache.ts"
import { type ModelEntry, modelEntry } from "./entry.ts"

/**
 * Entries for the served models that the configuration does not name. What the configuration says, under whatever key, stays its own.
 *
 * @param configured models of the provider as the user wrote them
 */
export function discovered({ models, server }: SeenServer, configured: readonly ConfiguredModel[]): Record<string, ModelEntry> {
  const named = new Set(configured.flatMap(({ key, id }) => [key, id]))
  const isNew = models.filter(
    ({ id, kindOfModel = "llm" }) =>
      !named.has(id) && kindOfModel === "llm" && !id.includes("*") && !named.has(`${id.replace(/:latest$/, "")}`),
  )
  return Object.fromEntries(isNew.map((model) => [model.id, modelEntry(model, server)]))
}
