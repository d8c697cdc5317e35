import { askRoot, count, flag, type Json, type Native, type NativeAsk, word } from "./types.ts"

/**
 * `/server_info` holds every argument of the server, `/model_info` what the model is (`python/sglang/srt/entrypoints/http_server.py`).
 * The names with `get_` are the older ones. `/health` is never asked: it generates a token.
 */
export async function askSglang(ask: NativeAsk): Promise<Native> {
  const either = async (...paths: string[]) => {
    for (const path of paths) {
      const body = await askRoot(ask, path)
      if (body) return body
    }
    return undefined
  }
  const [info, model] = await Promise.all([either("/server_info", "/get_server_info"), either("/model_info", "/get_model_info")])
  const toolParser = parserOf(info, "tool_call_parser")
  const reasoningParser = parserOf(info, "reasoning_parser")
  const generates = flag(model?.is_generation)
  return {
    version: word(info?.version, 40) ?? null,
    toolParser,
    reasoningParser,
    all: {
      context: count(info?.context_length),
      // Without the parser SGLang leaves a call in the text.
      tools: toolParser === undefined ? undefined : toolParser !== null,
      reasoning: reasoningParser ? true : undefined,
      vision: flag(model?.has_image_understanding),
      kindOfModel: generates === undefined ? undefined : generates ? "llm" : "embedding",
      state: info || model ? "loaded" : undefined,
    },
  }
}

const parserOf = (info: Json | undefined, name: string): string | null | undefined =>
  info && name in info ? (word(info[name], 60) ?? null) : undefined
