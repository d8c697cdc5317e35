import type { MeantCall } from "./calls.ts"
import type { Case } from "./case.ts"
import { abortedCase, cutCase } from "./clean.ts"
import { sentences, thoughts } from "./code.ts"
import { type Quotation, quotation } from "./quotations.ts"
import type { Random } from "./random.ts"
import { SITUATIONS } from "./situations.ts"
import { MARKUP_SITUATIONS } from "./situations-markup.ts"
import type { Sources } from "./sources.ts"
import { caseOf, ordinaryTurn, type Turn, toolRound } from "./turn.ts"

const home = (path: string): string => `/home/dev/work/${path}`
const ALL = [...SITUATIONS, ...MARKUP_SITUATIONS]
const ABOUT = [
  "The reasoning parser drops a tag. Fix it.",
  "Write tests for the tool call parser.",
  "Why does the closing tag show up in my chat?",
]
const UNRELATED = ["Implement the module as described in the issue.", "go on", "Write the file.", "Now commit it."]

/** Work on LLM parsers, real source text of some at hand: with the file read before, or from the model's head. */
export function parserCase(random: Random, sources: Sources): Case {
  const both = [sources.own, sources.vllm].filter((list) => list.length > 0)
  const quote = quotation(random, random.pick(random.pick(both)))
  const situation = random.pick(ALL)
  const read = situation.needsFile === true || random.chance(0.5)
  const turn = ordinaryTurn(random)
  const made = situation.makes(random, quote)
  turn.calls = made.call ? [made.call] : []
  turn.content = made.content ?? (made.call && random.chance(0.6) ? "" : sentences(random, 2))
  turn.reasoning = made.reasoning ?? (turn.reasoning === "" ? "" : thoughts(random))
  turn.messages = [
    ...turn.messages.slice(0, 1),
    { role: "user", content: random.pick(random.chance(0.4) ? ABOUT : UNRELATED) },
    ...(read ? reading(random, quote) : []),
    ...turn.messages.slice(2, random.pick([2, 4])),
  ]
  return dressed(random, turn, `${situation.name}, ${read ? "read before" : "from the head"}`, quote)
}

function dressed(random: Random, turn: Turn, name: string, { literal }: Quotation): Case {
  const what = random.int(0, 19)
  if (what === 0) return abortedCase(random, turn, "parsers")
  if (what === 1) return cutCase(random, turn, "parsers")
  const said = JSON.stringify(turn.calls.at(-1)?.args ?? turn.content)
  const at = said.indexOf(JSON.stringify(literal).slice(1, -1))
  return caseOf(random, turn, {}, { corpus: "parsers", class: name, excerpt: said.slice(Math.max(0, at - 60), at + 200) })
}

/** The file as a tool gave it: whole, its beginning, or the lines that matter. */
export function reading(random: Random, { file, lines, literal }: Quotation): Turn["messages"] {
  const numbered = (text: string): string =>
    `<file>\n${text
      .split("\n")
      .map((line, i) => `${String(i + 1).padStart(5, "0")}| ${line}`)
      .join("\n")}\n</file>`
  const call: MeantCall = { name: "read", args: { filePath: home(file.path) } }
  if (random.chance(0.6)) return toolRound(random, 1, call, numbered(file.text))
  if (random.chance(0.5)) return toolRound(random, 1, { name: "bash", args: { command: `cat ${file.path}` } }, file.text)
  const found = lines.map((line, i) => `${home(file.path)}:\n  Line ${i + 10}: ${line}`).join("\n")
  return toolRound(random, 1, { name: "grep", args: { pattern: literal } }, `Found ${lines.length} matches\n${found}`)
}
