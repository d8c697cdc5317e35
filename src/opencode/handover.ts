/**
 * What an instance of the plugin leaves to the one that follows it when the plugin itself has OpenCode read its models again: that ends the
 * instance, but no session and no screen, and nobody wants to be told everything twice. Kept by the process, taken once.
 */
import type { Sessions } from "./sessions.ts"

export interface Handover {
  sessions: Sessions
  /** Causes that were shown on the screen. */
  shown: Set<string>
}

const KEY = Symbol.for("opencode-vllm.handover")

function ofProcess(): Map<string, Handover> {
  const all = globalThis as { [KEY]?: Map<string, Handover> }
  all[KEY] ??= new Map()
  return all[KEY]
}

export const leave = (directory: string, what: Handover): void => void ofProcess().set(directory, what)

export function takeOver(directory: string): Handover | undefined {
  const left = ofProcess().get(directory)
  ofProcess().delete(directory)
  return left
}
