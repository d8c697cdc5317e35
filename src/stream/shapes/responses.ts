import { addCall, addContent, addReasoning, count, errorOf, type Reading, setFinish } from "../reading.ts"
import { cut } from "../strings.ts"

/** The parts of an event that are looked at. Every one of them may be anything. */
interface Event {
  type?: unknown
  delta?: unknown
  arguments?: unknown
  output_index?: unknown
  item?: Item | null
  response?: Answer | null
  message?: unknown
  code?: unknown
}

interface Item {
  type?: unknown
  call_id?: unknown
  id?: unknown
  name?: unknown
  arguments?: unknown
  content?: unknown
  summary?: unknown
}

interface Answer {
  model?: unknown
  status?: unknown
  error?: unknown
  incomplete_details?: { reason?: unknown } | null
  output?: unknown
  usage?: unknown
}

/** Calls of one answer that are told apart. */
const MAX_ITEMS = 128

/** Whether a first event, or a whole body, is of the Responses API. */
export function isResponses(value: object): boolean {
  const { type, object } = value as { type?: unknown; object?: unknown }
  return object === "response" || (typeof type === "string" && type.startsWith("response."))
}

/** Takes the events of one Responses API answer, or the whole answer. */
export function createResponses(reading: Reading): (value: object) => void {
  /** By output index: whether arguments came in pieces, so that their repetition at the end is not read again. */
  const begun = new Map<number, boolean>()

  const call = (index: number, item: Item | undefined | null, args: unknown, piece: boolean): void => {
    if (!begun.has(index) && begun.size >= MAX_ITEMS) return
    const came = typeof args === "string" && args !== ""
    if (came && !piece && begun.get(index)) return
    begun.set(index, begun.get(index) === true || came)
    addCall(reading, index, item?.call_id ?? item?.id, item?.name, args)
  }

  const item = (index: number, value: Item | undefined | null): void => {
    if (value?.type === "function_call") call(index, value, value.arguments, false)
  }

  return (value) => {
    const event = value as Event
    const index = typeof event.output_index === "number" ? event.output_index : -1
    switch (event.type) {
      case "response.output_text.delta":
      case "response.refusal.delta":
        return addContent(reading, event.delta)
      case "response.reasoning_text.delta":
      case "response.reasoning_summary_text.delta":
        return addReasoning(reading, event.delta)
      case "response.function_call_arguments.delta":
        return call(index, undefined, event.delta, true)
      case "response.function_call_arguments.done":
        return begun.has(index) ? call(index, undefined, event.arguments, false) : undefined
      case "response.output_item.added":
      case "response.output_item.done":
        return item(index, event.item)
      case "error":
        reading.error ??= errorOf(event)
        return
      case undefined:
        takeWhole(reading, value as Answer, item)
        return takeState(reading, value as Answer)
      default:
        if (event.response) takeState(reading, event.response)
    }
  }
}

/** What an answer says of itself; the last event repeats all of it. */
function takeState(reading: Reading, answer: Answer): void {
  if (typeof answer.model === "string") reading.model ??= cut(answer.model, 512)
  reading.usage = usageOf(answer.usage) ?? reading.usage
  if (answer.error) reading.error ??= errorOf(answer.error)
  if (answer.status === "failed") reading.error ??= errorOf(undefined)
  const reason = answer.incomplete_details?.reason
  if (answer.status === "completed") setFinish(reading, reading.calls.count > 0 ? "tool_calls" : "stop", "completed")
  else if (answer.status === "cancelled") setFinish(reading, "abort", "cancelled")
  else if (answer.status === "incomplete" && typeof reason === "string")
    setFinish(reading, reason === "max_output_tokens" ? "length" : reason, reason)
  else if (answer.status === "incomplete") setFinish(reading, "length", "incomplete")
}

function takeWhole(reading: Reading, { output }: Answer, call: (index: number, item: Item) => void): void {
  if (!Array.isArray(output)) return
  for (const [index, item] of (output as (Item | null)[]).entries()) {
    if (item?.type === "reasoning")
      for (const part of textsOf(item.content) ?? textsOf(item.summary) ?? []) addReasoning(reading, part)
    else if (item?.type === "message") for (const part of textsOf(item.content) ?? []) addContent(reading, part)
    else if (item) call(index, item)
  }
}

function textsOf(parts: unknown): unknown[] | undefined {
  return Array.isArray(parts) && parts.length > 0 ? parts.map((part) => part?.text ?? part?.refusal) : undefined
}

function usageOf(value: unknown): Reading["usage"] | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const usage = value as Record<string, unknown>
  const details = usage.output_tokens_details as Record<string, unknown> | null | undefined
  return {
    promptTokens: count(usage.input_tokens),
    completionTokens: count(usage.output_tokens),
    reasoningTokens: count(details?.reasoning_tokens),
  }
}
