/** What an output means. */
export interface Meant {
  reasoning: string
  content: string
  calls: { name: string; arguments: unknown }[]
}

/**
 * Outputs written by hand after the parsers of vLLM 0.32, the vendors' chat templates and reports of what models do: with and without
 * newlines, with closers left out, with wrappers repeated. Apart from `../readers/spellings.ts`, so that neither repeats the
 * other's mistakes.
 */
export interface WildCase {
  family: string
  what: string
  text: string
  meant: Meant
  /** The prompt ended inside the thoughts. */
  open?: boolean
  /** Nothing in the text tells the family, so that it can only be read with the family known. */
  named?: boolean
}

type Args = Record<string, unknown>
const cases: WildCase[] = []
let family = ""

function add(what: string, text: string, calls: [string, Args][], more: Partial<WildCase> & Partial<Meant> = {}): void {
  const { content = "", reasoning = "", ...rest } = more
  const meant = { reasoning, content, calls: calls.map(([name, args]) => ({ name, arguments: args })) }
  cases.push({ family, what, text, meant, ...rest })
}
function of(id: string, write: () => void): void {
  family = id
  write()
}

const LS: [string, Args] = ["bash", { command: "ls -la", description: "List" }]
const READ: [string, Args] = ["read", { filePath: "/a.ts" }]
const READ_B: [string, Args] = ["read", { filePath: "/b.ts", limit: 20 }]

const qwen = (): void => {
  add(
    "template",
    "<tool_call>\n<function=bash>\n<parameter=command>\nls -la\n</parameter>\n<parameter=description>\nList\n</parameter>\n</function>\n</tool_call>",
    [LS],
  )
  add(
    "no newlines at all",
    "<tool_call><function=bash><parameter=command>ls -la</parameter><parameter=description>List</parameter></function></tool_call>",
    [LS],
  )
  add(
    "no outer tag",
    "<function=bash>\n<parameter=command>\nls -la\n</parameter>\n<parameter=description>\nList\n</parameter>\n</function>",
    [LS],
  )
  add(
    "no opener of the outer tag, but its closer",
    "I'll list.\n<function=bash>\n<parameter=command>\nls -la\n</parameter>\n<parameter=description>\nList\n</parameter>\n</function>\n</tool_call>",
    [LS],
    { content: "I'll list." },
  )
  add(
    "no closers at the end",
    "<tool_call>\n<function=bash>\n<parameter=command>\nls -la\n</parameter>\n<parameter=description>\nList\n</parameter>",
    [LS],
  )
  add(
    "no outer closer at the end",
    "<tool_call>\n<function=bash>\n<parameter=command>\nls -la\n</parameter>\n<parameter=description>\nList\n</parameter>\n</function>",
    [LS],
  )
  add(
    "end token behind it",
    "<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n</tool_call><|im_end|>",
    [READ],
  )
  add(
    "no closer before the next parameter",
    "<tool_call>\n<function=bash>\n<parameter=command>\nls -la\n<parameter=description>\nList\n</parameter>\n</function>\n</tool_call>",
    [LS],
  )
  add(
    "no closer before the end of the function",
    "<tool_call>\n<function=bash>\n<parameter=command>\nls -la\n</parameter>\n<parameter=description>\nList\n</function>\n</tool_call>",
    [LS],
  )
  add(
    "two calls in one outer tag",
    "<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n<function=read>\n<parameter=filePath>\n/b.ts\n</parameter>\n<parameter=limit>\n20\n</parameter>\n</function>\n</tool_call>",
    [READ, READ_B],
  )
  add(
    "two calls, the first outer tag not closed",
    "<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n<tool_call>\n<function=read>\n<parameter=filePath>\n/b.ts\n</parameter>\n<parameter=limit>\n20\n</parameter>\n</function>\n</tool_call>",
    [READ, READ_B],
  )
  add(
    "text between calls",
    "First.\n<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n</tool_call>\nThen:\n<tool_call>\n<function=read>\n<parameter=filePath>\n/b.ts\n</parameter>\n<parameter=limit>\n20\n</parameter>\n</function>\n</tool_call>",
    [READ, READ_B],
    { content: "First.\nThen:" },
  )
  add("no arguments", "<tool_call>\n<function=now>\n</function>\n</tool_call>", [["now", {}]])
  add("no arguments, tight", "<tool_call><function=now></function></tool_call>", [["now", {}]])
  add(
    "indented",
    "  <tool_call>\n    <function=read>\n      <parameter=filePath>\n/a.ts\n</parameter>\n    </function>\n  </tool_call>\n",
    [READ],
  )
  add(
    "typed",
    '<tool_call>\n<function=get_weather>\n<parameter=city>\n北京 🎉\n</parameter>\n<parameter=days>\n-3\n</parameter>\n<parameter=ratio>\n0.25\n</parameter>\n<parameter=metric>\nTrue\n</parameter>\n<parameter=tags>\n["a", "b"]\n</parameter>\n<parameter=options>\n{"deep": false, "level": 2}\n</parameter>\n<parameter=note>\nnull\n</parameter>\n<parameter=count>\n7\n</parameter>\n<parameter=level>\n2\n</parameter>\n<parameter=zip>\n00501\n</parameter>\n</function>\n</tool_call>',
    [
      [
        "get_weather",
        {
          city: "北京 🎉",
          days: -3,
          ratio: 0.25,
          metric: true,
          tags: ["a", "b"],
          options: { deep: false, level: 2 },
          note: null,
          count: 7,
          level: 2,
          zip: "00501",
        },
      ],
    ],
  )
  add(
    "values as Python writes them",
    "<tool_call>\n<function=get_weather>\n<parameter=city>\nX\n</parameter>\n<parameter=tags>\n['a', 'b']\n</parameter>\n<parameter=options>\n{'deep': True, 'level': 2}\n</parameter>\n</function>\n</tool_call>",
    [["get_weather", { city: "X", tags: ["a", "b"], options: { deep: true, level: 2 } }]],
  )
  add(
    "text that looks like something else",
    '<tool_call>\n<function=write>\n<parameter=content>\n{"a": 1}\n</parameter>\n<parameter=filePath>\n123\n</parameter>\n</function>\n</tool_call>',
    [["write", { content: '{"a": 1}', filePath: "123" }]],
  )
  add(
    "newlines that belong to the value",
    "<tool_call>\n<function=write>\n<parameter=content>\n\n  a\n\nb\n\n</parameter>\n<parameter=filePath>\n/a\n</parameter>\n</function>\n</tool_call>",
    [["write", { content: "\n  a\n\nb\n", filePath: "/a" }]],
  )
  add(
    "empty value",
    "<tool_call>\n<function=edit>\n<parameter=filePath>\n/a\n</parameter>\n<parameter=oldString>\nx\n</parameter>\n<parameter=newString>\n\n</parameter>\n<parameter=replaceAll>\nfalse\n</parameter>\n</function>\n</tool_call>",
    [["edit", { filePath: "/a", oldString: "x", newString: "", replaceAll: false }]],
  )
  add(
    "CRLF in a value",
    "<tool_call>\n<function=write>\n<parameter=content>\na\r\nb\r\n</parameter>\n<parameter=filePath>\n/a\n</parameter>\n</function>\n</tool_call>",
    [["write", { content: "a\r\nb\r", filePath: "/a" }]],
  )
  add(
    "its own delimiters in a value",
    '<tool_call>\n<function=write>\n<parameter=content>\nconst CLOSE = "</parameter>"\nconst END = "</function>"\nconst OUT = "</tool_call>"\n// </parameter>\n// </function>\n</parameter>\n<parameter=filePath>\n/parser.ts\n</parameter>\n</function>\n</tool_call>',
    [
      [
        "write",
        {
          content:
            'const CLOSE = "</parameter>"\nconst END = "</function>"\nconst OUT = "</tool_call>"\n// </parameter>\n// </function>',
          filePath: "/parser.ts",
        },
      ],
    ],
  )
  add(
    "closers of a template in the last value",
    "<tool_call>\n<function=write>\n<parameter=filePath>\n/t.jinja\n</parameter>\n<parameter=content>\n{%- for k in args %}\n<parameter={{ k }}>\n{{ args[k] }}\n</parameter>\n{%- endfor %}\n</function>\n</tool_call>\n{%- endif %}\n</parameter>\n</function>\n</tool_call>",
    [
      [
        "write",
        {
          filePath: "/t.jinja",
          content:
            "{%- for k in args %}\n<parameter={{ k }}>\n{{ args[k] }}\n</parameter>\n{%- endfor %}\n</function>\n</tool_call>\n{%- endif %}",
        },
      ],
    ],
  )
  add(
    "foreign delimiters in a value",
    '<tool_call>\n<function=bash>\n<parameter=command>\ngrep -rn "<|tool_call_begin|>\\|[TOOL_CALLS]\\|</think>\\|<｜tool▁calls▁end｜>" .\n</parameter>\n<parameter=description>\nfind </invoke> and <|im_end|>\n</parameter>\n</function>\n</tool_call>',
    [
      [
        "bash",
        {
          command: 'grep -rn "<|tool_call_begin|>\\|[TOOL_CALLS]\\|</think>\\|<｜tool▁calls▁end｜>" .',
          description: "find </invoke> and <|im_end|>",
        },
      ],
    ],
  )
  add(
    "a name with dots and dashes",
    "<tool_call>\n<function=mcp__files.list-all>\n<parameter=path>\n/\n</parameter>\n</function>\n</tool_call>",
    [["mcp__files.list-all", { path: "/" }]],
  )
  add("undeclared tool", "<tool_call>\n<function=rm_all>\n<parameter=path>\n/\n</parameter>\n</function>\n</tool_call>", [], {
    content: "<tool_call>\n<function=rm_all>\n<parameter=path>\n/\n</parameter>\n</function>\n</tool_call>",
  })
  add(
    "a call in a fence is shown",
    "It writes:\n\n```xml\n<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n</tool_call>\n```\n\nNothing else.",
    [],
    {
      content:
        "It writes:\n\n```xml\n<tool_call>\n<function=read>\n<parameter=filePath>\n/a.ts\n</parameter>\n</function>\n</tool_call>\n```\n\nNothing else.",
    },
  )
  add("the tag in words", "The closing tag is </tool_call>, the opening one <tool_call>.", [], {
    content: "The closing tag is </tool_call>, the opening one <tool_call>.",
  })
}

