import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { calm, isCompacted, isRetried } from "../../src/request/host-words.ts"

const seen = (text: string) => text.replaceAll("\u2060", "")

describe("texts that OpenCode repeats a request on", () => {
  for (const text of [
    "Nothing listens at 127.0.0.1:5000.",
    "the server at localhost:8502 is gone",
    "port 50429",
    "Internal server error",
    "connect ECONNREFUSED ::1:8000",
    "The model is currently scaling. Please try again later.",
    "timeout",
  ])
    test(text, () => {
      expect(isRetried(text)).toBe(true)
      expect(isRetried(calm(text))).toBe(false)
      expect(seen(calm(text))).toBe(text)
    })

  test("a text without such words stays as it is", () => {
    const text = 'Nothing listens at 127.0.0.1:8000.\nCure: Start the server, or correct "provider.local.options.baseURL".'
    expect(isRetried(text)).toBe(false)
    expect(calm(text)).toBe(text)
  })
})

const piece = fc.oneof(
  fc.constantFrom(
    "5",
    "0",
    "50",
    "502",
    "4",
    "29",
    "24",
    "server",
    " ",
    "error",
    "timeout",
    "rate",
    "limit",
    "-",
    "_",
    "try again in",
  ),
  fc.constantFrom(
    "maximum context length is ",
    "8192 tokens",
    "input length",
    "exceeds",
    "too many tokens",
    "reduce the length of the messages",
  ),
  fc.string({ maxLength: 5 }),
)

test("whatever the text, the calm one is neither repeated nor compacted on, as message or as JSON body, and reads the same", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("").replaceAll("\u2060", "")
      const out = calm(text)
      expect(seen(out)).toBe(text)
      for (const read of [out, JSON.stringify({ type: "error", error: { message: out, code: null } })]) {
        // JSON writes control characters as \u00NN, which may look like one of the numbers; what is shown has none of them.
        if (/\\u/.test(read)) continue
        expect(isRetried(read)).toBe(false)
        expect(isCompacted(424, read)).toBe(false)
      }
    }),
    { numRuns: 500 },
  )
})

describe("texts that OpenCode compacts on", () => {
  const texts: Record<string, [number, string, boolean]> = {
    "vLLM 0.32": [
      400,
      "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, which exceeds this limit even without any output tokens.",
      true,
    ],
    "llama.cpp": [400, "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it", true],
    SGLang: [400, "The input (9000 tokens) is longer than the model's context length (8192 tokens).", true],
    "a code": [400, '{"error":{"message":"no","code": "context_length_exceeded"}}', true],
    "status 413": [413, "", true],
    "a rate limit in tokens": [400, "Rate limit: too many tokens", false],
    "max_tokens above the context": [400, "max_tokens=32000 cannot be greater than max_model_len=4096.", false],
    "another refusal": [400, '"auto" tool choice requires --enable-auto-tool-choice', false],
  }
  for (const [name, [status, text, expected]] of Object.entries(texts))
    test(name, () => expect(isCompacted(status, text)).toBe(expected))
})
