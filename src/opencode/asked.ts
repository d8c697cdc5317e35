/** What the plugin itself wants to know of a request. Read only when somebody asks: bodies are long, and most answers raise no question. */

export interface Asked {
  /** The model that it asks for; undefined where the body cannot be read. */
  model(): string | undefined
  /**
   * Whether the conversation speaks of language models and their formats. There a delimiter in a file, a command or a todo is the subject of
   * the work as a rule, however often it comes.
   */
  speaksOfModels(): boolean
}

/** @param body of a request in any of the three API shapes, as JSON text */
export function readAsked(body: string | undefined): Asked {
  return {
    model() {
      const { model } = parse(body)
      return typeof model === "string" ? model : undefined
    },
    speaksOfModels() {
      const { messages, input } = parse(body)
      const list = Array.isArray(messages) ? messages : Array.isArray(input) ? input : [{ role: "user", content: input }]
      return list.some(speaks)
    },
  }
}

const WORDS =
  /\b(?:parsers?|delimiters?|llms?|vllm|sglang|llama|prompts?|tokeni[sz]ers?|reasoning|thinking|chat[ _-]?templates?|tool[ _-]?(?:call|parser)\w*|(?:harmony|hermes|qwen|nemotron|deepseek|mistral|kimi|minimax|glm)\w*)\b/i
/** Counts only in what people write: models and tools may repeat what was corrupted. */
const MARKUP = /<\/?(?:\w{1,12}:)?(?:think|tool_call|function|parameter|invoke|arg_|seed)|<[|｜]|\[\/?(?:INST|THINK|TOOL)/i

function speaks(message: unknown): boolean {
  if (typeof message !== "object" || message === null) return false
  const { role } = message as Record<string, unknown>
  // The host's own instructions speak of tools and models in every session.
  if (role === "system" || role === "developer") return false
  const text = textOf(message)
  return WORDS.test(text) || (role === "user" && MARKUP.test(text))
}

/** Every string in it, whatever the shape calls the place: text, arguments, output. */
function textOf(value: unknown, depth = 0): string {
  if (typeof value === "string") return value
  if (typeof value !== "object" || value === null || depth > 8) return ""
  const { type, role, id, call_id, tool_call_id, tool_use_id, name, ...rest } = value as Record<string, unknown>
  return Object.values(rest)
    .map((one) => textOf(one, depth + 1))
    .join("\n")
}

function parse(body: string | undefined): Record<string, unknown> {
  try {
    const value = JSON.parse(body ?? "{}")
    return typeof value === "object" && value !== null ? value : {}
  } catch {
    return {}
  }
}
