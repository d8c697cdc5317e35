import { describe, expect, test } from "bun:test"
import { parseRawOutput } from "../../../src/formats/raw.ts"
import { chunked, read } from "./reading.ts"

/** Outputs as people have seen them from each family, apart from what the chat templates would write. */
const declare = (name: string, properties: Record<string, unknown>) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties } },
})
const string = { type: "string" }
const integer = { type: "integer" }
const tools = [
  declare("get_weather", { city: string, metric: string, days: integer }),
  declare("get_time", {}),
  declare("register", {
    name: string,
    age: integer,
    address: { type: "object", properties: { city: string, zip: integer } },
    role: { anyOf: [string, { type: "null" }] },
    passed: { type: "boolean" },
    aliases: { type: "array", items: string },
    score: { type: "number" },
  }),
  declare("exec", { command: string }),
  declare("shop.order", { list: { type: "array" } }),
]
const NS = "]<]minimax[>["
const weather = ["get_weather", { city: "x" }] as const
const time = ["get_time", {}] as const

interface Expected {
  reasoning?: string
  content?: string
  calls?: readonly (readonly [name: string, args: unknown])[]
  /** The template wrote the opener of the thoughts. */
  open?: boolean
}

const CORPUS: readonly [family: string, text: string, expected: Expected][] = [
  // Llama 3: text around a bare object, several separators, both keys.
  [
    "llama3",
    'The result: {"name": "get_weather", "parameters": {"city": "x"}} More?',
    { content: "The result: More?", calls: [weather] },
  ],
  [
    "llama3",
    '{"name": "get_weather", "arguments": {"city": "x"}} ;{"name": "get_time", "parameters": {}}',
    { calls: [weather, time] },
  ],
  ["llama3", '{"name": "get_time", "parameters": {invalid}', { content: '{"name": "get_time", "parameters": {invalid}' }],
  ["llama3", '{"name": "launch", "parameters": {}}', { content: '{"name": "launch", "parameters": {}}' }],
  ["llama3", '<|python_tag|>{"type": "function", "name": "get_time", "parameters": {}}<|eot_id|>', { calls: [time] }],
  // Python calls: escapes, types, nested quotes, raw newlines, sets, padded numbers, missing ends.
  [
    "llama4",
    "[get_weather(city='Martha\\'s', metric='\\\"C\\\"')]",
    { calls: [["get_weather", { city: "Martha's", metric: '"C"' }]] },
  ],
  [
    "llama4",
    "[register(name='J', age=37, address={'city': 'SF'}, role=None, passed=True, aliases=['a', 'b'])]",
    { calls: [["register", { name: "J", age: 37, address: { city: "SF" }, role: null, passed: true, aliases: ["a", "b"] }]] },
  ],
  ["llama4", '[\n  get_weather(city="x"),\n  get_time()\n]', { calls: [weather, time] }],
  ["llama4", "<|python_start|>[get_time()]<|python_end|><|eot|>", { calls: [time] }],
  [
    "lfm2",
    "<|tool_call_start|>[exec(command='sed -n '1,5p' /a.py')]<|tool_call_end|>",
    { calls: [["exec", { command: "sed -n '1,5p' /a.py" }]] },
  ],
  [
    "lfm2",
    "<|tool_call_start|>[exec(command='a\nb')]<|tool_call_end|>Done.",
    { content: "Done.", calls: [["exec", { command: "a\nb" }]] },
  ],
  [
    "lfm2",
    "<|tool_call_start|>[shop.order(list={'a', 'b'})]<|tool_call_end|>",
    { calls: [["shop.order", { list: ["a", "b"] }]] },
  ],
  ["lfm2", "<|tool_call_start|>[get_weather(city='x', days=07)]", { calls: [["get_weather", { city: "x", days: 7 }]] }],
  ["lfm2", "<|tool_call_start|>\n```python\nget_weather(city='x')\n```\n<|tool_call_end|>", { calls: [weather] }],
  [
    "olmo3",
    "<think>a</think>\n<function_calls>get_weather(city='x')\nget_time()</function_calls>",
    { reasoning: "a", calls: [weather, time] },
  ],
  // MiniMax.
  [
    "minimax-m3",
    `${NS}<tool_call>\n${NS}<invoke name="register">${NS}<age>042${NS}</age>${NS}<address>${NS}<city>S${NS}</city>${NS}<zip>018956${NS}</zip>${NS}</address>${NS}<aliases>${NS}<item>1${NS}</item>${NS}<item>b${NS}</item>${NS}</aliases>${NS}</invoke>\n${NS}</tool_call>`,
    { calls: [["register", { age: 42, address: { city: "S", zip: 18956 }, aliases: ["1", "b"] }]] },
  ],
  [
    "minimax-m3",
    `<mm:think>x</mm:think>ok ${NS}<tool_call>${NS}<invoke name=get_time>${NS}</invoke>${NS}</tool_call>`,
    { reasoning: "x", content: "ok", calls: [time] },
  ],
  ["minimax-m3", `plain ${NS}<tool_ca`, { content: `plain ${NS}<tool_ca` }],
  [
    "minimax-m2",
    "<minimax:tool_call><invoke name='get_weather'><parameter name='city'>x</parameter></invoke><invoke name=get_time></invoke></minimax:tool_call>",
    { calls: [weather, time] },
  ],
  // Granite.
  ["granite3", "Here is my thought process:This\nThatHere is my response:Rest", { reasoning: "This\nThat", content: "Rest" }],
  ["granite3", "Here's my thought process: x\n\nHere's my response: y", { reasoning: "x", content: "y" }],
  ["", "Here is my thought process: I like cats.", { content: "Here is my thought process: I like cats." }],
  ["granite3", "Here is my response: yes.", { content: "Here is my response: yes." }],
  [
    "granite3",
    '<function_call> {"name": "get_weather", "arguments": {"city": "x"}} <function_call> {"name": "get_time", "arguments": {}}',
    { calls: [weather, time] },
  ],
  // MiniCPM: entities, CDATA, lost spaces.
  [
    "minicpm",
    'In.\n<function name="get_weather"><param name="city">&lt;b&gt;</param><param name="days">3</param></function>',
    { content: "In.", calls: [["get_weather", { city: "<b>", days: 3 }]] },
  ],
  ["minicpm", '<functionname="get_weather"><paramname="city">x</param></function>', { calls: [weather] }],
  ["minicpm", '<function\u0120name="get_weather"><param\u0120name="city">x</param></function>', { calls: [weather] }],
  [
    "minicpm",
    '<think>h</think><function name="get_weather"><param name="city"><![CDATA[a\n<b>]]></param></function>',
    { reasoning: "h", calls: [["get_weather", { city: "a\n<b>" }]] },
  ],
  // JSON lists in tags.
  [
    "jamba",
    ' Sure.<tool_calls>[\n    {"name": "get_weather", "arguments": {"city": "x"}}\n]</tool_calls>',
    { content: "Sure.", calls: [weather] },
  ],
  [
    "hunyuan-a13b",
    '<think>\nI\n</think>\n<answer>\n<tool_calls>[{"name": "get_time", "arguments": {}}]</tool_calls>\n</answer>',
    { reasoning: "I", calls: [time] },
  ],
  ["hunyuan-a13b", "<think>\n\n</think>\n<answer>\nHello.\n</answer>", { content: "Hello." }],
  [
    "hunyuan-v3",
    "<tool_calls:6a><tool_call:6a>get_weather<tool_sep:6a><arg_key:6a>city</arg_key:6a><arg_value:6a>x</arg_value:6a></tool_call:6a></tool_calls:6a>",
    { calls: [weather] },
  ],
  [
    "xlam",
    'I will.\n```json\n[{"name": "get_weather", "arguments": {"city": "x"}}]\n```',
    { content: "I will.", calls: [weather] },
  ],
  [
    "xlam",
    'I check.[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "x"}}]',
    { content: "I check.", calls: [weather] },
  ],
  [
    "internlm",
    'Let me. <|action_start|><|plugin|>\n{"name": "get_weather", "parameters": {"city": "x"}}\n<|action_end|>',
    { content: "Let me.", calls: [weather] },
  ],
  [
    "internlm",
    "<|action_start|><|plugin|>not json<|action_end|>",
    { content: "<|action_start|><|plugin|>not json<|action_end|>" },
  ],
  ["phi4-mini", 'functools[{"name": "get_weather", "arguments": {"city": "x"}}]<|end|>', { calls: [weather] }],
  [
    "apertus",
    '<|inner_prefix|>h<|tools_prefix|>[{"get_time": {}}]<|tools_suffix|><|inner_suffix|>Done',
    { reasoning: "h", content: "Done", calls: [time] },
  ],
  ["ernie4.5", "abc\n</think>\n\n<response>\nHello\n</response>\n", { reasoning: "abc", content: "Hello", open: true }],
  // DeepSeek, Kimi, GLM, Mistral.
  [
    "kimi-k2",
    'I<|tool_calls_section_begin|>\n<|tool_call_begin|>get_weather:0 <|tool_call_argument_begin|> {"city": "x"} <|tool_call_end|><|tool_calls_section_end|>',
    { reasoning: "I", calls: [weather], open: true },
  ],
  [
    "kimi-k2",
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_time:0<|tool_call_argument_begin|><|tool_call_end|><|tool_calls_section_end|>",
    { calls: [time] },
  ],
  [
    "deepseek-v3.1",
    "x<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    { content: "x", calls: [time] },
  ],
  [
    "deepseek-v4.1",
    '<｜DSML｜ calls>\n<｜DSML｜ invoke name="get_weather">\n<｜DSML｜ parameter name="city" string="true">x</｜DSML｜ parameter>\n</｜DSML｜ invoke>\n</｜DSML｜ calls>',
    { calls: [weather] },
  ],
  [
    "glm-4.7",
    "<tool_call>get_weather<arg_key>city</arg_key><arg_value>x</arg_value></tool_call><tool_call>get_time</tool_call>",
    { calls: [weather, time] },
  ],
  [
    "glm-4.5",
    "<tool_call>register\n<arg_key>passed</arg_key>\n<arg_value>True</arg_value>\n<arg_key>score</arg_key>\n<arg_value>1.50</arg_value>\n</tool_call>",
    { calls: [["register", { passed: true, score: 1.5 }]] },
  ],
  [
    "mistral",
    'a[TOOL_CALLS]get_weather{"city": "x"}[TOOL_CALLS]get_time[CALL_ID]abc[ARGS]{}',
    { content: "a", calls: [weather, time] },
  ],
  ["mistral", '[TOOL_CALLS] [{"arguments": {}, "name": "get_time"}]</s>', { calls: [time] }],
  // Qwen: two objects in a tag, missing closers, typed values, newlines at a value's edges.
  [
    "qwen3",
    '<think>\n\n</think>\n\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "x"}}\n{"name": "get_time"}\n</tool_call>',
    { calls: [weather, time] },
  ],
  ["qwen3", '<tool_call>\n{"name": "get_weather", "arguments": {"city": "x"}\n</tool_call>', { calls: [weather] }],
  ["qwen3", "<think>never closed", { reasoning: "never closed" }],
  ["qwen3", "Hi <think>spoken of</think> there", { content: "Hi <think>spoken of</think> there" }],
  [
    "qwen3-coder",
    "<function=register>\n<parameter=name>\n 5\n\n</parameter>\n<parameter=role>\nnull\n</parameter>\n</function>\n</tool_call>",
    { calls: [["register", { name: " 5\n", role: null }]] },
  ],
  ["qwen3-coder", "<tool_call>\n<function=get_weather>\n<parameter=city>\nx\n</parameter>\n</tool_call>", { calls: [weather] }],
  ["nemotron3", "</think>\n\nThe `</think>` token.", { content: "The `</think>` token.", open: true }],
  ["deepseek-r1", "<think>\nagain\n</think>\n\nAnswer", { reasoning: "again", content: "Answer", open: true }],
  // Channels and messages.
  [
    "gpt-oss",
    '<|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{"city": "x"}',
    { calls: [weather] },
  ],
  ["gpt-oss", "<|channel|>analysis to=functions.get_time code<|message|>{}<|call|>", { calls: [time] }],
  [
    "inkling",
    '<|message_model|><|content_thinking|>h<|end_message|><|message_model|><|content_text|>Hi<|end_message|><|message_model|><|content_invoke_tool_json|>{"name":"get_weather","args":{"city":"x"}}<|end_message|>',
    { reasoning: "h", content: "Hi", calls: [weather] },
  ],
  [
    "muse-glimmer",
    ' to=self<|message|>h<|eom|><|start|>assistant to=get_time<|message|>\n<atem:function_calls>\n<atem:invoke name="get_time">\n</atem:invoke>\n</atem:function_calls><|eom|><|start|>assistant to=user<|message|>Done<|eot|>',
    { reasoning: "h", content: "Done", calls: [time] },
  ],
  [
    "functiongemma",
    "<start_function_call>call:get_weather{city:<escape>x<escape>,days:<escape>3<escape>}<end_function_call>",
    { calls: [["get_weather", { city: "x", days: 3 }]] },
  ],
]

