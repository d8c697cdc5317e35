import type { Ask, AskRoute } from "./prompt.ts"

/** A busy server may let a small question wait behind others; longer than this nobody waits for rescue. */
const PATIENCE_MS = 20_000
const ANSWER_BYTES = 8 * 1024 * 1024

/** The request of the host beside which small ones are sent: same server, same key, same connection. */
export interface Beside {
  /** Of the chat completions route. */
  url: string
  init: RequestInit
  fetch(url: string, init?: RequestInit): Promise<Response>
}

/** Small requests to the server that a chat request goes to. They end with it when it is cut. */
export function askBeside({ url, init, fetch }: Beside): Ask {
  return async (route, body) => {
    const address = route === "/v1/chat/completions" ? url : besideVersion(url, route)
    const limit = AbortSignal.timeout(PATIENCE_MS)
    const headers = new Headers(init.headers)
    headers.delete("content-length")
    headers.set("content-type", "application/json")
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: Object.fromEntries(headers),
        body: JSON.stringify(body),
        signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
      })
      if (Number(response.headers.get("content-length") ?? 0) > ANSWER_BYTES) {
        await response.body?.cancel()
        return undefined
      }
      return { status: response.status, json: parsed(await response.text()) }
    } catch {
      return undefined
    }
  }
}

/** A page or a line of text in place of JSON is an answer too: there is nothing to be had here. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `/tokenize` and its like stand beside `/v1`, not below it. What a gateway wants in the query goes along. */
function besideVersion(chatUrl: string, route: AskRoute): string {
  const [, base = "", query = ""] = /^([^?#]*)([?#].*)?$/s.exec(chatUrl) ?? []
  return base.replace(/(?:\/v\d+)?\/chat\/completions\/?$/, "") + route + query
}
