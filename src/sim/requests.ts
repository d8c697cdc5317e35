/** Request bodies read and judged as vLLM does, in its order: JSON, schema, model, output limit, tools, context. */
import * as errors from "./errors.ts"
import { type Message, renderPrompt, type ToolDefinition } from "./model.ts"
import { countTokens, type Vocabulary } from "./tokens.ts"
import type { Parsers } from "./types.ts"

export type Json = Record<string, unknown>

export type Parsed<T> = { ok: true; value: T } | { ok: false; refusal: errors.Refusal }

/** What a kind of server refuses. */
export interface Rules {
  /** An output limit beyond the context: `refuse` it alone, shorten it (`fit`), or refuse its `sum` with the prompt. */
  limit: "refuse" | "fit" | "sum"
  /** A prompt that does not fit. `cut`: its oldest part is left out without a word. */
  overflow: "refuse" | "cut"
  /** Tools need `--tool-call-parser`. */
  needsParser: boolean
}

export const VLLM_RULES: Rules = { limit: "refuse", overflow: "refuse", needsParser: true }

/** What a request is judged against. */
export interface Terms {
  served: readonly string[]
  maxModelLen: number
  parsers: Parsers
  rules: Rules
  vocabulary: Vocabulary
}

export interface Asked {
  stream: boolean
  includeUsage: boolean
  /** Output limit in tokens, never more than the context leaves. */
  limit: number
  prompt: string
  promptTokens: number
}

export interface ChatAsked extends Asked {
  callsAllowed: boolean
}

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value })
const no = (refusal: errors.Refusal): { ok: false; refusal: errors.Refusal } => ({ ok: false, refusal })

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

export function parseBody(text: string, contentType: string | undefined): Parsed<Json> {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(contentType ?? "")) return no(errors.WRONG_MEDIA_TYPE)
  if (text === "") return no(errors.BODY_MISSING)
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? ok(value) : no(errors.NOT_OBJECT)
  } catch {
    return no(errors.NOT_JSON)
  }
}

export function readChat(body: Json, terms: Terms): Parsed<ChatAsked> {
  const { messages } = body
  if (messages === undefined) return no(errors.missing(body, "messages"))
  if (!Array.isArray(messages)) return no(errors.notList("messages", messages))
  const tools = toolsOf(body)
  if (Array.isArray(body.tools) && tools.length === 0) return no(errors.EMPTY_TOOLS)
  const choice = choiceProblem(body, tools)
  if (choice) return no(choice)
  const frame = readFrame(body, terms)
  if (!frame.ok) return frame
  const refused = terms.rules.needsParser ? parserProblem(body, tools, terms.parsers) : undefined
  if (refused) return no(refused)
  if (messages.length === 0) return no(errors.EMPTY_CONVERSATION)
  const prompt = renderPrompt(messagesOf(body), tools)
  const fitted = fit(frame.value, prompt, terms)
  if (!fitted.ok) return fitted
  return ok({ ...fitted.value, callsAllowed: tools.length > 0 && body.tool_choice !== "none" })
}

export function readCompletion(body: Json, terms: Terms): Parsed<Asked> {
  const prompt = Array.isArray(body.prompt) ? terms.vocabulary.decode(body.prompt.map(Number)) : body.prompt
  if (typeof prompt !== "string" || prompt === "") return no(errors.PROMPT_MISSING)
  const frame = readFrame(body, terms)
  return frame.ok ? fit(frame.value, prompt, terms) : frame
}

/** `model` may be left out, as with the real server; otherwise it must be served. */
export function modelProblem(body: Json, served: readonly string[]): errors.Refusal | undefined {
  if (typeof body.model !== "string" || served.includes(body.model)) return undefined
  return errors.unknownModel(body.model, served)
}

/** What can be read as messages; anything else in the list is passed over. */
export function messagesOf(body: Json): Message[] {
  return Array.isArray(body.messages) ? (body.messages.filter(isObject) as unknown as Message[]) : []
}

export function toolsOf(body: Json): ToolDefinition[] {
  if (!Array.isArray(body.tools)) return []
  return body.tools.flatMap((tool) =>
    isObject(tool) && isObject(tool.function) ? [tool.function as unknown as ToolDefinition] : [],
  )
}

type Frame = Omit<Asked, "prompt" | "promptTokens" | "limit"> & { limit: number | undefined }

function readFrame(body: Json, terms: Terms): Parsed<Frame> {
  const options = isObject(body.stream_options) ? body.stream_options : undefined
  if (options && body.stream !== true) return no(errors.STREAM_OPTIONS_WITHOUT_STREAM)
  const model = modelProblem(body, terms.served)
  if (model) return no(model)
  const param = body.max_completion_tokens === undefined ? "max_tokens" : "max_completion_tokens"
  const limit = typeof body[param] === "number" ? body[param] : undefined
  if (limit !== undefined && limit < 1) return no(errors.outputLimitTooSmall(param, limit))
  if (limit !== undefined && limit > terms.maxModelLen && terms.rules.limit === "refuse")
    return no(errors.outputLimitTooLarge(param, limit, terms.maxModelLen))
  return ok({ stream: body.stream === true, includeUsage: options?.include_usage === true, limit })
}

/** vLLM shortens an output limit that only the prompt makes too large: seen on 0.32.0. */
function fit(frame: Frame, prompt: string, { maxModelLen, rules }: Terms): Parsed<Asked> {
  const all = countTokens(prompt)
  if (all > maxModelLen && rules.overflow === "refuse") return no(errors.contextOverflow(maxModelLen, all))
  const promptTokens = Math.min(all, maxModelLen)
  const { limit = maxModelLen } = frame
  if (rules.limit === "sum" && frame.limit !== undefined && promptTokens + limit > maxModelLen)
    return no(errors.sumTooLarge(maxModelLen, promptTokens, limit))
  return ok({ ...frame, prompt, promptTokens, limit: Math.max(1, Math.min(limit, maxModelLen - promptTokens)) })
}

function choiceProblem(body: Json, tools: readonly ToolDefinition[]): errors.Refusal | undefined {
  const choice = body.tool_choice
  if (choice === undefined || choice === null) return undefined
  if (tools.length === 0) return choice === "none" ? undefined : errors.CHOICE_WITHOUT_TOOLS
  if (typeof choice === "string") return ["none", "auto", "required"].includes(choice) ? undefined : errors.badChoice(choice)
  return tools.some((tool) => tool.name === namedChoice(choice)) ? undefined : errors.UNKNOWN_CHOICE
}

function namedChoice(choice: unknown): string {
  return isObject(choice) && isObject(choice.function) ? String(choice.function.name) : ""
}

/** A request with tools and without `tool_choice` counts as `auto`. */
function parserProblem(body: Json, tools: readonly ToolDefinition[], parsers: Parsers): errors.Refusal | undefined {
  if (parsers.tool !== null || tools.length === 0 || body.tool_choice === "none") return undefined
  const choice = body.tool_choice ?? "auto"
  if (choice === "auto") return errors.TOOLS_OFF
  return errors.toolChoiceNeedsParser(choice === "required" ? '"required"' : `function "${namedChoice(choice)}"`)
}
