import type { ModelRef } from "./host.ts"

/** What one session's switches left behind. */
export interface SwitchMemory {
  /** The model before the last switch. */
  previous?: ModelRef
  /** Messages that still name `from` mean `to`. */
  override?: { from: ModelRef; to: ModelRef }
}

const sameModel = (a: ModelRef | undefined, b: ModelRef | undefined): boolean =>
  a?.providerID === b?.providerID && a?.modelID === b?.modelID

/** Remembers a switch: messages that still name the old model mean the new one. */
export function remember(memory: SwitchMemory, from: ModelRef | undefined, to: ModelRef): void {
  memory.previous = from
  memory.override = from && { from, to }
}

/**
 * The model that a user message is meant for. A front end that still names the model from before the switch means the new one; one that names
 * a third was told so by its user, and that ends the switch.
 */
export function meant(memory: SwitchMemory, named: ModelRef): ModelRef {
  const { override } = memory
  if (!override || sameModel(named, override.to)) return named
  if (sameModel(named, override.from)) return override.to
  memory.override = undefined
  return named
}
