import type { Json } from "./json.ts"

/** What the rescuer has to know of a chat request. */
export interface Asked {
  body: Json
  model: string
  tools: boolean
  stream: boolean
}

/** Reads the body of a chat request; undefined for anything that is none. */
export function readChatRequest(body: unknown): Asked | undefined {
  if (typeof body !== "string") return undefined
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  const json = value as Json
  if (typeof json.model !== "string" || !Array.isArray(json.messages)) return undefined
  return {
    body: json,
    model: json.model,
    tools: Array.isArray(json.tools) && json.tools.length > 0,
    stream: json.stream === true,
  }
}
