import { type Message, readConversation } from "./conversation.ts"
import type { Schema } from "./schema.ts"

/** The parts of a request body that rules ask for. Everything is read on the first question, nothing before. */
export interface RequestView {
  /** A body was given and could be read. */
  known(): boolean
  /** Declared tools and their parameter schemas; undefined when the body is not known. */
  tools(): ReadonlyMap<string, Schema | undefined> | undefined
  /** Model that the request asks for. Servers echo an alias of their own choice (vLLM: the first served name). */
  model(): string | undefined
  /** Output limit in tokens that the request set. */
  maxTokens(): number | undefined
  /** The server may run its tool parser: tools are declared and `tool_choice` is not `none`. Undefined when not known. */
  toolsOn(): boolean | undefined
  /** The request asks the server to keep its reasoning to itself. */
  reasoningHidden(): boolean
  /** Characters of the longest stop sequence; what stopped the model is counted but not sent. */
  stopLength(): number
  messages(): readonly Message[]
  /** The body as JSON text, as sent where it came as text. */
  text(): string
  /** The parsed body. */
  body(): Readonly<Record<string, unknown>> | undefined
}

/** @param request body as an object or as JSON text. A body that is no JSON object counts as not known. */
export function viewRequest(request: object | string | undefined): RequestView {
  const body = once(() => parse(request))
  const tools = once(() => {
    const value = body()
    return value && readTools(value.tools)
  })
  return {
    known: () => body() !== undefined,
    tools,
    model() {
      const model = body()?.model
      return typeof model === "string" ? model : undefined
    },
    maxTokens() {
      const value = body()
      const limit = value?.max_tokens ?? value?.max_completion_tokens ?? value?.max_output_tokens
      return typeof limit === "number" ? limit : undefined
    },
    toolsOn() {
      const declared = tools()
      const choice = body()?.tool_choice
      const none = choice === "none" || (choice as { type?: unknown } | undefined | null)?.type === "none"
      return declared && declared.size > 0 && !none
    },
    reasoningHidden() {
      const value = body()
      return value?.include_reasoning === false || (value?.reasoning as { exclude?: unknown } | undefined)?.exclude === true
    },
    stopLength() {
      const stop = body()?.stop ?? body()?.stop_sequences
      const list = Array.isArray(stop) ? stop : [stop]
      return list.reduce<number>((most, text) => (typeof text === "string" ? Math.max(most, text.length) : most), 0)
    },
    messages: once(() => readConversation(body())),
    text: once(() => (typeof request === "string" ? request : request ? (JSON.stringify(request) ?? "") : "")),
    body,
  }
}

function parse(request: object | string | undefined): Record<string, unknown> | undefined {
  if (request === undefined) return undefined
  let value: unknown = request
  if (typeof request === "string") {
    try {
      value = JSON.parse(request)
    } catch {
      return undefined
    }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
}

function readTools(value: unknown): Map<string, Schema | undefined> {
  const tools = new Map<string, Schema | undefined>()
  if (!Array.isArray(value)) return tools
  for (const entry of value) {
    // Chat nests the declaration under `function`; Responses and Messages do not.
    const declared = entry?.function ?? entry
    const schema = declared?.parameters ?? declared?.input_schema
    if (typeof declared?.name === "string")
      tools.set(declared.name, typeof schema === "object" && schema !== null ? schema : undefined)
  }
  return tools
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
