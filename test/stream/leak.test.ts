import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import { type Answer, kindsOf, reportOf, requestWith, streamOf } from "./answer.ts"

const call = (name: string, args: object | string): Answer => ({ calls: [{ name, arguments: args }] })
const ABOUT_TAGS = { request: requestWith("Our prompts use <think> and </think>.") }

describe("reasoning in arguments is found", () => {
  const CASES: Record<string, Answer> = {
    "a closer at the end of a path": call("read", { filePath: "/src/a.ts</think>" }),
    "a block before a command": call("bash", { command: "<think>\nThe user wants src.\n</think>\nls src" }),
    "a closer at the end of a command": call("bash", { command: "ls -la</think>" }),
    "a closer on a line of its own in a command": call("bash", { command: "ls\n</think>\n\nsrc" }),
    "a channel opener in a path": call("write", { filePath: "notes.md<|channel>thought\nwait, which folder", content: "hi" }),
    "a closer in an enum": call("todowrite", { todos: [{ content: "x", status: "pending</think>", priority: "high" }] }),
    "a closer in a number-like field": call("webfetch", { url: "https://example.org", format: "html</think>" }),
    "a block before a label": call("task", {
      description: "<think>\nshort name\n</think>\nFind it",
      prompt: "Find it",
      subagent_type: "general",
    }),
    "a monologue before a program": call("write", {
      filePath: "src/a.ts",
      content: "<think>\nI should export one.\n</think>\nexport const one = 1\n",
    }),
    "a closer at the end of a program": call("write", { filePath: "src/a.ts", content: "export const one = 1\n</think>" }),
    "a closer behind the arguments": call("bash", '{"command": "ls"}\n[/THINK]'),
    "a closer in a key": call("bash", '{"command</think>": "ls", "command": "ls"}'),
    "a forced end of thinking in a glob": call("glob", { pattern: "**/*.ts\n\nTime is up.\n</think>\n\n" }),
    "a thought in the quotes of a shell": call("bash", {
      command: 'git commit -m "Round once\n\nTime is up, I will answer now.\n</think>\n\nFixes #214"',
    }),
    "a closer in a deep value": call("todowrite", {
      todos: [
        { content: "first", status: "pending", priority: "low" },
        { content: "second\n</think>", status: "pending", priority: "low" },
      ],
    }),
  }
  for (const [name, answer] of Object.entries(CASES)) {
    test(name, () => expect(kindsOf(answer)).toEqual(["reasoning-in-arguments"]))
  }

  test("in a path even when the session is about the tags", () => {
    expect(kindsOf(call("read", { filePath: "/src/a.ts</think>" }), ABOUT_TAGS)).toEqual(["reasoning-in-arguments"])
  })

  test("and in a command that begins with a block, even then", () => {
    expect(kindsOf(call("bash", { command: "<think>\nThe user wants src.\n</think>\nls src" }), ABOUT_TAGS)).toEqual([
      "reasoning-in-arguments",
    ])
  })

  test("and again after the first leak came back as an error of the tool", () => {
    const leaked = '{"command":"ls</think>"}'
    const messages = [
      { role: "assistant", tool_calls: [{ id: "c1", type: "function", function: { name: "bash", arguments: leaked } }] },
      { role: "tool", tool_call_id: "c1", content: "sh: syntax error near ls</think>" },
    ]
    expect(kindsOf(call("bash", { command: "pwd</think>" }), { request: requestWith("Go on.", {}, messages) })).toEqual([
      "reasoning-in-arguments",
    ])
  })

  test("with the word-for-word overlap that makes it certain", () => {
    const thought = "I have to look at the price module first because the total is wrong there."
    const [finding] = reportOf({
      reasoning: thought,
      ...call("write", { filePath: "src/a.ts", content: `${thought}\n</think>\nexport {}\n` }),
    }).findings
    expect(finding).toMatchObject({ kind: "reasoning-in-arguments", certainty: "certain", tool: "write", field: "content" })
  })

  test("and names tool, field, family and flags", () => {
    const [finding] = reportOf({ model: "nvidia/Nemotron-3-Super-120B", ...call("read", { filePath: "/a</think>" }) }).findings
    expect(finding).toMatchObject({
      tool: "read",
      field: "filePath",
      callId: "call_0",
      family: "nemotron3",
      excerpt: "/a</think>",
    })
    expect(finding?.fix).toContain("--tool-call-parser qwen3_coder --reasoning-parser nemotron_v3")
  })

  test("in an argument far longer than what is kept", () => {
    const filler = "const x = 1\n".repeat(40_000)
    const answer = { pace: 5000, ...call("bash", { command: `${filler}\n</think>\n${filler}` }) }
    expect(kindsOf(answer)).toEqual(["reasoning-in-arguments"])
  })
})

