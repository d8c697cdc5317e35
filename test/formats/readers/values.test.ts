import { describe, expect, test } from "bun:test"
import { parseRawOutput } from "../../../src/formats/raw.ts"
import { createRawReader } from "../../../src/formats/readers/index.ts"

const tool = (properties: Record<string, unknown>) => ({
  type: "function",
  function: { name: "act", parameters: { type: "object", properties } },
})
const call = (value: string): string =>
  `<tool_call>\n<function=act>\n<parameter=v>\n${value}\n</parameter>\n</function>\n</tool_call>`
const readValue = (schema: unknown, text: string): unknown => {
  const [found] = parseRawOutput(call(text), { tools: [tool({ v: schema })], family: "qwen3-coder" }).calls
  return found === undefined ? "no call" : (JSON.parse(found.arguments) as { v: unknown }).v
}

describe("values that are written as text", () => {
  test("are what the schema asks for", () => {
    expect(readValue({ type: "string" }, "5")).toBe("5")
    expect(readValue({ type: "string" }, '{"a": 1}')).toBe('{"a": 1}')
    expect(readValue({ type: "integer" }, "5")).toBe(5)
    expect(readValue({ type: "number" }, "-2.5e3")).toBe(-2500)
    expect(readValue({ type: "boolean" }, "true")).toBe(true)
    expect(readValue({ type: "boolean" }, "False")).toBe(false)
    expect(readValue({ type: "object" }, '{"a": [1, null]}')).toEqual({ a: [1, null] })
    expect(readValue({ type: "array" }, '["x", "</parameter>"]')).toEqual(["x", "</parameter>"])
    expect(readValue({ anyOf: [{ type: "string" }, { type: "null" }] }, "null")).toBeNull()
    // As vLLM reads it, which tries the narrower type first.
    expect(readValue({ type: ["string", "integer"] }, "5")).toBe(5)
    expect(readValue({ type: ["string", "integer"] }, "007")).toBe("007")
    expect(readValue({ type: "number" }, ".5")).toBe(0.5)
    expect(readValue({ type: "boolean" }, "1")).toBe(true)
    expect(readValue({ type: "str" }, "5")).toBe("5")
    expect(readValue({ type: "array" }, "['a', True, None]")).toEqual(["a", true, null])
    expect(readValue({ type: "object" }, "{'a': 1,}")).toEqual({ a: 1 })
    expect(readValue({ anyOf: [{ type: "string" }, { type: "array" }] }, '["a"]')).toEqual(["a"])
    expect(readValue({ enum: ["a", "b"] }, "a")).toBe("a")
    expect(readValue({}, "5")).toBe(5)
    expect(readValue({}, "plain")).toBe("plain")
  })

  test("stay text where they do not fit the schema", () => {
    expect(readValue({ type: "integer" }, "five")).toBe("five")
    expect(readValue({ type: "array" }, "[1, 2")).toBe("[1, 2")
  })

  test("keep integers that JavaScript cannot hold", () => {
    const [found] = parseRawOutput(call("12345678901234567890"), {
      tools: [tool({ v: { type: "integer" } })],
      family: "qwen3-coder",
    }).calls
    expect(found?.arguments).toContain("12345678901234567890")
  })
})

