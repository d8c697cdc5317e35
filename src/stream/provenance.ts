import { literalsOf } from "../formats/delimiters.ts"
import type { Message } from "./conversation.ts"
import type { RequestView } from "./request.ts"

/**
 * What the model was given, as against what it said itself earlier. A delimiter that stands in the system prompt, in the user's words, in a
 * file or in another tool result is the subject of the work. One that occurs only in the model's own earlier output excuses nothing: after
 * a first leak the model imitates it.
 */
export interface Provenance {
  /** A delimiter of this vocabulary was given to the model, or the user speaks of such delimiters. */
  group(group: string): boolean
  /** The system prompt holds a delimiter of this vocabulary: the model may have been told to write it. */
  asked(group: string): boolean
  /** This very text was given to the model. */
  text(text: string): boolean
  /** The user, or a file, speaks of delimiters of this sort without writing one. */
  topic(topic: Topic): boolean
}

/** What delimiters are for: `think` around reasoning, `calls` around tool calls, `turns` around messages. */
export type Topic = "think" | "calls" | "turns"

const TOPICS: Readonly<Record<Topic, RegExp>> = {
  think: /\b(think|thinking|reasoning|thought)[\s_-]*(tag|delimiter|marker)s?\b/i,
  calls:
    /\b(tool|function)[\s_-]*call(s|ing)?[\s_-]*(pars|format|syntax|markup|tag|delimiter|marker|token|template|grammar|example)|\b(hermes|qwen|llama|mistral|deepseek|kimi|glm|minimax|harmony|pythonic)[\s\w.-]{0,24}\b(tool|function)?[\s-]?(call|format|parser)/i,
  turns:
    /\bchat[\s_-]?(ml\b|template)|\b(special|control|stop|eos|bos|turn|channel|end[\s_-]of[\s_-]\w+)[\s_-]+tokens?\b|\b(harmony|prompt)[\s_-]+(format|template)|\btokenizer/i,
}
const TOPIC_GROUPS: ReadonlySet<string> = new Set(["think", "thinking", "mistral-think", "gemma-thought"])

/** Reads the request only when asked: first a search in its raw text, and the messages only when that finds something. */
export function createProvenance(request: RequestView): Provenance {
  const groups = new Map<string, boolean>()
  const topic = (about: Topic): boolean => TOPICS[about].test(request.text()) && spokenOf(request, TOPICS[about])

  const judge = (group: string): boolean => {
    const raw = request.text()
    const literals = literalsOf(group)
    if (literals.some((literal) => mentions(raw, literal)) && given(request, literals)) return true
    return TOPIC_GROUPS.has(group) && topic("think")
  }

  return {
    group(group) {
      let answer = groups.get(group)
      if (answer === undefined) {
        answer = judge(group)
        groups.set(group, answer)
      }
      return answer
    },
    asked(group) {
      const literals = literalsOf(group)
      if (!literals.some((literal) => mentions(request.text(), literal))) return false
      const prompts = request.messages().filter(({ role }) => role === "system" || role === "developer")
      return prompts.some((prompt) => literals.some((literal) => textOf(prompt.content).includes(literal)))
    },
    topic,
    text: (text) => mentions(request.text(), text) && given(request, [text]),
  }
}

/** Whether a JSON text holds a string; serialisers may write `<` and `>` as escapes. */
function mentions(raw: string, text: string): boolean {
  const inJson = JSON.stringify(text).slice(1, -1)
  if (raw.includes(inJson)) return true
  if (!raw.includes("\\u00")) return false
  const escaped = inJson.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e")
  return raw.includes(escaped) || raw.toLowerCase().includes(escaped.toLowerCase())
}

function given(request: RequestView, texts: readonly string[]): boolean {
  const has = (text: string): boolean => texts.some((wanted) => text.includes(wanted))
  const own = ownCalls(request, has)
  const inMessages = request
    .messages()
    .some((message) => isInput(message) && !own.has(message.tool_call_id) && has(textOf(message.content)))
  if (inMessages) return true
  // Tool descriptions are inputs as well.
  return has(textOf(request.body()?.tools))
}

/** Ids of calls whose own arguments hold the text: their results only echo it ("File not found: <think>..."). */
function ownCalls(request: RequestView, has: (text: string) => boolean): Set<unknown> {
  const ids = new Set<unknown>()
  for (const message of request.messages()) {
    if (message.role !== "assistant" || !Array.isArray(message.tool_calls)) continue
    for (const call of message.tool_calls) {
      if (call && (has(argumentsOf(call.function?.arguments)) || has(textOf(call.function?.name)))) ids.add(call.id)
    }
  }
  return ids
}

/** Arguments as sent and as meant: a line break in a value is written `\n` in the JSON. */
function argumentsOf(value: unknown): string {
  const text = textOf(value)
  try {
    return `${text}\n${textOf(JSON.parse(text))}`
  } catch {
    return text
  }
}

function spokenOf(request: RequestView, topic: RegExp): boolean {
  return request
    .messages()
    .some((message) => (message.role === "user" || message.role === "tool") && topic.test(textOf(message.content)))
}

function isInput(message: Message): boolean {
  return message.role !== "assistant"
}

/** All strings of a value, however nested: content comes as text or as a list of parts. */
function textOf(value: unknown, depth = 0): string {
  if (typeof value === "string") return value
  if (typeof value !== "object" || value === null || depth > 12) return ""
  return Object.values(value)
    .map((inner) => textOf(inner, depth + 1))
    .join("\n")
}
