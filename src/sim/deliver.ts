/** What the server's parsers make of the model's text: the right ones, the wrong ones, and none. */
import { rawCalls, rawText } from "./model.ts"
import { countTokens, pieces } from "./tokens.ts"
import type { Parsers, Saying } from "./types.ts"
import type { Delta } from "./wire.ts"

export interface Delivery {
  deltas: Delta[]
  finish: "stop" | "tool_calls" | "length"
  completionTokens: number
  /** undefined without a reasoning parser. */
  reasoningTokens?: number
}

export interface DeliveryOptions {
  /** False with `tool_choice: "none"` and in requests without tools. */
  callsAllowed: boolean
  stream: boolean
  /** Output limit in tokens. */
  limit: number
  callId: () => string
}

const CLOSER = "</think>\n\n"

/** Measured on vLLM 0.32.0 with a model whose output was dictated; each branch is a line of what was seen on the wire. */
export function deliver(saying: Saying, parsers: Parsers, options: DeliveryOptions): Delivery {
  const raw = rawText(saying)
  // The end-of-turn token counts, although no text comes of it.
  const full = countTokens(raw) + 1
  const deltas = [...thoughts(saying, parsers), ...rest(saying, parsers, options)]
  // One delta is one token here, near enough to say where the limit cuts.
  const cut = full > options.limit
  const kept = cut ? deltas.slice(0, options.limit) : deltas
  const called = kept.some((delta) => delta.kind === "call")
  return {
    deltas: kept,
    finish: cut ? "length" : called ? "tool_calls" : "stop",
    completionTokens: Math.min(full, options.limit),
    reasoningTokens: parsers.reasoning ? countTokens(saying.reasoning ?? "") : undefined,
  }
}

/** Without a reasoning parser the thoughts stand in the content, with an orphan closer at their end. */
function thoughts(saying: Saying, parsers: Parsers): Delta[] {
  const text = saying.reasoning ?? ""
  if (parsers.reasoning) return split("reasoning", text)
  if (saying.neverClosed) return split("content", text)
  return split("content", `${text === "" ? "" : `${text}\n`}${CLOSER}`)
}

function rest(saying: Saying, parsers: Parsers, options: DeliveryOptions): Delta[] {
  if (saying.neverClosed) return []
  // Without a parser those line feeds have been written together with the closer.
  const gap = parsers.reasoning ? "\n\n" : ""
  const content = saying.content ?? ""
  if (!saying.calls?.length) return split("content", gap + content)
  if (parsers.tool === "qwen3_coder") {
    if (options.callsAllowed) return [...split("content", content === "" ? "" : gap + content), ...parsed(saying, options)]
    // Tool and reasoning parser are one engine there: it drops the call markup even when calls are forbidden.
    return split("content", gap + content)
  }
  const swallowed = parsers.tool === "hermes" && options.callsAllowed && options.stream
  return split("content", gap + content + (swallowed ? "" : rawCalls(saying)))
}

function parsed(saying: Saying, options: DeliveryOptions): Delta[] {
  return (saying.calls ?? []).flatMap((call, index): Delta[] => [
    { kind: "call", index, id: options.callId(), name: call.name },
    ...split("arguments", spaced(call.arguments)),
  ])
}

const split = (kind: "reasoning" | "content" | "arguments", text: string): Delta[] =>
  pieces(text).map((piece) => ({ kind, text: piece }))

/** JSON with the spaces that Python's `json.dumps` puts between top-level members. */
function spaced(value: Record<string, unknown>): string {
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${JSON.stringify(member)}`)
    .join(", ")}}`
}