for (const id of ["qwen3-coder", "step-3.5", "nemotron3", "qwen3.5", "granite4.2"]) of(id, qwen)
of("mimo", () => {
  add(
    "compact",
    "<tool_call>\n<function=write>\n<parameter=content>a\nb\n</parameter>\n<parameter=filePath>/a</parameter>\n</function>\n</tool_call>",
    [["write", { content: "a\nb\n", filePath: "/a" }]],
    { named: true },
  )
})
for (const id of ["nemotron3", "qwen3.5", "step-3.5"])
  of(id, () => {
    add(
      "thoughts opened by the template",
      "\nThe user wants a list.\n</think>\n\n<tool_call>\n<function=now>\n</function>\n</tool_call>",
      [["now", {}]],
      { reasoning: "The user wants a list.", open: true },
    )
    add(
      "thoughts not closed before the call",
      "The user wants a list.\n<tool_call>\n<function=now>\n</function>\n</tool_call>",
      [["now", {}]],
      { reasoning: "The user wants a list.", open: true, named: true },
    )
    add("thoughts opened twice", "<think>\nHm.\n</think>\n\nYes.", [], { reasoning: "Hm.", content: "Yes.", open: true })
    add("empty thoughts", "\n\n</think>\n\nYes.", [], { content: "Yes.", open: true })
    add("the closer in backticks in the thoughts", "A `</think>` ends it.\n</think>\n\nYes.", [], {
      reasoning: "A `</think>` ends it.",
      content: "Yes.",
      open: true,
    })
    add("the closer in the answer", "Hm.\n</think>\n\nIt writes `</think>` and then </think> again.", [], {
      reasoning: "Hm.",
      content: "It writes `</think>` and then </think> again.",
      open: true,
    })
    add("thoughts without an end", "I wonder whether", [], { reasoning: "I wonder whether", open: true, named: true })
  })

of("seed-oss", () => {
  add(
    "template",
    "<seed:tool_call>\n<function=bash>\n<parameter=command>ls -la</parameter>\n<parameter=description>List</parameter>\n</function>\n</seed:tool_call>",
    [LS],
  )
  add(
    "thoughts with budget notes",
    "<seed:think>\nGot it.\n<seed:cot_budget_reflect>I have used 10 tokens, and there are 500 tokens left.</seed:cot_budget_reflect>\nGo.\n</seed:think>\n<seed:tool_call>\n<function=read>\n<parameter=filePath>/a.ts</parameter>\n</function>\n</seed:tool_call><seed:eos>",
    [READ],
    {
      reasoning:
        "Got it.\n<seed:cot_budget_reflect>I have used 10 tokens, and there are 500 tokens left.</seed:cot_budget_reflect>\nGo.",
    },
  )
  add(
    "parallel in one tag, no newlines",
    "Look.<seed:tool_call><function=read><parameter=filePath>/a.ts</parameter></function><function=read><parameter=filePath>/b.ts</parameter><parameter=limit>20</parameter></function></seed:tool_call>",
    [READ, READ_B],
    { content: "Look." },
  )
  add(
    "thoughts not closed before the call",
    "<seed:think>Go.\n<seed:tool_call>\n<function=read>\n<parameter=filePath>/a.ts</parameter>\n</function>\n</seed:tool_call>",
    [READ],
    { reasoning: "Go." },
  )
  add("no closer at the end", "<seed:tool_call>\n<function=read>\n<parameter=filePath>/a.ts</parameter>\n</function>", [READ])
})

