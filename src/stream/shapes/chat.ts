import type { CallDelta } from "../calls.ts"
import { count, type Reading, setFinish } from "../reading.ts"
import { cut } from "../strings.ts"
import type { Usage } from "../types.ts"

/** The parts of a chunk (or whole answer) that are looked at. Every one of them may be anything. */
export interface Chunk {
  model?: unknown
  system_fingerprint?: unknown
  choices?: unknown
  usage?: unknown
}

interface Choice {
  index?: unknown
  delta?: Message | null
  message?: Message | null
  finish_reason?: unknown
}

interface Message {
  reasoning_content?: unknown
  reasoning?: unknown
  content?: unknown
  tool_calls?: unknown
}

/** Takes one chunk of a Chat Completions stream, or a whole answer. Nothing happens here but appends: this is the hot path. */
export function takeChat(reading: Reading, chunk: Chunk): void {
  if (!Array.isArray(chunk.choices)) return
  if (reading.model === undefined && typeof chunk.model === "string") reading.model = cut(chunk.model, 512)
  if (typeof chunk.system_fingerprint === "string") reading.fingerprint = cut(chunk.system_fingerprint, 128)
  if (chunk.usage) reading.usage = usageOf(chunk.usage) ?? reading.usage
  const choice = chunk.choices[0] as Choice | undefined
  if (!choice) return
  if (chunk.choices.length > 1 || (typeof choice.index === "number" && choice.index > 0)) {
    reading.several = true
    if (choice.index !== 0 && choice.index !== undefined) return
  }
  if (typeof choice.finish_reason === "string") setFinish(reading, choice.finish_reason)
  const message = choice.delta ?? choice.message
  if (message) takeMessage(reading, message)
}

/** The AI SDK reads `reasoning_content ?? reasoning`, so a null of the first gives way to the second. */
function takeMessage(reading: Reading, message: Message): void {
  const reasoning = message.reasoning_content ?? message.reasoning
  if (typeof reasoning === "string" && reasoning !== "") {
    reading.reasoning.add(reasoning)
    reading.last = "reasoning"
  }
  if (typeof message.content === "string" && message.content !== "") {
    reading.content.add(message.content)
    reading.last = "content"
  }
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
    for (const delta of message.tool_calls as CallDelta[]) reading.calls.add(delta)
    reading.last = "arguments"
  }
}

function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const usage = value as Record<string, unknown>
  const details = usage.completion_tokens_details as Record<string, unknown> | null | undefined
  return {
    promptTokens: count(usage.prompt_tokens),
    completionTokens: count(usage.completion_tokens),
    reasoningTokens: count(details?.reasoning_tokens),
  }
}
