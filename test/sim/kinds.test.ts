import { describe, expect, test } from "bun:test"
import type { SimOptions } from "../../src/sim/index.ts"
import { calmClock } from "../calm-clock.ts"
import { agentBody, chat, hear, root, withSim } from "./client.ts"

const KEY = "sk-right-0123456789"
const LONG = "word ".repeat(5000)

/** What a server answers to this body, with the right key. */
async function answer(options: SimOptions, body: object, headers: Record<string, string> = {}) {
  return withSim({ models: [{ id: "big", context: 3000 }], loadMs: 20, ...options }, async (sim) => {
    const response = await chat(sim, { model: "big", messages: [{ role: "user", content: "Hi" }], ...body }, { headers })
    return { status: response.status, text: await response.text(), headers: response.headers }
  })
}

const tooLong = (content = LONG) => ({ messages: [{ role: "user", content }] })
const two = [{ id: "big", context: 3000 }, { id: "small" }]

describe("each kind refuses in its own words", () => {
  test.each([
    ["vllm", 404, '"message":"The model `nope` does not exist. Valid aliases: big, small."'],
    ["nim", 404, "The model `nope` does not exist."],
    ["llama.cpp", 400, `{"error":{"code":400,"message":"model 'nope' not found","type":"invalid_request_error"}}`],
    ["llama-swap", 400, '{"error":"could not find suitable inference handler for nope"}'],
    ["ollama", 404, `{"error":{"message":"model 'nope' not found","type":"not_found_error","param":null,"code":null}}`],
    ["lmstudio", 400, 'Invalid model identifier \\"nope\\". Please specify a valid downloaded model (e.g., big, small).'],
    ["litellm", 400, "/chat/completions: Invalid model name passed in model=nope. Call `/v1/models` to view"],
  ] as const)("an unknown model: %s", async (kind, status, words) => {
    const { status: got, text } = await answer({ kind, models: two }, { model: "nope" })
    expect(got).toBe(status)
    expect(text).toContain(words)
  })

  test.each(["sglang", "llama.cpp", "tensorrt-llm"] as const)("%s with one model takes any name", async (kind) => {
    const { status, text } = await answer({ kind }, { model: "nope" })
    expect(status).toBe(200)
    expect(JSON.parse(text).model).toBe("nope")
  })

  test.each([
    ["vllm", "This model's maximum context length is 3000 tokens."],
    ["nim", "This model's maximum context length is 3000 tokens."],
    ["llama-swap", "This model's maximum context length is 3000 tokens."],
    [
      "sglang",
      /^\{"object":"error","message":"The input \(\d{4,} tokens\) is longer than the model's context length \(3000 tokens\)\."/,
    ],
    [
      "llama.cpp",
      /request \((\d+) tokens\) exceeds the available context size \(3000 tokens\).*"exceed_context_size_error","n_prompt_tokens":\1,"n_ctx":3000/,
    ],
    ["lmstudio", "However, the model is loaded with context length of only 3000 tokens, which is not enough."],
    [
      "litellm",
      "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: Hosted_vllmException - {",
    ],
    ["tensorrt-llm", /The sum of prompt length \(\d+\.0\), query length \(0\) should not exceed max_num_tokens \(3000\)/],
  ] as const)("a prompt longer than the context: %s", async (kind, words) => {
    const { status, text } = await answer({ kind }, tooLong())
    expect(status).toBe(400)
    expect(text).toMatch(words)
  })

  test("Ollama cuts a prompt that does not fit, without a word", async () => {
    const { status, text } = await answer({ kind: "ollama" }, tooLong())
    expect(status).toBe(200)
    expect(JSON.parse(text).usage.prompt_tokens).toBe(3000)
  })

  test.each([
    ["vllm", 401, '{"error":"Unauthorized"}'],
    ["nim", 401, '{"error":"Unauthorized"}'],
    ["sglang", 401, '{"error":"Unauthorized"}'],
    ["llama.cpp", 401, '{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}'],
    ["llama-swap", 401, "unauthorized: invalid or missing API key"],
    ["lmstudio", 401, "Malformed LM Studio API token provided: sk-wrong-9*****. Ensure you are using a valid token."],
    ["litellm", 400, '{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}'],
  ] as const)("a wrong key: %s", async (kind, status, words) => {
    const wrong = await answer({ kind, apiKey: KEY }, {}, { authorization: "Bearer sk-wrong-987654" })
    expect(wrong.status).toBe(status)
    expect(wrong.text).toContain(words)
    expect((await answer({ kind, apiKey: KEY }, {}, { authorization: `Bearer ${KEY}` })).status).toBe(200)
  })

  test.each([
    ["lmstudio", 401, "An LM Studio API token is required"],
    ["litellm", 500, "Internal Server Error"],
  ] as const)("no key: %s", async (kind, status, words) => {
    const none = await answer({ kind, apiKey: KEY }, {})
    expect(none.status).toBe(status)
    expect(none.text).toContain(words)
  })

  test.each([
    ["vllm", 404, '{"detail":"Not Found"}'],
    ["litellm", 404, '{"detail":"Not Found"}'],
    ["llama.cpp", 404, '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}'],
    ["ollama", 404, "404 page not found"],
    ["llama-swap", 404, "404 page not found"],
    ["lmstudio", 200, '{"error":"Unexpected endpoint or method. (GET /nope)"}'],
  ] as const)("an unknown path: %s", (kind, status, text) =>
    withSim({ kind }, async (sim) => {
      const response = await fetch(`${root(sim)}/nope`)
      expect([response.status, await response.text()]).toEqual([status, text])
    }),
  )

  test("an output limit beyond the context: vLLM refuses it, SGLang its sum with the prompt, others shorten it", async () => {
    const over = { max_tokens: 4000 }
    expect((await answer({}, over)).text).toContain("max_tokens=4000 cannot be greater than max_model_len=3000.")
    const { status, text } = await answer({ kind: "sglang" }, { max_tokens: 2999 })
    expect(status).toBe(400)
    expect(text).toMatch(
      /maximum context length of 3000 tokens\. You requested a total of (\d+) tokens: \d+ tokens from the input/,
    )
    for (const kind of ["llama.cpp", "ollama", "lmstudio", "tensorrt-llm"] as const)
      expect((await answer({ kind }, over)).status).toBe(200)
  })

  test("tools on a model without them: Ollama refuses, with the same words as the real one", async () => {
    const models = [{ id: "gemma:4b", tools: false }]
    const { status, text } = await answer({ kind: "ollama", models }, { model: "gemma:4b", tools: agentBody().tools })
    expect(status).toBe(400)
    expect(JSON.parse(text).error.message).toBe("registry.ollama.ai/library/gemma:4b does not support tools")
  })
})

test.each([
  ["vllm", "reasoning"],
  ["ollama", "reasoning"],
  ["sglang", "reasoning_content"],
  ["llama.cpp", "reasoning_content"],
  ["litellm", "reasoning_content"],
] as const)("%s streams the thoughts as %s", async (kind, field) => {
  const options: SimOptions = { kind, models: [{ id: "big" }] }
  const said = hear((await answer(options, agentBody("SIM:healthy", { model: "big" }))).text)
  const fields = new Set(said.events.flatMap((event) => /"delta":\{"(reasoning\w*)"/.exec(event)?.[1] ?? []))
  expect([...fields]).toEqual([field])
  const { text } = await answer(options, agentBody("SIM:healthy", { model: "big", stream: false, stream_options: undefined }))
  const { message } = JSON.parse(text).choices[0]
  expect(message[field]).toBeString()
  expect(Object.keys(message).filter((name) => name.startsWith("reasoning"))).toEqual([field])
})

describe("several models", () => {
  const models = [
    { id: "big", context: 3000, root: "org/big" },
    { id: "small", context: 900 },
    { id: "tuned", parent: "big", root: "/adapters/tuned", context: 3000 },
  ]

  test("vLLM lists each with its context, and an adapter with its base and none", () =>
    withSim({ models }, async (sim) => {
      const { data } = await (await fetch(`${sim.url}/models`)).json()
      expect(data.map((m: Record<string, unknown>) => [m.id, m.root, m.parent, m.max_model_len])).toEqual([
        ["big", "org/big", null, 3000],
        ["small", expect.stringContaining("nvidia/"), null, 900],
        ["tuned", "/adapters/tuned", "big", null],
      ])
    }))

  test("each is judged by its own context and answers under its own name", async () => {
    const body = tooLong("word ".repeat(1200))
    expect(JSON.parse((await answer({ models }, { ...body, model: "tuned" })).text).model).toBe("tuned")
    expect((await answer({ models }, { ...body, model: "small" })).text).toContain("maximum context length is 900 tokens")
  })
})

describe("loading on demand", () => {
  const models = [{ id: "a" }, { id: "b", loaded: false }]
  const get = async (url: string) => (await fetch(url)).json()

  test("llama-swap: a request waits for its model, which takes the place of the other", () =>
    withSim({ kind: "llama-swap", models, loadMs: 150 }, async (sim) => {
      const running = async () =>
        (await get(`${root(sim)}/running`)).running.map((m: { model: string; state: string }) => `${m.model} ${m.state}`)
      expect(await running()).toEqual(["a ready"])
      const began = performance.now()
      const asked = chat(sim, { model: "b", messages: [{ role: "user", content: "Hi" }] })
      await Bun.sleep(50)
      expect(await running()).toEqual(["b starting"])
      expect((await asked).status).toBe(200)
      expect(performance.now() - began).toBeGreaterThan(140)
      expect(await running()).toEqual(["b ready"])
    }))

  test("a second request waits for the loading that runs, and starts none", () =>
    withSim({ kind: "ollama", models: [{ id: "b:latest", loaded: false }], loadMs: 300 }, async (sim) => {
      const clock = calmClock()
      const ask = () => chat(sim, { model: "b", messages: [{ role: "user", content: "Hi" }] })
      const first = ask()
      await Bun.sleep(150)
      const answers = await Promise.all([first, ask()])
      expect(answers.map((a) => a.status)).toEqual([200, 200])
      expect(clock()).toBeLessThan(420)
      expect((await get(`${root(sim)}/api/ps`)).models.map((m: { model: string }) => m.model)).toEqual(["b:latest"])
    }))

  test("LM Studio: told to load and to unload again", () =>
    withSim({ kind: "lmstudio", models, loadMs: 100 }, async (sim) => {
      const state = async () => (await get(`${root(sim)}/api/v0/models`)).data[1].state
      const tell = (verb: string, body: object) =>
        fetch(`${root(sim)}/api/v1/models/${verb}`, { method: "POST", body: JSON.stringify(body) })
      expect(await state()).toBe("not-loaded")
      const loading = tell("load", { model: "b" })
      await Bun.sleep(30)
      expect(await state()).toBe("loading")
      expect(await (await loading).json()).toMatchObject({ instance_id: "b", status: "loaded" })
      expect(await state()).toBe("loaded")
      await tell("unload", { instance_id: "b" })
      expect(await state()).toBe("not-loaded")
      expect((await tell("load", { model: "nope" })).status).toBe(404)
    }))
})
