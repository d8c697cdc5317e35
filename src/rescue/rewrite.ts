/**
 * The two raw forms of a chat request. Both make vLLM give out what the model itself wrote, over the same prompt.
 * Fields and defaults as in vLLM 0.32.0 (`entrypoints/openai/{chat_completion,completion}/protocol.py`,
 * `entrypoints/serve/tokenize/protocol.py`).
 */
import type { Json } from "./json.ts"

/**
 * Form A: the same chat request, whose answer no tool parser reads. With `none`, vLLM validates nothing that has to do with tools, so
 * everything else may stay as it is.
 */
export function rewriteForFormA(body: Json): Json {
  return { ...body, tool_choice: "none", skip_special_tokens: false }
}

/** What both routes accept and mean alike. `min_tokens`, `stop_token_ids` and the like change how the model writes, so they go along. */
const SAMPLING = [
  "model",
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "seed",
  "stop",
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "user",
  "watermarking",
  "length_penalty",
  "stop_token_ids",
  "include_stop_str_in_output",
  "ignore_eos",
  "min_tokens",
  "spaces_between_special_tokens",
  "truncate_prompt_tokens",
  "truncation_side",
  "allowed_token_ids",
  "bad_words",
  "response_format",
  "structured_outputs",
  "guided_json",
  "guided_regex",
  "guided_choice",
  "guided_grammar",
  "guided_decoding_backend",
  "guided_whitespace_pattern",
  "priority",
  "request_id",
  "session_id",
  "cache_salt",
  "kv_transfer_params",
  "vllm_xargs",
  "repetition_detection",
  "thinking_token_budget",
  "stream_interval",
] as const

/** What renders the prompt. */
const RENDERING = [
  "model",
  "messages",
  "tools",
  "chat_template",
  "add_generation_prompt",
  "continue_final_message",
  "add_special_tokens",
  "mm_processor_kwargs",
  "media_io_kwargs",
] as const

/** Fields whose meaning a plain completion does not have; each with the values that mean "not used". */
const CHAT_ONLY: Readonly<Record<string, readonly unknown[]>> = {
  n: [undefined, null, 1],
  logprobs: [undefined, null, false],
  top_logprobs: [undefined, null, 0],
  prompt_logprobs: [undefined, null],
  echo: [undefined, null, false],
  use_beam_search: [undefined, null, false],
  audio: [undefined, null],
  return_token_ids: [undefined, null, false],
}

/** Whether form B can carry the request: text only, one answer, nothing but text asked for. */
export function canAskInFormB(body: Json): boolean {
  for (const [field, unused] of Object.entries(CHAT_ONLY)) if (!unused.includes(body[field])) return false
  const { modalities, messages } = body
  if (Array.isArray(modalities) && modalities.some((one) => one !== "text")) return false
  return Array.isArray(messages) && messages.length > 0 && messages.every(isText)
}

function isText(message: unknown): boolean {
  if (typeof message !== "object" || message === null) return false
  const { content } = message as Json
  return !Array.isArray(content) || content.every(isTextPart)
}

/** Parts of other kinds are images, audio, video and files, under names that grow in number. */
function isTextPart(part: unknown): boolean {
  if (typeof part === "string") return true
  const type = typeof part === "object" && part !== null ? (part as Json).type : undefined
  return type === "text" || type === "input_text" || type === "output_text" || type === "refusal" || type === "thinking"
}

/** Form B, first request: `POST /tokenize`, at the root of the server. */
export function tokenizeRequest(body: Json): Json {
  const request = pick(body, RENDERING)
  const kwargs = templateArguments(body)
  return kwargs ? { ...request, chat_template_kwargs: kwargs } : request
}

/**
 * The chat route hands these to the template beside `chat_template_kwargs`, and lets them win; `/tokenize` knows only the latter. As there, an
 * effort also switches thinking on or off where the user does not.
 */
function templateArguments(body: Json): Json | undefined {
  const { reasoning_effort: effort, documents } = body
  const given =
    typeof body.chat_template_kwargs === "object" && body.chat_template_kwargs !== null ? body.chat_template_kwargs : undefined
  if (isUnset(effort) && isUnset(documents)) return given as Json | undefined
  return {
    ...(isUnset(effort) ? {} : { enable_thinking: effort !== "none" }),
    ...given,
    ...(isUnset(effort) ? {} : { reasoning_effort: effort }),
    ...(isUnset(documents) ? {} : { documents }),
  }
}

const isUnset = (value: unknown): boolean => value === undefined || value === null

/** Asked for where neither the request nor the server says how much may be written. */
const SOME_TOKENS = 4096

/**
 * Form B, second request: `POST /v1/completions`. The usage is always asked for when streaming.
 *
 * @param tokens the rendered prompt, as `/tokenize` answered
 * @param maxModelLen context in tokens, from the same answer. Without a limit in the request what is left of it is asked for, as the chat route does by itself; here vLLM would stop after 16 tokens
 */
export function completionsRequest(body: Json, tokens: readonly number[], maxModelLen?: number): Json {
  const limit = body.max_completion_tokens ?? body.max_tokens
  const left = maxModelLen === undefined ? SOME_TOKENS : Math.max(1, maxModelLen - tokens.length)
  const stream = body.stream === true
  const options = typeof body.stream_options === "object" && body.stream_options !== null ? body.stream_options : {}
  return {
    ...pick(body, SAMPLING),
    prompt: tokens,
    max_tokens: limit ?? left,
    skip_special_tokens: false,
    stream,
    ...(stream ? { stream_options: { ...options, include_usage: true } } : {}),
  }
}

function pick(body: Json, fields: readonly string[]): Json {
  return Object.fromEntries(fields.filter((field) => !isUnset(body[field])).map((field) => [field, body[field]]))
}
