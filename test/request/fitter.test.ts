import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { createFitter } from "../../src/request/fitter.ts"
import { readOverflow } from "../../src/request/overflow.ts"
import { FINAL, REFUSALS } from "./texts.ts"

const FIELDS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const
type Body = Record<string, unknown>

const chat = (limit: number | undefined, more: Body = {}) =>
  JSON.stringify({ model: "m", max_tokens: limit, messages: [{ role: "user", content: "hi" }], ...more })
const parsed = (body: string) => JSON.parse(body) as Body

describe("before sending", () => {
  test("an output that fits beside the prompt is left alone", () => {
    const body = chat(4_000)
    expect(createFitter().prepare(body, "m", 8_192)).toEqual({ body })
  })

  test("an output above the context is lowered, and nothing else changes", () => {
    const body = chat(32_000, { seed: 12_345_678_901_234_567_890n.toString(), temperature: 1.5 })
    const { body: out, fitted } = createFitter().prepare(body, "m", 8_192)
    expect(fitted?.from).toBe(32_000)
    expect(fitted?.to).toBeGreaterThan(7_000)
    expect(fitted?.to).toBeLessThan(8_192)
    expect(out).toBe(body.replace("32000", String(fitted?.to)))
  })

  test("unknown context: untouched", () => {
    const body = chat(32_000)
    expect(createFitter().prepare(body, "m", undefined)).toEqual({ body })
    expect(createFitter().prepare(body, "m", 0)).toEqual({ body })
  })

  test.each([...FIELDS])("%s is fitted", (field) => {
    const body = JSON.stringify({ model: "m", input: "hi", [field]: 32_000 })
    const { body: out, fitted } = createFitter().prepare(body, "m", 4_096)
    expect(parsed(out)).toEqual({ ...parsed(body), [field]: fitted?.to })
    expect(fitted?.to).toBeLessThan(4_096)
  })

  test("both names of the limit are lowered", () => {
    const { body, fitted } = createFitter().prepare(chat(32_000, { max_completion_tokens: 30_000 }), "m", 4_096)
    const { max_tokens, max_completion_tokens } = parsed(body)
    expect([max_tokens, max_completion_tokens]).toEqual([fitted?.to, fitted?.to])
  })

  test("the words of a conversation and of a tool's schema are not taken for the limit", () => {
    const tools = [{ type: "function", function: { name: "f", parameters: { properties: {}, default: { max_tokens: 9 } } } }]
    const body = JSON.stringify({
      model: "m",
      tools,
      messages: [{ role: "user", content: '"max_tokens":7' }],
      max_tokens: 32_000,
    })
    const small = '{"error":{"message":"max_tokens=32000 cannot be greater than max_model_len=4096."}}'
    // The nested number comes first, so only the refusal shows that the limit is another one.
    const out = parsed(createFitter().refused(body, "m", 400, small)?.body ?? "{}")
    expect(out).toEqual({ ...parsed(body), max_tokens: out.max_tokens })
    expect(out.max_tokens).toBeLessThan(4_096)
  })

  test("a nested limit of the same length, before the request's own, stays", () => {
    const body = JSON.stringify({ options: { max_tokens: 30_000 }, model: "m", max_tokens: 32_000 })
    const small = "max_tokens=32000 cannot be greater than max_model_len=31000."
    const out = parsed(createFitter().refused(body, "m", 400, small)?.body ?? "{}")
    expect(out.options).toEqual({ max_tokens: 30_000 })
    expect(out.max_tokens).toBeLessThan(31_000)
  })

  test("a prompt that seems to fill the context still asks for a useful answer: the guess may be wrong", () => {
    const { fitted } = createFitter().prepare(chat(32_000, { user: "x".repeat(200_000) }), "m", 40_960)
    expect(fitted).toEqual({ from: 32_000, to: 1_024 })
  })

  test("the guess follows what the server counts", () => {
    const body = chat(32_000, { user: "word ".repeat(20_000) })
    const fitter = createFitter()
    const before = fitter.prepare(body, "m", 50_000).fitted?.to ?? 0
    fitter.learn("m", body, 20_000)
    const after = fitter.prepare(body, "m", 50_000).fitted?.to ?? 0
    expect(before).toBeLessThan(22_000)
    expect(after).toBeGreaterThan(28_000)
    expect(after).toBeLessThan(30_000)
    // Another model has another tokenizer.
    expect(fitter.prepare(body, "other", 50_000).fitted?.to).toBe(before)
  })

  test("counts that cannot be are not learnt", () => {
    const body = chat(32_000, { user: "word ".repeat(20_000) })
    const fitter = createFitter()
    const before = fitter.prepare(body, "m", 50_000)
    for (const tokens of [0, 1, -5, Number.NaN, 10_000_000]) fitter.learn("m", body, tokens)
    expect(fitter.prepare(body, "m", 50_000)).toEqual(before)
  })

  const data = "A".repeat(400_000)
  test.each([
    ["Chat", { type: "image_url", image_url: { url: `data:image/png;base64,${data}` } }],
    ["Responses", { type: "input_image", image_url: `data:image/jpeg;base64,${data}` }],
    ["Messages", { type: "image", source: { type: "base64", media_type: "image/png", data } }],
  ])("an image counts as an image, not by its base64 text: %s", (_, image) => {
    const body = chat(8_000, { messages: [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }] })
    expect(createFitter().prepare(body, "m", 16_384)).toEqual({ body })
  })

  test("base64 within a text is text", () => {
    const file = `font: url("data:font/woff2;base64,${"A".repeat(40_000)}") and {"type":"base64","data":"${"A".repeat(40_000)}"}`
    const body = chat(8_000, { messages: [{ role: "tool", content: file }] })
    expect(createFitter().prepare(body, "m", 16_384).fitted?.to).toBe(1_024)
  })
})

