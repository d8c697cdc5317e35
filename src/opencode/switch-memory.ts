import type { ModelRef } from "./host.ts"

/** What one session's switches left behind. */
export interface SwitchMemory {
  /** The model before the last switch. */
  previous?: ModelRef
  /** Messages that still name `from` mean `to`. */
  override?: { from: ModelRef; to: ModelRef }
  /** The models in the order in which they were last listed to the person: what a number means. */
  listed?: string[]
}

export const sameModel = (a: ModelRef | undefined, b: ModelRef | undefined): boolean =>
  a?.providerID === b?.providerID && a?.modelID === b?.modelID

/**
 * Remembers a switch: messages that still name the old model mean the new one. A front end that did not follow the switch before this one
 * goes on naming the model from before that.
 */
export function remember(memory: SwitchMemory, from: ModelRef | undefined, to: ModelRef): void {
  memory.previous = from
  const named = memory.override?.from ?? from
  memory.override = named && { from: named, to }
}

/**
 * The model that a user message is meant for. A front end that still names the model from before the switch means the new one; one that names
 * the new one has followed, and one that names a third was told so by its user: both end the switch, so that the old model can be chosen again.
 */
export function meant(memory: SwitchMemory, named: ModelRef): ModelRef {
  const { override } = memory
  if (!override) return named
  if (sameModel(named, override.from)) return override.to
  memory.override = undefined
  return named
}
