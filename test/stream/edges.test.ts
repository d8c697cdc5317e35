import { describe, expect, test } from "bun:test"
import { type Answer, kindsOf, requestWith } from "./answer.ts"

const write = (filePath: string, content: string): Answer => ({ calls: [{ name: "write", arguments: { filePath, content } }] })
const edit = (filePath: string, newString: string): Answer => ({
  calls: [{ name: "edit", arguments: { filePath, oldString: "x", newString } }],
})
const LONG =
  "The rain had stopped hours ago, yet the street still shone under the lamps as if someone had polished every stone. Mara counted the windows twice and then went home"

describe("a thought at the edge of a text is one", () => {
  const CASES: Record<string, Answer> = {
    "a closer behind a sentence and a blank": write("mail.txt", "Dear team,\n\nthe release is out. </think>"),
    "a closer behind a statement and a blank": write("src/a.ts", "export const a = f(1); </think>"),
    "a closer behind a blank, after a long text that does not lead up to it": write("src/story.go", `${LONG} </think>`),
    "a closer glued to the last word of a page": edit("docs/guide.md", "receive</think>"),
    "a closer directly behind a statement": edit("nginx.conf", "gzip on;</think>"),
    "a block of a model that talks to itself, before notes": write(
      "RELEASE.txt",
      "<think>\nThe user wants brief notes, so I will mention two fixes.\n</think>\n2.4.1\n\n* fixes refunds\n",
    ),
    "a block before a program, in a folder of tests": write(
      "tests/cart.ts",
      "<think>\nI should export one.\n</think>\nexport const one = 1\n",
    ),
    "a thought that never ends": write("src/a.py", "<think>\nI should write the file now, with one function in it.\n"),
    "a thought and nothing else": write("src/a.py", "<think>\nLet me think about the name of it.\n</think>"),
  }
  for (const [name, answer] of Object.entries(CASES)) {
    test(name, () => expect(kindsOf(answer)).toEqual(["reasoning-in-arguments"]))
  }
})

describe("a mention at the edge of a text is none", () => {
  const CASES: Record<string, Answer> = {
    "a note that ends with what it is about": write("notes.md", "# Thursday\n\n- the stream stops at </think>\n"),
    "a long note that leads up to it": write("notes/a.go", `${LONG}, and the text ended with the tag </think>`),
    "a comment at the end of a file": write("src/a.ts", "export const a = 1\n// It stops here. </think>"),
    "a list item": write("src/list", "- one. </think>"),
    "an example on a line of its own in a page": write("page.md", "The end of it:\n\n</think>\n"),
    "a record of training data": write("data/train.txt", "<think>\nI need to add them.\n</think>\n4\n"),
    "a raw answer among fixtures": write("fixtures/raw.txt", "I should look at it.</think>"),
    "a text with other delimiters in it": write("src/a.ts", 'split("<tool_call>")\nf(1); </think>'),
  }
  for (const [name, answer] of Object.entries(CASES)) test(name, () => expect(kindsOf(answer)).toEqual([]))
})

