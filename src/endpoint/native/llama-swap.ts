import { type ModelFacts, stateOfWord } from "../states.ts"
import { askRoot, count, entriesOf, type Native, type NativeAsk, word } from "./types.ts"

/** `/running` lists what runs or starts; a model that is not in it is not loaded. Older versions list only what is ready. */
export async function askLlamaSwap(ask: NativeAsk): Promise<Native> {
  const [running, version] = await Promise.all([
    askRoot(ask, "/running"),
    ask.statesOnly ? undefined : askRoot(ask, "/api/version"),
  ])
  const stated = { version: word(version?.version, 40) ?? null }
  if (!Array.isArray(running?.running)) return stated
  const facts = new Map<string, ModelFacts>(ask.models.map((m) => [m.id, { state: "unloaded" }]))
  for (const entry of entriesOf(running.running)) {
    const id = word(entry.model)
    if (id) facts.set(id, { state: stateOfWord(entry.state), context: contextOfCommand(entry.cmd) })
  }
  return { ...stated, facts }
}

/**
 * Context from the command line of the server behind: vLLM's and llama.cpp's flag. Several slots of llama.cpp share theirs, so that
 * with `--parallel` nothing is concluded. Nothing else of the command is kept: it may hold keys.
 */
function contextOfCommand(command: unknown): number | undefined {
  if (typeof command !== "string" || /\s(?:-np|--parallel)[\s=]/.test(command)) return undefined
  const found = /\s(?:--max-model-len|--ctx-size|-c)[\s=]+(\d{1,9})(?=\s|$)/.exec(command.slice(0, 20_000))
  return count(Number(found?.[1]))
}