describe("after a refusal", () => {
  for (const [name, { status, text, asked, room }] of Object.entries(REFUSALS)) {
    test(`${name}: ${room === undefined ? "a smaller output" : `exactly ${room}`}`, () => {
      const again = createFitter().refused(chat(asked), "m", status, text)
      expect(again?.fitted.from).toBe(asked)
      if (room !== undefined) expect(again?.fitted.to).toBe(room)
      expect(again?.fitted.to).toBeLessThan(asked)
      expect(parsed(again?.body ?? "{}").max_tokens).toBe(again?.fitted.to)
    })
    test(`${name}, wrapped once more as a string`, () => {
      expect(readOverflow(JSON.stringify({ detail: text }))).toEqual(readOverflow(text))
    })
  }

  for (const [name, text] of Object.entries(FINAL))
    test(`passed on: ${name}`, () => expect(createFitter().refused(chat(32_000), "m", 400, text)).toBeUndefined())

  test("a server that stops counting: a guess first, then the least that is of use, then no more", () => {
    const body = chat(32_000, { user: "x".repeat(60_000) })
    const text = (m: number) =>
      `This model's maximum context length is 40960 tokens. However, you requested ${m} output tokens and your prompt contains at least ${40_961 - m} input tokens, for a total of at least 40961 tokens.`
    const fitter = createFitter()
    const first = fitter.refused(body, "m", 400, text(32_000))
    expect(first?.fitted.to).toBeGreaterThan(1_024)
    const second = fitter.refused(first?.body ?? "", "m", 400, text(first?.fitted.to ?? 0))
    expect(second?.fitted.to).toBe(1_024)
    expect(fitter.refused(second?.body ?? "", "m", 400, text(1_024))).toBeUndefined()
  })

  test("what a refusal taught is known before the next request", () => {
    const fitter = createFitter()
    fitter.refused(chat(50_000), "m", 400, REFUSALS["vLLM 0.32, the output alone"]?.text ?? "")
    expect(fitter.prepare(chat(50_000), "m").fitted?.to).toBeLessThan(40_960)
    expect(fitter.prepare(chat(50_000), "other").fitted).toBeUndefined()
  })

  test("garbage in, nothing out", () => {
    for (const body of ["", "{", "[]", "null", '{"max_tokens":"many"}', '{"max_tokens":-1}', '{"max_tokens":1}'])
      expect(createFitter().refused(body, undefined, 400, REFUSALS.SGLang?.text ?? "")).toBeUndefined()
  })
})

const json = fc.jsonValue({ maxDepth: 3 })
const request = fc
  .record(
    {
      model: fc.string(),
      messages: fc.array(json, { maxLength: 4 }),
      extra: json,
      max_tokens: fc.integer({ min: -5, max: 100_000 }),
      max_completion_tokens: fc.integer({ min: -5, max: 100_000 }),
      max_output_tokens: fc.integer({ min: -5, max: 100_000 }),
      options: fc.record({ max_tokens: fc.integer({ min: 1, max: 100 }) }),
    },
    { requiredKeys: [] },
  )
  .chain((body) => fc.shuffledSubarray(Object.entries(body), { minLength: Object.keys(body).length }).map(Object.fromEntries))

test("the limit is never raised, never below one, and everything else means the same", () => {
  const overflow = fc.constantFrom(...Object.values(REFUSALS))
  fc.assert(
    fc.property(
      request,
      fc.integer({ min: 1, max: 200_000 }),
      overflow,
      fc.boolean(),
      (given, context, { status, text }, spaced) => {
        const body = JSON.stringify(given, null, spaced ? 1 : 0)
        const fitter = createFitter()
        const outs = [fitter.prepare(body, "m", context).body, fitter.refused(body, "m", status, text)?.body ?? body]
        for (const out of outs) {
          const [before, after] = [parsed(body), parsed(out)]
          for (const field of FIELDS) {
            const [was, is] = [before[field], after[field]]
            if (is !== was) {
              expect(is).toBeLessThan(was as number)
              expect(is).toBeGreaterThanOrEqual(1)
            }
            delete before[field]
            delete after[field]
          }
          expect(after).toEqual(before)
        }
      },
    ),
    { numRuns: 500 },
  )
})