describe("in a session about delimiters", () => {
  const about = { request: requestWith("Qwen writes <think> and </think>, gpt-oss writes <|end|>. Fix the reader.") }
  const thought = "I have to look at the price module first because the total is wrong there."

  test("the model's own thought beside one is a leak", () => {
    for (const closer of ["</think>", "<|end|>"]) {
      for (const answer of [
        write("src/a.ts", `${thought}\n${closer}\nexport {}\n`),
        { calls: [{ name: "bash", arguments: { command: `ls\n${thought}\n${closer}\nls src` } }] },
      ]) {
        const kinds = kindsOf({ reasoning: `${thought} Then I go on.`, ...answer }, about)
        expect(kinds).toEqual([closer === "</think>" ? "reasoning-in-arguments" : "markup-in-arguments"])
      }
    }
  })

  test("the end of a command outside of quotes is no mention", () => {
    const run = (command: string): Answer => ({ calls: [{ name: "bash", arguments: { command } }] })
    const markup = { request: requestWith("The file holds <parameter name='a'>1</parameter> twice.") }
    expect(kindsOf(run("ls -la</think>"), about)).toEqual(["reasoning-in-arguments"])
    expect(kindsOf(run("cargo test\n</parameter>"), markup)).toEqual(["markup-in-arguments"])
    expect(kindsOf(run("grep -c '</think>'"), about)).toEqual([])
    expect(kindsOf(run("cat > a.xml <<EOF\n<a>1</parameter>\nEOF"), markup)).toEqual([])
    expect(kindsOf(run("git commit -m 'Cut at </parameter>"), markup)).toEqual([])
  })

  test("what is no thought, or what the reasoning holds with its delimiter, is none", () => {
    const line = "export const total = (prices: number[]) => prices.reduce((a, b) => a + b, 0)"
    expect(kindsOf({ reasoning: line, ...write("src/a.ts", `${line}\n</think>\n`) }, about)).toEqual([])
    expect(kindsOf({ reasoning: `${thought}</think>`, ...write("src/a.ts", `${thought}\n</think>\n`) }, about)).toEqual([])
    expect(kindsOf({ reasoning: thought, ...write("fixtures/a.txt", `${thought}\n</think>\n`) }, about)).toEqual([])
  })

  test("the end of the thought before the answer is named, an example behind a colon is not", () => {
    expect(kindsOf({ content: "The parser is missing.\n</think>\n\nThe text up to </think> is shown." }, about)).toEqual([
      "reasoning-in-content",
    ])
    expect(kindsOf({ content: "I look at the reader first.</think>" }, about)).toEqual(["reasoning-in-content"])
    expect(kindsOf({ content: "The server sends this:\n\nI look.\n</think>\n\nSo the parser is missing." }, about)).toEqual([])
    expect(kindsOf({ content: "The text ends with </think>" }, about)).toEqual([])
  })
})

describe("a call as text is one", () => {
  const list =
    '[{"content": "Tag it.", "status": "pending", "priority": "low"}, {"content": "b", "status": "c", "priority": "d"}]'
  const CASES: Record<string, string> = {
    "with its arguments twice":
      'Now.\n<tool_call>\n{"name": "bash", "arguments": {"command": "id"}{"command": "id"}}\n</tool_call>',
    "with its arguments twice, in JSON": '{"name": "bash", "parameters": {"command": "id"}{"command": "id"}}',
    "with bare arguments twice": 'bash{"command": "id"}{"command": "id"}',
    "glued to a sentence": 'I look at it in one go.bash{"command": "id"}',
    "glued to a sentence, with a channel behind its name": 'I look.bashanalysis{"command": "id"}',
    "in a list of JSON, without its argument": '[{"name": "bash", "arguments": {"cmd": "id"}}]',
    "glued to a colon": 'I look at it:bash{"command": "id"}',
    "directly behind the end of thinking": 'I look at it.</think>bash{"command": "id"}',
    "of GLM without its inner tokens, with a list": `<tool_call>todowrite\ntodos\n${list}\n</tool_call>`,
    "of GLM without any break": "<tool_call>bashcommandsystemctl stop worker\nnow what?</tool_call>",
    "cut within a parameter":
      '<minimax:tool_call>\n<invoke name="write">\n<parameter name="filePath">/a</parameter>\n<parameter name="content">stop:\n  - "',
    "cut within a string of JSON": '{"name": "write", "arguments": {"filePath": "/a", "content": "stop:\\n  - ',
    "cut within a string of a function": 'write(filePath="/a", content="stop:\\n  - ',
    "whose name carries a channel": '<invoke name="grepjson">\n<parameter name="pattern">foo</parameter>\n</invoke>',
    "whose name carries the end of thinking": '[{"name": "read</think>", "arguments": {"filePath": "/a"}}]',
  }
  for (const [name, content] of Object.entries(CASES)) {
    test(name, () => expect(kindsOf({ content })).toContain("call-in-content"))
  }

  test("but not where prose goes on behind it, or its tool's name is part of a word", () => {
    for (const content of [
      'It writes bash{"command": "id"} and waits.',
      'Use srv.bash{"x": 1} as the template literal, then go on.',
      "A tag <tool_call> opens it, and </tool_call> closes it.",
    ])
      expect(kindsOf({ content })).toEqual([])
  })
})
