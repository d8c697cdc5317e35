import type { Answer, Client, GetResult } from "./client.ts"
import { asObject } from "./models.ts"
import { clean } from "./text.ts"
import type { ApiShape, ServerKind } from "./types.ts"
import { atLeast } from "./version.ts"

export interface Identity {
  kind: ServerKind
  version: string | null
  /** vLLM's experimental Rust frontend: fewer routes, parsers chosen by itself. */
  rust?: boolean
}

type Json = Record<string, unknown>

/** What a model list says about who wrote it. vLLM's cards are recognised by `owned_by` (`vllm/entrypoints/openai/engine/protocol.py`). */
export function kindOfList(list: GetResult, entries: readonly Json[] | undefined): ServerKind | undefined {
  if (!list.ok) return undefined
  const owner = String(entries?.[0]?.owned_by ?? "")
  if (/^vllm/.test(owner)) return "vllm"
  if (owner === "sglang") return "sglang"
  if (owner === "llamacpp" || /llama\.cpp/i.test(list.headers.server ?? "")) return "llama.cpp"
  if (owner === "llama-swap") return "llama-swap"
  if (/tensorrt/i.test(owner)) return "tensorrt-llm"
  if (list.headers["x-litellm-version"]) return "litellm"
  return undefined
}

const json = (result: GetResult | undefined): Json | undefined =>
  result?.ok && result.status === 200 ? asObject(result.json) : undefined
const versionIn = (result: GetResult | undefined): string | null => {
  const version = json(result)?.version
  return typeof version === "string" && version ? clean(version, 40) : null
}

/** The server from its `/version` alone; it is open on vLLM even where the model list wants a key. */
export function kindOfVersion(version: GetResult | undefined, list: GetResult): Identity | undefined {
  const body = json(version)
  if (!body || typeof body.version !== "string") return undefined
  if (body.rust_frontend_version !== undefined) return { kind: "vllm", version: versionIn(version), rust: true }
  const refused = list.ok && list.status === 401 && asObject(list.json)?.error === "Unauthorized"
  return refused && Object.keys(body).length === 1 ? { kind: "vllm", version: versionIn(version) } : undefined
}

/**
 * Asks an unknown server who it is, with requests that cost it nothing. Never LiteLLM's `/health`, which calls every model, nor
 * SGLang's, which generates a token, nor anything that makes a server load a model.
 */
export async function identify(
  client: Client,
  timeoutMs: number,
  list: Answer | undefined,
  version: GetResult | undefined,
): Promise<Identity> {
  const ask = (path: string) => client.get(path, { root: true, timeoutMs })
  const [api, props, live, info, studio, nim] = await Promise.all([
    ask("/api/version"),
    ask("/props"),
    ask("/health/liveliness"),
    ask("/info"),
    ask("/api/v0/models"),
    ask("/v1/metadata"),
  ])
  const apiBody = json(api)
  if (live.ok && live.status === 200 && live.text.includes("I'm alive")) return { kind: "litellm", version: litellmVersion(list) }
  if (typeof apiBody?.version === "string")
    return { kind: "commit" in apiBody ? "llama-swap" : "ollama", version: versionIn(api) }
  if (json(props)?.default_generation_settings) return { kind: "llama.cpp", version: buildOf(props) }
  if (json(info)?.router === "text-generation-router") return { kind: "tgi", version: versionIn(info) }
  const first = asObject((json(studio)?.data as unknown[] | undefined)?.[0])
  if (first && "state" in first) return { kind: "lmstudio", version: null }
  if (json(nim)?.modelInfo !== undefined || json(nim)?.assetInfo !== undefined) return { kind: "nim", version: versionIn(nim) }
  const card = asObject((asObject(list?.json)?.data as unknown[] | undefined)?.[0])
  if (card && Object.keys(card).sort().join() === "created,id,object" && !versionIn(version))
    return { kind: "mlx-lm", version: null }
  return { kind: "unknown", version: versionIn(version) }
}

function litellmVersion(list: Answer | undefined): string | null {
  return list?.headers["x-litellm-version"] ? clean(list.headers["x-litellm-version"], 40) : null
}

function buildOf(props: GetResult): string | null {
  const build = json(props)?.build_info
  return typeof build === "string" ? clean(build, 40) : null
}

/** API shapes by the routes that the server documents (`/openapi.json`); undefined when it documents none. */
export function shapesOfRoutes(openapi: GetResult | undefined): ApiShape[] | undefined {
  const paths = asObject(json(openapi)?.paths)
  if (!paths) return undefined
  const shapes: ApiShape[] = []
  if ("/v1/chat/completions" in paths || "/chat/completions" in paths) shapes.push("chat")
  if ("/v1/responses" in paths || "/responses" in paths) shapes.push("responses")
  if ("/v1/messages" in paths) shapes.push("messages")
  return shapes.length > 0 ? shapes : undefined
}

/** API shapes by what is known of a server. Messages joined vLLM's main server in 0.12 (vllm-project/vllm#27882), Responses in 0.10; LiteLLM translates all three. */
export function shapesOfKind({ kind, version, rust }: Identity): ApiShape[] | undefined {
  if (kind === "unknown") return undefined
  if (kind === "litellm") return ["chat", "responses", "messages"]
  if (kind !== "vllm" || rust || !version) return ["chat"]
  const shapes: ApiShape[] = ["chat"]
  if (atLeast(version, 0, 10)) shapes.push("responses")
  if (atLeast(version, 0, 12)) shapes.push("messages")
  return shapes
}
