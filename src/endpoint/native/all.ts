import type { ServerKind } from "../types.ts"
import { askLiteLlm } from "./litellm.ts"
import { askLlamaCpp } from "./llama-cpp.ts"
import { askLlamaSwap } from "./llama-swap.ts"
import { askLmStudio } from "./lmstudio.ts"
import { askOllama } from "./ollama.ts"
import { askSglang } from "./sglang.ts"
import { askRoot, count, type Native, type NativeAsk, word } from "./types.ts"

const ASKS: Partial<Record<ServerKind, (ask: NativeAsk) => Promise<Native>>> = {
  sglang: askSglang,
  "llama.cpp": askLlamaCpp,
  "llama-swap": askLlamaSwap,
  ollama: askOllama,
  lmstudio: askLmStudio,
  litellm: askLiteLlm,
  "tensorrt-llm": async (ask) => ({ all: { state: await readiness(ask, "/health") } }),
  nim: askNim,
  tgi: askTgi,
}

/**
 * What a known kind of server tells on its own routes. Nothing here makes a server compute or load a model. A route that is not there
 * costs nothing but detail.
 */
export async function askNative(kind: ServerKind, ask: NativeAsk): Promise<Native> {
  return (await ASKS[kind]?.(ask)) ?? {}
}

async function readiness({ client, timeoutMs }: NativeAsk, path: string): Promise<"loaded" | "loading" | undefined> {
  const answer = await client.get(path, { root: true, timeoutMs })
  if (!answer.ok) return undefined
  return answer.status === 200 ? "loaded" : answer.status === 503 ? "loading" : undefined
}

/** `live` is that of the web server in front; only `ready` speaks of the model. */
async function askNim(ask: NativeAsk): Promise<Native> {
  const [state, metadata] = await Promise.all([readiness(ask, "/v1/health/ready"), askRoot(ask, "/v1/metadata")])
  return { version: word(metadata?.version, 40), all: { state } }
}

async function askTgi(ask: NativeAsk): Promise<Native> {
  const info = await askRoot(ask, "/info")
  return { all: { context: count(info?.max_total_tokens), root: word(info?.model_id) } }
}
