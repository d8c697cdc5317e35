import type { RawReading } from "./end.ts"
import type { Json } from "./json.ts"
import { peek } from "./peek.ts"
import { rescueResponse } from "./response.ts"
import { completionsRequest, rewriteForFormA, tokenizeRequest } from "./rewrite.ts"

export type { RawEnd } from "./end.ts"

export interface AskRaw extends RawReading {
  /** "A": the same chat request without parsing; "B": the rendered prompt as a plain completion. */
  form: "A" | "B"
  /** Address of the chat completions route that the client called. */
  url: string
  /** Method, headers, body (JSON text) and signal of the client's request. */
  init: RequestInit
  fetch(url: string, init?: RequestInit): Promise<Response>
}

/** The token ids of a full context of a million, as JSON, are some 7 MB. */
const TOKENS_BYTES = 32 * 1024 * 1024
/** Answers that say that a route is not for this client: not there, not this method, hidden by a gateway. */
const NO_ROUTE: ReadonlySet<number> = new Set([401, 403, 404, 405, 501])
/** What the route says of a model that is not served (any more): the answer to the request, not to the question whether there is a route. */
const NO_MODEL = /\bmodel\b[^{}]{0,300}\bdoes not exist\b/i

/**
 * Asks in a raw form and translates the answer.
 *
 * @returns the answer as a well-configured server would have given it; an error of the server as it came; undefined where this form cannot be
 *   asked here, so that another way can be chosen
 * @throws what `fetch` throws
 */
export async function askRaw({ form, url, init, fetch, ...reading }: AskRaw): Promise<Response | undefined> {
  const request = bodyOf(init)
  if (!request) return undefined
  const answer =
    form === "A" ? await fetch(url, withBody(init, rewriteForFormA(request))) : await askFormB({ url, init, fetch, request })
  return answer && rescueResponse(answer, { ...reading, request })
}

interface FormB extends Pick<AskRaw, "url" | "init" | "fetch"> {
  request: Json
}

async function askFormB({ url, init, fetch, request }: FormB): Promise<Response | undefined> {
  const routes = routesBeside(url)
  if (!routes) return undefined
  const rendered = await peek(await fetch(routes.tokenize, withBody(init, tokenizeRequest(request))), TOKENS_BYTES)
  if (!rendered.response.ok) {
    // Overload and breakdown are for the client to wait for; what the template or the context does not take, no other route would.
    if (!NO_ROUTE.has(rendered.response.status) || NO_MODEL.test(rendered.text)) return rendered.response
    await drop(rendered.response)
    return undefined
  }
  const prompt = promptOf(rendered.text)
  await drop(rendered.response)
  if (!prompt) return undefined
  const answer = await fetch(routes.completions, withBody(init, completionsRequest(request, prompt.tokens, prompt.maxModelLen)))
  if (!NO_ROUTE.has(answer.status)) return answer
  await drop(answer)
  return undefined
}

function bodyOf(init: RequestInit): Json | undefined {
  if (typeof init.body !== "string") return undefined
  try {
    const value: unknown = JSON.parse(init.body)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

/** The same request with another body. Headers stay as given, but for a length that would be wrong. */
function withBody(init: RequestInit, value: Json): RequestInit {
  const body = JSON.stringify(value)
  const headers = new Headers(init.headers)
  if (!headers.has("content-length")) return { ...init, body }
  headers.set("content-length", String(Buffer.byteLength(body)))
  return { ...init, body, headers }
}

/** `/completions` stands beside `/chat/completions`; `/tokenize` at the root of the server, without the version. */
function routesBeside(chat: string): { completions: string; tokenize: string } | undefined {
  const [, base, rest = ""] = /^([^?#]*)\/chat\/completions\/?([?#].*)?$/s.exec(chat) ?? []
  if (base === undefined) return undefined
  return { completions: `${base}/completions${rest}`, tokenize: `${base.replace(/\/v\d+$/, "")}/tokenize${rest}` }
}

function promptOf(text: string): { tokens: number[]; maxModelLen: number | undefined } | undefined {
  let answer: Json
  try {
    answer = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  const { tokens, max_model_len: length } = answer ?? {}
  if (!Array.isArray(tokens) || tokens.length === 0 || !tokens.every((id) => Number.isSafeInteger(id) && id >= 0))
    return undefined
  return { tokens: tokens as number[], maxModelLen: typeof length === "number" && length > 0 ? length : undefined }
}

/** Lets the connection go. */
async function drop(response: Response): Promise<void> {
  try {
    await response.body?.cancel()
  } catch {
    // It was closed already.
  }
}
