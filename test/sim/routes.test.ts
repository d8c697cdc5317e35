import { describe, expect, test } from "bun:test"
import { agentBody, chat, post, root, withSim } from "./client.ts"

const get = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init)
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    headers: response.headers,
    text: await response.text(),
  }
}

describe("the routes a real vLLM has", () => {
  test("health and ping answer 200 with an empty body", () =>
    withSim({}, async (sim) => {
      for (const path of ["/health", "/ping"])
        expect(await get(root(sim) + path)).toMatchObject({ status: 200, text: "", type: null })
      expect((await get(`${root(sim)}/ping`, { method: "POST" })).status).toBe(200)
    }))

  test("version, load and the server header are those of vLLM", () =>
    withSim({}, async (sim) => {
      expect((await get(`${root(sim)}/version`)).text).toBe('{"version":"0.32.0"}')
      expect((await get(`${root(sim)}/load`)).text).toBe('{"server_load":0}')
      expect((await get(`${root(sim)}/health`)).headers.get("server")).toBe("uvicorn")
    }))

  test("the model list has one card with root, context and permission", () =>
    withSim({ model: "mine", maxModelLen: 5000 }, async (sim) => {
      const list = JSON.parse((await get(`${sim.url}/models`)).text)
      expect(list.object).toBe("list")
      expect(list.data).toHaveLength(1)
      expect(list.data[0]).toMatchObject({ id: "mine", object: "model", owned_by: "vllm", parent: null, max_model_len: 5000 })
      expect(list.data[0].root).toStartWith("nvidia/NVIDIA-Nemotron-3-Super")
      expect(list.data[0].permission[0].id).toMatch(/^modelperm-[0-9a-f]{16}$/)
    }))

  test("the OpenAPI document lists the live routes", () =>
    withSim({}, async (sim) => {
      const { info, paths } = JSON.parse((await get(`${root(sim)}/openapi.json`)).text)
      expect(info.title).toBe("FastAPI")
      expect(Object.keys(paths)).toContain("/v1/chat/completions")
      expect(Object.keys(paths)).not.toContain("/openapi.json")
    }))

  test("an unknown path is Starlette's 404, a wrong method its 405 with what is allowed", () =>
    withSim({}, async (sim) => {
      for (const path of ["/nope", "/v1", "/v1/v1/models", "/chat/completions", "/toString"])
        expect(await get(root(sim) + path)).toMatchObject({ status: 404, text: '{"detail":"Not Found"}' })
      const wrong = await get(`${sim.url}/chat/completions`)
      expect(wrong).toMatchObject({ status: 405, text: '{"detail":"Method Not Allowed"}' })
      expect(wrong.headers.get("allow")).toBe("POST")
    }))

  test("a query does not change the route", () =>
    withSim({}, async (sim) => expect((await get(`${sim.url}/models?x=1`)).status).toBe(200)))
})

describe("the API key", () => {
  test("guards /v1 before routing and nothing else", () =>
    withSim({ apiKey: "sk-test" }, async (sim) => {
      for (const path of ["/v1/models", "/v1/nope"])
        expect(await get(root(sim) + path)).toMatchObject({ status: 401, text: '{"error":"Unauthorized"}' })
      for (const path of ["/health", "/version", "/metrics", "/load"]) expect((await get(root(sim) + path)).status).toBe(200)
      expect((await post(sim, "/tokenize", { prompt: "a" })).status).toBe(200)
    }))

  test("is taken as a bearer token only", () =>
    withSim({ apiKey: "sk-test" }, async (sim) => {
      const status = async (headers: Record<string, string>) => (await get(`${sim.url}/models`, { headers })).status
      expect(await status({ authorization: "Bearer sk-test" })).toBe(200)
      expect(await status({ authorization: "sk-test" })).toBe(401)
      expect(await status({ "x-api-key": "sk-test" })).toBe(401)
    }))

  test("no key passes the scenario wrong-key", () =>
    withSim({ apiKey: "sk-test", scenario: "wrong-key" }, async (sim) => {
      const response = await chat(sim, agentBody(), { headers: { authorization: "Bearer sk-test" } })
      expect([response.status, await response.text()]).toEqual([401, '{"error":"Unauthorized"}'])
    }))
})

