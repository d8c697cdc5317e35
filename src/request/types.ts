/** The fetch that a provider's requests go through, and what its wrappers here have in common. */
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

/** One fetch around another. */
export type Wrapper = (inner: Fetch) => Fetch

export const addressOf = (url: string | URL | Request) => (url instanceof Request ? url.url : String(url))

/** The routes on which models answer: Chat Completions, Responses, Anthropic Messages, and the plain completions that need no parser. */
const ROUTE = /^[^?#]*?\/(chat\/completions|responses|messages|completions)\/?(?:[?#]|$)/

export type Route = "chat" | "responses" | "messages" | "completions"

/** Which kind of answer is asked for; undefined for everything else (model lists, embeddings, token counts). */
export function routeOf(url: string): Route | undefined {
  const path = ROUTE.exec(url)?.[1]
  return path === "chat/completions" ? "chat" : (path as Route | undefined)
}

/** The model that a request names, without parsing the rest: bodies are long, and its name comes before the conversation. */
export function modelOf(body: string): string | undefined {
  const quoted = /(?<!\\)"model"\s*:\s*("(?:[^"\\]|\\.){1,400}")/.exec(body)?.[1]
  try {
    return quoted === undefined ? undefined : (JSON.parse(quoted) as string)
  } catch {
    return undefined
  }
}

/** The same answer again after its body was read, with another status where one is given. */
export function restored(response: Response, text: string, status?: number): Response {
  const headers = new Headers(response.headers)
  // The body is decoded by now, and counted anew.
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name)
  const { statusText } = response
  return new Response(text, { headers, ...(status === undefined ? { status: response.status, statusText } : { status }) })
}

/** Header of an error answer that was made here: it says what is wrong, so nobody else has to. */
export const EXPLAINED = "x-opencode-vllm-explained"
