/** What the model says: one text per step of the agent loop, a pause (in seconds) before each token, and what it answers to a request without tools. */
export type Script = { steps: string[]; pace?: number; plain?: string }

export interface ServeOptions {
  /** More flags of `vllm serve`, such as the parsers. */
  flags?: string[]
  /** Served model names; default `nemotron-3-super`. */
  names?: string[]
  /** Tokens; default 131,072, which is the most and what scripts/host.ts configures. */
  maxModelLen?: number
  apiKey?: string
  /** More environment of the server. */
  env?: Record<string, string>
  /** By the name that `PLAY:name` in a user message chooses. */
  scripts?: Record<string, Script>
}

export interface VllmServer {
  /** For `baseURL`: ends in `/v1`. */
  url: string
  origin: string
  model: string
  startMs: number
  /** The last lines of the server's log. */
  logTail(): string
  /** Kills the server at once, as a crash would; `stop` is still to be called. */
  kill(): void
  /** Kills the server and removes its scratch files. */
  stop(): Promise<void>
}

export function cacheFolder(): string
export function setupVllm(): string
export function serve(options?: ServeOptions): Promise<VllmServer>