describe("what belongs elsewhere and stands in the answer", () => {
  const CASES: Record<string, [Answer, string]> = {
    "an orphan closer, as without a reasoning parser": [
      { content: "I look.\n</think>\n\nThe cart is fine." },
      "reasoning-in-content",
    ],
    "a block at the beginning": [{ content: "<think>\nI look.\n</think>\n\nFine." }, "reasoning-in-content"],
    "a thought that ends directly before the answer": [
      { content: "I know its role from the listing.</think>`cart.ts` keeps the items." },
      "reasoning-in-content",
    ],
    "a block between two paragraphs": [
      { content: "It keeps items.\n\n<think>\nActually, it also sums them.\n</think>\n\nIt computes the total." },
      "reasoning-in-content",
    ],
    "a block that was never closed": [{ content: "[THINK]I look and look." }, "reasoning-in-content"],
    "a call of Qwen": [
      { content: "Now.\n<tool_call>\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>" },
      "call-in-content",
    ],
    "a call of Qwen without its wrapper": [
      { content: "<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>" },
      "call-in-content",
    ],
    "a call of Hermes": [
      { content: '<tool_call>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_call>' },
      "call-in-content",
    ],
    "a call of GLM": [
      { content: "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>" },
      "call-in-content",
    ],
    "a call of DeepSeek V4": [
      {
        content:
          '<｜DSML｜tool_calls><｜DSML｜invoke name="bash"><｜DSML｜parameter name="command" string="true">ls</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜tool_calls>',
      },
      "call-in-content",
    ],
    "a call of Kimi K2": [
      {
        content:
          '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command":"ls"}<|tool_call_end|><|tool_calls_section_end|>',
      },
      "call-in-content",
    ],
    "a call of Mistral": [{ content: '[TOOL_CALLS]bash[ARGS]{"command": "ls"}' }, "call-in-content"],
    "a call of MiniMax": [
      { content: '<minimax:tool_call><invoke name="bash"><parameter name="command">ls</parameter></invoke></minimax:tool_call>' },
      "call-in-content",
    ],
    "a call of Llama": [{ content: 'Now.\n\n{"name": "bash", "parameters": {"command": "ls"}}' }, "call-in-content"],
  }
  for (const [name, [answer, kind]] of Object.entries(CASES)) test(name, () => expect(kindsOf(answer)).toEqual([kind]))
})

describe("weak signs are counted, not shown", () => {
  test("a bare closer in the middle of prose", () => {
    const report = reportOf(
      call("task", { description: "Look", prompt: "Check whether </think> is stripped.", subagent_type: "general" }),
    )
    expect(report.findings).toEqual([])
    expect(report.counted.map(({ kind }) => kind)).toEqual(["reasoning-in-arguments"])
  })
})

describe("a call that starts to run while the response goes on", () => {
  const chunks = streamOf({
    calls: [
      { name: "read", arguments: { filePath: "/a</think>" }, id: "first" },
      { name: "bash", arguments: { command: "ls" }, id: "second" },
    ],
  })

  test("is judged as soon as it is complete, and not before", () => {
    const inspector = createInspector({ request: requestWith("Do it.") })
    const seen = chunks.map((chunk) => {
      inspector.push(chunk)
      return inspector.call("first").length
    })
    expect(seen[0]).toBe(0)
    expect(seen.indexOf(1)).toBeGreaterThan(3)
    expect(seen.indexOf(1)).toBeLessThan(10)
    expect(inspector.call("second")).toEqual([])
    expect(inspector.call("nobody")).toEqual([])
    expect(inspector.end().findings.map(({ callId }) => callId)).toEqual(["first"])
  })
})

describe("calls that cannot run", () => {
  const CASES: Record<string, [Answer, string]> = {
    "a name with a channel tail": [call("bash<|channel|>commentary", { command: "ls" }), "tool-name-corrupt"],
    "a name with a prefix of the template": [call("functions.bash:0", { command: "ls" }), "tool-name-corrupt"],
    "a name with argument tags": [call("read<arg_key>filePath", {}), "tool-name-corrupt"],
    "a tool that nobody declared": [call("get_weather", { city: "Oslo" }), "unknown-tool"],
    "arguments that are cut": [call("bash", '{"command": "ls'), "arguments-invalid:not-json"],
    "arguments in single quotes": [call("bash", "{'command': 'ls'}"), "arguments-invalid:not-json"],
    "a missing argument": [call("read", { path: "/a" }), "arguments-invalid:missing-required"],
    "no arguments where one is required": [call("read", ""), "arguments-invalid:missing-required"],
    "a missing argument in a list": [
      call("todowrite", { todos: [{ content: "x", status: "y" }] }),
      "arguments-invalid:missing-required",
    ],
    "a number as text": [call("read", { filePath: "/a", limit: "10" }), "arguments-invalid:wrong-type"],
    "a value outside of the enum": [call("webfetch", { url: "https://a.b", format: "pdf" }), "arguments-invalid:wrong-type"],
    "a list as text": [call("todowrite", { todos: '[{"content": "x"}]' }), "arguments-invalid:double-encoded"],
    "all arguments as text": [call("bash", JSON.stringify('{"command": "ls"}')), "arguments-invalid:double-encoded"],
    "a bare list": [call("bash", '["ls"]'), "arguments-invalid:not-object"],
    "arguments sent twice": [call("bash", '{"command": "ls"}{"command": "ls"}'), "arguments-invalid:duplicated"],
    "arguments sent twice, the first without its end": [
      call("bash", '{"command": "ls"{"command": "ls"}'),
      "arguments-invalid:duplicated",
    ],
  }
  for (const [name, [answer, kind]] of Object.entries(CASES)) test(name, () => expect(kindsOf(answer)).toEqual([kind]))

  test("a missing argument in arguments too long to keep", () => {
    expect(kindsOf({ pace: 9000, ...call("write", { content: "x".repeat(300_000) }) })).toEqual([
      "arguments-invalid:missing-required",
    ])
  })
})
