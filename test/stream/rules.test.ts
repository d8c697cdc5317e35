import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import type { Report } from "../../src/stream/types.ts"
import { type Answer, kindsOf, reportOf, requestWith, sse } from "./answer.ts"

const call = (name: string, args: object | string): Answer => ({ calls: [{ name, arguments: args }] })
const bash = (command: string, more: object = {}): Answer => call("bash", { command, ...more })
const ofEvents = (events: object[], request: object = requestWith("Do it.")): Report => {
  const inspector = createInspector({ request })
  for (const event of events) inspector.push(sse(event))
  return inspector.end()
}
const counted = ({ counted }: Report): string[] => counted.map(({ kind }) => kind)
const found = ({ findings }: Report): string[] => findings.map(({ kind, detail }) => (detail ? `${kind}:${detail}` : kind))

describe("markup in arguments", () => {
  const MARKUP = ["markup-in-arguments"]

  test("is certain where another parameter of the tool begins inside a value", () => {
    for (const command of [
      "git status</arg_value>\n<arg_key>workdir</arg_key>\n<arg_value>/home/dev",
      "git status</parameter>\n<parameter=workdir>\n/home/dev",
      'git status</parameter><parameter name="workdir">/home/dev',
      'git status</｜DSML｜parameter>\n<｜DSML｜parameter name="workdir" string="true">/home/dev',
      'git status<|close|>argument<|sep|><|open|>argument key="workdir" type="string"<|sep|>/home/dev',
    ]) {
      expect([command, kindsOf(bash(command))]).toEqual([command, MARKUP])
    }
  })

  test("is certain where a missing parameter stands in another one", () => {
    const [finding] = reportOf(call("write", { filePath: "/a.py\n<parameter=content>\nprint(1)" })).findings
    expect(finding).toMatchObject({ kind: "markup-in-arguments", certainty: "certain", field: "filePath" })
  })

  test("is certain where a value holds the next call", () => {
    expect(kindsOf(bash('ls -la\n</tool_call>\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/a"}}'))).toEqual(MARKUP)
  })

  test("is certain in a path, at the end of a command, in a key, and behind the end", () => {
    expect(kindsOf(call("read", { filePath: "src/a.ts<|im_end|>" }))).toEqual(MARKUP)
    expect(kindsOf(call("read", { filePath: '<|"|>src/a.ts<|"|>' }))).toEqual(MARKUP)
    expect(kindsOf(bash("make test 2>&1</｜DSML｜parameter"))).toEqual(MARKUP)
    expect(kindsOf(bash("ls -la</tool_call>"))).toEqual(MARKUP)
    expect(kindsOf(call("bash", { command: "ls", "x</arg_key>": "y" }))).toEqual(MARKUP)
    expect(kindsOf(call("bash", '{"command": "ls"}<|tool_call_end|>'))).toEqual(MARKUP)
  })

  test("is nothing in quotes, here-documents, documents, and where it was given", () => {
    for (const says of [
      bash("grep -rn '</tool_call>' src"),
      bash('echo "ends in </tool_call>"'),
      bash("cat > t.xml <<'EOF'\n<parameter=x>\n</parameter>\n</tool_call>\nEOF"),
      call("write", { filePath: "docs/a.md", content: "A call ends in\n\n</tool_call>\n" }),
      call("write", { filePath: "pom.xml", content: "<parameter>x</parameter>\n" }),
      call("write", { filePath: "src/qwen.py", content: 'END = "</tool_call>"\nTURN = "<|im_end|>"\n' }),
      call("task", { description: "Look", prompt: "Explain </arg_value> and <|im_end|>", subagent_type: "general" }),
    ]) {
      expect([says, kindsOf(says)]).toEqual([says, []])
    }
    expect(kindsOf(bash("echo hi</tool_call>"), { request: requestWith("Run echo hi</tool_call>") })).toEqual([])
  })
})

