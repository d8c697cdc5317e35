/** What is written into OpenCode's configuration for one server. */
import type { EndpointReport, ServedModel, ServerKind } from "../../endpoint/types.ts"
import { modelEntry } from "../../models/entry.ts"

const COMPATIBLE = "@ai-sdk/openai-compatible"
const OPENAI = "@ai-sdk/openai"

/** Names that a server gives to what writes no text, where it does not say what a model is for. */
const NO_WRITER = /embed|rerank|whisper|(?:^|[/_-])(?:bge|e5|gte|tts)[-_]/i

/** The served models that can hold a conversation, in the server's order. Patterns of a gateway (`openai/*`) are no models. */
export function writers({ models }: Pick<EndpointReport, "models">): ServedModel[] {
  return models.filter(
    ({ id, kindOfModel }) => !id.includes("*") && (kindOfModel === undefined ? !NO_WRITER.test(id) : kindOfModel === "llm"),
  )
}

/** Provider id and name by kind of server. OpenCode's catalogue has a `lmstudio` with models of its own. */
const KINDS: Readonly<Record<ServerKind, { id: string; name: string }>> = {
  vllm: { id: "vllm", name: "vLLM" },
  sglang: { id: "sglang", name: "SGLang" },
  "llama.cpp": { id: "llama.cpp", name: "llama.cpp" },
  "llama-swap": { id: "llama-swap", name: "llama-swap" },
  ollama: { id: "ollama", name: "Ollama" },
  lmstudio: { id: "lm-studio", name: "LM Studio" },
  litellm: { id: "litellm", name: "LiteLLM" },
  "tensorrt-llm": { id: "tensorrt-llm", name: "TensorRT-LLM" },
  nim: { id: "nim", name: "NIM" },
  tgi: { id: "tgi", name: "TGI" },
  "mlx-lm": { id: "mlx-lm", name: "MLX" },
  unknown: { id: "local", name: "LLM server" },
}

/** The id that a provider gets when nobody names one. */
export const usualId = (kind: ServerKind) => KINDS[kind].id

/** For a person, for example "vLLM 0.32.0 at http://localhost:8000/v1". */
export function serverName({ server: { kind, version }, url }: Pick<EndpointReport, "server" | "url">): string {
  return `${KINDS[kind].name}${version ? ` ${version}` : ""} at ${url}`
}

export interface BlockFacts {
  report: EndpointReport
  /** Without user, password or secret. */
  url: string
  /** Environment variable that holds the key. Its value is never written. */
  keyEnv?: string
  models: readonly ServedModel[]
}

/** `provider.<id>` as a whole. */
export function providerBlock({ report, url, keyEnv, models }: BlockFacts) {
  const npm = report.shapes?.includes("responses") && !report.shapes.includes("chat") ? OPENAI : COMPATIBLE
  // Without a key of its own, the OpenAI adapter sends the one of OPENAI_API_KEY.
  const apiKey = keyEnv ? `{env:${keyEnv}}` : npm === OPENAI ? "none" : undefined
  return {
    npm,
    name: `${KINDS[report.server.kind].name} (${new URL(url).host})`,
    options: { baseURL: url, ...(apiKey && { apiKey }) },
    models: Object.fromEntries(models.map((model) => [model.id, writtenEntry(model, report)])),
  }
}

/** Only what OpenCode would not assume by itself, or what a person may want to change. */
export function writtenEntry(model: ServedModel, { server }: Pick<EndpointReport, "server">) {
  const { name, limit, tool_call, reasoning, interleaved, attachment, modalities } = modelEntry(model, server)
  return {
    ...{ name, ...(limit && { limit }), tool_call, reasoning },
    ...(interleaved && { interleaved }),
    ...(attachment && { attachment, modalities }),
  }
}
