import { describe, expect, test } from "bun:test"
import { readAsked } from "../../src/opencode/asked.ts"

const speaks = (body: object) => readAsked(JSON.stringify(body)).speaksOfModels()

describe("whether a conversation speaks of language models", () => {
  test("the words of people, tools and models tell, in each of the three shapes", () => {
    const word = "Fix the tool parser."
    const bodies = [
      { messages: [{ role: "user", content: word }] },
      { messages: [{ role: "user", content: [{ type: "text", text: word }] }] },
      { messages: [{ role: "tool", tool_call_id: "1", content: "src/chat_template.jinja" }] },
      { messages: [{ role: "assistant", tool_calls: [{ function: { name: "read", arguments: '{"filePath":"/vllm/x.py"}' } }] }] },
      { messages: [{ role: "user", content: [{ type: "tool_result", content: [{ type: "text", text: "a tokenizer" }] }] }] },
      { input: word },
      { input: [{ role: "user", content: [{ type: "input_text", text: word }] }] },
      { input: [{ type: "function_call_output", call_id: "1", output: "class QwenParser: the parser" }] },
    ]
    for (const body of bodies) expect([body, speaks(body)]).toEqual([body, true])
  })

  test("ordinary work does not, nor does what the host says of itself, nor the names of tools", () => {
    const bodies = [
      { messages: [{ role: "user", content: "Rename the invoice and its auth token." }] },
      { instructions: "You can do tool calls.", input: "go on" },
      { system: "You are a reasoning LLM.", messages: [{ role: "user", content: "go on" }] },
      { messages: [{ role: "system", content: "Use the tool_call format." }], tools: [{ function: { name: "prompt" } }] },
      { messages: [{ role: "tool", name: "parser", tool_call_id: "call_llm", content: "ok" }] },
    ]
    for (const body of bodies) expect([body, speaks(body)]).toEqual([body, false])
  })

  test("delimiters count where people write them, not where the model or a tool repeats what was corrupted", () => {
    const message = (role: string) => ({ messages: [{ role, content: "ls </think> src" }] })
    expect(["user", "assistant", "tool"].map((role) => speaks(message(role)))).toEqual([true, false, false])
  })

  test("what cannot be read says nothing", () => {
    for (const body of [undefined, "", "{", "[]", "null", '{"messages":[null,1,{}],"input":7}'])
      expect([readAsked(body).model(), readAsked(body).speaksOfModels()]).toEqual([undefined, false])
  })
})
