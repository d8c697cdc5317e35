import { describe, expect, test } from "bun:test"
import { canAskInFormB, completionsRequest, rewriteForFormA, tokenizeRequest } from "../../src/rescue/rewrite.ts"
import { TOOLS } from "../stream/captures.ts"

const BODY = {
  model: "local",
  messages: [{ role: "user", content: "Go on." }],
  tools: TOOLS,
  tool_choice: "auto",
  parallel_tool_calls: true,
  stream: true,
  stream_options: { include_usage: true },
}

test("form A changes two fields and leaves the given request alone", () => {
  const body = { ...BODY, skip_special_tokens: true }
  const before = structuredClone(body)
  expect(rewriteForFormA(body)).toEqual({ ...BODY, tool_choice: "none", skip_special_tokens: false })
  expect(body).toEqual(before)
})

describe("form B can carry", () => {
  const message = (content: unknown) => ({ ...BODY, messages: [{ role: "user", content }] })
  const CASES: [what: string, body: Record<string, unknown>, can: boolean][] = [
    ["text", BODY, true],
    ["text in parts", message([{ type: "text", text: "Go on." }]), true],
    ["an assistant's turn without content", message(null), true],
    ["values that mean the default", { ...BODY, n: 1, logprobs: false, top_logprobs: 0, echo: null, modalities: ["text"] }, true],
    ["a response format", { ...BODY, response_format: { type: "json_object" } }, true],
    ["no image", message([{ type: "image_url", image_url: { url: "data:" } }]), false],
    ["no image without a type", message([{ image_url: { url: "data:" } }]), false],
    ["no audio", message([{ type: "input_audio", input_audio: {} }]), false],
    [
      "no file",
      message([
        { type: "text", text: "See" },
        { type: "file", file: {} },
      ]),
      false,
    ],
    ["no spoken answer", { ...BODY, modalities: ["text", "audio"] }, false],
    ["not several answers", { ...BODY, n: 2 }, false],
    ["no probabilities", { ...BODY, logprobs: true }, false],
    ["no probabilities of the prompt", { ...BODY, prompt_logprobs: 1 }, false],
    ["no beam search", { ...BODY, use_beam_search: true }, false],
    ["no empty conversation", { ...BODY, messages: [] }, false],
    ["no conversation that is none", { ...BODY, messages: "Go on." }, false],
    ["no message that is none", { ...BODY, messages: [null] }, false],
  ]
  for (const [what, body, can] of CASES) test(what, () => expect(canAskInFormB(body)).toBe(can))
})

describe("the request that renders the prompt", () => {
  test("has what the prompt is made of, and nothing else", () => {
    const kwargs = { enable_thinking: false }
    expect(
      tokenizeRequest({ ...BODY, temperature: 0, max_tokens: 5, chat_template_kwargs: kwargs, continue_final_message: true }),
    ).toEqual({
      model: "local",
      messages: BODY.messages,
      tools: TOOLS,
      chat_template_kwargs: kwargs,
      continue_final_message: true,
    })
  })

  const EFFORTS: [given: Record<string, unknown>, kwargs: unknown][] = [
    [{}, undefined],
    [{ chat_template_kwargs: null }, undefined],
    [{ reasoning_effort: "high" }, { reasoning_effort: "high", enable_thinking: true }],
    [{ reasoning_effort: "none" }, { reasoning_effort: "none", enable_thinking: false }],
    [
      { reasoning_effort: "high", chat_template_kwargs: { enable_thinking: false, reasoning_effort: "low" } },
      { reasoning_effort: "high", enable_thinking: false },
    ],
    [{ documents: [{ text: "a" }] }, { documents: [{ text: "a" }] }],
  ]
  for (const [given, kwargs] of EFFORTS) {
    test(`hands to the template what the chat route does: ${JSON.stringify(given)}`, () => {
      expect(tokenizeRequest({ ...BODY, ...given }).chat_template_kwargs).toEqual(kwargs)
    })
  }
})

describe("the completion", () => {
  test("samples as the chat would have", () => {
    const sampling = {
      temperature: 0,
      top_p: 0.9,
      top_k: 20,
      min_p: 0.1,
      seed: 7,
      stop: ["END"],
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      repetition_penalty: 1.1,
      logit_bias: { 5: 1 },
      min_tokens: 2,
      stop_token_ids: [3],
      ignore_eos: false,
      priority: 1,
      user: "u",
      bad_words: ["x"],
      response_format: { type: "json_object" },
      thinking_token_budget: 100,
      cache_salt: "s",
    }
    expect(
      completionsRequest(
        { ...BODY, ...sampling, max_tokens: 50, chat_template_kwargs: {}, reasoning_effort: "low" },
        [1, 2, 3],
        4096,
      ),
    ).toEqual({
      ...sampling,
      model: "local",
      prompt: [1, 2, 3],
      max_tokens: 50,
      skip_special_tokens: false,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  const LIMITS: [what: string, body: Record<string, unknown>, length: number | undefined, limit: number][] = [
    ["the request's", { max_tokens: 50 }, 100, 50],
    ["the newer name", { max_completion_tokens: 60 }, 100, 60],
    ["the newer name wins, as in vLLM", { max_tokens: 50, max_completion_tokens: 60 }, 100, 60],
    ["one above the context stays, so that the server says so", { max_tokens: 32_000 }, 100, 32_000],
    ["without one, what is left of the context", {}, 100, 97],
    ["null is none", { max_tokens: null }, 100, 97],
    ["a full context, which the server refuses", {}, 2, 1],
    ["a context that is not known", {}, undefined, 4096],
  ]
  for (const [what, body, length, limit] of LIMITS) {
    test(`limit: ${what}`, () => expect(completionsRequest({ ...BODY, ...body }, [1, 2, 3], length).max_tokens).toBe(limit))
  }

  test("asks for usage when streaming, and for no stream options otherwise", () => {
    const options = { continuous_usage_stats: true }
    expect(completionsRequest({ ...BODY, stream_options: options }, [1]).stream_options).toEqual({
      ...options,
      include_usage: true,
    })
    const whole = completionsRequest({ ...BODY, stream: undefined }, [1])
    expect(whole.stream).toBe(false)
    expect(whole).not.toHaveProperty("stream_options")
  })
})
