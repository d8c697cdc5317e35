/**
 * The bytes of vLLM 0.32.0: chunk envelopes and whole answers, keys in the order in which a real server writes them
 * (seen on the wire; `vllm/entrypoints/openai/chat_completion/serving.py`).
 */
import { randomBytes } from "node:crypto"

export interface Envelope {
  id: string
  /** Seconds since the epoch. */
  created: number
  model: string
}

/** One step of a streamed chat answer. */
export type Delta =
  | { kind: "reasoning" | "content" | "arguments"; text: string }
  | { kind: "call"; index: number; id: string; name: string }

export interface Counts {
  prompt: number
  completion: number
  /** undefined: no reasoning parser, so the server does not report it. */
  reasoning?: number
}

export const FINGERPRINT = "vllm-0.32.0-7767dfa8"
export const DONE = "data: [DONE]\n\n"

export const hex = (bytes = 8) => randomBytes(bytes).toString("hex")
export const callId = () => `chatcmpl-tool-${hex()}`
export const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`

export function envelope(prefix: "chatcmpl" | "cmpl", model: string, now = Date.now()): Envelope {
  return { id: `${prefix}-${hex()}`, created: Math.floor(now / 1000), model }
}

const chunk = ({ id, created, model }: Envelope, rest: object) =>
  event({ id, object: "chat.completion.chunk", created, model, ...rest })

export function roleEvent(head: Envelope): string {
  const choice = { index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }
  return chunk(head, { choices: [choice], prompt_token_ids: null, prompt_text: null })
}

/** `index` of an arguments piece is that of the call before it: the server never interleaves calls. */
export function deltaEvents(head: Envelope, deltas: readonly Delta[], cutShort: boolean): string[] {
  let index = 0
  return deltas.map((delta, i) => {
    if (delta.kind === "call") index = delta.index
    const last = cutShort && i === deltas.length - 1
    const finish = last ? { finish_reason: "length", stop_reason: null } : { finish_reason: null }
    return chunk(head, { choices: [{ index: 0, delta: deltaBody(delta, index), logprobs: null, ...finish, token_ids: null }] })
  })
}

function deltaBody(delta: Delta, index: number): object {
  if (delta.kind === "call")
    return { tool_calls: [{ id: delta.id, type: "function", index: delta.index, function: { name: delta.name } }] }
  if (delta.kind === "arguments") return { tool_calls: [{ index, function: { arguments: delta.text } }] }
  return { [delta.kind]: delta.text }
}

export function finishEvent(head: Envelope, reason: string): string {
  return chunk(head, {
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: reason, stop_reason: null, token_ids: null }],
  })
}

export function usageEvent(head: Envelope, counts: Counts): string {
  return chunk(head, { choices: [], usage: { ...totals(counts), ...reasoningDetails(counts) }, system_fingerprint: FINGERPRINT })
}

const totals = (counts: Counts) => ({
  prompt_tokens: counts.prompt,
  total_tokens: counts.prompt + counts.completion,
  completion_tokens: counts.completion,
})

const reasoningDetails = (counts: Counts) =>
  counts.reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: counts.reasoning } }

/** The whole answer of a request without `stream`. */
export function wholeChat(head: Envelope, deltas: readonly Delta[], finish: string, counts: Counts): object {
  const join = (kind: "reasoning" | "content") => deltas.flatMap((d) => (d.kind === kind ? [d.text] : [])).join("") || null
  const calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] = []
  for (const delta of deltas) {
    if (delta.kind === "call") calls.push({ id: delta.id, type: "function", function: { name: delta.name, arguments: "" } })
    else if (delta.kind === "arguments") calls[calls.length - 1]!.function.arguments += delta.text
  }
  const message = {
    role: "assistant",
    content: join("content"),
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    reasoning: join("reasoning"),
  }
  const tail = { logprobs: null, finish_reason: finish, stop_reason: null, token_ids: null, routed_experts: null }
  return {
    ...{ id: head.id, object: "chat.completion", created: head.created, model: head.model },
    choices: [{ index: 0, message, ...tail }],
    service_tier: null,
    system_fingerprint: FINGERPRINT,
    usage: { ...totals(counts), prompt_tokens_details: null, completion_tokens_details: null, ...reasoningDetails(counts) },
    ...{ prompt_logprobs: null, prompt_token_ids: null, prompt_text: null },
    ...{ kv_transfer_params: null, ec_transfer_params: null, metrics: null },
  }
}

const textChunk = ({ id, created, model }: Envelope, rest: object) =>
  event({ id, object: "text_completion", created, model, ...rest })

/** The stream of `/v1/completions`: raw text, the finish on an empty last piece (or on the piece that hit the limit). */
export function textEvents(head: Envelope, pieces: readonly string[], finish: string): string[] {
  const tail = { stop_reason: null, prompt_token_ids: null, token_ids: null }
  const all = finish === "length" ? pieces : [...pieces, ""]
  return all.map((text, i) =>
    textChunk(head, {
      choices: [{ index: 0, text, logprobs: null, finish_reason: i === all.length - 1 ? finish : null, ...tail }],
    }),
  )
}

export function textUsageEvent(head: Envelope, counts: Counts): string {
  return textChunk(head, { choices: [], usage: totals(counts), system_fingerprint: FINGERPRINT })
}

export function wholeText(head: Envelope, text: string, finish: string, counts: Counts): object {
  const tail = { stop_reason: null, token_ids: null, prompt_logprobs: null, prompt_token_ids: null, routed_experts: null }
  return {
    ...{ id: head.id, object: "text_completion", created: head.created, model: head.model },
    choices: [{ index: 0, text, logprobs: null, finish_reason: finish, ...tail }],
    service_tier: null,
    system_fingerprint: FINGERPRINT,
    usage: { ...totals(counts), prompt_tokens_details: null, completion_tokens_details: null },
    ...{ kv_transfer_params: null, ec_transfer_params: null, metrics: null },
  }
}

/** The answer with the thoughts under the name that another server has for them. */
export function withThoughtsAs<T extends { events: string[]; whole: object }>(field: string, answer: T): T {
  if (field === "reasoning") return answer
  // A text holds no unescaped quote, so that only the field itself is found.
  const events = answer.events.map((event) => event.replace('"delta":{"reasoning":', `"delta":{"${field}":`))
  const renamed = ({ reasoning, ...message }: Record<string, unknown>) => ({ ...message, [field]: reasoning })
  const whole = JSON.parse(JSON.stringify(answer.whole), (key, value) => (key === "message" ? renamed(value) : value))
  return { ...answer, events, whole }
}
