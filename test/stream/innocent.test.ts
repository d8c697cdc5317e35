import { expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import { type Answer, kindsOf, requestWith, streamOf } from "./answer.ts"

/** Situations in which delimiters are the subject of the work, or a response only looks odd. None may raise a finding. */
interface Case {
  says: Answer
  user?: string
  messages?: object[]
  more?: object
}

const call = (name: string, args: object | string): Answer => ({ calls: [{ name, arguments: args }] })
const result = (text: string): object[] => [
  { role: "assistant", tool_calls: [{ id: "c1", function: { name: "read", arguments: '{"filePath":"/a"}' } }] },
  { role: "tool", tool_call_id: "c1", content: text },
]
const PARSER = 'const END = "</think>"\nif (text.endsWith("</think>")) {\n'

const CASES: Record<string, Case> = {
  "an edit of a parser that was read before": {
    messages: result(PARSER),
    says: call("edit", { filePath: "src/parser.ts", oldString: PARSER, newString: "if (text.endsWith(END)) {\n</think>" }),
  },
  "a parser written from nothing, delimiters quoted": {
    says: call("write", {
      filePath: "src/qwen3.py",
      content: 'OPEN = "<think>"\nCLOSE = "</think>"\nRE = re.compile(r"</think>\\s*")\n',
    }),
  },
  "a test of a leak detector with an orphan closer as fixture": {
    says: call("write", {
      filePath: "test/leak.test.ts",
      content: 'expect(leak("ls -la</think>")).toBe(true)\nconst s = `a\n</think>\nb`\n',
    }),
  },
  "a fixture that ends with an orphan closer": {
    says: call("write", { filePath: "test/fixtures/leak.txt", content: "I should list the files.\n</think>\n" }),
  },
  "a chat template": {
    says: call("write", { filePath: "template.jinja", content: "{% if think %}<think>\n{% else %}<think></think>{% endif %}\n" }),
  },
  "a system prompt that explains think blocks": {
    says: call("write", {
      filePath: "AGENTS.md",
      content: "# Rules\n\nPut your plan into <think> and </think>.\n\n<think>\nplan\n</think>\n",
    }),
  },
  "documentation with tags in code spans": {
    says: call("write", {
      filePath: "docs/x.md",
      content: "Reasoning ends at `</think>`; the rest is the answer, says `</think>`",
    }),
  },
  "a page with a fenced example": {
    says: call("write", { filePath: "README", content: "Example:\n\n```\nI think so.\n</think>\nAnswer\n```\n" }),
  },
  "markup of other vocabularies": {
    says: call("write", { filePath: "pom.xml", content: "<function><parameter name='x'>1</parameter></function><s>old</s>" }),
  },
  "a component called Think": {
    says: call("write", { filePath: "src/App.tsx", content: "export const A = () => <div><think>\n  <b/>\n</think></div>\n" }),
  },
  "a search for the tag, double quotes": { says: call("bash", { command: 'grep -rn "</think>" src' }) },
  "a search for the tag, single quotes": { says: call("bash", { command: "rg -n '</think>' ." }) },
  "a search with an alternation": { says: call("grep", { pattern: "<think>|</think>" }) },
  "a search for the bare closer": { says: call("grep", { pattern: "</think>", include: "*.py" }) },
  "a replacement in a stream editor": { says: call("bash", { command: "sed -i 's#</think>##g' out.txt" }) },
  "pipes and redirections that look alike": { says: call("bash", { command: "cat a |> b <| c 2>&1 </dev/null" }) },
  "a request to a local server with its tokens in JSON": {
    says: call("bash", { command: `curl localhost:8000/v1/completions -d '{"prompt": "<|im_start|>user\\nhi<think>"}'` }),
  },
  "a commit message about the tag": { says: call("bash", { command: 'git commit -m "strip </think> from tool output"' }) },
  "a here-document that holds a parser": {
    says: call("bash", { command: "cat > p.py <<'EOF'\nEND = \"</think>\"\nprint(END)\nEOF\n" }),
  },
  "a todo about the tag": {
    says: call("todowrite", { todos: [{ content: "handle <think> in the parser", status: "pending", priority: "high" }] }),
  },
  "a todo with both tags": {
    says: call("todowrite", { todos: [{ content: "Strip <think>...</think> blocks", status: "pending", priority: "low" }] }),
  },
  "a todo that ends in the closer it names": {
    says: call("todowrite", {
      todos: [
        "Handle </think>",
        "Ends with [/THINK]",
        "Add a regex for </arg_value>...</seed:think>",
        "Find <tool_call>...</tool_call>",
      ].map((content) => ({ content, status: "pending", priority: "low" })),
    }),
  },
  "a description that ends in the closer it names": {
    says: call("bash", { command: "pytest -q", description: "Run the tests for </seed:think>" }),
  },
  "a pull request whose text shows the closer on a line of its own": {
    says: call("bash", {
      command: 'gh pr create --title "Strip </think>" --body "Before:\n\n</think>\n\nAfter: nothing."',
    }),
  },
  "an edit whose new text is the delimiter and nothing else": {
    says: call("edit", { filePath: "src/Main.java", oldString: "</thought>", newString: "</think>" }),
  },
  "a setting that names the delimiter": {
    says: call("write", { filePath: "deploy/stop", content: "START=<arg_key>\nSTOP=</think>" }),
  },
  "a comment that ends in the delimiter it names": {
    says: call("write", { filePath: "src/Main.java", content: "// begins at <tool_call>\nint x = 1;\n// and ends at </think>" }),
  },
  "raw output in a language that quotes by indentation": {
    says: call("write", { filePath: "lib/x.rb", content: "RAW = <<~RAW\n  <tool_call>\n  I should\n  </think>\nRAW\n" }),
  },
  "a delimiter escaped for the shell": { says: call("bash", { command: "grep -n \\<｜DSML｜invoke src/reader.c" }) },
  "reasoning that rehearses a text with its delimiter": {
    says: {
      reasoning: "The file begins so:\n</think>\nThe parser reads the tokens one by one, then it stops here.\nI write that.",
      ...call("write", {
        filePath: "src/Main.java",
        content: "a\n</think>\nThe parser reads the tokens one by one, then it stops here.\nb\n",
      }),
    },
  },
  "a block as an example behind a colon": {
    says: { content: "It writes:\n\n<think>\nI should look.\n</think>\n\nand then the answer." },
  },
  "a list of delimiters in bold": { says: { content: "They are:\n\n* **</think>** ends it\n* **<think>** begins it\n" } },
  "a delimiter in code that a server cut in two": {
    says: { content: "`; everything after it is the answer. Seed-OSS writes `</seed:think>` instead." },
  },
  "an answer whose first word is the delimiter it explains": {
    says: { content: "<think> opens the block, and nothing closes it." },
  },
  "an answer that begins with the closer it explains": {
    says: { content: "</seed:think> ends the block, then the call begins." },
  },
  "an answer that begins with a token it explains": { says: { content: "<|eot_id|> ends the turn." } },
  "the beginning of a docstring that shows a call": {
    says: call("edit", {
      filePath: "src/Reader.java",
      oldString: "x",
      newString:
        'x\n    <｜DSML｜function_calls>\n    <｜DSML｜invoke name="f">\n    </｜DSML｜invoke>\n    </｜DSML｜function_cal',
    }),
  },
  "tokens in an indented block of an answer": {
    says: { content: "The format:\n\n    <|message_model|><|content_thinking|>reasoning\n\nEvery marker is one token." },
  },
  "a task that hands the user's report on": {
    user: "My model prints </think> at the end of commands. Find out why.",
    says: call("task", {
      description: "Find the leak",
      prompt: "The user sees </think>\n</think>\nat the end. Find out.",
      subagent_type: "general",
    }),
  },
  "a task whose prompt mentions the tag in a sentence": {
    says: call("task", {
      description: "Look",
      prompt: "Check whether the </think> marker is stripped everywhere.",
      subagent_type: "general",
    }),
  },
  "reasoning that rehearses the text it then writes": {
    says: {
      reasoning: 'I will write: the block opens with "<think>" and it closes with "</think>", as in the vendor\'s template.',
      ...call("write", {
        filePath: "a.txt",
        content: 'the block opens with "<think>" and it closes with "</think>", as in the vendor\'s template.',
      }),
    },
  },
  "the user speaks of think tags without writing one": {
    user: "Add a filter for thinking tags to the shell prompt script.",
    says: call("bash", { command: "printf a </think>" }),
  },
  "an answer that explains the formats": {
    says: { content: "A call looks like this:\n\n```\n<tool_call>\n{}\n</tool_call>\n```\n\nThe thought ends at `</think>`." },
  },
  "an answer that explains a leak with the closer on a line of its own": {
    user: "Why does </think> show up in my chat?",
    says: { content: "The server sends this:\n\nI look.\n</think>\n\nso the parser is missing." },
  },
  "an answer that mentions both tags in a sentence": {
    says: { content: "Models open with <think> and close with </think>, then they answer." },
  },
  "think blocks that the system prompt asks for": {
    messages: [{ role: "system", content: "First write your plan in <think>...</think>." }],
    says: { content: "<think>\nplan\n</think>\nDone." },
  },
  "an unfenced example call with an explanation behind it": {
    says: {
      content: 'It writes <tool_call>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_call> and then waits for you.',
    },
  },
  "a fenced example call at the very end": {
    says: { content: 'Like this:\n\n```xml\n<tool_call>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_call>\n```' },
  },
  "an example call of a tool that is not declared": {
    says: { content: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>' },
  },
  "an answer in JSON that has a name": { says: { content: '{"name": "bash", "version": "1.0.0", "arguments": "none"}' } },
  "the very call that the user pasted": {
    user: 'What is wrong with <tool_call>\n{"name": "bash", "arguments": {"command": "ls -la /var/log/nginx"}}\n</tool_call> ?',
    says: {
      content: 'You sent:\n<tool_call>\n{"name": "bash", "arguments": {"command": "ls -la /var/log/nginx"}}\n</tool_call>',
    },
  },
  "JSON in a string that is declared as string": {
    says: call("write", { filePath: "a.json", content: '{"a": "{\\"b\\": 1}"}' }),
  },
  "a tool without required arguments called with {}": {
    more: { tools: [{ type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } }] },
    says: call("now", {}),
  },
  "a tool without required arguments called with nothing": {
    more: { tools: [{ type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } }] },
    says: call("now", ""),
  },
  "the same call twice": {
    says: {
      calls: [
        { name: "read", arguments: { filePath: "/a" } },
        { name: "read", arguments: { filePath: "/a" } },
      ],
    },
  },
  "names of MCP tools with dots, slashes and colons": {
    more: { tools: ["srv.tool", "a/b", "x:y"].map((name) => ({ type: "function", function: { name } })) },
    says: { calls: ["srv.tool", "a/b", "x:y"].map((name) => ({ name, arguments: {} })) },
  },
  "a tool name in other letter case, which OpenCode repairs": { says: call("Bash", { command: "ls" }) },
  "letters in brackets as in usage texts": { says: call("bash", { command: "echo 'usage: x [ARGS] [THINK]'" }) },
  "typography with fullwidth bars": { says: call("write", { filePath: "a.md", content: "｜表｜" }) },
  "a patch that removes the tag": {
    says: call("write", { filePath: "fix.patch", content: "@@ -1 +1 @@\n-</think>\n+<done>\n" }),
  },
  "a file made of a log": {
    says: call("write", { filePath: "run.log", content: "12:00 model: okay, let me see\n</think>\n12:01 done\n" }),
  },
  "training data that opens with a think block": {
    says: call("write", { filePath: "data/train.jsonl", content: "<think>\nI need to add them.\n</think>\n4\n" }),
  },
  "a path that the user named himself": {
    user: "Read docs/<think>.md please",
    says: call("read", { filePath: "docs/<think>.md" }),
  },
  "an answer in Chinese, two tokens a character": {
    says: { content: "购物车保存商品并计算总价。", usage: { completion_tokens: 26 } },
  },
  "an answer of one word with its closing token": { says: { content: "Yes", usage: { completion_tokens: 2 } } },
  "hidden reasoning that was counted": {
    says: {
      content: "Done, the tests pass.",
      usage: { completion_tokens: 400, completion_tokens_details: { reasoning_tokens: 390 } },
    },
  },
  "reasoning hidden on request": {
    more: { include_reasoning: false },
    says: { content: "Done, the tests pass.", usage: { completion_tokens: 400 } },
  },
  "hidden reasoning that was counted without saying so": {
    says: { content: "Done, the tests pass.", usage: { completion_tokens: 400 } },
  },
  "several tokens in one piece, as with speculative decoding": {
    says: {
      pace: 14,
      reasoning: "The numbers are 1, 2, 3, 4, 5, 6, 7, 8 and so on, as the table says. ".repeat(6),
      content: "It fits.",
      usage: { completion_tokens: 170 },
    },
  },
  "an answer without usage": { says: { content: "Hi." } },
  "a short harmony answer with its channel headers": {
    says: {
      reasoning: "Say hi.",
      content: "Hi!",
      usage: { completion_tokens: 17, completion_tokens_details: { reasoning_tokens: 4 } },
    },
  },
}

for (const [name, { says, user = "Do it.", messages = [], more = {} }] of Object.entries(CASES)) {
  test(`no word about ${name}`, () => {
    expect(kindsOf(says, { request: requestWith(user, more, messages) })).toEqual([])
  })
}

test("no word about a stream that the client cut", () => {
  for (let length = 1; length < 12; length++) {
    const inspector = createInspector({ request: requestWith("Do it.") })
    for (const chunk of streamOf(call("bash", { command: "ls -la" })).slice(0, length)) inspector.push(chunk)
    expect(inspector.end({ aborted: true }).findings).toEqual([])
  }
})