const plain = (calls: readonly { name: string; arguments: string }[]) =>
  calls.map((call) => [call.name, JSON.parse(call.arguments) as unknown])

describe("outputs as they were seen", () => {
  for (const [family, text, { reasoning = "", content = "", calls = [], open = false }] of CORPUS) {
    test(`${family || "unknown"}: ${JSON.stringify(text.slice(0, 70))}`, () => {
      const options = { tools, family: family || undefined, reasoning: open ? ("open" as const) : ("closed" as const) }
      const output = parseRawOutput(text, options)
      expect({ reasoning: output.reasoning, content: output.content, calls: plain(output.calls) }).toEqual({
        reasoning,
        content,
        calls: calls.map(([name, args]) => [name, args]),
      })
      const whole = read(options, [text])
      expect(read(options, [...text])).toEqual(whole)
      expect(read(options, chunked(text, 7))).toEqual(whole)
    })
  }
})

describe("time", () => {
  const families = [...new Set(CORPUS.map(([family]) => family).filter((family) => family !== ""))]
  /** Milliseconds of the processor. */
  const cost = (family: string, text: string): number => {
    const started = process.cpuUsage()
    const { calls } = read({ tools, family, reasoning: "closed" }, text.match(/[\s\S]{1,400}/g) ?? [])
    expect(calls.every(({ arguments: args }) => args.length <= text.length * 6)).toBe(true)
    return process.cpuUsage(started).user / 1_000
  }
  // The first half of a call, over and over, and one that never ends.
  for (const [family, text] of CORPUS.filter(
    ([name, , { calls }], index) => calls && CORPUS.findIndex(([other, , one]) => other === name && one.calls) === index,
  )) {
    test(`${family}: openers and a call without end cost time in proportion`, () => {
      expect(families).toContain(family)
      const half = text.slice(0, text.length >> 1)
      for (const grow of [(times: number) => half.repeat(times), (times: number) => half + "x y\n".repeat(times * 10)]) {
        const short = cost(family, grow(500))
        const long = cost(family, grow(2000))
        expect(long).toBeLessThan(12 * short + 400)
      }
    })
  }
})
