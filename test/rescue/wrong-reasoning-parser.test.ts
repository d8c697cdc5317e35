import { describe, expect, test } from "bun:test"
import { rescueResponse } from "../../src/rescue/response.ts"
import { TOOLS } from "../stream/captures.ts"
import { bodyOf, HEAD, hear } from "./raw-streams.ts"

/** A stream whose reasoning field and content come from a server's reasoning parser. */
function stream(reasoning: string, content: string, size: number): string {
  const event = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`
  const pieces = (text: string): string[] => text.match(new RegExp(`[\\s\\S]{1,${size}}`, "gu")) ?? []
  return [
    event({ role: "assistant", content: "" }),
    ...pieces(reasoning).map((text) => event({ reasoning: text })),
    ...pieces(content).map((text) => event({ content: text })),
    event({}, "stop"),
    "data: [DONE]\n\n",
  ].join("")
}

const LS = { name: "bash", arguments: { command: "ls", description: "List" } }
const CASES = {
  "Seed-OSS, all in the field": {
    family: "seed-oss",
    reasoning:
      "<seed:think>Go.</seed:think>Ok.<seed:tool_call>\n<function=bash>\n<parameter=command>ls</parameter>\n<parameter=description>List</parameter>\n</function>\n</seed:tool_call>",
    content: "",
    meant: { reasoning: "Go.", content: "Ok.", calls: [LS] },
  },
  "gpt-oss, all in the field": {
    family: "gpt-oss",
    reasoning: `<|channel|>analysis<|message|>Go.<|end|><|start|>assistant<|channel|>commentary to=functions.bash <|constrain|>json<|message|>${JSON.stringify(LS.arguments)}<|call|>`,
    content: "",
    meant: { reasoning: "Go.", content: "", calls: [LS] },
  },
  "Magistral, cut at a closer that it quotes": {
    family: "magistral",
    reasoning: "[THINK]Go.[/THINK]The other one is `",
    content: "`, as you see.",
    meant: { reasoning: "Go.", content: "The other one is `</think>`, as you see.", calls: [] },
  },
  "LongCat, cut at the opener of a call that it shows": {
    family: "longcat",
    reasoning: "<longcat_think>Go.</longcat_think>\nLike this:\n\n```xml\n",
    content: "<tool_call>\n```\n",
    meant: { reasoning: "Go.", content: "Like this:\n\n```xml\n<tool_call>\n```", calls: [] },
  },
  "Qwen3, cut at an opener that its thoughts quote": {
    family: "qwen3",
    reasoning: "It looks for `",
    content: "<tool_call>` and reads JSON.\n</think>\n\nIt reads JSON.",
    meant: { reasoning: "It looks for `<tool_call>` and reads JSON.", content: "It reads JSON.", calls: [] },
  },
  "Qwen3, read by its own parser": {
    family: "qwen3",
    reasoning: "Go.",
    content: `\n\n<tool_call>\n${JSON.stringify(LS)}\n</tool_call>`,
    meant: { reasoning: "Go.", content: "", calls: [LS] },
  },
}

describe("a server whose reasoning parser", () => {
  for (const [what, { family, reasoning, content, meant }] of Object.entries(CASES)) {
    test(`is or is not the family's: ${what}`, async () => {
      for (const size of [1, 3, 1000]) {
        const answer = rescueResponse(bodyOf(stream(reasoning, content, size)), { request: { tools: TOOLS }, family })
        const heard = hear(await answer.text())
        const calls = heard.calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) as unknown }))
        expect({ reasoning: heard.reasoning, content: heard.content.trim(), calls }).toEqual(meant)
      }
    })
  }
})
