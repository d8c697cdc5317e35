import { asObject } from "../models.ts"
import type { ModelFacts } from "../states.ts"
import { bodyOf, count, entriesOf, type Json, type Native, type NativeAsk, word } from "./types.ts"

/** `/v1/model/info` names the model behind an alias; one entry per deployment, so that an alias may come several times. */
export async function askLiteLlm({ client, timeoutMs, statesOnly }: NativeAsk): Promise<Native> {
  if (statesOnly) return {}
  const body = bodyOf(await client.get("/model/info", { timeoutMs }))
  const facts = new Map<string, ModelFacts>()
  for (const entry of entriesOf(body?.data)) {
    const id = word(entry.model_name)
    if (id) facts.set(id, narrower(facts.get(id), factsOf(entry)))
  }
  return { facts }
}

function factsOf(entry: Json): ModelFacts {
  const info = asObject(entry.model_info) ?? {}
  // A no may only mean that LiteLLM has no entry for the model, so only a yes is taken as said.
  const yes = (name: string) => (info[name] === true ? true : undefined)
  return {
    root: rootOf(asObject(entry.litellm_params)?.model),
    context: count(info.max_input_tokens),
    tools: yes("supports_function_calling"),
    reasoning: yes("supports_reasoning"),
    vision: yes("supports_vision"),
    kindOfModel: kindOf(info.mode),
  }
}

/** Without the part that names LiteLLM's own route: `hosted_vllm/nvidia/x` is `nvidia/x`. */
const rootOf = (model: unknown) => word(model)?.replace(/^[a-z_]+\/(?=.)/, "")

function kindOf(mode: unknown): ModelFacts["kindOfModel"] {
  if (mode === "chat" || mode === "completion" || mode === "responses") return "llm"
  if (mode === "embedding") return "embedding"
  return typeof mode === "string" ? "other" : undefined
}

/** Two deployments of one alias: a request may meet either. */
function narrower(a: ModelFacts | undefined, b: ModelFacts): ModelFacts {
  if (!a) return b
  const both = (name: "tools" | "reasoning" | "vision") => (a[name] && b[name] ? true : undefined)
  const contexts = [a.context, b.context].filter((c) => c !== undefined)
  return {
    ...a,
    context: contexts.length > 0 ? Math.min(...contexts) : undefined,
    tools: both("tools"),
    reasoning: both("reasoning"),
    vision: both("vision"),
  }
}
