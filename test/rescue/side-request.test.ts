import { describe, expect, test } from "bun:test"
import { askRaw } from "../../src/rescue/ask.ts"
import { askBeside } from "../../src/rescue/side-request.ts"

const KEY = "Bearer key-of-the-gateway"
const BODY = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], stream: true })

interface Sent {
  url: string
  key: string | null
}

function recorder(answer: () => Response) {
  const sent: Sent[] = []
  const fetch = async (url: string, init?: RequestInit) => {
    sent.push({ url, key: new Headers(init?.headers).get("authorization") })
    return answer()
  }
  return { sent, init: { method: "POST", headers: { authorization: KEY, "content-length": "3" }, body: BODY }, fetch }
}

describe("the routes beside the chat route, with the client's key", () => {
  const CASES: [chat: string, tokenize: string, completions: string][] = [
    ["http://host:8000/v1/chat/completions", "http://host:8000/tokenize", "http://host:8000/v1/completions"],
    ["https://host/prefix/v1/chat/completions", "https://host/prefix/tokenize", "https://host/prefix/v1/completions"],
    ["https://host/a/b/v2/chat/completions/", "https://host/a/b/tokenize", "https://host/a/b/v2/completions"],
    ["https://host/llm/chat/completions", "https://host/llm/tokenize", "https://host/llm/completions"],
    ["https://host/v1/chat/completions?team=7", "https://host/tokenize?team=7", "https://host/v1/completions?team=7"],
  ]
  for (const [chat, tokenize, completions] of CASES) {
    test(`${chat}: small questions`, async () => {
      const { sent, init, fetch } = recorder(() => Response.json({}))
      const ask = askBeside({ url: chat, init, fetch })
      await ask("/tokenize", {})
      await ask("/v1/chat/completions", {})
      expect(sent).toEqual([
        { url: tokenize, key: KEY },
        { url: chat, key: KEY },
      ])
    })

    test(`${chat}: form B`, async () => {
      const { sent, init, fetch } = recorder(() => Response.json({ tokens: [1, 2], max_model_len: 100 }))
      await askRaw({ form: "B", url: chat, init, fetch })
      expect(sent).toEqual([
        { url: tokenize, key: KEY },
        { url: completions, key: KEY },
      ])
    })
  }
})

test("a question ends with the request beside which it is asked", async () => {
  const stop = new AbortController()
  const ask = askBeside({
    url: "http://host/v1/chat/completions",
    init: { method: "POST", body: BODY, signal: stop.signal },
    fetch: (_url, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted")), { once: true })),
  })
  const answer = ask("/tokenize", {})
  stop.abort()
  expect(await answer).toBeUndefined()
})
