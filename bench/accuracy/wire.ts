import { type Flavour, pickFlavour } from "./flavours.ts"
import type { Random } from "./random.ts"
import { messagesEvents, type Parts, responsesEvents, type Shape } from "./shapes.ts"
import { createTokenizer, type Tokenizer } from "./tokens.ts"

export interface SentCall {
  id: string
  name: string
  /** The arguments as JSON text, or as what came in its place. */
  arguments: string
}

/** One entry of `delta.tool_calls`. */
export interface CallEntry {
  index?: number
  id?: string | null
  type?: string
  function: { name?: string | null; arguments?: string | null }
}

/** What a server sends for one answer. */
export interface Answer {
  reasoning: string
  content: string
  calls: SentCall[]
  finish: string | null
  /** Tokens counted beside those of the text: delimiters, markup of parsed calls, dropped output. */
  extraTokens: number
  /** `undefined`: as the request asks. `null`: none, although asked for. */
  usage?: null
  /** Which limit cut the answer; `caseOf` sets the request's own accordingly. */
  limit?: "output" | "server"
  /** A token at a time, whatever the server's flavour. */
  fine?: boolean
  /** The server says how many tokens went into reasoning. */
  details?: boolean
  /** Only the Chat Completions API has this. */
  chatOnly?: boolean
  /** Changes entries of tool calls on their way out; `piece` counts within the call. */
  alter?(entry: CallEntry, call: number, piece: number): CallEntry
  /** An event in place of the end, for example an error. */
  breaks?: string
}

export interface Sent {
  bytes: Uint8Array
  /** Tokens that the server counted, whether it says so or not. */
  tokens: number
}

export interface Order {
  shape: Shape
  model: string
  includeUsage: boolean
}

/** The answer as a stream of events, in one of the many ways in which servers cut and dress it. */
export function send(random: Random, answer: Answer, order: Order): Sent {
  const flavour = flavourFor(random, answer)
  const tokenizer = createTokenizer(random)
  const counted = usageOf(random, answer, flavour, tokenizer)
  const cut = (text: string): string[] => pieces(random, tokenizer, flavour, text)
  const reasoning = cut(answer.reasoning)
  const content = cut(answer.content)
  if (order.shape === "chat") {
    const calls = answer.calls.map((call, index) => entriesOf(random, cut, flavour, call, index))
    const events = chatEvents(answer, order, flavour, { reasoning, content, calls, usage: counted.usage })
    return { bytes: frame(random, events, flavour), tokens: counted.tokens }
  }
  const parts: Parts = {
    reasoning,
    content,
    calls: answer.calls.map((call) => ({ call, pieces: flavour.wholeCalls ? [call.arguments] : cut(call.arguments) })),
    finish: answer.finish ?? "stop",
    tokens: counted.tokens,
    reasoningTokens: flavour.details === "none" ? undefined : counted.thought,
    model: order.model,
  }
  const events = order.shape === "responses" ? responsesEvents(parts) : messagesEvents(parts)
  const bytes = encoder.encode(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""))
  return { bytes, tokens: counted.tokens }
}

interface ChatParts {
  reasoning: string[]
  content: string[]
  calls: CallEntry[][]
  usage: object
}

function chatEvents(answer: Answer, order: Order, flavour: Flavour, { reasoning, content, calls, usage }: ChatParts): string[] {
  const head = {
    id: "chatcmpl-5f0e1c",
    object: "chat.completion.chunk",
    created: 1_795_390_252,
    model: order.model,
    ...flavour.head,
  }
  const events: string[] = []
  const chunk = (delta: object, finish: string | null = null): void => {
    const now = flavour.usageEverywhere && answer.usage !== null ? { usage } : {}
    const choice = { index: 0, delta, ...(flavour.logprobs ? { logprobs: null } : {}), finish_reason: finish }
    events.push(JSON.stringify({ ...head, choices: [choice], ...now }))
  }
  if (flavour.opening) chunk({ role: "assistant", content: flavour.opening === "null" ? null : "" })
  for (const piece of reasoning) chunk(flavour.reasoning(piece))
  for (const piece of content) chunk(flavour.content(piece))
  for (const [index, entries] of calls.entries()) {
    for (const [n, entry] of entries.entries()) chunk({ tool_calls: [answer.alter ? answer.alter(entry, index, n) : entry] })
  }
  if (answer.breaks !== undefined) return [...events, answer.breaks]
  if (answer.finish === null) return events
  chunk(flavour.lastDelta, answer.finish)
  const choices = flavour.usageWithChoice ? [{ index: 0, delta: {} }] : []
  if (answer.usage !== null && order.includeUsage) events.push(JSON.stringify({ ...head, choices, usage }))
  return [...events, "[DONE]"]
}

function flavourFor(random: Random, { fine, details }: Answer): Flavour {
  const picked = pickFlavour(random)
  const flavour: Flavour = details ? { ...picked, details: "true" } : picked
  return fine ? { ...flavour, pace: "single", wholeCalls: false } : flavour
}

function entriesOf(
  random: Random,
  cut: (text: string) => string[],
  flavour: Flavour,
  call: SentCall,
  index: number,
): CallEntry[] {
  const head: CallEntry = { index, id: call.id, type: "function", function: { name: call.name } }
  if (flavour.wholeCalls) return [{ ...head, function: { name: call.name, arguments: call.arguments } }]
  const parts = cut(call.arguments)
  if (random.chance(0.5)) head.function.arguments = ""
  return [head, ...parts.map((part): CallEntry => ({ index, function: { arguments: part } }))]
}

/** Tokens joined into deltas, as the flavour paces them. */
function pieces(random: Random, tokenizer: Tokenizer, { pace }: Flavour, text: string): string[] {
  if (text === "") return []
  if (pace === "whole") return [text]
  const out: string[] = []
  let waiting = ""
  let left = 0
  for (const token of tokenizer.split(text)) {
    if (left === 0) left = pace === "single" ? 1 : pace === "ten" ? 10 : random.int(1, 6)
    waiting += token.text
    left--
    if (left > 0) continue
    out.push(waiting)
    waiting = ""
  }
  if (waiting !== "") out.push(waiting)
  return out
}

function usageOf(random: Random, answer: Answer, flavour: Flavour, tokenizer: Tokenizer) {
  const thought = tokenizer.count(answer.reasoning)
  const calls = answer.calls.reduce((sum, call) => sum + tokenizer.count(call.arguments), 0)
  const tokens = thought + tokenizer.count(answer.content) + calls + answer.extraTokens + random.int(1, 2)
  const details =
    flavour.details === "true"
      ? { completion_tokens_details: { reasoning_tokens: Math.min(thought, tokens) } }
      : flavour.details === "zero"
        ? { completion_tokens_details: { reasoning_tokens: 0 } }
        : {}
  const prompt = 2000 + (tokens % 977)
  return {
    tokens,
    thought,
    usage: { prompt_tokens: prompt, total_tokens: prompt + tokens, completion_tokens: tokens, ...details },
  }
}

const encoder = new TextEncoder()

function frame(random: Random, events: readonly string[], { lineBreak, pings }: Flavour): Uint8Array {
  let out = ""
  for (const event of events) {
    if (pings && random.chance(0.02)) out += `: ping${lineBreak}${lineBreak}`
    out += `data: ${event}${lineBreak}${lineBreak}`
  }
  return encoder.encode(out)
}
