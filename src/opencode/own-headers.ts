/**
 * The plugin's own request headers. The `chat.headers` hook knows the agent and the user message, the injected fetch does not: the
 * one writes them, the other reads them and takes them out before the request leaves the machine.
 */
const AGENT = "x-opencode-vllm-agent"
const MESSAGE = "x-opencode-vllm-message"

export interface Origin {
  sessionID?: string
  /** Session that started this one (sub-agents). */
  parentID?: string
  /** `build`, `title`, `compaction`, ... */
  agent?: string
  /** The user message that this request answers. */
  messageID?: string
}

export function writeOwnHeaders(headers: Record<string, string>, origin: { agent: string; messageID: string }): void {
  headers[AGENT] = origin.agent
  headers[MESSAGE] = origin.messageID
}

/** Where a request comes from, and the same `init` without the plugin's own headers. */
export function takeOwnHeaders<T extends { headers?: HeadersInit } | undefined>(init: T): { origin: Origin; init: T } {
  if (!init?.headers) return { origin: {}, init }
  const headers = new Headers(init.headers)
  const get = (name: string) => headers.get(name) ?? undefined
  const origin: Origin = {
    sessionID: get("x-session-id") ?? get("x-session-affinity"),
    parentID: get("x-parent-session-id"),
    agent: get(AGENT),
    messageID: get(MESSAGE),
  }
  if (origin.agent === undefined && origin.messageID === undefined) return { origin, init }
  headers.delete(AGENT)
  headers.delete(MESSAGE)
  return { origin, init: { ...init, headers: Object.fromEntries(headers) } }
}
