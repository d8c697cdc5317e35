import { FAMILIES } from "../../src/knowledge/families.ts"
import { callOf, type MeantCall } from "./calls.ts"
import { sentences } from "./code.ts"
import { spellingOf, writeCalls } from "./formats.ts"
import type { Random } from "./random.ts"
import type { Situation } from "./situations.ts"

/** What a model of some family writes, as an example: a whole turn with a call of a tool that is declared here. */
function example(random: Random): { raw: string; family: string; open: string; close: string } {
  const family = random.pick(FAMILIES)
  const call = callOf(random, "bash", "read", "glob", "grep", "write")
  const args = Object.fromEntries(
    Object.entries(call.args).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 80) : value]),
  )
  const { open, close } = family.reasoning ?? { open: "<think>", close: "</think>" }
  const calls = writeCalls(spellingOf(family), [{ name: call.name, args }])
  return {
    raw: random.chance(0.5) ? `${open}\nI should look at the file.\n${close}\n\n${calls}` : calls,
    family: family.label,
    open,
    close,
  }
}

const file = (path: string, content: string): { call: MeantCall } => ({
  call: { name: "write", args: { filePath: `/home/dev/work/${path}`, content } },
})
const triple = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"')
const template = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")

/** Work in which whole calls and thoughts are written down as examples, fixtures and templates. */
export const MARKUP_SITUATIONS: readonly Situation[] = [
  {
    name: "a test with raw output, in Python",
    makes: (random) =>
      file(
        "tests/test_parser.py",
        `RAW = """${triple(example(random).raw)}"""\n\n\ndef test_raw():\n    assert parse(RAW).calls\n`,
      ),
  },
  {
    name: "a test with raw output, in TypeScript",
    makes: (random) =>
      file(
        "test/parser.test.ts",
        `const RAW = \`${template(example(random).raw)}\`\n\ntest("reads it", () => expect(parse(RAW)).toBeDefined())\n`,
      ),
  },
  {
    name: "a module with an example in its docstring",
    makes: (random) => {
      const { raw, family } = example(random)
      return file("src/reader.py", `"""Reads the calls of ${family}.\n\nFormat:\n\n${triple(raw)}\n"""\n\nimport re\n`)
    },
  },
  {
    name: "a comment that shows a call",
    makes: (random) =>
      file(
        "src/reader.ts",
        `/*\n${example(random).raw.replaceAll(/^/gm, " * ").replaceAll("*/", "* /")}\n */\nexport const x = 1\n`,
      ),
  },
  {
    name: "constants of a parser",
    makes: (random) => {
      const { open, close } = example(random)
      return file(
        "src/tokens.py",
        `OPEN = ${JSON.stringify(open)}\nCLOSE = ${JSON.stringify(close)}\nTOKENS = {"<|im_end|>": 151645, "</tool_call>": 151658}\nRE = re.compile(r"<tool_call>(.*?)</tool_call>|<tool_call>(.*)", re.DOTALL)\n`,
      )
    },
  },
  {
    name: "documentation of a format",
    makes: (random) => {
      const { raw, family } = example(random)
      return file(
        "docs/formats.md",
        `# ${family}\n\nA turn looks like this:\n\n\`\`\`\n${raw}\n\`\`\`\n\n${sentences(random, 2)}\n`,
      )
    },
  },
  {
    name: "a chat template",
    makes: (random) => {
      const { open, close } = example(random)
      return file(
        "template.jinja",
        `{%- for m in messages %}\n{{- '<|im_start|>' + m.role + '\\n' }}\n{%- if m.reasoning %}\n${open}\n{{ m.reasoning }}\n${close}\n{%- endif %}\n{{ m.content }}<|im_end|>\n{%- endfor %}\n{%- if add_generation_prompt %}<|im_start|>assistant\n${open}\n{%- endif %}\n`,
      )
    },
  },
  {
    name: "instructions for a model",
    makes: (random) => {
      const { open, close, raw } = example(random)
      return file(
        "prompts/system.md",
        `You are a helper.\n\nThink first, between ${open} and ${close}.\n\n${open}\nI plan.\n${close}\n\nCall tools like this:\n\n${raw}\n`,
      )
    },
  },
  {
    name: "a recorded answer as fixture",
    makes: (random) => {
      const events = example(random).raw.match(/.{1,12}/gs) ?? []
      return file(
        "test/fixtures/leak.sse",
        `${events.map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`).join("\n\n")}\n\ndata: [DONE]\n`,
      )
    },
  },
  {
    name: "raw output as data",
    makes: (random) =>
      file(
        "data/outputs.jsonl",
        `${JSON.stringify({ output: example(random).raw, ok: false })}\n${JSON.stringify({ output: example(random).raw, ok: true })}\n`,
      ),
  },
  {
    name: "raw output as a text file",
    makes: (random) => file("test/fixtures/raw.txt", `${example(random).raw}\n`),
  },
  {
    name: "a call explained in an answer",
    makes: (random) => ({
      content: `The model writes this:\n\n\`\`\`${random.pick(["", "xml", "text"])}\n${example(random).raw}\n\`\`\`\n\nThe parser takes it apart. ${sentences(random, 2)}`,
    }),
  },
  {
    name: "a call as an example at the end of an answer",
    makes: (random) => ({ content: `A call looks like this:\n\n\`\`\`\n${example(random).raw}\n\`\`\`` }),
  },
  {
    name: "a call thought about, then an answer",
    makes: (random) => ({
      reasoning: `The raw output was:\n\n${example(random).raw}\n\nso the parser should have taken it.`,
      content: sentences(random, 3),
    }),
  },
  {
    name: "a call thought about, then a call",
    makes: (random) => ({
      reasoning: `A call like ${example(random).raw} has to be matched.\nI'll run the tests.`,
      call: { name: "bash", args: { command: "npm test" } },
    }),
  },
  {
    name: "raw output piped into a parser",
    makes: (random) => ({
      call: { name: "bash", args: { command: `cat <<'EOF' | python -m parser.cli --family auto\n${example(random).raw}\nEOF` } },
    }),
  },
  {
    name: "a task with a report of raw output",
    makes: (random) => ({
      call: {
        name: "task",
        args: {
          description: "Explain a raw output",
          prompt: `The server sent this as text:\n\n\`\`\`\n${example(random).raw}\n\`\`\`\n\nFind out which parser reads it.`,
          subagent_type: "general",
        },
      },
    }),
  },
  {
    name: "an edit of a test with raw output",
    makes: (random) => ({
      call: {
        name: "edit",
        args: {
          filePath: "/home/dev/work/tests/test_parser.py",
          oldString: "CASES = [",
          newString: `CASES = [\n    (${JSON.stringify(example(random).raw)}, 1),\n    ("""${triple(example(random).raw)}""", 1),`,
        },
      },
    }),
  },
]