const hermes = (): void => {
  add("template", '<tool_call>\n{"name": "bash", "arguments": {"command": "ls -la", "description": "List"}}\n</tool_call>', [LS])
  add("tight", '<tool_call>{"name":"read","arguments":{"filePath":"/a.ts"}}</tool_call>', [READ])
  add(
    "text before, parallel",
    'I\'ll look.\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/b.ts", "limit": 20}}\n</tool_call>',
    [READ, READ_B],
    { content: "I'll look." },
  )
  add(
    "text between",
    'One.\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>\nTwo.\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/b.ts", "limit": 20}}\n</tool_call>\nThree.',
    [READ, READ_B],
    { content: "One.\nTwo.\nThree." },
  )
  add("parameters", '<tool_call>\n{"name": "read", "parameters": {"filePath": "/a.ts"}}\n</tool_call>', [READ])
  add("arguments first", '<tool_call>\n{"arguments": {"filePath": "/a.ts"}, "name": "read"}\n</tool_call>', [READ])
  add(
    "arguments as JSON in a string",
    '<tool_call>\n{"name": "read", "arguments": "{\\"filePath\\": \\"/a.ts\\"}"}\n</tool_call>',
    [READ],
  )
  add("no arguments", '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>', [["now", {}]])
  add("arguments left out", '<tool_call>\n{"name": "now"}\n</tool_call>', [["now", {}]])
  add("arguments null", '<tool_call>\n{"name": "now", "arguments": null}\n</tool_call>', [["now", {}]])
  add("no closer at the end", '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}', [READ])
  add("end token", '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call><|im_end|>', [READ])
  add("pretty", '<tool_call>\n{\n  "name": "read",\n  "arguments": {\n    "filePath": "/a.ts"\n  }\n}\n</tool_call>', [READ])
  add(
    "as Python writes it",
    "<tool_call>\n{'name': 'bash', 'arguments': {'command': 'ls -la', 'description': 'List'}}\n</tool_call>",
    [LS],
  )
  add(
    "Python words and quotes",
    "<tool_call>\n{'name': 'get_weather', 'arguments': {'city': \"it's\", 'metric': True, 'note': None, 'tags': ['a \"b\"', 'c\\'d'], 'zip': 'x\\ny'}}\n</tool_call>",
    [["get_weather", { city: "it's", metric: true, note: null, tags: ['a "b"', "c'd"], zip: "x\ny" }]],
  )
  add(
    "trailing commas",
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "X", "tags": ["a", "b",], "days": 2,},}\n</tool_call>',
    [["get_weather", { city: "X", tags: ["a", "b"], days: 2 }]],
  )
  add(
    "raw newlines and tabs in strings",
    '<tool_call>\n{"name": "write", "arguments": {"content": "a\n\tb\n", "filePath": "/a"}}\n</tool_call>',
    [["write", { content: "a\n\tb\n", filePath: "/a" }]],
  )
  add("a brace too many", '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}}\n</tool_call>', [READ])
  add("a brace too few", '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}\n</tool_call>', [READ])
  add(
    "its own delimiters in a value",
    '<tool_call>\n{"name": "write", "arguments": {"content": "a </tool_call> b\\n<tool_call>\\n{\\"name\\": \\"bash\\"}\\n</tool_call>", "filePath": "/a"}}\n</tool_call>',
    [["write", { content: 'a </tool_call> b\n<tool_call>\n{"name": "bash"}\n</tool_call>', filePath: "/a" }]],
  )
  add(
    "escapes",
    '<tool_call>\n{"name": "write", "arguments": {"content": "\\u00e9\\ud83c\\udf89\\/\\\\n\\"\\b", "filePath": "/ü"}}\n</tool_call>',
    [["write", { content: 'é🎉/\\n"\b', filePath: "/ü" }]],
  )
  add(
    "list of calls",
    '<tool_call>\n[{"name": "read", "arguments": {"filePath": "/a.ts"}}, {"name": "now", "arguments": {}}]\n</tool_call>',
    [READ, ["now", {}]],
  )
  add(
    "two objects in one tag",
    '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n{"name": "now", "arguments": {}}\n</tool_call>',
    [READ, ["now", {}]],
  )
  add("undeclared tool", '<tool_call>\n{"name": "rm", "arguments": {"path": "/"}}\n</tool_call>', [], {
    content: '<tool_call>\n{"name": "rm", "arguments": {"path": "/"}}\n</tool_call>',
  })
  add(
    "an id beside it",
    '<tool_call>\n{"id": "call_1", "type": "function", "name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>',
    [READ],
  )
  add(
    "as the API writes it",
    '<tool_call>\n{"type": "function", "function": {"name": "read", "arguments": {"filePath": "/a.ts"}}}\n</tool_call>',
    [READ],
  )
}
for (const id of ["qwen2.5", "qwen3", "hermes", "granite4", "ernie4.5", "xlam"]) of(id, hermes)
of("hermes", () => {
  add(
    "scratch pad stays visible",
    '<scratch_pad>\nI need it.\n</scratch_pad>\n<tool_call>\n{"arguments": {"filePath": "/a.ts"}, "name": "read"}\n</tool_call>',
    [READ],
    { content: "<scratch_pad>\nI need it.\n</scratch_pad>" },
  )
})
of("qwen3", () => {
  add(
    "thoughts",
    '<think>\nOkay, the user wants "a".\n\nGo.\n</think>\n\nReading.\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>',
    [READ],
    { reasoning: 'Okay, the user wants "a".\n\nGo.', content: "Reading." },
  )
  add("empty thoughts", '<think>\n\n</think>\n\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>', [["now", {}]])
  add("a call in the thoughts", "<think>\nI could write `<tool_call>` here.\n</think>\n\nDone.", [], {
    reasoning: "I could write `<tool_call>` here.",
    content: "Done.",
  })
  add("thoughts without an end", "<think>\nI wonder", [], { reasoning: "I wonder" })
})
of("ernie4.5", () => {
  add("thoughts, answer", "Let me see.\n</think>\n\n\n<response>\nAll good.\n</response>\n", [], {
    reasoning: "Let me see.",
    content: "All good.",
    open: true,
  })
  add(
    "thoughts, call",
    'Let me see.\n</think>\n\n\n<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>\n',
    [READ],
    { reasoning: "Let me see.", open: true },
  )
})
of("granite3", () => {
  add("3.0", '<|tool_call|>[{"name": "read", "arguments": {"filePath": "/a.ts"}}, {"name": "now", "arguments": {}}]', [
    READ,
    ["now", {}],
  ])
  add("3.0 with a space", '<|tool_call|> [{"name": "read", "arguments": {"filePath": "/a.ts"}}]<|end_of_text|>', [READ])
  add("3.1", '<tool_call>[{"name": "read", "arguments": {"filePath": "/a.ts"}}]', [READ])
  add("3.3 with text", 'Sure.\n\n<|tool_call|>[{"name": "read", "arguments": {"filePath": "/a.ts"}}]', [READ], {
    content: "Sure.",
  })
  add(
    "20B",
    '<function_call> {"name": "read", "arguments": {"filePath": "/a.ts"}} <function_call> {"name": "now", "arguments": {}}',
    [READ, ["now", {}]],
  )
})
of("xlam", () => {
  add("bare list", '[{"name": "read", "arguments": {"filePath": "/a.ts"}}, {"name": "now", "arguments": {}}]', [
    READ,
    ["now", {}],
  ])
  add("fence", 'Here:\n```json\n[{"name": "read", "arguments": {"filePath": "/a.ts"}}]\n```', [READ], {
    content: "Here:",
    named: true,
  })
  add("behind thoughts", 'Hm.</think>[{"name": "read", "arguments": {"filePath": "/a.ts"}}]', [READ], {
    reasoning: "Hm.",
    open: true,
  })
  add("[TOOL_CALLS]", '[TOOL_CALLS][{"name": "read", "arguments": {"filePath": "/a.ts"}}]', [READ])
})

