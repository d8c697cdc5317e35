import { addCall, addContent, addReasoning, count, errorOf, type Reading, setFinish } from "../reading.ts"
import { cut } from "../strings.ts"

/** The parts of an event that are looked at. Every one of them may be anything. */
interface Event {
  type?: unknown
  index?: unknown
  message?: Answer | null
  content_block?: Block | null
  delta?: (Block & { partial_json?: unknown; stop_reason?: unknown }) | null
  usage?: unknown
  error?: unknown
}

interface Block {
  type?: unknown
  text?: unknown
  thinking?: unknown
  id?: unknown
  name?: unknown
  input?: unknown
}

interface Answer {
  model?: unknown
  content?: unknown
  stop_reason?: unknown
  usage?: unknown
}

const FIRST = new Set<unknown>([
  "message_start",
  "content_block_start",
  "content_block_delta",
  "message_delta",
  "ping",
  "message",
])

const FINISH: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
}

/** Whether a first event, or a whole body, is of Anthropic's Messages API. */
export function isMessages(value: object): boolean {
  return FIRST.has((value as Event).type)
}

/** Takes the events of one Messages answer, or the whole answer. */
export function createMessages(reading: Reading): (value: object) => void {
  /** A call whose input came whole with its beginning, until it is known that no pieces follow. */
  let input: { index: number; text: string } | undefined

  const begin = (index: number, block: Block | null | undefined): void => {
    switch (block?.type) {
      case "text":
        addContent(reading, block.text)
        break
      case "thinking":
        addReasoning(reading, block.thinking)
        break
      case "tool_use":
        addCall(reading, index, block.id, block.name, "")
        input = isFilled(block.input) ? { index, text: JSON.stringify(block.input) } : undefined
    }
  }

  const end = (index: number): void => {
    if (input?.index === index) addCall(reading, index, undefined, undefined, input.text)
    input = undefined
  }

  return (value) => {
    const event = value as Event
    const index = typeof event.index === "number" ? event.index : 0
    switch (event.type) {
      case "content_block_delta": {
        const { delta } = event
        if (delta?.type === "text_delta") return addContent(reading, delta.text)
        if (delta?.type === "thinking_delta") return addReasoning(reading, delta.thinking)
        if (delta?.type !== "input_json_delta" || typeof delta.partial_json !== "string" || delta.partial_json === "") return
        input = undefined
        return addCall(reading, index, undefined, undefined, delta.partial_json)
      }
      case "content_block_start":
        return begin(index, event.content_block)
      case "content_block_stop":
        return end(index)
      case "message_start":
        if (event.message) takeState(reading, event.message)
        return
      case "message_delta":
        return takeState(reading, { usage: event.usage, stop_reason: event.delta?.stop_reason })
      case "message_stop":
        reading.done = true
        return
      case "error":
        reading.error ??= errorOf(event.error)
        return
      case "message": {
        const answer = value as Answer
        for (const [i, block] of (Array.isArray(answer.content) ? (answer.content as Block[]) : []).entries()) {
          begin(i, block)
          end(i)
        }
        takeState(reading, answer)
      }
    }
  }
}

/** Counts come in parts: those of the prompt with the beginning, those of the answer with the end. */
function takeState(reading: Reading, { model, usage, stop_reason: reason }: Answer): void {
  if (typeof model === "string") reading.model ??= cut(model, 512)
  if (typeof reason === "string") setFinish(reading, FINISH[reason] ?? reason, reason)
  if (typeof usage !== "object" || usage === null) return
  const { input_tokens, output_tokens } = usage as Record<string, unknown>
  reading.usage = {
    promptTokens: count(input_tokens) ?? reading.usage?.promptTokens,
    completionTokens: count(output_tokens) ?? reading.usage?.completionTokens,
    reasoningTokens: undefined,
  }
}

function isFilled(input: unknown): boolean {
  return typeof input === "object" && input !== null && Object.keys(input).length > 0
}
