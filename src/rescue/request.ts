import type { ToolDeclaration } from "../formats/readers/index.ts"
import type { Json } from "./json.ts"

/** The parts of a chat request that say how its answer is to be read. */
export interface RequestRead {
  model: string | undefined
  /** Tools that may be called. */
  tools: ToolDeclaration[]
  /** Calls in the conversation so far. */
  earlierCalls: number
  /** Characters of the longest stop sequence. */
  stopLength: number
  /** Whether the request turns thinking off, by this argument of the chat template or by its effort. */
  thinkingOff(key: string | undefined): boolean
}

/** Reads a chat request. What cannot be read declares nothing. */
export function readRequest(request: Json | string): RequestRead {
  const body = bodyOf(request)
  // Who asks for no calls gets none; but a request that was already rewritten says so only to the server.
  const unwanted = body.tool_choice === "none" && body.skip_special_tokens !== false
  const tools = Array.isArray(body.tools) && !unwanted ? (body.tools as unknown[]).filter(isDeclaration) : []
  const stop = Array.isArray(body.stop) ? body.stop : [body.stop]
  const kwargs = typeof body.chat_template_kwargs === "object" ? (body.chat_template_kwargs as Json | null) : null
  return {
    model: typeof body.model === "string" ? body.model : undefined,
    tools,
    earlierCalls: Array.isArray(body.messages) ? body.messages.reduce((count, message) => count + callsOf(message), 0) : 0,
    thinkingOff: (key) => key !== undefined && (kwargs?.[key] ?? body.reasoning_effort !== "none") === false,
    stopLength: Math.max(0, ...stop.map((text) => (typeof text === "string" ? text.length : 0))),
  }
}

function bodyOf(request: Json | string): Json {
  let value: unknown = request
  if (typeof request === "string") {
    try {
      value = JSON.parse(request)
    } catch {
      return {}
    }
  }
  return typeof value === "object" && value !== null ? (value as Json) : {}
}

function isDeclaration(tool: unknown): tool is ToolDeclaration {
  const declared = typeof tool === "object" && tool !== null ? (tool as { function?: unknown }).function : undefined
  return typeof declared === "object" && declared !== null && typeof (declared as { name?: unknown }).name === "string"
}

function callsOf(message: unknown): number {
  const calls = typeof message === "object" && message !== null ? (message as Json).tool_calls : undefined
  return Array.isArray(calls) ? calls.length : 0
}