const glm = (): void => {
  add(
    "4.5 template",
    "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls -la</arg_value>\n<arg_key>description</arg_key>\n<arg_value>List</arg_value>\n</tool_call>",
    [LS],
  )
  add(
    "4.7 template",
    "<tool_call>bash<arg_key>command</arg_key><arg_value>ls -la</arg_value><arg_key>description</arg_key><arg_value>List</arg_value></tool_call>",
    [LS],
  )
  add(
    "4.6 writes a newline before the name",
    "\n<tool_call>\nread\n<arg_key>filePath</arg_key>\n<arg_value>/a.ts</arg_value>\n</tool_call>\n",
    [READ],
  )
  add("no arguments", "<tool_call>now</tool_call>", [["now", {}]])
  add("no arguments, newline", "<tool_call>now\n</tool_call>", [["now", {}]])
  add(
    "parallel, text before",
    "Ok.\n<tool_call>read\n<arg_key>filePath</arg_key>\n<arg_value>/a.ts</arg_value>\n</tool_call>\n<tool_call>read\n<arg_key>filePath</arg_key>\n<arg_value>/b.ts</arg_value>\n<arg_key>limit</arg_key>\n<arg_value>20</arg_value>\n</tool_call><|observation|>",
    [READ, READ_B],
    { content: "Ok." },
  )
  add("no closer at the end", "<tool_call>read\n<arg_key>filePath</arg_key>\n<arg_value>/a.ts</arg_value>", [READ])
  add(
    "newlines are the value's own",
    "<tool_call>write<arg_key>content</arg_key><arg_value>\na\n\n</arg_value><arg_key>filePath</arg_key><arg_value>/a</arg_value></tool_call>",
    [["write", { content: "\na\n\n", filePath: "/a" }]],
  )
  add(
    "typed",
    '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>X</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n<arg_key>metric</arg_key>\n<arg_value>true</arg_value>\n<arg_key>tags</arg_key>\n<arg_value>["a"]</arg_value>\n<arg_key>zip</arg_key>\n<arg_value>007</arg_value>\n<arg_key>note</arg_key>\n<arg_value>null</arg_value>\n</tool_call>',
    [["get_weather", { city: "X", days: 3, metric: true, tags: ["a"], zip: "007", note: null }]],
  )
  add(
    "its own delimiters in a value",
    "<tool_call>write<arg_key>content</arg_key><arg_value>x = '</arg_value>'\ny = '</tool_call>' # <arg_key>filePath</arg_key>\n</arg_value><arg_key>filePath</arg_key><arg_value>/a</arg_value></tool_call>",
    [["write", { content: "x = '</arg_value>'\ny = '</tool_call>' # <arg_key>filePath</arg_key>\n", filePath: "/a" }]],
  )
  add("undeclared tool", "<tool_call>rm\n<arg_key>path</arg_key>\n<arg_value>/</arg_value>\n</tool_call>", [], {
    content: "<tool_call>rm\n<arg_key>path</arg_key>\n<arg_value>/</arg_value>\n</tool_call>",
  })
}
for (const id of ["glm-4.5", "glm-4.7", "laguna", "ling3"]) of(id, glm)
of("glm-4.5", () => {
  add(
    "thoughts",
    "\n<think>Hm.</think>\nReading.\n<tool_call>read\n<arg_key>filePath</arg_key>\n<arg_value>/a.ts</arg_value>\n</tool_call>",
    [READ],
    {
      reasoning: "Hm.",
      content: "Reading.",
    },
  )
})
for (const id of ["glm-4.7", "ling3", "laguna"])
  of(id, () => {
    add("thoughts", "Hm.</think>Reading.<tool_call>now</tool_call>", [["now", {}]], {
      reasoning: "Hm.",
      content: "Reading.",
      open: true,
    })
    add("thoughts not closed", "Hm.\n<tool_call>now</tool_call>", [["now", {}]], { reasoning: "Hm.", open: true, named: true })
  })

for (const [id, wrapper] of [
  ["deepseek-v3.2", "function_calls"],
  ["deepseek-v4", "tool_calls"],
] as const)
  of(id, () => {
    const invoke = (name: string, params: string): string => `<｜DSML｜invoke name="${name}">\n${params}\n</｜DSML｜invoke>`
    const p = (key: string, value: string, string: boolean): string =>
      `<｜DSML｜parameter name="${key}" string="${string}">${value}</｜DSML｜parameter>`
    add(
      "template",
      `\n\n<｜DSML｜${wrapper}>\n${invoke("bash", `${p("command", "ls -la", true)}\n${p("description", "List", true)}`)}\n</｜DSML｜${wrapper}><｜end▁of▁sentence｜>`,
      [LS],
    )
    add(
      "typed by its attribute",
      `<｜DSML｜${wrapper}>\n${invoke("get_weather", [p("city", "5", true), p("days", "3", false), p("tags", '["a", "b"]', false), p("metric", "true", false), p("options", '{"deep": true}', false)].join("\n"))}\n</｜DSML｜${wrapper}>`,
      [["get_weather", { city: "5", days: 3, tags: ["a", "b"], metric: true, options: { deep: true } }]],
    )
    add(
      "attribute left out",
      `<｜DSML｜${wrapper}>\n<｜DSML｜invoke name="read">\n<｜DSML｜parameter name="filePath">/a.ts</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜${wrapper}>`,
      [READ],
    )
    add(
      "parallel, thoughts",
      `Hm.</think>Ok.\n\n<｜DSML｜${wrapper}>\n${invoke("read", p("filePath", "/a.ts", true))}\n${invoke("read", `${p("filePath", "/b.ts", true)}\n${p("limit", "20", false)}`)}\n</｜DSML｜${wrapper}>`,
      [READ, READ_B],
      { reasoning: "Hm.", content: "Ok.", open: true },
    )
    add(
      "no closer before the next parameter",
      `<｜DSML｜${wrapper}>\n<｜DSML｜invoke name="read">\n<｜DSML｜parameter name="filePath" string="true">/b.ts<｜DSML｜parameter name="limit" string="false">20</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜${wrapper}>`,
      [READ_B],
    )
    add("no wrapper", invoke("read", p("filePath", "/a.ts", true)), [READ])
    add(
      "no closers at the end",
      `<｜DSML｜${wrapper}>\n<｜DSML｜invoke name="read">\n<｜DSML｜parameter name="filePath" string="true">/a.ts</｜DSML｜parameter>`,
      [READ],
    )
    add("no arguments", `<｜DSML｜${wrapper}>\n<｜DSML｜invoke name="now">\n</｜DSML｜invoke>\n</｜DSML｜${wrapper}>`, [
      ["now", {}],
    ])
    add(
      "ASCII bars",
      `<|DSML|${wrapper}>\n<|DSML|invoke name="read">\n<|DSML|parameter name="filePath" string="true">/a.ts</|DSML|parameter>\n</|DSML|invoke>\n</|DSML|${wrapper}>`,
      [READ],
    )
    add(
      "all arguments in one parameter",
      `<｜DSML｜${wrapper}>\n${invoke("read", p("arguments", '{"filePath": "/b.ts", "limit": 20}', false))}\n</｜DSML｜${wrapper}>`,
      [READ_B],
    )
  })
of("deepseek-v4", () => {
  for (const wrapper of ["toolcalls", "tool"])
    add(
      `wrapper ${wrapper}`,
      `<｜DSML｜${wrapper}>\n<｜DSML｜invoke name="read">\n<｜DSML｜parameter name="filePath" string="true">/a.ts</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>`,
      [READ],
    )
})

