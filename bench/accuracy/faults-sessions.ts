import { FAMILIES, type Family } from "../../src/knowledge/families.ts"
import type { FindingKind } from "../../src/stream/types.ts"
import { callOf, type MeantCall } from "./calls.ts"
import type { Case } from "./case.ts"
import { MUSINGS, type Place, STRICT, thinks, turnAt, withValue } from "./faults-arguments.ts"
import { spellingOf } from "./formats.ts"
import { reading } from "./parsers.ts"
import { quotation } from "./quotations.ts"
import type { Random } from "./random.ts"
import type { Sources } from "./sources.ts"
import { caseOf, sentCalls, type Turn, turnWith } from "./turn.ts"
import type { SentCall } from "./wire.ts"

/** A fault in one turn of a session about parsers: the parts of a case that differ. */
interface Leak {
  turn: Turn
  calls: SentCall[]
  name: string
  expect: FindingKind[]
  allow: FindingKind[]
}

const ABOUT = [
  "Our reader drops a tag at the end. Fix it.",
  "Write the tests of the tool call reader.",
  "go on",
  "Now the next format.",
]

/**
 * Leaks in work on LLM parsers: the model was given the delimiters, in a file and in the user's words, so that a delimiter alone proves nothing. What is
 * certain all the same: where none can stand, where it has consequences, and the model's own thought word for word beside one.
 */
export function faultInParserSession(random: Random, sources: Sources): Case {
  const family = random.pick(FAMILIES)
  const { turn, calls, name, expect, allow } = random.pick([inPath, inPath, inName, swallowed, copied])(random, family)
  const both = [sources.own, sources.vllm].filter((list) => list.length > 0)
  const { open, close } = thinks(family)
  turn.messages = [
    ...turn.messages.slice(0, 1),
    { role: "user", content: random.pick(ABOUT) },
    ...reading(random, quotation(random, random.pick(random.pick(both)))),
    { role: "user", content: `${family.label} writes ${open} and ${close}, and a call ends in ${spellingOf(family).end}` },
  ]
  return caseOf(
    random,
    turn,
    { calls },
    {
      corpus: "faults",
      class: `in a session about parsers: ${name}`,
      expect,
      allow,
      excerpt: calls.at(-1)?.arguments.slice(-300),
    },
  )
}

function inPath(random: Random, family: Family): Leak {
  const { open, close } = thinks(family)
  const place = random.pick([...STRICT, ["bash", "workdir"], ["grep", "path"]] as Place[])
  const { turn, value } = fallback(random, family, place)
  const field = Object.entries((turn.calls.at(-1) as MeantCall).args).find(([, text]) => text === value)?.[0] ?? place[1]
  const leaked = random.pick([
    `${value}${close}`,
    `${value}\n${close}\n`,
    `${open}\n${random.pick(MUSINGS)}\n${close}${value}`,
    `${value}${spellingOf(family).value?.close(field) ?? close}`,
  ])
  return {
    turn,
    calls: withValue(random, turn, field, leaked),
    name: "a path or name",
    expect: ["reasoning-in-arguments", "markup-in-arguments"],
    allow: ["arguments-invalid"],
  }
}

/** Not every call has its optional arguments. */
function fallback(random: Random, family: Family, place: Place): { turn: Turn; value: string } {
  if (place[1] !== "workdir" && place[0] !== "grep") return turnAt(random, family, place)
  const turn = turnWith(random, family, place[0])
  const call = turn.calls.at(-1) as MeantCall
  call.args[place[1]] = "/home/dev/shop/src"
  return { turn, value: "/home/dev/shop/src" }
}

function inName(random: Random, family: Family): Leak {
  const turn = turnWith(random, family, "bash", "read", "grep", "edit")
  const calls = sentCalls(random, turn.calls)
  const last = calls.at(-1) as SentCall
  last.name += random.pick([
    "<|channel|>commentary",
    "<|channel|>analysis",
    "<|constrain|>json",
    thinks(family).close,
    "</tool_call>",
  ])
  return { turn, calls, name: "a tool's name", expect: ["tool-name-corrupt", "unknown-tool"], allow: ["arguments-invalid"] }
}

/** A required argument is missing, and its tag stands in another one. */
function swallowed(random: Random, family: Family): Leak {
  const tags = spellingOf(family).value
  if (!tags) return inName(random, family)
  const turn = turnWith(random, family, "task", "write", "grep")
  turn.calls = [...turn.calls.slice(0, -1), callOf(random, "write")]
  const call = turn.calls.at(-1) as MeantCall
  const { content, filePath } = call.args
  call.args = { filePath: `${String(filePath)}${tags.close("filePath")}\n${tags.open("content")}${String(content)}` }
  return {
    turn,
    calls: sentCalls(random, turn.calls),
    name: "a missing argument within another one",
    expect: ["markup-in-arguments"],
    allow: ["arguments-invalid", "reasoning-in-arguments"],
  }
}

function copied(random: Random, family: Family): Leak {
  const place = random.pick([
    ["write", "content"],
    ["edit", "newString"],
    ["bash", "command"],
  ] as Place[])
  const { turn, value } = turnAt(random, family, place)
  const musing = random.pick(MUSINGS)
  turn.reasoning = `${random.pick(MUSINGS)} ${musing}`
  return {
    turn,
    calls: withValue(random, turn, place[1], `${musing}\n${thinks(family).close}\n${value}`),
    name: "the thought itself, word for word",
    expect: ["reasoning-in-arguments", "markup-in-arguments"],
    allow: ["arguments-invalid"],
  }
}
