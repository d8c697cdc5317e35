import type { Family } from "../../src/knowledge/families.ts"
import type { FindingKind } from "../../src/stream/types.ts"
import { callOf, type MeantCall } from "./calls.ts"
import type { Case } from "./case.ts"
import { spellingOf } from "./formats.ts"
import type { Random } from "./random.ts"
import { caseOf, sentCalls, type Turn, toolRound, turnWith } from "./turn.ts"
import type { SentCall } from "./wire.ts"

/** What a server's thinking budget puts in front of the delimiter when it runs out. */
const TERMINATORS = [
  "\n\nConsidering the limited time by the user, I have to give the solution based on the thinking directly now.\n",
  "\n\nTime is up, I will answer now.\n",
  "\nOkay, I have thought long enough; let me answer.\n\n",
  "",
  "",
]
export const MUSINGS = [
  "wait, which folder was it? I should look again before I write this.",
  "The user wants the totals rounded once, so let me keep the old signature.",
  "I need to be careful here: the second argument may be missing.",
  "Okay, let me think about this again. We should list the files first.",
]
/** Files whose text is code, where a stray tag cannot be meant. */
const CODE = /\.(ts|py|rs|go|c|sql|ex|sh)$/

/** Fields that are short and strict. */
export const STRICT: readonly (readonly [tool: string, field: string])[] = [
  ["read", "filePath"],
  ["write", "filePath"],
  ["edit", "filePath"],
  ["glob", "pattern"],
  ["webfetch", "url"],
  ["skill", "name"],
  ["task", "subagent_type"],
]

export type Place = readonly [tool: string, field: string]

export const thinks = (family: Family): { open: string; close: string } =>
  family.reasoning ?? { open: "<think>", close: "</think>" }

/** A turn whose last call has a text in this place; `content` only in files of code. */
export function turnAt(random: Random, family: Family, [tool, field]: Place): { turn: Turn; call: MeantCall; value: string } {
  for (;;) {
    const turn = turnWith(random, family, tool)
    const call = turn.calls.at(-1) as MeantCall
    const value = call.args[field]
    if (typeof value !== "string" || value.length < 4) continue
    if (field === "content" && !CODE.test(String(call.args.filePath))) continue
    if (field === "newString" && !CODE.test(String(call.args.filePath))) continue
    if (field === "command" && value.includes("<<")) continue
    return { turn, call, value }
  }
}

export function withValue(random: Random, turn: Turn, field: string, value: string): SentCall[] {
  const last = turn.calls.at(-1) as MeantCall
  const changed: MeantCall = { ...last, args: { ...last.args, [field]: value } }
  return sentCalls(random, [...turn.calls.slice(0, -1), changed])
}

function leak(random: Random, turn: Turn, field: string, value: string, name: string): Case {
  if (random.chance(0.15)) contaminate(random, turn, field, value)
  return caseOf(
    random,
    turn,
    { calls: withValue(random, turn, field, value) },
    { corpus: "faults", class: name, expect: kindsFor(turn.family), allow: ["arguments-invalid"], excerpt: value.slice(0, 300) },
  )
}

/** The same happened before, and the tool's error repeats what was written (I4). The model's own output excuses nothing. */
function contaminate(random: Random, turn: Turn, field: string, value: string): void {
  const last = turn.calls.at(-1) as MeantCall
  const before: MeantCall = { ...last, args: { ...last.args, [field]: value } }
  turn.messages = [...turn.messages, ...toolRound(random, 7, before, `Error: no such file or command: ${value}`)]
}

/** Some families end their thoughts with the token that ends a turn: then either kind is true. */
function kindsFor(family: Family): FindingKind[] {
  const ownToken = /think|thought/i.test(thinks(family).close) || family.format === "gemma4"
  return ownToken ? ["reasoning-in-arguments"] : ["reasoning-in-arguments", "markup-in-arguments"]
}

