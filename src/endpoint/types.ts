/**
 * What is known of one LLM server. The names of checks and codes are public: scripts rely on them.
 */

export const CHECK_IDS = [
  "config",
  "reach",
  "auth",
  "models",
  "model",
  "limits",
  "chat",
  "tool-call",
  "reasoning",
  "metrics",
] as const
export type CheckId = (typeof CHECK_IDS)[number]

export const CHECK_CODES = [
  "ok",
  "refused",
  "dns",
  "unreachable",
  "connect-timeout",
  "response-timeout",
  "hung",
  "reset",
  "tls-untrusted",
  "tls-expired",
  "tls-hostname",
  "http-on-https-port",
  "https-on-http-port",
  "proxy",
  "redirect",
  "unauthorized",
  "forbidden",
  "key-missing",
  "key-literal",
  "key-under-other-provider",
  "wrong-path",
  "html",
  "bad-json",
  "not-openai",
  "rate-limited",
  "overloaded",
  "starting",
  "engine-dead",
  "sleeping",
  "no-models",
  "no-such-model",
  "model-case",
  "provider-unknown",
  "default-model-unknown",
  "limit-too-large",
  "limit-too-small",
  "limit-missing",
  "output-eats-context",
  "tools-off",
  "parser-missing",
  "parser-mismatch",
  "reasoning-parser-missing",
  "reasoning-parser-mismatch",
  "context-overflow",
  "server-error",
  "wrong-adapter",
  "queueing",
  "cache-full",
  "internal",
] as const
export type CheckCode = (typeof CHECK_CODES)[number]

export type CheckStatus = "pass" | "warn" | "fail" | "skip"

export interface Check {
  id: CheckId
  status: CheckStatus
  code: CheckCode
  /** One line: what was found. */
  message: string
  /** One line: what to change. Empty when there is nothing to do. */
  fix: string
  /** Where it is documented; empty when passed. */
  reference: string
  /** Milliseconds this check took. */
  ms: number
}

/** A model as the OpenCode configuration names it. */
export interface ConfiguredModel {
  /** Key under `provider.<id>.models`. */
  key: string
  /** The id sent to the server (`models.<key>.id`, or the key itself). */
  id: string
  /** `limit.context` in tokens. 0 or undefined: not set. */
  context?: number
  /** `limit.output` in tokens. */
  output?: number
}

/** How to reach one server, and what the configuration expects of it. */
export interface Endpoint {
  /** `baseURL` as configured, usually ending in `/v1`. */
  url: string
  /** API key. Never part of any message, log or error. */
  key?: string
  /** Extra request headers from the configuration. Values are treated as secrets. */
  headers?: Record<string, string>
  /** Provider id in the OpenCode configuration. */
  provider?: string
  /** Adapter package, for example `@ai-sdk/openai-compatible`. */
  adapter?: string
  /** Models that the configuration names. Empty or undefined: none to compare with. */
  models?: ConfiguredModel[]
}

export type ServerKind =
  | "vllm"
  | "sglang"
  | "llama.cpp"
  | "llama-swap"
  | "ollama"
  | "lmstudio"
  | "litellm"
  | "tensorrt-llm"
  | "nim"
  | "tgi"
  | "mlx-lm"
  | "unknown"

export interface ServedModel {
  id: string
  /** The `--model` argument behind a served name (vLLM); what the family table is matched against. */
  root?: string
  /** Base model of a LoRA adapter. */
  parent?: string
  /** Context length in tokens that applies now, as the server reports it. */
  context?: number
  /** Context length in tokens that the model could be loaded with. */
  maxContext?: number
  /** Whether the server has it in memory; undefined where it does not say, or always has. */
  state?: ModelState
  /** What the server says the model can do. Undefined: it does not say. */
  tools?: boolean
  reasoning?: boolean
  vision?: boolean
  /** What it is for, where the server says so. */
  kindOfModel?: "llm" | "embedding" | "other"
  ownedBy?: string
}

export type ModelState = "loaded" | "loading" | "unloaded" | "sleeping"

export type ApiShape = "chat" | "responses" | "messages"

/** Load figures from `/metrics`, summed over engines. Undefined: not reported. */
export interface Load {
  running?: number
  waiting?: number
  /** 0..1, the fullest engine. */
  kvCacheUsage?: number
  /** KV cache capacity in tokens. */
  kvCacheTokens?: number
  /** Share of prompt tokens found in the prefix cache, 0..1, over the server's life. */
  prefixCacheHitRate?: number
  preemptions?: number
  /** Tokens generated over the server's life. */
  generatedTokens?: number
  /** Tokens generated per second since the previous look at this endpoint; undefined on the first look. */
  tokensPerSecond?: number
  /** A tool parser flag was given (vLLM >= 0.24 registers the counter only then); undefined: cannot be told. */
  toolParserOn?: boolean
  asleep?: boolean
  /** When the server's process began, seconds since the epoch. */
  startedAt?: number
}

/** One look at one server. */
export interface EndpointReport {
  /** URL without credentials. */
  url: string
  provider?: string
  /** Base URL at which the API was found, without user and query, where that is not the configured one. */
  foundAt?: string
  server: {
    kind: ServerKind
    version: string | null
    /** Parser flags that the server runs with. null: told to be off; undefined: not told. */
    toolParser?: string | null
    reasoningParser?: string | null
  }
  /** API shapes seen to exist; undefined when not known. */
  shapes?: ApiShape[]
  models: ServedModel[]
  /** What the configuration names, to set against `models`. */
  configured?: ConfiguredModel[]
  /** A key or an authorization header is configured. Its value is nowhere in a report. */
  hasKey?: boolean
  checks: Check[]
  load?: Load
  /** When the look began, milliseconds since the epoch. */
  at: number
}
