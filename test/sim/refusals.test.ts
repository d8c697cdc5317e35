import { describe, expect, test } from "bun:test"
import type { ScenarioName } from "../../src/sim/index.ts"
import { agentBody, chat, TOOLS, withSim } from "./client.ts"

/** Status and error of a chat request; the texts are those a running vLLM 0.32.0 sent. */
async function refused(body: unknown, options: { scenario?: ScenarioName; maxModelLen?: number; contentType?: string } = {}) {
  return withSim(options, async (sim) => {
    const response = await chat(sim, body, options.contentType ? { headers: { "content-type": options.contentType } } : {})
    const { error } = await response.json()
    return { status: response.status, ...error }
  })
}

const bad = (message: string, param: string | null = null, type = "BadRequestError") => ({
  status: 400,
  message,
  type,
  param,
  code: 400,
})

describe("a request vLLM refuses is refused in its own words", () => {
  test("unknown model", async () => {
    expect(await refused(agentBody("x", { model: "nope" }))).toEqual({
      status: 404,
      message: "The model `nope` does not exist. Valid aliases: nemotron-3-super.",
      type: "NotFoundError",
      param: "model",
      code: 404,
    })
  })

  test("output limit above the context", async () => {
    const text = (param: string) =>
      `${param}=32000 cannot be greater than max_model_len=4096. Please request fewer output tokens. (parameter=${param}, value=32000)`
    expect(await refused(agentBody(), { scenario: "small-context" })).toEqual(bad(text("max_tokens"), "max_tokens"))
    const other = agentBody("x", { max_tokens: undefined, max_completion_tokens: 32_000 })
    expect(await refused(other, { maxModelLen: 4096 })).toEqual(bad(text("max_completion_tokens"), "max_completion_tokens"))
    expect(await refused(agentBody("x", { max_tokens: 0 }))).toMatchObject(
      bad("max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)", "max_tokens"),
    )
  })

  test("prompt longer than the context, in words that make OpenCode compact", async () => {
    const message =
      "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, which exceeds this " +
      "limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=4097)"
    const body = agentBody("lorem ipsum ".repeat(5000), { max_tokens: 100 })
    expect(await refused(body, { maxModelLen: 4096 })).toEqual(bad(message, "input_tokens"))
  })

  test("tools on a server without parser flags", async () => {
    const auto = bad('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set')
    expect(await refused(agentBody(), { scenario: "no-tool-parser" })).toEqual(auto)
    expect(await refused(agentBody("x", { tool_choice: undefined }), { scenario: "no-tool-parser" })).toEqual(auto)
    expect(await refused(agentBody("x", { tool_choice: "required" }), { scenario: "no-tool-parser" })).toEqual(
      bad('tool_choice="required" requires --tool-call-parser to be set'),
    )
    const named = { tool_choice: { type: "function", function: { name: "bash" } } }
    expect(await refused(agentBody("x", named), { scenario: "no-tool-parser" })).toEqual(
      bad('tool_choice=function "bash" requires --tool-call-parser to be set'),
    )
  })

  test("tools and tool_choice that do not fit each other", async () => {
    expect(await refused(agentBody("x", { tools: [], tool_choice: undefined }))).toEqual(
      bad(
        "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely. (parameter=tools)",
        "tools",
      ),
    )
    expect(await refused(agentBody("x", { tools: undefined }))).toEqual(
      bad("When using `tool_choice`, `tools` must be set. (parameter=tool_choice)", "tool_choice"),
    )
    expect(await refused(agentBody("x", { tool_choice: "nope" }))).toMatchObject({
      message:
        'Invalid value for `tool_choice`: nope! Only named tools, "none", "auto" or "required" are supported. (parameter=tool_choice)',
    })
    expect(await refused(agentBody("x", { tool_choice: { type: "function", function: { name: "zzz" } } }))).toMatchObject({
      message: "The tool specified in `tool_choice` does not match any of the specified `tools` (parameter=tool_choice)",
    })
  })

  test("stream_options without stream", async () => {
    expect(await refused(agentBody("x", { stream: false }))).toEqual(
      bad("Stream options can only be defined when `stream=True`. (parameter=stream_options)", "stream_options"),
    )
  })

  test("a body that is not what the schema asks", async () => {
    const schema = (problem: string, param: string | null) => bad(`1 validation error:\n  ${problem}`, param, "Bad Request")
    expect(await refused("{bad")).toMatchObject({ status: 400, type: "Bad Request", param: "body.1" })
    expect(await refused("")).toEqual(
      schema("{'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}", "body"),
    )
    expect(await refused("[]")).toMatchObject({ status: 400, param: "body" })
    expect(await refused({ model: "nemotron-3-super" })).toEqual(
      schema(
        "{'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required', 'input': '<dict of 1 items>'}",
        "body.messages",
      ),
    )
    expect(await refused({ messages: "x" })).toEqual(
      schema(
        "{'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input should be a valid list', 'input': 'x'}",
        "body.messages",
      ),
    )
    expect(await refused({ messages: [] })).toEqual(
      bad("Cannot apply chat template to an empty conversation. Provide at least one message."),
    )
    expect(await refused("{}", { contentType: "text/plain" })).toEqual(
      schema("Unsupported Media Type: Only 'application/json' is allowed", null),
    )
  })

  test("messages of any shape never break the server", () =>
    withSim({}, async (sim) => {
      for (const messages of [
        [null],
        [1, "x", []],
        [{ role: "user", content: 5 }],
        [{ role: "user", content: [null, 3, { text: 1 }] }],
      ])
        expect((await chat(sim, { messages, tools: TOOLS })).status).toBe(200)
    }))
})
