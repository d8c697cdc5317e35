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
 * False also where the server's answers do not tell. Undefined where there was no answer for now, and for requests without tools.
 */
export function toolsReachPrompt(ask: Ask, body: Json): Promise<boolean | undefined> {
  const more = { max_tokens: 1, skip_special_tokens: false }
  const chat = async (request: Json) => ask("/v1/chat/completions", { ...request, ...more })
  return differ(body, (request) => chat("tools" in request ? rewriteForFormA(request) : request), promptTokens)
}

/** The same for form B: the prompt that the server renders, with and without tools. Early versions of the route did not know of tools. */
export function toolsReachTokens(ask: Ask, body: Json): Promise<boolean | undefined> {
  return differ(
    body,
    (request) => ask("/tokenize", tokenizeRequest(request)),
    (answer) => tokensOf(answer)?.length,
  )
}

type Answer = Awaited<ReturnType<Ask>>

async function differ(
  body: Json,
  ask: (request: Json) => Promise<Answer>,
  count: (answer: Answer) => number | undefined,
): Promise<boolean | undefined> {
  if (!Array.isArray(body.tools) || body.tools.length === 0) return undefined
  const [loaded, bare] = await Promise.all([ask({ ...tiny(body), tools: body.tools.slice(0, MOST_TOOLS) }), ask(tiny(body))])
  if (isPassing(loaded) || isPassing(bare)) return undefined
  return (count(loaded) ?? 0) > (count(bare) ?? Number.POSITIVE_INFINITY)
}

/** Nothing came, or nothing that says what would come another time. */
const isPassing = (answer: Answer): boolean =>
  answer === undefined || answer.status === 408 || answer.status === 429 || (answer.status >= 500 && answer.status !== 501)

/**
 * Whether the prompt of a request like this one ends inside the thoughts: rendered by the server, its last tokens turned back to text.
 *
 * @returns `unknown` where the server does not say (the routes lie at its root, which gateways hide); undefined where there was no answer for now
 */
export async function promptEnd(
  ask: Ask,
  body: Json,
  family?: Family | string,
): Promise<"open" | "closed" | "unknown" | undefined> {
  const tools = Array.isArray(body.tools) && body.tools.length > 0 ? { tools: body.tools.slice(0, MOST_TOOLS) } : {}
  const rendered = await ask("/tokenize", tokenizeRequest({ ...tiny(body), ...tools }))
  if (isPassing(rendered)) return undefined
  const tokens = tokensOf(rendered)
  if (!tokens) return "unknown"
  const end = await ask("/detokenize", { ...pick(body, ["model"]), tokens: tokens.slice(-LAST_TOKENS) })
  if (isPassing(end)) return undefined
  const prompt = end?.status === 200 ? (end.json as { prompt?: unknown } | null)?.prompt : undefined
  if (typeof prompt !== "string") return "unknown"
  const own = familyOf(family)?.reasoning
  const written = prompt.slice(prompt.lastIndexOf(QUESTION) + 1)
  return (own ? [own, ...REASONING] : REASONING).some((pair) => endsInside(written, pair)) ? "open" : "closed"
}

function endsInside(text: string, { open, close }: { open: string; close: string }): boolean {
  const opened = text.lastIndexOf(open)
  return opened >= 0 && text.indexOf(close, opened + open.length) < 0
}

const tiny = (body: Json): Json => ({ ...pick(body, RENDERING), messages: [{ role: "user", content: QUESTION }] })

function tokensOf(answer: Answer): unknown[] | undefined {
  const tokens = answer?.status === 200 ? (answer.json as { tokens?: unknown } | null)?.tokens : undefined
  return Array.isArray(tokens) && tokens.length > 0 ? tokens : undefined
}

function promptTokens(answer: Answer): number | undefined {
  if (answer?.status !== 200) return undefined
  const count = (answer.json as { usage?: { prompt_tokens?: unknown } | null } | null)?.usage?.prompt_tokens
  return typeof count === "number" && count > 0 ? count : undefined
}

function pick(body: Json, fields: readonly string[]): Json {
  return Object.fromEntries(fields.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]))
}
