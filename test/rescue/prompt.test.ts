import { describe, expect, test } from "bun:test"
import { type Ask, promptEnd, toolsReachPrompt, toolsReachTokens } from "../../src/rescue/prompt.ts"
import { agentBody, post, withSim } from "../sim/client.ts"

const BODY = { ...agentBody(), chat_template_kwargs: { enable_thinking: true } }
type Answer = Awaited<ReturnType<Ask>>
const counted = (tokens: unknown): Answer => ({ status: 200, json: { usage: { prompt_tokens: tokens } } })

describe("tools reach the prompt", () => {
  const CASES: [what: string, withTools: Answer, without: Answer, reach: boolean | undefined][] = [
    ["more tokens", counted(300), counted(20), true],
    ["as many", counted(20), counted(20), false],
    ["refused with tools only", { status: 400, json: {} }, counted(20), false],
    ["refused both", { status: 400, json: {} }, { status: 400, json: {} }, false],
    ["no answer", undefined, counted(20), undefined],
    ["no usage", { status: 200, json: {} }, counted(20), false],
    ["usage that is none", counted("many"), counted(20), false],
    ["no usage without tools", counted(20), { status: 200, json: {} }, false],
    ["null", { status: 200, json: null }, { status: 200, json: null }, false],
    ["overloaded", { status: 503, json: {} }, counted(20), undefined],
  ]
  for (const [what, loaded, bare, reach] of CASES) {
    test(`${what}: ${reach}`, async () => {
      const ask: Ask = async (_route, body) => (body.tools ? loaded : bare)
      expect(await toolsReachPrompt(ask, BODY)).toBe(reach as boolean)
    })
  }

  test("is asked with two tiny requests in form A, not streamed", async () => {
    const sent: [string, Record<string, unknown>][] = []
    const ask: Ask = async (route, body) => {
      sent.push([route, body])
      return counted(5)
    }
    await toolsReachPrompt(ask, BODY)
    expect(sent.map(([route]) => route)).toEqual(["/v1/chat/completions", "/v1/chat/completions"])
    for (const [, body] of sent) {
      expect(body).toMatchObject({
        model: BODY.model,
        max_tokens: 1,
        skip_special_tokens: false,
        chat_template_kwargs: { enable_thinking: true },
      })
      expect(body).not.toHaveProperty("stream")
      expect(JSON.stringify(body.messages).length).toBeLessThan(60)
    }
    expect(sent[0]?.[1]).toMatchObject({ tool_choice: "none", tools: BODY.tools.slice(0, 2) })
    expect(sent[1]?.[1]).not.toHaveProperty("tools")
  })

  test("says nothing of a request without tools, and asks nothing", async () => {
    const ask: Ask = async () => {
      throw new Error("Asked.")
    }
    for (const tools of [undefined, [], "x"]) expect(await toolsReachPrompt(ask, { ...BODY, tools })).toBeUndefined()
  })
})

describe("tools reach the rendered prompt of form B", () => {
  const rendered = (n: number): Answer => ({ status: 200, json: { tokens: Array.from({ length: n }, () => 7) } })
  const CASES: [what: string, withTools: Answer, without: Answer, reach: boolean | undefined][] = [
    ["more tokens", rendered(30), rendered(5), true],
    ["as many: the route does not know of tools", rendered(5), rendered(5), false],
    ["no route", { status: 404, json: {} }, { status: 404, json: {} }, false],
    ["a route of that name that takes no messages", rendered(0), rendered(0), false],
    ["overloaded", { status: 429, json: {} }, rendered(5), undefined],
    ["no answer", undefined, undefined, undefined],
  ]
  for (const [what, loaded, bare, reach] of CASES) {
    test(`${what}: ${reach}`, async () => {
      const ask: Ask = async (route, body) => {
        expect(route).toBe("/tokenize")
        return body.tools ? loaded : bare
      }
      expect(await toolsReachTokens(ask, BODY)).toBe(reach as boolean)
    })
  }
})

describe("the end of the prompt", () => {
  const tokens: Answer = { status: 200, json: { tokens: [1, 2, 3] } }
  const CASES: [what: string, tokenized: Answer, prompt: unknown, end: "open" | "closed" | "unknown" | undefined][] = [
    ["the template opens the thoughts", tokens, "Ready?<|im_end|>\n<|im_start|>assistant\n<think>\n", "open"],
    ["and closes them again", tokens, "Ready?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", "closed"],
    ["it leaves them to the model", tokens, "Ready?<|im_end|>\n<|im_start|>assistant\n", "closed"],
    ["another family's opener", tokens, "Ready?<seed:eos><seed:bos>assistant\n<seed:think>", "open"],
    ["thoughts are spoken of before the question", tokens, "Think in <think> blocks.\nReady?<|im_start|>assistant\n", "closed"],
    ["the question is not seen", tokens, "assistant\n<think>\n", "open"],
    ["no route", { status: 404, json: {} }, "", "unknown"],
    ["no answer", undefined, "", undefined],
    ["overloaded", { status: 503, json: {} }, "", undefined],
    ["no tokens", { status: 200, json: {} }, "", "unknown"],
    ["no prompt", tokens, undefined, "unknown"],
  ]
  for (const [what, tokenized, prompt, end] of CASES) {
    test(`${what}: ${end}`, async () => {
      const ask: Ask = async (route) => (route === "/tokenize" ? tokenized : { status: 200, json: { prompt } })
      expect(await promptEnd(ask, BODY)).toBe(end as "open")
    })
  }

  test("is asked with the same template arguments and tools, and the last tokens only", async () => {
    const sent: [string, Record<string, unknown>][] = []
    const ask: Ask = async (route, body) => {
      sent.push([route, body])
      return { status: 200, json: { tokens: Array.from({ length: 500 }, (_, i) => i), prompt: "" } }
    }
    await promptEnd(ask, BODY, "nemotron3")
    expect(sent[0]).toEqual([
      "/tokenize",
      {
        model: BODY.model,
        messages: [{ role: "user", content: "Ready?" }],
        tools: BODY.tools.slice(0, 2),
        chat_template_kwargs: { enable_thinking: true },
      },
    ])
    expect(sent[1]?.[0]).toBe("/detokenize")
    expect(sent[1]?.[1].tokens).toEqual(Array.from({ length: 64 }, (_, i) => 436 + i))
  })
})

test("the simulated server answers both", async () => {
  await withSim({ scenario: "no-tool-parser" }, async (sim) => {
    const ask: Ask = async (route, body) => {
      const response = await post(sim, route, body)
      return { status: response.status, json: await response.json() }
    }
    expect(await toolsReachPrompt(ask, BODY)).toBe(true)
    expect(await promptEnd(ask, BODY)).toBe("open")
  })
})
