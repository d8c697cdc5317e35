import { REASONING } from "../formats/readers/table.ts"
import type { Family } from "../knowledge/families.ts"
import { familyOf } from "./end.ts"
import type { Json } from "./json.ts"
import { rewriteForFormA, tokenizeRequest } from "./rewrite.ts"

/**
 * The chat route stands where the client calls it. The other two stand at the root of the server, which is the base URL without its version
 * segment; whoever sends the requests knows both addresses.
 */
export type AskRoute = "/v1/chat/completions" | "/tokenize" | "/detokenize"

/** Sends one small request. Undefined where nothing readable came back. */
export type Ask = (route: AskRoute, body: Json) => Promise<{ status: number; json: unknown } | undefined>

/** No part of any delimiter, so that what the template writes behind it can be found. */
const QUESTION = "Ready?"
const MOST_TOOLS = 2
/** Tokens from the end of the prompt within which a template opens the thoughts. */
const LAST_TOKENS = 64

/** What decides, beside messages and tools, how the chat template renders the prompt. */
const RENDERING = ["model", "chat_template", "chat_template_kwargs", "reasoning_effort"] as const

/**
 * Whether a request in form A brings its tools to the model: two tiny requests, with and without tools, differ in the tokens of their prompts.
 * False also where the server refuses the one with tools. Undefined where it cannot be told, and for requests without tools.
 */
export async function toolsReachPrompt(ask: Ask, body: Json): Promise<boolean | undefined> {
  if (!Array.isArray(body.tools) || body.tools.length === 0) return undefined
  const without = { ...tiny(body), max_tokens: 1, skip_special_tokens: false }
  const [one, other] = await Promise.all([
    ask("/v1/chat/completions", rewriteForFormA({ ...without, tools: body.tools.slice(0, MOST_TOOLS) })),
    ask("/v1/chat/completions", without),
  ])
  const bare = promptTokens(other)
  if (bare === undefined) return undefined
  if (one?.status === 400) return false
  const loaded = promptTokens(one)
  return loaded === undefined ? undefined : loaded > bare
}

/**
 * Whether the prompt of a request like this one ends inside the thoughts: rendered by the server, its last tokens turned back to text.
 *
 * @returns undefined where the server does not say (the routes lie at its root, which gateways hide)
 */
export async function promptEnd(ask: Ask, body: Json, family?: Family | string): Promise<"open" | "closed" | undefined> {
  const tools = Array.isArray(body.tools) && body.tools.length > 0 ? { tools: body.tools.slice(0, MOST_TOOLS) } : {}
  const rendered = await ask("/tokenize", tokenizeRequest({ ...tiny(body), ...tools }))
  const tokens = rendered?.status === 200 ? (rendered.json as { tokens?: unknown } | null)?.tokens : undefined
  if (!Array.isArray(tokens) || tokens.length === 0) return undefined
  const end = await ask("/detokenize", { ...pick(body, ["model"]), tokens: tokens.slice(-LAST_TOKENS) })
  const prompt = end?.status === 200 ? (end.json as { prompt?: unknown } | null)?.prompt : undefined
  if (typeof prompt !== "string") return undefined
  const own = familyOf(family)?.reasoning
  const written = prompt.slice(prompt.lastIndexOf(QUESTION) + 1)
  return (own ? [own, ...REASONING] : REASONING).some((pair) => endsInside(written, pair)) ? "open" : "closed"
}

function endsInside(text: string, { open, close }: { open: string; close: string }): boolean {
  const opened = text.lastIndexOf(open)
  return opened >= 0 && text.indexOf(close, opened + open.length) < 0
}

const tiny = (body: Json): Json => ({ ...pick(body, RENDERING), messages: [{ role: "user", content: QUESTION }] })

function promptTokens(answer: { status: number; json: unknown } | undefined): number | undefined {
  if (answer?.status !== 200) return undefined
  const count = (answer.json as { usage?: { prompt_tokens?: unknown } | null } | null)?.usage?.prompt_tokens
  return typeof count === "number" && count > 0 ? count : undefined
}

function pick(body: Json, fields: readonly string[]): Json {
  return Object.fromEntries(fields.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]))
}