/** A place inside a word and outside of quotes, where no author would put a tag. */
function insideWord(random: Random, text: string): number {
  const places = [...text.matchAll(/(?<=[a-zA-Z]{2})(?=[a-zA-Z]{2})/g)]
    .map(({ index }) => index)
    .filter((index) => isBare(text, index))
  return places.length > 0 ? random.pick(places) : -1
}

function isBare(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", index - 1) + 1, index)
  return !line.includes("'") && (line.match(/["`]/g)?.length ?? 0) % 2 === 0
}

/** A1: the end of thinking, forced into the value being written. */
export function thinkingBudget(random: Random, family: Family): Case {
  const place = random.pick([
    ...STRICT,
    ["bash", "command"],
    ["bash", "command"],
    ["write", "content"],
    ["write", "content"],
    ["edit", "newString"],
  ] as Place[])
  const { turn, value } = turnAt(random, family, place)
  const inside = insideWord(random, value)
  const said = inside === -1 ? (TERMINATORS[0] ?? "") : random.pick(TERMINATORS)
  const at = said === "" ? inside : random.int(1, value.length - 1)
  const wedge = said === "" ? thinks(family).close : `${said}${thinks(family).close}\n\n`
  const kind =
    place[1] === "content" || place[1] === "newString"
      ? "in a file"
      : place[1] === "command"
        ? "in a command"
        : "in a path or name"
  return leak(
    random,
    turn,
    place[1],
    value.slice(0, at) + wedge + value.slice(at),
    `A1 thinking budget, ${said ? "sentence" : "bare closer"} ${kind}`,
  )
}

/** A2: the model begins to think again inside a call. */
export function thoughtReopened(random: Random, family: Family): Case {
  const { open, close } = thinks(family)
  const musing = random.pick(MUSINGS)
  if (random.chance(0.4)) {
    const place = random.pick(STRICT)
    const { turn, value } = turnAt(random, family, place)
    // A path is a path, even where the tags are what the work is about.
    const about = random.chance(0.2)
    if (about)
      turn.messages = [...turn.messages, { role: "user", content: `Our prompts use ${open} and ${close}; look at them.` }]
    const name = `A2 thinking begins again in a path or name${about ? ", in a session about tags" : ""}`
    return leak(random, turn, place[1], `${value}${open}\n${musing}`, name)
  }
  const place = random.pick([
    ["bash", "command"],
    ["write", "content"],
    ["task", "prompt"],
    ["task", "description"],
  ] as Place[])
  const { turn, value } = turnAt(random, family, place)
  return leak(random, turn, place[1], `${open}\n${musing}\n${close}\n${value}`, `A2 a block before a ${place[1]}`)
}

/** A3 with a delimiter beside it: what was thought stands word for word in the value. */
export function thoughtCopied(random: Random, family: Family): Case {
  const { turn, value } = turnAt(
    random,
    family,
    random.pick([
      ["write", "content"],
      ["edit", "newString"],
      ["bash", "command"],
    ] as Place[]),
  )
  const field =
    Object.keys((turn.calls.at(-1) as MeantCall).args).find((key) => (turn.calls.at(-1) as MeantCall).args[key] === value) ?? ""
  const musing = random.pick(MUSINGS)
  turn.reasoning = `${random.pick(MUSINGS)} ${musing}`
  return leak(
    random,
    turn,
    field,
    `${musing}\n${thinks(family).close}\n${value}`,
    "A3 copied from the reasoning, delimiter beside it",
  )
}

/** Where the arguments are whole and nothing required is missing, only the markup tells. */
function markup(random: Random, turn: Turn, calls: SentCall[], name: string, excerpt: string, whole = false): Case {
  return caseOf(
    random,
    turn,
    { calls },
    {
      corpus: "faults",
      class: name,
      expect: whole ? ["markup-in-arguments"] : ["markup-in-arguments", "arguments-invalid"],
      allow: ["reasoning-in-arguments"],
      excerpt: excerpt.slice(-300),
    },
  )
}

/** Arguments as far as the end of one value, for a JSON text that was never closed. */
function unclosed(call: MeantCall, field: string, value: string): string {
  const { [field]: _, ...others } = call.args
  return JSON.stringify({ ...others, [field]: value }).slice(0, -2)
}

/** A4: the tag that ends a value stays in it. */
export function closerKept(random: Random, family: Family): Case {
  const tags = spellingOf(family).value
  if (!tags) return callEndKept(random, family)
  const place = random.pick([
    ["bash", "command"],
    ["bash", "command"],
    ["read", "filePath"],
    ["glob", "pattern"],
    ["write", "filePath"],
    ["write", "content"],
  ] as Place[])
  const { turn, call, value } = turnAt(random, family, place)
  const closer = tags.close(place[1])
  const kept = family.format === "dsml" && random.chance(0.4) ? closer.slice(0, -1) : closer
  const leaked = value + random.pick(["", "\n"]) + kept
  const calls = withValue(random, turn, place[1], leaked)
  const last = calls.at(-1) as SentCall
  const open = random.chance(0.4)
  if (open) last.arguments = unclosed(call, place[1], leaked)
  return markup(random, turn, calls, `A4 closer kept in a ${place[1]}${open ? ", arguments never closed" : ""}`, leaked, !open)
}

/** A4 where arguments are JSON: what ends the call stands behind them. */
function callEndKept(random: Random, family: Family): Case {
  const turn = turnWith(random, family, "bash", "read", "glob")
  const calls = sentCalls(random, turn.calls)
  const last = calls.at(-1) as SentCall
  last.arguments += spellingOf(family).end
  return markup(random, turn, calls, "A4 end of the call behind its arguments", last.arguments)
}

/** A5: one value holds the next parameter, or a whole second call. */
export function valueSwallows(random: Random, family: Family): Case {
  const spelling = spellingOf(family)
  // Where arguments are JSON, a string ends at its quote, whatever is forgotten.
  if (!spelling.value) return callEndKept(random, family)
  const { turn, call, value } = turnAt(random, family, ["task", "description"])
  if (random.chance(0.3)) {
    const second = callOf(random, "read", "glob", "bash")
    const { turn: other, value: command } = turnAt(random, family, ["bash", "command"])
    const leaked = `${command}${spelling.value.close("command")}${spelling.end}\n${spelling.call(second.name, second.args)}`
    return markup(random, other, withValue(random, other, "command", leaked), "A5 a value holds the next call", leaked, true)
  }
  const { prompt, ...rest } = call.args
  const leaked = `${value}${random.pick([spelling.value.close("description"), ""])}\n${spelling.value.open("prompt")}${String(prompt)}`
  const calls = sentCalls(random, [...turn.calls.slice(0, -1), { ...call, args: { ...rest, description: leaked } }])
  const last = calls.at(-1) as SentCall
  if (random.chance(0.3)) last.arguments = last.arguments.trimEnd().slice(0, -2)
  return markup(random, turn, calls, "A5 a value holds the next parameter", leaked)
}

/** A5 with an optional parameter: nothing required is missing. */
export function optionalSwallowed(random: Random, family: Family): Case {
  const spelling = spellingOf(family)
  if (!spelling.value) return valueSwallows(random, family)
  const { turn, call, value } = turnAt(random, family, ["bash", "command"])
  delete call.args.workdir
  const leaked = `${value}${spelling.value.close("command")}\n${spelling.value.open("workdir")}/home/dev/shop`
  return markup(random, turn, withValue(random, turn, "command", leaked), "A5 a value holds an optional parameter", leaked, true)
}

/** A6: the family's quotes remain. */
export function quotesKept(random: Random, family: Family): Case {
  const quote = family.format === "functiongemma" ? "<escape>" : '<|"|>'
  const place = random.pick([...STRICT, ["bash", "command"]] as Place[])
  const { turn, value } = turnAt(random, family, place)
  const leaked = random.pick([`${quote}${value}${quote}`, `${value}${quote}`, `${quote}${value}`])
  return markup(random, turn, withValue(random, turn, place[1], leaked), `A6 quotes of ${family.label}`, leaked, true)
}
