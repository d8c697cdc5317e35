import type { ConfiguredModel } from "../endpoint/types.ts"
import type { SeenServer } from "./cache.ts"
import { isChatModel } from "./chat-model.ts"
import { type ModelEntry, modelEntry } from "./entry.ts"

/**
 * Entries for the served models that the configuration does not name. What the configuration says, under whatever key, stays its own.
 *
 * @param configured models of the provider as the user wrote them
 */
export function discovered({ models, server }: SeenServer, configured: readonly ConfiguredModel[]): Record<string, ModelEntry> {
  const named = new Set(configured.flatMap(({ key, id }) => [key, id]))
  const isNew = models.filter(
    (model) =>
      isChatModel(model) &&
      !model.id.includes("*") &&
      !named.has(model.id) &&
      !(server.kind === "ollama" && named.has(model.id.replace(/:latest$/, ""))),
  )
  return Object.fromEntries(isNew.map((model) => [model.id, modelEntry(model, server)]))
}