describe("markup in the answer", () => {
  const ls = [{ name: "bash", arguments: { command: "ls" } }]

  test("is what stands around a parsed call", () => {
    expect(kindsOf({ content: "I look.\n</tool_call>", calls: ls })).toEqual(["markup-in-content"])
    expect(kindsOf({ content: "I look.\n</parameter>\n</function>\n</tool_call>", calls: ls })).toEqual(["markup-in-content"])
    expect(kindsOf({ content: "\n<|tool_calls_section_end|>", calls: ls })).toEqual(["markup-in-content"])
    expect(kindsOf({ content: '<｜DSML｜invoke name="bash">\n<｜DSML｜parameter name="command">pwd', calls: ls })).toEqual([
      "markup-in-content",
    ])
  })

  test("is nothing without a call, in code, in whole examples, and where it was given", () => {
    expect(kindsOf({ content: "It ends in\n</tool_call>" })).toEqual([])
    expect(kindsOf({ content: "It ends in `</tool_call>`; I look.", calls: ls })).toEqual([])
    expect(kindsOf({ content: "```\nx\n</tool_call>\n```\nI look.", calls: ls })).toEqual([])
    const given = { request: requestWith("What does </tool_call> mean?") }
    expect(kindsOf({ content: "It is the end:\n</tool_call>", calls: ls }, given)).toEqual([])
  })
})

describe("a special token in the answer", () => {
  test("is one at its end, at its head, or at the beginning of a turn", () => {
    for (const content of [
      "Done.<|im_end|>",
      "Done.\n<|endoftext|>\n",
      "Hi!<|im_start|>user\nthanks",
      "Hi!<｜end▁of▁sentence｜>",
      "Hi!<｜User｜>thanks",
      "<|channel|>final<|message|>Hi!",
      "<|assistant|>Hi!",
      "Hi!<end_of_turn>\n<start_of_turn>user\nthanks",
      "Hi![e~[",
      "Hi!<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nthanks",
      "Hi!<|im_user|>user<|im_middle|>thanks",
      "Done.</s>",
      "Done.<pad><pad><pad>",
    ]) {
      expect([content, kindsOf({ content })]).toEqual([content, ["special-token-in-content"]])
    }
  })

  test("is nothing in a sentence, in code, in HTML, and where the work is about it", () => {
    for (const content of [
      "ChatML opens a turn with <|im_start|> and closes it with <|im_end|> again.",
      "Use `<|im_end|>`",
      `\`\`\`\n${"x = 1\n".repeat(100)}<|im_start|>user\nhi<|im_end|>\n\`\`\``,
      'tokenizer.eos = "<|im_end|>"',
      "Statt <s>12 Euro</s>",
      "F# pipes with a |> b and b <| a",
    ]) {
      expect([content, kindsOf({ content })]).toEqual([content, []])
    }
    const about = (user: string): object => ({ request: requestWith(user) })
    expect(kindsOf({ content: "A prompt:\n<|im_start|>user\nhi" }, about("Explain the chat template of Qwen."))).toEqual([])
    expect(kindsOf({ content: "It is\n<|im_end|>" }, about("What stands behind <|im_start|>?"))).toEqual([])
  })
})