describe("tokenize and detokenize", () => {
  test("are each other's inverse", () =>
    withSim({}, async (sim) => {
      const prompt = "Hello, w\u00f6rld \u{1f600}\n\n<think>x</think>"
      const told = await (await post(sim, "/tokenize", { model: "nemotron-3-super", prompt, return_token_strs: true })).json()
      expect(told.count).toBe(told.tokens.length)
      expect(told.max_model_len).toBe(262_144)
      expect(told.token_strs).toContain("<think>")
      expect(await (await post(sim, "/detokenize", { tokens: told.tokens })).json()).toEqual({ prompt })
    }))

  test("a conversation is rendered with its tools and ends by opening the thoughts", () =>
    withSim({}, async (sim) => {
      const told = await (await post(sim, "/tokenize", agentBody("Hello there"))).json()
      const { prompt } = await (await post(sim, "/detokenize", { tokens: told.tokens })).json()
      expect(prompt).toContain('"name":"bash"')
      expect(prompt).toContain("Hello there")
      expect(prompt).toEndWith("<|im_start|>assistant\n<think>\n")
      expect(told.token_strs).toBeNull()
    }))

  test("say which field is missing", () =>
    withSim({}, async (sim) => {
      const { error } = await (await post(sim, "/tokenize", { model: "nemotron-3-super" })).json()
      expect(error.message).toBe(
        "2 validation errors:\n  {'type': 'missing', 'loc': 'body.prompt', 'msg': 'Field required', 'input': '<dict of 1 items>'}\n" +
          "  {'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required', 'input': '<dict of 1 items>'}",
      )
      expect((await post(sim, "/detokenize", {})).status).toBe(400)
    }))
})

describe("the raw text of /v1/completions", () => {
  const rendered = async (sim: Parameters<typeof post>[0], prompt: string) =>
    (await (await post(sim, "/tokenize", agentBody(prompt))).json()).tokens

  test("shows the call that the wrong parser swallows", () =>
    withSim({ scenario: "swallowed" }, async (sim) => {
      const body = { model: "nemotron-3-super", prompt: await rendered(sim, "Go."), max_tokens: 400, skip_special_tokens: false }
      const { choices, usage } = await (await post(sim, "/v1/completions", body)).json()
      expect(choices[0].text).toStartWith(
        "I should list the files first.\n</think>\n\n<tool_call>\n<function=bash>\n<parameter=command>\nls -la src\n",
      )
      expect(choices[0]).toMatchObject({ finish_reason: "stop", stop_reason: null })
      expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens)
    }))

  test("streams in pieces that join to the same text, with the finish on an empty last one", () =>
    withSim({}, async (sim) => {
      const body = {
        prompt: await rendered(sim, "Go. SIM:leak-block"),
        max_tokens: 400,
        stream: true,
        stream_options: { include_usage: true },
      }
      const text = await (await post(sim, "/v1/completions", body)).text()
      const events = text
        .split("\n\n")
        .filter(Boolean)
        .map((event) => event.slice("data: ".length))
      expect(events.pop()).toBe("[DONE]")
      const chunks = events.map((event) => JSON.parse(event))
      expect(chunks.pop()).toMatchObject({ object: "text_completion", choices: [], usage: { completion_tokens: chunks.length } })
      expect(chunks.at(-1).choices[0]).toMatchObject({ text: "", finish_reason: "stop" })
      expect(chunks.map((chunk) => chunk.choices[0].text).join("")).toContain(
        "<parameter=command>\n<think>\nThe user wants src only.",
      )
    }))

  test("ends at the limit with finish length", () =>
    withSim({}, async (sim) => {
      const { choices, usage } = await (await post(sim, "/v1/completions", { prompt: "SIM:healthy-text", max_tokens: 5 })).json()
      expect(choices[0].finish_reason).toBe("length")
      expect(usage.completion_tokens).toBe(5)
    }))
})

describe("the record for tests", () => {
  test("keeps method, path, headers, body, scenario and status", () =>
    withSim({}, async (sim) => {
      await (await chat(sim, agentBody("SIM:empty"), { headers: { "x-session-id": "ses_1" } })).text()
      await get(`${root(sim)}/nope`)
      expect(sim.requests).toHaveLength(2)
      expect(sim.requests[0]).toMatchObject({ method: "POST", path: "/v1/chat/completions", scenario: "empty", status: 200 })
      expect(sim.requests[0]!.headers["x-session-id"]).toBe("ses_1")
      expect(JSON.parse(sim.requests[0]!.body).tool_choice).toBe("auto")
    }))
})
