import type { Call, Spelling } from "./spellings.ts"

export interface Turn {
  what: string
  reasoning: string
  before: string
  calls: Call[]
  after: string
}

const declare = (name: string, properties: Record<string, unknown>, required: string[]) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties, required } },
})
const string = { type: "string" }

export const TOOLS = [
  declare("bash", { command: string, timeout: { type: "integer" }, description: string }, ["command"]),
  declare("read", { filePath: string, offset: { type: "integer" }, limit: { type: "number" } }, ["filePath"]),
  declare("write", { content: string, filePath: string }, ["content", "filePath"]),
  declare("edit", { filePath: string, oldString: string, newString: string, replaceAll: { type: "boolean" } }, [
    "filePath",
    "oldString",
    "newString",
  ]),
  declare(
    "todowrite",
    {
      todos: { type: "array", items: { type: "object", properties: { content: string, done: { type: "boolean" } } } },
      meta: { type: "object" },
    },
    ["todos"],
  ),
  declare("list_all", {}, []),
]

const VALUES: Record<string, string> = {
  quotes: `say "hello" and 'bye' and \`tick\``,
  newlines: "first\n\n  second\n\tthird\n",
  unicode: "→ größer 北京 🎉 \u{1F469}\u200d\u{1F4BB} ｜▁",
  code: 'if (a < b && c > d) {\n  return x(`$y\\n`) + "\\u00e9" // 50%\n}\n',
  json: '{"name": "bash", "arguments": {"command": "rm -rf /"}}\n[1, {"a": null}]',
  xml: '<root a="1"><child>text & more</child><!-- c --></root>',
  backslashes: "C:\\new\\table \\\\ \\d+\\.\\w{2,3}",
  number: "5",
  truth: "true",
  nothing: "",
  spaces: "  indented",
}

/** Turns that every family can write. */
export function turnsFor(spelling: Spelling): Turn[] {
  const turns: Turn[] = []
  const add = (what: string, calls: Call[], text: Partial<Turn> = {}): void => {
    turns.push({ what, reasoning: spelling.think ? "Let me see.\nThen act." : "", before: "", after: "", calls, ...text })
  }
  const read = (filePath: string): Call => ({ name: "read", arguments: { filePath } })
  const write = (content: string): Call => ({ name: "write", arguments: { filePath: "/a/b.md", content } })

  add("text", [], { before: "`cart.ts` keeps the items.\n\n- one\n- two" })
  add("no thoughts", [read("/a")], { reasoning: "" })
  add("call", [read("/a/b.ts")])
  add("typed", [{ name: "read", arguments: { filePath: "/a", offset: 10, limit: 2.5 } }])
  add("boolean", [{ name: "edit", arguments: { filePath: "/a", oldString: "1", newString: "2", replaceAll: true } }])
  add("no arguments", [{ name: "list_all", arguments: {} }])
  add("nested", [
    {
      name: "todowrite",
      arguments: {
        todos: [
          { content: 'a "b"', done: false },
          { content: "c", done: true },
        ],
        meta: { n: { k: [1, 2, [3]] } },
      },
    },
  ])
  add("empty list and object", [{ name: "todowrite", arguments: { todos: [], meta: {} } }])
  add("parallel", [read("/a"), read("/b"), { name: "bash", arguments: { command: "ls", timeout: 5 } }])
  add("text before", [read("/a")], { before: "I'll look.\nNow:" })
  if (!spelling.last) {
    add("text after", [read("/a")], { after: "Waiting for the file." })
    if (!spelling.say) add("text around parallel", [read("/a"), read("/b")], { before: "First this.", after: "Then more." })
  }
  for (const [what, value] of Object.entries(VALUES)) {
    add(what, [write(value)])
    add(`${what}, not last`, [{ name: "edit", arguments: { filePath: "/a", oldString: value, newString: "x" } }, read("/b")])
  }
  const sample = spelling.calls([{ name: "bash", arguments: { command: "ls" } }])
  const known = spelling.calls([write("text")])
  const docs = `# Format\n\nA call:\n\n\`\`\`\n${sample}\n\`\`\`\n\nand that is all.\n`
  add("file about the format", [write(docs)])
  add("file about the format, then more", [write(docs), read("/c")], { before: "I write it." })
  add("file that is a call", [write(sample)])
  add("file with a call of the same tool", [write(`x\n${known}\ny\n`)])
  const opening = sample.slice(0, sample.indexOf("ls"))
  const closing = sample.slice(sample.indexOf("ls") + 2)
  for (const [what, part] of [
    ["the beginning of a call", opening],
    ["the end of a call", closing],
  ] as const) {
    add(`file with ${what}`, [write(`# Parser\n\nlook for ${part} in the text\n`)])
    add(`file with ${what}, then more`, [write(`look for ${part} in\nthe text`), read("/b")], { before: "So:" })
    add(`command with ${what}`, [{ name: "bash", arguments: { command: `echo "${part}" | wc`, description: "count" } }])
    if (!spelling.last) add(`file with ${what}, text after`, [write(`look for ${part} in\nthe text`)], { after: "Done so far." })
  }
  add("answer that begins with the thoughts' delimiter", [], { before: `${spelling.think?.close.trim() ?? "x"} ends them.` })
  add("answer with a fenced call", [], { before: `It writes\n\n\`\`\`\n${sample}\n\`\`\`\n\nand waits.` })
  add("answer with a fenced call, then a call", [read("/a")], { before: `It writes\n\n\`\`\`\n${sample}\n\`\`\`` })
  for (const literal of spelling.literals) {
    add(`value with ${literal}`, [write(`const a = "${literal}"\nnext line`)])
    add(`value that is ${literal}`, [{ name: "bash", arguments: { command: literal, description: "x" } }])
    add(`value that ends with ${literal}`, [{ name: "bash", arguments: { command: `grep ${literal}` } }, read("/b")])
    add(`answer with ${literal}`, [], { before: `The token \`${literal}\` is a delimiter.` })
    add(`answer with ${literal}, then a call`, [read("/a")], { before: `I look for \`${literal}\` now.` })
    if (spelling.think) add(`thoughts with ${literal}`, [read("/a")], { reasoning: `The token \`${literal}\` matters.\nGo.` })
  }
  return turns
}

export function writeTurn(spelling: Spelling, turn: Turn): { text: string; reasoning: "open" | "closed" } {
  const { think, say = (text) => text } = spelling
  const thought = turn.reasoning !== "" && think !== undefined
  const opened = thought && think.opened === true
  const parts = [
    ...(turn.before ? [say(turn.before, turn.calls.length === 0)] : []),
    ...(turn.calls.length > 0 ? [spelling.calls(turn.calls)] : []),
    ...(turn.after ? [say(turn.after, true)] : []),
  ]
  const thoughts = thought ? (opened ? "" : think.open) + turn.reasoning + think.close : ""
  return { text: thoughts + parts.join("\n\n"), reasoning: opened ? "open" : "closed" }
}

/** What a reader must say of a turn. */
export function meantBy(turn: Turn): { reasoning: string; content: string; calls: Call[] } {
  const content = [turn.before, turn.after].filter((text) => text !== "").join("\n\n")
  return { reasoning: turn.reasoning, content, calls: turn.calls }
}