describe("what a reader says while the output comes", () => {
  const tools = [tool({ v: { type: "string" } })]

  test("text and arguments are passed on at once, but for what may begin a delimiter", () => {
    const reader = createRawReader({ tools, family: "qwen3-coder" })
    expect(reader.push("Hello")).toEqual([{ type: "content", text: "Hello" }])
    expect(reader.push(" <tool")).toEqual([])
    expect(reader.push("box> is")).toEqual([{ type: "content", text: " <toolbox> is" }])
    expect(reader.push("\n\n<tool_call>\n<function=act>")).toEqual([])
    expect(reader.push("\n<parameter=v>\nab")).toEqual([
      { type: "call-start", name: "act", at: 20 },
      { type: "arguments", text: '{"v": "' },
    ])
    const pieces = reader.push("cdefghijklmnopqrstuvwxyz")
    expect(pieces).toEqual([{ type: "arguments", text: expect.stringMatching(/^abcdef/) as unknown as string }])
  })

  test("JSON arguments come as they are written", () => {
    const reader = createRawReader({ tools, family: "qwen3" })
    expect(reader.push('<tool_call>\n{"name": "act", "arguments": {"v": "one ')).toEqual([
      { type: "call-start", name: "act", at: 0 },
      { type: "arguments", text: '{"v": "one ' },
    ])
    expect(reader.push("two")).toEqual([{ type: "arguments", text: "two" }])
    expect(reader.push('"}')).toEqual([
      { type: "arguments", text: '"}' },
      { type: "call-end", complete: true, at: 57 },
    ])
  })

  test("thoughts are passed on at once, and a call before their end ends them", () => {
    const reader = createRawReader({ tools, family: "nemotron3" })
    expect(reader.push("I think")).toEqual([{ type: "reasoning", text: "I think" }])
    const events = reader.push(`\n${call("x")}\n</think>\n\nDone.`)
    events.push(...reader.end())
    expect(events.map(({ type }) => type)).toEqual(["call-start", "arguments", "call-end", "content"])
    expect(events.at(-1)).toEqual({ type: "content", text: "Done." })
  })

  test("a call that the output cuts off is said to be incomplete", () => {
    const reader = createRawReader({ tools, family: "qwen3" })
    const events = [...reader.push('<tool_call>{"name": "act", "arguments": {"v": "one'), ...reader.end()]
    expect(events.at(-1)).toEqual({ type: "call-end", complete: false, at: 50 })
  })
})

describe("models' slips with one meaning", () => {
  const tools = [tool({ v: { type: "string" } })]
  const read = (text: string, family: string) =>
    parseRawOutput(text, { tools, family }).calls.map((one) => JSON.parse(one.arguments) as unknown)

  test("raw newlines and false escapes in JSON strings", () => {
    expect(read('<tool_call>{"name": "act", "arguments": {"v": "a\nb \\d \\\' c"}}</tool_call>', "qwen3")).toEqual([
      { v: "a\nb \\d ' c" },
    ])
  })
  test("arguments before the name, and arguments as a string", () => {
    expect(read('<tool_call>{"arguments": {"v": "a"}, "name": "act"}</tool_call>', "qwen3")).toEqual([{ v: "a" }])
    expect(read('<tool_call>{"name": "act", "arguments": "{\\"v\\": \\"a\\"}"}</tool_call>', "qwen3")).toEqual([{ v: "a" }])
  })
  test("a missing outer tag, a missing closer, another form in the same tag", () => {
    expect(read("<function=act>\n<parameter=v>\na\n</parameter>\n</function>", "qwen3-coder")).toEqual([{ v: "a" }])
    expect(read("<tool_call>\n<function=act>\n<parameter=v>\na\n</parameter>\n</function>", "nemotron3")).toEqual([{ v: "a" }])
    expect(read('<tool_call>\n{"name": "act", "arguments": {"v": "a"}}', "nemotron3")).toEqual([{ v: "a" }])
  })
  test("a value in a CDATA section", () => {
    expect(read('<function name="act"><param name="v"><![CDATA[if (a < b) </param> c]]></param></function>', "")).toEqual([
      { v: "if (a < b) </param> c" },
    ])
  })
  test("the family is told from the text", () => {
    expect(parseRawOutput(call("x"), { tools }).family).toBe("qwen3-coder")
    expect(parseRawOutput(`Thinking.\n</think>\n${call("x")}`, { tools }).family).toBe("nemotron3")
    expect(parseRawOutput('<|python_tag|>{"name": "act", "parameters": {}}', { tools }).family).toBe("llama3")
    expect(parseRawOutput("Hello.", { tools }).family).toBeUndefined()
  })
})
