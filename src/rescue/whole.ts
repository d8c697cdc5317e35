import { thoughtsAreOpen } from "../formats/raw.ts"
import type { ToolDeclaration } from "../formats/readers/index.ts"
import type { Family } from "../knowledge/families.ts"
import { isShallow } from "./chunk.ts"
import type { Deltas, Sink } from "./deltas.ts"
import type { Json } from "./json.ts"
import type { Tally } from "./tally.ts"

export interface WholeOptions {
  tally: Tally
  tools: readonly ToolDeclaration[]
  family: Family | undefined
  reasoning: "open" | "closed" | undefined
  deltas(sink: Sink, reasoning?: "open" | "closed"): Deltas
}

interface Call {
  id: string
  type: "function"
  function: { name: string; arguments: string }
}

/** Translates an answer that was not streamed. Undefined for JSON that is no completion: it stays as it is. */
export function translateWhole(text: string, options: WholeOptions): string | undefined {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(answer) || !Array.isArray(answer.choices) || !isShallow(answer)) return undefined
  options.tally.usage(answer.usage)
  const choices = answer.choices.map((choice) => (isRecord(choice) ? translateChoice(choice, options) : choice))
  return JSON.stringify({ ...answer, object: "chat.completion", choices })
}

function translateChoice(choice: Json, { tally, tools, family, reasoning, deltas: open }: WholeOptions): Json {
  const message = isRecord(choice.message) ? choice.message : {}
  const raw = typeof choice.text === "string" ? choice.text : typeof message.content === "string" ? message.content : ""
  const field = typeof message.reasoning_content === "string" ? "reasoning_content" : "reasoning"
  const thought = message[field]
  const read = { reasoning: "", content: "", calls: [] as Call[] }
  const sink: Sink = {
    reasoning(text) {
      read.reasoning += text
    },
    content(text) {
      read.content += text
    },
    call(_index, id, name) {
      read.calls.push({ id, type: "function", function: { name, arguments: "" } })
    },
    arguments(_index, text) {
      const call = read.calls.at(-1)
      if (call) call.function.arguments += text
    },
  }
  // Here, unlike in a stream, a closer without an opener shows before anything has been said.
  const begins = reasoning ?? (thoughtsAreOpen(raw, { tools, family }) ? "open" : undefined)
  const deltas = open(sink, begins)
  if (typeof thought === "string" && thought !== "") {
    tally.addReasoning(thought)
    deltas.reasoning(thought, field)
  }
  const byServer: unknown[] = Array.isArray(message.tool_calls) ? message.tool_calls : []
  deltas.serverCalls(byServer)
  if (raw !== "") {
    tally.addContent(raw)
    deltas.content(raw)
  }
  deltas.end()
  const { text: _text, ...rest } = choice
  const calls = [...byServer, ...read.calls]
  return {
    ...rest,
    message: {
      role: "assistant",
      ...message,
      content: read.content === "" && (calls.length > 0 || message.content === null) ? null : read.content,
      [field]: read.reasoning === "" ? null : read.reasoning,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    finish_reason: typeof choice.finish_reason === "string" ? deltas.finish(choice.finish_reason) : choice.finish_reason,
  }
}

const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
