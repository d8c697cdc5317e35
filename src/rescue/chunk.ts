import type { Place } from "./pattern.ts"

/** The parts of a raw chunk that are looked at. Every one of them may be anything. */
export interface Chunk {
  id?: unknown
  object?: unknown
  created?: unknown
  model?: unknown
  choices?: unknown
  usage?: unknown
  error?: unknown
}

export interface Choice {
  index?: unknown
  text?: unknown
  delta?: Message | null
  finish_reason?: unknown
  stop_reason?: unknown
}

interface Message {
  content?: unknown
  reasoning?: unknown
  reasoning_content?: unknown
  tool_calls?: unknown
}

/** What one choice of a raw chunk says. */
export interface Said {
  /** Thoughts that the server's own reasoning parser took out, and the field they came in. */
  thought: string
  thoughtIn: "reasoning" | "reasoning_content"
  /** The model's own text, and where it stood. */
  text: string
  textIn: "content" | "text"
  /** Calls that the server read itself. */
  calls: readonly unknown[]
  finish: string | undefined
}

export function readChoice({ text, delta, finish_reason: finish }: Choice): Said {
  const message = typeof delta === "object" && delta !== null ? delta : {}
  // As the AI SDK reads it: a null of the first gives way to the second.
  const thoughtIn = typeof message.reasoning_content === "string" ? "reasoning_content" : "reasoning"
  const plain = typeof text === "string"
  return {
    thought: stringOf(message[thoughtIn]),
    thoughtIn,
    text: plain ? text : stringOf(message.content),
    textIn: plain ? "text" : "content",
    calls: Array.isArray(message.tool_calls) ? message.tool_calls : [],
    finish: typeof finish === "string" ? finish : undefined,
  }
}

/** Whether an event says this text in that place, and nothing else. */
export function saysOnly(data: string, place: Place, text: string): boolean {
  let chunk: Chunk
  try {
    chunk = JSON.parse(data) as Chunk
  } catch {
    return false
  }
  if (chunk.usage || chunk.error || !Array.isArray(chunk.choices) || chunk.choices.length !== 1) return false
  const choice = chunk.choices[0] as Choice | null
  if (typeof choice !== "object" || choice === null || (choice.index ?? 0) !== 0) return false
  const said = readChoice(choice)
  if (said.calls.length > 0 || said.finish !== undefined) return false
  return place === said.textIn
    ? said.text === text && said.thought === ""
    : place === said.thoughtIn && said.thought === text && said.text === ""
}

const stringOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** No answer of an honest server is nested deeper. Writing what is fails, after a second and a half in some runtimes. */
const DEEPEST = 64

/** Whether a value can safely be written as JSON again. */
export function isShallow(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return true
  return left > 0 && Object.values(value).every((member) => isShallow(member, left - 1))
}
