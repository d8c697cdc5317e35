import { type Call, SPELLINGS, type Spelling } from "../../test/formats/readers/spellings.ts"
import type { Turn } from "../../test/formats/readers/turns.ts"
import type { Random } from "./random.ts"

/** Every literal of every family, each of which may stand in a value of every other. */
const LITERALS = [...new Set(SPELLINGS.flatMap(({ literals }) => literals))]

const WORDS = [
  "alpha",
  "the list",
  "größer",
  "北京",
  "→",
  "🎉",
  "x = y",
  "a < b && c > d",
  "50%",
  "C:\\new\\t",
  "\\d+\\.",
  "it's",
  '"quoted"',
]
const LINES = [
  'if (a < b && c > d) {\n  return f(x, "\\n")\n}',
  '<root a="1">\n  <child>text &amp; more</child>\n</root>',
  '{"name": "bash", "arguments": {"command": "ls"}}',
  "def f(x='a', y=[1, 2]):\n\treturn {'k': x}",
  "- one\n- two\n\n1. three",
  "```ts\nconst a = 1\n```",
  "SELECT * FROM t WHERE a = 'it''s';",
  "grep -rn '\\bfoo\\b' src | awk '{print $1}' > out.txt",
]

/** A value of random parts: words, lines of code, delimiters of any family, calls of its own family in whole or in half. */
function randomText(random: Random, spelling: Spelling): string {
  const sample = spelling.calls([{ name: "bash", arguments: { command: "ls" } }])
  const part = (): string => {
    const kind = random.below(12)
    if (kind < 4) return random.pick(WORDS)
    if (kind < 7) return random.pick(LINES)
    if (kind < 9) return random.pick(LITERALS)
    if (kind < 10) return random.pick(spelling.literals)
    if (kind < 11) return `see:\n${sample}\nend`
    return `"${random.pick(spelling.literals)}"`
  }
  const parts = Array.from({ length: 1 + random.below(4) }, part)
  const text = parts.join(random.pick([" ", " ", "\n", "\n\n"]))
  return random.chance(0.1) ? `\n${text}\n` : random.chance(0.1) ? `  ${text} ` : text
}

function randomCall(random: Random, spelling: Spelling): Call {
  const text = (): string => randomText(random, spelling)
  switch (random.below(7)) {
    case 0:
      return { name: "list_all", arguments: {} }
    case 1:
      return { name: "read", arguments: { filePath: "/src/größe.ts", offset: random.below(900), limit: random.below(90) / 4 } }
    case 2:
      return { name: "edit", arguments: { filePath: "/a", oldString: text(), newString: text(), replaceAll: random.chance(0.5) } }
    case 3: {
      const todos = Array.from({ length: random.below(3) }, () => ({ content: text(), done: random.chance(0.5) }))
      return { name: "todowrite", arguments: { todos } }
    }
    case 4:
      return { name: "bash", arguments: { command: text(), timeout: random.below(60), description: random.pick(WORDS) } }
    case 5:
      return { name: "bash", arguments: { command: text() } }
    default:
      return { name: "write", arguments: { filePath: "/docs/a.md", content: text() } }
  }
}

/** Prose that speaks of delimiters as people do: in backticks and in fenced blocks. */
function randomProse(random: Random, spelling: Spelling): string {
  const sample = spelling.calls([{ name: "bash", arguments: { command: "ls" } }])
  const pieces = [
    "I'll look at the file.",
    "Größe → 北京 🎉, a < b.",
    `The token \`${random.pick(LITERALS)}\` ends it.`,
    `Look for \`${random.pick(spelling.literals)}\` there.`,
    "- one\n- two",
    ...(sample.includes("```") ? [] : [`It writes\n\n\`\`\`\n${sample}\n\`\`\`\n\nand waits.`]),
  ]
  return Array.from({ length: 1 + random.below(2) }, () => random.pick(pieces)).join("\n\n")
}

/** One turn as a model of the family could mean it. */
export function randomTurn(random: Random, spelling: Spelling): Turn {
  const calls = Array.from({ length: random.pick([0, 1, 1, 1, 2, 3]) }, () => randomCall(random, spelling))
  const thought = [
    "Let me see.\nThen act.",
    `The token \`${random.pick(spelling.literals)}\` matters.\nGo.`,
    "größer?\n\n1. read\n2. write",
  ]
  const before = calls.length === 0 || random.chance(0.4) ? randomProse(random, spelling) : ""
  // Where text stands in tags of its own, nothing says how two texts belong together.
  const alone = !(spelling.say && before !== "")
  const after = calls.length > 0 && !spelling.last && alone && random.chance(0.15) ? "Waiting for the result." : ""
  const reasoning = spelling.think && random.chance(0.6) ? random.pick(thought) : ""
  return { what: "random", reasoning, before, calls, after }
}
