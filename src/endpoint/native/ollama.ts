import { asObject } from "../models.ts"
import type { ModelFacts } from "../states.ts"
import type { ServedModel } from "../types.ts"
import { inTurn } from "./turns.ts"
import { askRoot, count, entriesOf, type Json, type Native, type NativeAsk, word } from "./types.ts"

/** Models described in one look; the others follow when somebody loads them. */
const MOST_SHOWN = 24

/**
 * `/api/ps` lists what is loaded with the context that was set for it; `/api/show` describes a model from its file and computes
 * nothing (`docs/api.md` of Ollama).
 */
export async function askOllama(ask: NativeAsk): Promise<Native> {
  const ps = askRoot(ask, "/api/ps")
  const facts = new Map<string, ModelFacts>()
  const known = new Map(ask.known?.filter((m) => m.maxContext !== undefined).map((m) => [m.id, m]))
  for (const { id } of ask.models) facts.set(id, lasting(known.get(id)))
  const news = ask.statesOnly ? [] : ask.models.filter((m) => !known.has(m.id)).slice(0, MOST_SHOWN)
  // One deadline for all: requests that have to queue get what is left of it.
  const end = performance.now() + ask.timeoutMs
  await inTurn(news, async ({ id }) => {
    const timeoutMs = end - performance.now()
    if (timeoutMs < 10) return
    const shown = await ask.poster.post("/api/show", { model: id }, { root: true, timeoutMs })
    if (shown.ok && shown.status === 200) facts.set(id, describedBy(shown.text))
  })
  const loaded = (await ps)?.models
  if (!Array.isArray(loaded)) return { facts }
  for (const [id, fact] of facts) facts.set(id, { ...fact, state: "unloaded" })
  for (const entry of entriesOf(loaded)) {
    const id = word(entry.model) ?? word(entry.name)
    const context = count(entry.context_length)
    if (id) facts.set(id, { ...facts.get(id), state: "loaded", ...(context && { context }) })
  }
  return { facts }
}

/** What stays true of a model between two looks. A context that was set by loading does not. */
function lasting(model: ServedModel | undefined): ModelFacts {
  if (!model) return {}
  const { maxContext, tools, reasoning, vision, kindOfModel, context, state } = model
  return { maxContext, tools, reasoning, vision, kindOfModel, ...(state === "unloaded" && { context }) }
}

function describedBy(text: string): ModelFacts {
  const shown = jsonOf(text)
  const info = asObject(shown?.model_info) ?? {}
  const architecture = word(info["general.architecture"], 60)
  const capabilities = Array.isArray(shown?.capabilities) ? shown.capabilities : undefined
  const can = (name: string) => capabilities?.includes(name)
  return {
    context: parameterOf(shown?.parameters),
    maxContext: count(info[`${architecture}.context_length`]),
    tools: can("tools"),
    reasoning: can("thinking"),
    vision: can("vision"),
    kindOfModel: capabilities && (can("completion") ? "llm" : can("embedding") ? "embedding" : "other"),
  }
}

/** `num_ctx` of the Modelfile: one parameter a line, name and value apart by blanks. */
function parameterOf(parameters: unknown): number | undefined {
  if (typeof parameters !== "string") return undefined
  return count(Number(/^num_ctx[ \t]+(\d{1,9})[ \t]*$/m.exec(parameters.slice(0, 20_000))?.[1]))
}

function jsonOf(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}