const deepseek = (): void => {
  add(
    "V3",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>bash\n```json\n{"command": "ls -la", "description": "List"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>',
    [LS],
  )
  add(
    "V3 parallel, newline between",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"filePath": "/a.ts"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"filePath": "/b.ts", "limit": 20}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ, READ_B],
  )
  add(
    "V3 fence closed on the same line",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"filePath": "/a.ts"}```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ],
  )
  add(
    "V3 fence without its language",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```\n{"filePath": "/a.ts"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ],
  )
  add(
    "V3 without a fence",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n{"filePath": "/a.ts"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ],
  )
  add(
    "V3 no closers at the end",
    'Ok.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"filePath": "/a.ts"}\n```',
    [READ],
    { content: "Ok." },
  )
  add(
    "V3 fences in a value",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>write\n```json\n{"content": "```json\\n{}\\n```\\n<｜tool▁call▁end｜>", "filePath": "/a.md"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [["write", { content: "```json\n{}\n```\n<｜tool▁call▁end｜>", filePath: "/a.md" }]],
  )
  add(
    "V3.1",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>bash<｜tool▁sep｜>{"command": "ls -la", "description": "List"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [LS],
  )
  add(
    "V3.1 parallel",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read<｜tool▁sep｜>{"filePath": "/a.ts"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ, ["now", {}]],
  )
  add(
    "V3.1 newline before the arguments",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read<｜tool▁sep｜>\n{"filePath": "/a.ts"}\n<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ],
  )
}
for (const id of ["deepseek-v3", "deepseek-r1", "deepseek-v3.1"]) of(id, deepseek)
of("deepseek-r1", () => {
  add(
    "thoughts",
    'Hm.\n</think>\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"filePath": "/a.ts"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [READ],
    { reasoning: "Hm.", open: true },
  )
})

of("kimi-k2", () => {
  const call = (id: string, args: string): string =>
    `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${args}<|tool_call_end|>`
  add(
    "template",
    `<|tool_calls_section_begin|>${call("functions.bash:0", '{"command": "ls -la", "description": "List"}')}<|tool_calls_section_end|><|im_end|>`,
    [LS],
  )
  add(
    "parallel, spaces",
    `I look. <|tool_calls_section_begin|> ${call(" functions.read:0 ", ' {"filePath": "/a.ts"} ')} ${call("functions.read:1", '{"filePath": "/b.ts", "limit": 20}')} <|tool_calls_section_end|>`,
    [READ, READ_B],
    { content: "I look." },
  )
  add(
    "newlines",
    `<|tool_calls_section_begin|>\n<|tool_call_begin|>functions.read:0\n<|tool_call_argument_begin|>{"filePath": "/a.ts"}\n<|tool_call_end|>\n<|tool_calls_section_end|>\n`,
    [READ],
  )
  add(
    "singular section",
    `<|tool_call_section_begin|>${call("functions.read:0", '{"filePath": "/a.ts"}')}<|tool_call_section_end|>`,
    [READ],
  )
  add("no section", call("functions.read:3", '{"filePath": "/a.ts"}'), [READ])
  add("section not closed", `<|tool_calls_section_begin|>${call("functions.read:0", '{"filePath": "/a.ts"}')}`, [READ])
  add(
    "call not closed",
    `<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"filePath": "/a.ts"}`,
    [READ],
  )
  add(
    "section closed over an open call",
    `<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"filePath": "/a.ts"}<|tool_calls_section_end|>`,
    [READ],
  )
  add(
    "name without a prefix",
    `<|tool_calls_section_begin|>${call("read:0", '{"filePath": "/a.ts"}')}<|tool_calls_section_end|>`,
    [READ],
  )
  add(
    "name without a number",
    `<|tool_calls_section_begin|>${call("functions.read", '{"filePath": "/a.ts"}')}<|tool_calls_section_end|>`,
    [READ],
  )
  add(
    "name with dots",
    `<|tool_calls_section_begin|>${call("functions.mcp__files.list-all:0", '{"path": "/"}')}<|tool_calls_section_end|>`,
    [["mcp__files.list-all", { path: "/" }]],
  )
  add(
    "two sections, text between",
    `A.<|tool_calls_section_begin|>${call("functions.read:0", '{"filePath": "/a.ts"}')}<|tool_calls_section_end|>B.<|tool_calls_section_begin|>${call("functions.now:1", "{}")}<|tool_calls_section_end|>`,
    [READ, ["now", {}]],
    { content: "A.B." },
  )
  add(
    "thoughts that end with the section",
    `Let me look.<|tool_calls_section_begin|>${call("functions.read:0", '{"filePath": "/a.ts"}')}<|tool_calls_section_end|>`,
    [READ],
    { reasoning: "Let me look.", open: true, named: true },
  )
  add(
    "thoughts",
    `The user.</think>Ok.<|tool_calls_section_begin|>${call("functions.read:0", '{"filePath": "/a.ts"}')}<|tool_calls_section_end|>`,
    [READ],
    { reasoning: "The user.", content: "Ok.", open: true },
  )
  add("thoughts with both", `<think>The user.</think>${call("functions.now:0", "{}")}`, [["now", {}]], { reasoning: "The user." })
  add(
    "its own delimiters in a value",
    `<|tool_calls_section_begin|>${call("functions.write:0", '{"content": "<|tool_call_end|><|tool_calls_section_end|>", "filePath": "/a"}')}<|tool_calls_section_end|>`,
    [["write", { content: "<|tool_call_end|><|tool_calls_section_end|>", filePath: "/a" }]],
  )
  add("undeclared tool", `<|tool_calls_section_begin|>${call("functions.rm:0", "{}")}<|tool_calls_section_end|>`, [], {
    content: `<|tool_calls_section_begin|>${call("functions.rm:0", "{}")}<|tool_calls_section_end|>`,
  })
  add(
    "one undeclared, one declared",
    `<|tool_calls_section_begin|>${call("functions.rm:0", "{}")}${call("functions.now:1", "{}")}<|tool_calls_section_end|>`,
    [["now", {}]],
    { content: `<|tool_calls_section_begin|>${call("functions.rm:0", "{}")}` },
  )
})
of("kimi-k3", () => {
  const arg = (key: string, type: string, value: string): string =>
    `<|open|>argument key="${key}" type="${type}"<|sep|>${value}<|close|>argument<|sep|>`
  const call = (name: string, index: number, args: string): string =>
    `<|open|>call tool="${name}" index="${index}"<|sep|>${args}<|close|>call<|sep|>`
  add(
    "template",
    `Hm.<|close|>think<|sep|><|open|>response<|sep|>Ok.<|close|>response<|sep|><|open|>tools<|sep|>${call("read", 1, arg("filePath", "string", "/b.ts") + arg("limit", "number", "20"))}<|close|>tools<|sep|><|end_of_msg|>`,
    [READ_B],
    { reasoning: "Hm.", content: "Ok.", open: true },
  )
  add(
    "types of its own",
    `<|open|>tools<|sep|>${call("get_weather", 1, arg("city", "string", "5") + arg("metric", "boolean", "true") + arg("tags", "array", '["a"]') + arg("options", "object", '{"deep": true}') + arg("note", "null", "null"))}${call("now", 2, "")}<|close|>tools<|sep|>`,
    [
      ["get_weather", { city: "5", metric: true, tags: ["a"], options: { deep: true }, note: null }],
      ["now", {}],
    ],
  )
})

of("minimax-m2", () => {
  const p = (key: string, value: string): string => `<parameter name="${key}">${value}</parameter>`
  add(
    "template",
    `<minimax:tool_call>\n<invoke name="bash">\n${p("command", "ls -la")}\n${p("description", "List")}\n</invoke>\n</minimax:tool_call>[e~[`,
    [LS],
  )
  add("tight", `<minimax:tool_call><invoke name="read">${p("filePath", "/a.ts")}</invoke></minimax:tool_call>`, [READ])
  add(
    "parallel in one wrapper",
    `Ok.\n<minimax:tool_call>\n<invoke name="read">\n${p("filePath", "/a.ts")}\n</invoke>\n<invoke name="read">\n${p("filePath", "/b.ts")}\n${p("limit", "20")}\n</invoke>\n</minimax:tool_call>`,
    [READ, READ_B],
    { content: "Ok." },
  )
  add(
    "two wrappers",
    `<minimax:tool_call>\n<invoke name="read">\n${p("filePath", "/a.ts")}\n</invoke>\n</minimax:tool_call>\n<minimax:tool_call>\n<invoke name="now">\n</invoke>\n</minimax:tool_call>`,
    [READ, ["now", {}]],
  )
  add(
    "single quotes",
    `<minimax:tool_call>\n<invoke name='read'>\n<parameter name='filePath'>/a.ts</parameter>\n</invoke>\n</minimax:tool_call>`,
    [READ],
  )
  add(
    "no quotes",
    `<minimax:tool_call>\n<invoke name=read>\n<parameter name=filePath>/a.ts</parameter>\n</invoke>\n</minimax:tool_call>`,
    [READ],
  )
  add("no wrapper", `<invoke name="read">\n${p("filePath", "/a.ts")}\n</invoke>`, [READ])
  add(
    "no opener of the wrapper",
    `Ok.\n<invoke name="read">\n${p("filePath", "/a.ts")}\n</invoke>\n</minimax:tool_call>`,
    [READ],
    { content: "Ok." },
  )
  add("no closers at the end", `<minimax:tool_call>\n<invoke name="read">\n${p("filePath", "/a.ts")}`, [READ])
  add("no wrapper closer", `<minimax:tool_call>\n<invoke name="read">\n${p("filePath", "/a.ts")}\n</invoke>`, [READ])
  add(
    "no closer before the next parameter",
    `<minimax:tool_call>\n<invoke name="read">\n<parameter name="filePath">/b.ts<parameter name="limit">20</parameter>\n</invoke>\n</minimax:tool_call>`,
    [READ_B],
  )
  add(
    "white space is the value's own",
    `<minimax:tool_call>\n<invoke name="write">\n${p("content", "\n  a\n\n")}\n${p("filePath", "/a")}\n</invoke>\n</minimax:tool_call>`,
    [["write", { content: "\n  a\n\n", filePath: "/a" }]],
  )
  add(
    "thoughts opened by the template",
    `Hm.\n</think>\n\n<minimax:tool_call>\n<invoke name="now">\n</invoke>\n</minimax:tool_call>`,
    [["now", {}]],
    {
      reasoning: "Hm.",
      open: true,
    },
  )
  add("thoughts not closed", `Hm.\n<minimax:tool_call>\n<invoke name="now">\n</invoke>\n</minimax:tool_call>`, [["now", {}]], {
    reasoning: "Hm.",
    open: true,
    named: true,
  })
  add(
    "its own delimiters in a value",
    `<minimax:tool_call>\n<invoke name="write">\n${p("content", 'x = "</parameter>"\ny = "</invoke>"\nz = "</minimax:tool_call>"')}\n${p("filePath", "/a")}\n</invoke>\n</minimax:tool_call>`,
    [["write", { content: 'x = "</parameter>"\ny = "</invoke>"\nz = "</minimax:tool_call>"', filePath: "/a" }]],
  )
  add(
    "typed",
    `<minimax:tool_call>\n<invoke name="get_weather">\n${p("city", "42")}\n${p("days", "3")}\n${p("options", '{"deep": true}')}\n${p("tags", "[]")}\n${p("metric", "false")}\n</invoke>\n</minimax:tool_call>`,
    [["get_weather", { city: "42", days: 3, options: { deep: true }, tags: [], metric: false }]],
  )
  add("undeclared tool", `<minimax:tool_call>\n<invoke name="rm">\n</invoke>\n</minimax:tool_call>`, [], {
    content: `<minimax:tool_call>\n<invoke name="rm">\n</invoke>\n</minimax:tool_call>`,
  })
})
of("minimax-m3", () => {
  const n = "]<]minimax[>["
  add(
    "template",
    `${n}<tool_call>\n${n}<invoke name="todowrite">\n${n}<todos>\n${n}<item>${n}<content>a${n}</content>${n}<status>pending${n}</status>${n}</item>\n${n}</todos>\n${n}</invoke>\n${n}</tool_call>`,
    [["todowrite", { todos: [{ content: "a", status: "pending" }] }]],
  )
  add(
    "parallel, thoughts",
    `<mm:think>Hm.</mm:think>Ok.\n${n}<tool_call>\n${n}<invoke name="read">${n}<filePath>/a.ts${n}</filePath>${n}</invoke>\n${n}<invoke name="read">${n}<filePath>/b.ts${n}</filePath>${n}<limit>20${n}</limit>${n}</invoke>\n${n}</tool_call>`,
    [READ, READ_B],
    { reasoning: "Hm.", content: "Ok." },
  )
  add(
    "XML in a value",
    `${n}<tool_call>\n${n}<invoke name="write">${n}<content><content>x</content>\n</invoke>${n}</content>${n}<filePath>/a${n}</filePath>${n}</invoke>\n${n}</tool_call>`,
    [["write", { content: "<content>x</content>\n</invoke>", filePath: "/a" }]],
  )
})

of("mistral", () => {
  add("list", '[TOOL_CALLS] [{"name": "read", "arguments": {"filePath": "/a.ts"}}, {"name": "now", "arguments": {}}]', [
    READ,
    ["now", {}],
  ])
  add("list, tight, end token", '[TOOL_CALLS][{"name":"read","arguments":{"filePath":"/a.ts"}}]</s>', [READ])
  add("list with ids", '[TOOL_CALLS] [{"name": "read", "arguments": {"filePath": "/a.ts"}, "id": "abcdefghi"}]', [READ])
  add("[ARGS]", '[TOOL_CALLS]read[ARGS]{"filePath": "/a.ts"}</s>', [READ])
  add(
    "[ARGS] parallel",
    'Ok.[TOOL_CALLS]read[ARGS]{"filePath": "/a.ts"}[TOOL_CALLS]read[ARGS]{"filePath": "/b.ts", "limit": 20}',
    [READ, READ_B],
    { content: "Ok." },
  )
  add("[ARGS] parallel, newline", '[TOOL_CALLS]read[ARGS]{"filePath": "/a.ts"}\n[TOOL_CALLS]now[ARGS]{}', [READ, ["now", {}]])
  add("[CALL_ID]", '[TOOL_CALLS]read[CALL_ID]a1B2c3D4e[ARGS]{"filePath": "/a.ts"}', [READ])
  add("no [ARGS]", '[TOOL_CALLS]read{"filePath": "/a.ts"}', [READ])
  add("no [ARGS], spaces", '[TOOL_CALLS] read {"filePath": "/a.ts"}', [READ])
  add("its own delimiters in a value", '[TOOL_CALLS]write[ARGS]{"content": "[TOOL_CALLS]bash[ARGS]{}", "filePath": "/a"}', [
    ["write", { content: "[TOOL_CALLS]bash[ARGS]{}", filePath: "/a" }],
  ])
  add("single object", '[TOOL_CALLS]{"name": "read", "arguments": {"filePath": "/a.ts"}}', [READ])
  add("undeclared", '[TOOL_CALLS]rm[ARGS]{"path": "/"}', [], { content: '[TOOL_CALLS]rm[ARGS]{"path": "/"}' })
  add("mentioned", "The token [TOOL_CALLS] opens a call.", [], { content: "The token [TOOL_CALLS] opens a call." })
})
of("magistral", () => {
  add("thoughts", "[THINK]Hm.\nOk.[/THINK]Yes.[TOOL_CALLS]now[ARGS]{}", [["now", {}]], { reasoning: "Hm.\nOk.", content: "Yes." })
  add("thoughts as text", "<think>\nHm.\n</think>\nYes.", [], { reasoning: "Hm.", content: "Yes." })
})

of("llama3", () => {
  add("one", '{"name": "read", "parameters": {"filePath": "/a.ts"}}', [READ])
  add("end token", '{"name": "read", "parameters": {"filePath": "/a.ts"}}<|eot_id|>', [READ])
  add("tag", '<|python_tag|>{"name": "read", "parameters": {"filePath": "/a.ts"}}<|eom_id|>', [READ])
  add("several", '{"name": "read", "parameters": {"filePath": "/a.ts"}}; {"name": "now", "parameters": {}}', [READ, ["now", {}]])
  add("several, tag", '<|python_tag|>{"name": "read", "parameters": {"filePath": "/a.ts"}}; {"name": "now", "parameters": {}}', [
    READ,
    ["now", {}],
  ])
  add("several lines", '{"name": "read", "parameters": {"filePath": "/a.ts"}}\n{"name": "now", "parameters": {}}', [
    READ,
    ["now", {}],
  ])
  add("type first", '{"type": "function", "name": "read", "parameters": {"filePath": "/a.ts"}}', [READ])
  add("function inside", '{"type": "function", "function": {"name": "read", "parameters": {"filePath": "/a.ts"}}}', [READ])
  add("arguments", '{"name": "read", "arguments": {"filePath": "/a.ts"}}', [READ])
  add("text before", 'I will look.\n\n{"name": "read", "parameters": {"filePath": "/a.ts"}}', [READ], { content: "I will look." })
  add("text before in the line", 'I will look: {"name": "read", "parameters": {"filePath": "/a.ts"}}', [READ], {
    content: "I will look:",
    named: true,
  })
  add("pretty", '{\n    "name": "read",\n    "parameters": {\n        "filePath": "/a.ts"\n    }\n}', [READ])
  add("JSON that is no call", '{"name": "shop", "version": "1.0.0"}', [], { content: '{"name": "shop", "version": "1.0.0"}' })
  add("undeclared", '{"name": "rm", "parameters": {"path": "/"}}', [], { content: '{"name": "rm", "parameters": {"path": "/"}}' })
  add("in a fence", 'Like:\n```json\n{"name": "read", "parameters": {"filePath": "/a.ts"}}\n```', [], {
    content: 'Like:\n```json\n{"name": "read", "parameters": {"filePath": "/a.ts"}}\n```',
  })
  add("function tag", '<function=read>{"filePath": "/a.ts"}</function>', [READ])
})

const pythonic = (): void => {
  add("one", "[read(filePath='/a.ts')]", [READ])
  add("two", "[read(filePath='/a.ts'), read(filePath=\"/b.ts\", limit=20)]", [READ, READ_B])
  add("no arguments", "[now()]", [["now", {}]])
  add("newlines", "[\n  read(\n    filePath='/a.ts',\n  ),\n  now(),\n]", [READ, ["now", {}]])
  add(
    "every literal",
    "[get_weather(city='X', days=-3, ratio=1.5e-3, metric=True, tags=['a', \"b\", ['c']], options={'deep': False, 'level': None}, note=None)]",
    [
      [
        "get_weather",
        {
          city: "X",
          days: -3,
          ratio: 0.0015,
          metric: true,
          tags: ["a", "b", ["c"]],
          options: { deep: false, level: null },
          note: null,
        },
      ],
    ],
  )
  add("JSON's words", '[get_weather(city="X", metric=true, note=null)]', [
    ["get_weather", { city: "X", metric: true, note: null }],
  ])
  add("escapes", "[write(content='a\\nb\\t\\'q\\' \\\\ \\x41\\u00e9', filePath='/a')]", [
    ["write", { content: "a\nb\t'q' \\ Aé", filePath: "/a" }],
  ])
  add("tripled quotes", '[write(content="""a "b"\n\'c\'\n""", filePath=\'/a\')]', [
    ["write", { content: "a \"b\"\n'c'\n", filePath: "/a" }],
  ])
  add("brackets in strings", "[write(content='x = [1, (2)] # )]', filePath='/a')]", [
    ["write", { content: "x = [1, (2)] # )]", filePath: "/a" }],
  ])
  add("empty list and dictionary", "[get_weather(city='', tags=[], options={})]", [
    ["get_weather", { city: "", tags: [], options: {} }],
  ])
  add("raw string", "[bash(command=r'grep \\d+ x', description='Find')]", [
    ["bash", { command: "grep \\d+ x", description: "Find" }],
  ])
  add("undeclared", "[rm(path='/')]", [], { content: "[rm(path='/')]" })
  add("a list that is none", "[1, 2, 3]", [], { content: "[1, 2, 3]" })
  add("a link", "[read](https://a.b/c) is a function.", [], { content: "[read](https://a.b/c) is a function." })
}
of("llama4", () => {
  pythonic()
  add("tags", "<|python_start|>[read(filePath='/a.ts')]<|python_end|><|eot|>", [READ])
  add("JSON", '{"name": "read", "parameters": {"filePath": "/a.ts"}}', [READ])
  add("text before", "I look.\n\n[read(filePath='/a.ts')]", [READ], { content: "I look." })
})
of("olmo3", () => {
  add("template", '<function_calls>read(filePath="/a.ts")\nread(filePath="/b.ts", limit=20)</function_calls>', [READ, READ_B])
  add("newlines", "Ok.\n<function_calls>\nread(filePath='/a.ts')\n</function_calls>\n", [READ], { content: "Ok." })
  add("not closed", "<function_calls>\nread(filePath='/a.ts')", [READ])
  add("thoughts", "Hm.</think>Ok.<function_calls>now()</function_calls>", [["now", {}]], {
    reasoning: "Hm.",
    content: "Ok.",
    open: true,
  })
  add("JSON words", '<function_calls>get_weather(city="X", metric=true, note=null)</function_calls>', [
    ["get_weather", { city: "X", metric: true, note: null }],
  ])
})
of("lfm2", () => {
  add("template", '<|tool_call_start|>[read(filePath="/a.ts")]<|tool_call_end|><|im_end|>', [READ])
  add(
    "text behind",
    '<|tool_call_start|>[read(filePath="/a.ts"), now()]<|tool_call_end|>Reading the file.',
    [READ, ["now", {}]],
    { content: "Reading the file." },
  )
  add("not closed", "<|tool_call_start|>[read(filePath='/a.ts')]", [READ])
  add("quotes within quotes", "<|tool_call_start|>[bash(command='echo 'hi'', description='Say')]<|tool_call_end|>", [
    ["bash", { command: "echo 'hi'", description: "Say" }],
  ])
  add("leading zeros", "<|tool_call_start|>[get_weather(city='X', days=007)]<|tool_call_end|>", [
    ["get_weather", { city: "X", days: 7 }],
  ])
  add("raw newline in a string", "<|tool_call_start|>[write(content='a\nb', filePath='/a')]<|tool_call_end|>", [
    ["write", { content: "a\nb", filePath: "/a" }],
  ])
  add("JSON", '<|tool_call_start|>[{"name": "read", "arguments": {"filePath": "/a.ts"}}]<|tool_call_end|>', [READ])
  add("thoughts", "<think>Hm.</think><|tool_call_start|>[now()]<|tool_call_end|>", [["now", {}]], { reasoning: "Hm." })
})

of("gpt-oss", () => {
  add(
    "thoughts, call",
    '<|channel|>analysis<|message|>We need a list.<|end|><|start|>assistant<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{"command": "ls -la", "description": "List"}<|call|>',
    [LS],
    { reasoning: "We need a list." },
  )
  add(
    "recipient before the channel",
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant to=functions.read<|channel|>commentary json<|message|>{"filePath": "/a.ts"}<|call|>',
    [READ],
    { reasoning: "Hm." },
  )
  add(
    "recipient before the channel, constrained",
    '<|start|>assistant to=functions.read<|channel|>commentary <|constrain|>json<|message|>{"filePath": "/a.ts"}<|call|>',
    [READ],
  )
  add(
    "preamble, call",
    '<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"filePath": "/a.ts"}<|call|>',
    [READ],
    { content: "I look." },
  )
  add("final", "<|channel|>analysis<|message|>Easy.<|end|><|start|>assistant<|channel|>final<|message|>Yes, `a`.<|return|>", [], {
    reasoning: "Easy.",
    content: "Yes, `a`.",
  })
  add("final without an end", "<|channel|>final<|message|>Yes.", [], { content: "Yes." })
  add("call on analysis", '<|channel|>analysis to=functions.read <|constrain|>json<|message|>{"filePath": "/a.ts"}<|call|>', [
    READ,
  ])
  add(
    "call that ends otherwise",
    '<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"filePath": "/a.ts"}<|return|>',
    [READ],
  )
  add("call without an end", '<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"filePath": "/a.ts"}', [READ])
  add("no constraint", '<|channel|>commentary to=functions.read<|message|>{"filePath": "/a.ts"}<|call|>', [READ])
  add("code as the kind", '<|channel|>commentary to=functions.read code<|message|>{"filePath": "/a.ts"}<|call|>', [READ])
  add("constraint tight", '<|channel|>commentary to=functions.read<|constrain|>json<|message|>{"filePath": "/a.ts"}<|call|>', [
    READ,
  ])
  add("name without a prefix", '<|channel|>commentary to=read <|constrain|>json<|message|>{"filePath": "/a.ts"}<|call|>', [READ])
  add(
    "two calls",
    '<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"filePath": "/a.ts"}<|call|><|start|>assistant<|channel|>commentary to=functions.now <|constrain|>json<|message|>{}<|call|>',
    [READ, ["now", {}]],
  )
  add("no arguments", "<|channel|>commentary to=functions.now <|constrain|>json<|message|><|call|>", [["now", {}]])
  add(
    "two thoughts",
    "<|channel|>analysis<|message|>One.<|end|><|start|>assistant<|channel|>analysis<|message|>Two.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
    [],
    { reasoning: "One.\nTwo.", content: "Yes." },
  )
  add(
    "its own delimiters in a value",
    '<|channel|>commentary to=functions.write <|constrain|>json<|message|>{"content": "<|call|><|end|><|start|>assistant<|channel|>final<|message|>", "filePath": "/a"}<|call|>',
    [["write", { content: "<|call|><|end|><|start|>assistant<|channel|>final<|message|>", filePath: "/a" }]],
  )
  add(
    "its own delimiters in the answer",
    "<|channel|>final<|message|>A message ends with `<|end|>` or <|return|> in the text.<|return|>",
    [],
    {
      content: "A message ends with `<|end|>` or <|return|> in the text.",
    },
  )
})

of("phi4-mini", () => {
  add("one", 'functools[{"name": "read", "arguments": {"filePath": "/a.ts"}}]', [READ])
  add(
    "two, text before",
    'Ok. functools[{"name": "read", "arguments": {"filePath": "/a.ts"}}, {"name": "now", "arguments": {}}]<|end|>',
    [READ, ["now", {}]],
    { content: "Ok." },
  )
  add("brackets in a value", 'functools[{"name": "write", "arguments": {"content": "a[0] = [1]]", "filePath": "/a"}}]', [
    ["write", { content: "a[0] = [1]]", filePath: "/a" }],
  ])
  add("space", 'functools [{"name": "now", "arguments": {}}]', [["now", {}]])
  add("tag", '<|tool_call|>[{"name": "read", "arguments": {"filePath": "/a.ts"}}]<|/tool_call|>', [READ])
})
of("internlm", () => {
  add(
    "template",
    'Ok.<|action_start|><|plugin|>\n{"name": "read", "parameters": {"filePath": "/a.ts"}}<|action_end|>\n',
    [READ],
    { content: "Ok." },
  )
  add("spaces", '<|action_start|> <|plugin|>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n<|action_end|><|im_end|>', [
    READ,
  ])
})
for (const id of ["jamba", "hunyuan-a13b"])
  of(id, () => {
    add(
      "template",
      '<tool_calls>[\n    {"name": "read", "arguments": {"filePath": "/a.ts"}},\n    {"name": "now", "arguments": {}}\n]</tool_calls>',
      [READ, ["now", {}]],
    )
    add("tight, text", 'Ok.\n<tool_calls>[{"name":"read","arguments":{"filePath":"/a.ts"}}]</tool_calls>', [READ], {
      content: "Ok.",
    })
    add("arguments in a string", '<tool_calls>[{"name": "read", "arguments": "{\\"filePath\\": \\"/a.ts\\"}"}]</tool_calls>', [
      READ,
    ])
  })
of("hunyuan-a13b", () => {
  add("thoughts, answer", "<think>\nHm.\n</think>\n<answer>\nYes.\n</answer>", [], { reasoning: "Hm.", content: "Yes." })
  add(
    "thoughts, call",
    '<think>\nHm.\n</think>\n<answer>\n<tool_calls>[{"name": "now", "arguments": {}}]</tool_calls>\n</answer>',
    [["now", {}]],
    { reasoning: "Hm." },
  )
})
of("hunyuan-v3", () => {
  add(
    "template",
    "<tool_calls>\n<tool_call>bash<tool_sep>\n<arg_key>command</arg_key>\n<arg_value>ls -la</arg_value>\n<arg_key>description</arg_key>\n<arg_value>List</arg_value>\n</tool_call>\n<tool_call>now<tool_sep>\n</tool_call>\n</tool_calls>",
    [LS, ["now", {}]],
  )
})
of("apertus", () => {
  add("template", '<|tools_prefix|>[{"read": {"filePath": "/a.ts"}}, {"now": {}}]<|tools_suffix|>', [READ, ["now", {}]])
  add("spaces, no suffix", 'Ok. <|tools_prefix|> [ {"read": {"filePath": "/a.ts"}} ]', [READ], { content: "Ok." })
  add("thoughts", '<|inner_prefix|>Hm.<|inner_suffix|><|tools_prefix|>[{"now": {}}]<|tools_suffix|>', [["now", {}]], {
    reasoning: "Hm.",
  })
})
of("command-a", () => {
  add(
    "template",
    '<|START_THINKING|>I look.<|END_THINKING|><|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "read", "parameters": {"filePath": "/a.ts"}},\n    {"tool_call_id": "1", "tool_name": "now", "parameters": {}}\n]<|END_ACTION|><|END_OF_TURN_TOKEN|>',
    [READ, ["now", {}]],
    { reasoning: "I look." },
  )
  add("answer", "<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>", [], {
    reasoning: "Hm.",
    content: "Yes.",
  })
})
of("gigachat3", () => {
  add("template", 'Ok.<|function_call|>{"name": "read", "arguments": {"filePath": "/a.ts"}}</s>', [READ], { content: "Ok." })
  add("role", 'function call<|role_sep|>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}<|message_sep|>', [READ])
})
of("longcat", () => {
  add(
    "template",
    '<longcat_tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</longcat_tool_call>\n<longcat_tool_call>{"name": "now", "arguments": {}}</longcat_tool_call>',
    [READ, ["now", {}]],
  )
})
of("gemma4", () => {
  add("template", '<|tool_call>call:read{filePath:<|"|>/b.ts<|"|>,limit:20}<tool_call|>', [READ_B])
  add(
    "nested",
    '<|tool_call>call:get_weather{city:<|"|>a, b: {c}<|"|>,metric:true,options:{deep:false,level:2},tags:[<|"|>x<|"|>,<|"|>y<|"|>]}<tool_call|><|tool_call>call:now{}<tool_call|>',
    [
      ["get_weather", { city: "a, b: {c}", metric: true, options: { deep: false, level: 2 }, tags: ["x", "y"] }],
      ["now", {}],
    ],
  )
  add("thoughts", "<|channel>thought\nHm.<channel|>Ok.<|tool_call>call:now{}<tool_call|><turn|>", [["now", {}]], {
    reasoning: "Hm.",
    content: "Ok.",
  })
  add("not closed", '<|tool_call>call:read{filePath:<|"|>/a.ts<|"|>}', [READ])
})
of("functiongemma", () => {
  add("template", "<start_function_call>call:read{filePath:<escape>/a.ts<escape>}<end_function_call><start_function_response>", [
    READ,
  ])
  add(
    "two",
    "<start_function_call>call:read{filePath:<escape>/b.ts<escape>,limit:20}<end_function_call><start_function_call>call:now{}<end_function_call>",
    [READ_B, ["now", {}]],
  )
})
of("minicpm", () => {
  add("template", '<function name="read"><param name="filePath">/a.ts</param></function>', [READ])
  add(
    "CDATA",
    '<function name="write"><param name="content"><![CDATA[a < b && c</param>]]></param><param name="filePath">/a</param></function>',
    [["write", { content: "a < b && c</param>", filePath: "/a" }]],
  )
})
of("step-3", () => {
  add(
    "template",
    'Hm.</think>Ok.<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="read"><steptml:parameter name="filePath">/b.ts</steptml:parameter><steptml:parameter name="limit">20</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
    [READ_B],
    { reasoning: "Hm.", content: "Ok.", open: true },
  )
})
of("muse-glimmer", () => {
  add(
    "template",
    'to=self<|message|>Hm.<|eom|><|start|>assistant to=user<|message|>Ok.<|eom|><atem:function_calls>\n<atem:invoke name="read">\n<atem:parameter name="filePath">/a.ts</atem:parameter>\n</atem:invoke>\n</atem:function_calls>',
    [READ],
    { reasoning: "Hm.", content: "Ok." },
  )
})

export const WILD_CASES: readonly WildCase[] = cases
