import { asObject } from "../models.ts"
import type { ModelFacts } from "../states.ts"
import { inTurn } from "./turns.ts"
import { askRoot, count, flag, type Json, type Native, type NativeAsk, word } from "./types.ts"

/** More loaded models than fit into one machine at once. */
const MOST_LOADED = 8

/**
 * `/props` of a server with one model; with a router in front (`role: "router"`) that of each loaded model, with `autoload=false` so
 * that nothing is loaded by looking (`tools/server/README.md`).
 */
export async function askLlamaCpp(ask: NativeAsk): Promise<Native> {
  const props = await askRoot(ask, "/props")
  const version = word(props?.build_info, 40) ?? null
  const router = props?.role === "router" || ask.models.some((m) => m.state !== undefined)
  if (!router) return { version, all: factsOf(props) }
  if (ask.statesOnly) return { version }
  const loaded = ask.models.filter((m) => m.state === "loaded").slice(0, MOST_LOADED)
  const facts = new Map<string, ModelFacts>()
  await inTurn(loaded, async ({ id }) => {
    const { state, ...rest } = factsOf(await askRoot(ask, `/props?model=${encodeURIComponent(id)}&autoload=false`))
    facts.set(id, rest)
  })
  return { version, facts }
}

function factsOf(props: Json | undefined): ModelFacts {
  if (!props) return {}
  const caps = asObject(props.chat_template_caps)
  const calls = flag(caps?.supports_tool_calls)
  return {
    // Of one slot: what a request may use.
    context: count(asObject(props.default_generation_settings)?.n_ctx),
    // A template without tools makes llama.cpp drop the `tools` of a request without a word.
    tools: calls === false ? false : flag(caps?.supports_tools),
    vision: flag(asObject(props.modalities)?.vision),
    state: props.is_sleeping === true ? "sleeping" : "loaded",
  }
}