describe("a text that repeats itself", () => {
  const usage = { completion_tokens: 300 }
  const limited = { request: requestWith("x", { max_tokens: 300 }) }

  test("up to the limit is one finding, wherever it stands", () => {
    const loop = "I should check the file again. ".repeat(40)
    expect(kindsOf({ content: loop, finish: "length", usage }, limited)).toEqual(["degenerate-repetition"])
    expect(kindsOf({ reasoning: `First. ${loop}I sho`, finish: "length", usage }, limited)).toEqual(["degenerate-repetition"])
    const args = `{"filePath": "/a", "content": "${loop}`
    expect(kindsOf({ calls: [{ name: "write", arguments: args }], finish: "length", usage }, limited)).toEqual([
      "degenerate-repetition",
    ])
    expect(kindsOf({ content: "items ".repeat(100), finish: "repetition" })).toEqual(["degenerate-repetition"])
  })

  test("and ends by itself is a likely one", () => {
    expect(reportOf({ content: "The tests pass now, I am done. ".repeat(30) }).findings).toMatchObject([
      { kind: "degenerate-repetition", certainty: "likely" },
    ])
  })

  test("is nothing in tables, rules, lists that count, files, and below eight times", () => {
    for (const says of [
      { content: "| 0 | 0 | 0 |\n".repeat(60) },
      { content: `Title\n${"-".repeat(500)}` },
      { content: Array.from({ length: 60 }, (_, i) => `- change number ${i}, described at length\n`).join("") },
      { content: `${"A sentence of some length that is said again. ".repeat(7)}` },
      call("write", { filePath: "/a.txt", content: "all work and no play\n".repeat(100) }),
    ]) {
      expect(kindsOf(says)).toEqual([])
    }
    const zeros = `{"filePath": "/a", "content": "${"0, ".repeat(300)}`
    expect(kindsOf({ calls: [{ name: "write", arguments: zeros }], finish: "length", usage }, limited)).toEqual([
      "truncated:in-arguments",
    ])
  })
})

describe("the pieces of a call", () => {
  const piece = (delta: object): object => ({ choices: [{ index: 0, delta: { tool_calls: [delta] } }] })
  const over = { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }
  const args = '{"command":"ls"}'

  test("that clients put together wrongly are named", () => {
    const shape = (...pieces: object[]): string[] => found(ofEvents([...pieces.map(piece), over]))
    expect(shape({ index: 0, function: { name: "bash", arguments: args } })).toEqual(["stream-shape:id-missing"])
    expect(shape({ id: "a", function: { name: "bash", arguments: args } })).toEqual(["stream-shape:index-missing"])
    const first = { index: 0, id: "a", function: { name: "bash", arguments: args } }
    expect(shape(first, { ...first, id: "b" })).toEqual(["stream-shape:index-reused"])
    expect(
      shape(
        { ...first, function: { name: "bash", arguments: '{"comm' } },
        { index: 0, function: { name: "bash", arguments: 'and":"ls"}' } },
      ),
    ).toEqual(["stream-shape:name-repeated"])
  })

  test("that are null or empty where nothing is to be said are fine", () => {
    const events = [
      piece({ index: 0, id: "a", type: "function", function: { name: "bash", arguments: "" } }),
      piece({ index: 0, id: null, type: "function", function: { name: null, arguments: '{"command"' } }),
      piece({ index: 0, id: "", function: { name: "", arguments: ':"ls"}' } }),
      over,
    ]
    expect(ofEvents(events)).toMatchObject({ findings: [], counted: [] })
  })
})

describe("notes, which are only counted", () => {
  const ls = call("bash", { command: "ls" })

  test("the finish reason of calls", () => {
    expect(counted(reportOf({ ...ls, finish: "stop" }))).toEqual(["wrong-finish-reason"])
    expect(kindsOf({ ...ls, finish: "stop" })).toEqual([])
    const named = { request: requestWith("x", { tool_choice: { type: "function", function: { name: "bash" } } }) }
    expect(counted(reportOf({ ...ls, finish: "stop" }, named))).toEqual([])
    expect(kindsOf({ ...ls, finish: "eos" })).toEqual(["wrong-finish-reason"])
  })

  test("token counts that were asked for", () => {
    const asked = { request: requestWith("x", { stream_options: { include_usage: true } }) }
    const report = reportOf({ content: "Hi." }, asked)
    expect(report.findings).toEqual([])
    expect(report.counted).toMatchObject([{ kind: "usage-missing", certainty: "certain" }])
    expect(counted(reportOf({ content: "Hi.", usage: { completion_tokens: 3 } }, asked))).toEqual([])
    expect(counted(reportOf({ content: "Hi." }))).toEqual([])
  })
})
