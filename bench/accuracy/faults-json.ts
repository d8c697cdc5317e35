import type { Family } from "../../src/knowledge/families.ts"
import type { FindingKind } from "../../src/stream/types.ts"
import type { MeantCall } from "./calls.ts"
import type { Case } from "./case.ts"
import type { Random } from "./random.ts"
import { caseOf, sentCalls, type Turn, turnWith } from "./turn.ts"
import type { CallEntry, SentCall } from "./wire.ts"

/** A fault in the last call of a turn with tools that have required arguments. */
function inLastCall(
  random: Random,
  family: Family,
  name: string,
  change: (call: SentCall, meant: MeantCall) => void,
  expect: FindingKind[] = ["arguments-invalid"],
  allow: FindingKind[] = [],
): Case {
  const turn = turnWith(random, family, "bash", "read", "write", "edit", "todowrite")
  const calls = sentCalls(random, turn.calls)
  const last = calls.at(-1) as SentCall
  change(last, turn.calls.at(-1) as MeantCall)
  return caseOf(
    random,
    turn,
    { calls },
    { corpus: "faults", class: name, expect, allow, excerpt: `${last.name} ${last.arguments.slice(0, 200)}` },
  )
}

/** A7: a fence or a label before the object. */
export const fencePrefix = (random: Random, family: Family): Case =>
  inLastCall(random, family, "A7 fence or label before the arguments", (call) => {
    call.arguments = random.pick(["json\n", "```json\n", "json"]) + call.arguments
    if (random.chance(0.5) && call.arguments.startsWith("```")) call.arguments += "\n```"
  })

/** A8: damaged structure, as by speculative decoding. */
export function speculation(random: Random, family: Family): Case {
  const name = "A8 structure damaged by speculation"
  if (random.chance(0.3)) {
    return inLastCall(
      random,
      family,
      name,
      (call) => {
        const [key, value] = Object.entries(JSON.parse(call.arguments))[0] ?? []
        call.name = `${call.name} ${key}=${String(value).slice(0, 20)}`
        call.arguments = "{}"
      },
      ["tool-name-corrupt", "unknown-tool"],
      ["arguments-invalid"],
    )
  }
  return inLastCall(random, family, name, (call, { args }) => {
    const [key, value] = Object.entries(args)[0] ?? []
    call.arguments = random.pick(["{}", JSON.stringify({ [`${key}=${String(value).slice(0, 40)}`]: "" }), `{"${key}`, '{"": ""}'])
  })
}

/** G1: unterminated although no limit was reached. */
export const unterminated = (random: Random, family: Family): Case =>
  inLastCall(random, family, "G1 arguments never closed", (call) => {
    call.arguments = random.pick([call.arguments.slice(0, -1), call.arguments.slice(0, random.int(1, call.arguments.length - 1))])
  })

/** G2: sent twice. */
export const repeated = (random: Random, family: Family): Case =>
  inLastCall(random, family, "G2 arguments sent twice", (call) => {
    const text = call.arguments
    call.arguments = random.pick([text + text, text.slice(0, -1) + text, `${text}}`, `{${text}`, `${text}{}`])
  })

/** G3: encoded twice, or not JSON but something like it. */
export const mistyped = (random: Random, family: Family): Case =>
  inLastCall(random, family, "G3 mistyped or encoded twice", (call, { args }) => {
    const pick = random.int(0, 4)
    if (pick === 0) call.arguments = JSON.stringify(call.arguments)
    else if (pick === 1) call.arguments = `{${Object.keys(args).map((key) => `'${key}': 'x'`)}}`
    else if (pick === 2) call.arguments = `{${Object.keys(args).map((key) => `"${key}":both`)}}`
    else if (pick === 3) call.arguments = JSON.stringify([args])
    else {
      // Every field becomes something that its schema does not ask for.
      const wrong = Object.entries(args).map(([key, value]) => [
        key,
        typeof value === "string" ? { value } : JSON.stringify(value),
      ])
      call.arguments = JSON.stringify(Object.fromEntries(wrong))
    }
  })

/** G4: nothing, or without one that is required. */
export const emptyArguments = (random: Random, family: Family): Case =>
  inLastCall(random, family, "G4 required arguments missing", (call, { name, args }) => {
    const required = { bash: "command", read: "filePath", write: "content", edit: "newString", todowrite: "todos" }[name] ?? ""
    const { [required]: _, ...rest } = args
    call.arguments = random.pick(["{}", "", JSON.stringify(rest)])
  })

function reshaped(
  random: Random,
  family: Family,
  name: string,
  alter: (entry: CallEntry, call: number, piece: number) => CallEntry,
  least: number,
  expect: FindingKind[],
): Case {
  const turn: Turn = turnWith(random, family, "bash", "read", "glob")
  while (turn.calls.length < least) turn.calls = [...turnWith(random, family, "read").calls.slice(-1), ...turn.calls]
  return caseOf(
    random,
    turn,
    { alter, fine: true },
    {
      corpus: "faults",
      class: name,
      expect,
      allow: ["stream-shape", "arguments-invalid", "unknown-tool", "tool-name-corrupt", "stream-error"],
      excerpt: `${turn.calls.length} calls`,
    },
  )
}

/** H1: parallel calls under one index, or under none. */
export function indexFault(random: Random, family: Family): Case {
  if (random.chance(0.5)) {
    return reshaped(random, family, "H1 one index for all calls", (entry) => ({ ...entry, index: 0 }), 2, ["stream-shape"])
  }
  return reshaped(random, family, "H1 no index", ({ index: _, ...entry }) => entry, 2, ["stream-shape"])
}

/** H2: id or name missing where a call begins, or sent again with every piece. */
export function idFault(random: Random, family: Family): Case {
  const what = random.int(0, 3)
  if (what === 0) {
    const id = random.pick([null, "", undefined])
    return reshaped(random, family, "H2 no id", (entry, _, piece) => (piece === 0 ? { ...entry, id } : entry), 1, [
      "stream-shape",
    ])
  }
  if (what === 1) {
    const name = random.pick([null, ""])
    const nameless = (entry: CallEntry, _: number, piece: number): CallEntry =>
      piece === 0 ? { ...entry, function: { ...entry.function, name } } : entry
    return reshaped(random, family, "H2 no name", nameless, 1, ["stream-shape", "unknown-tool", "tool-name-corrupt"])
  }
  if (what === 2) {
    let name: string | null | undefined
    const again = (entry: CallEntry, _: number, piece: number): CallEntry => {
      if (piece === 0) name = entry.function.name
      return { ...entry, function: { ...entry.function, name } }
    }
    return reshaped(random, family, "H2 name in every piece", again, 1, ["stream-shape"])
  }
  return indexFault(random, family)
}

const JUNK = [
  "<|channel|>commentary",
  "<|channel|>analysis",
  "<|constrain|>json",
  "<|message|>",
  "<arg_key>filePath",
  "</arg_value>",
  "[ARGS]",
  "</think>",
  "<|tool_call_argument_begin|>",
  "<｜tool▁sep｜>",
  "\n```json",
  "(",
  '"',
  "</function>",
  "<parameter=command>",
]

/** H3, H4: markup in the name. */
export const nameJunk = (random: Random, family: Family): Case =>
  inLastCall(
    random,
    family,
    "H3 H4 markup in the name",
    (call) => {
      const junk = random.pick(JUNK)
      call.name = random.pick([
        `${call.name}${junk}`,
        `${call.name}${junk}`,
        `functions.${call.name}:0`,
        `functions.${call.name}`,
      ])
    },
    ["tool-name-corrupt"],
    ["unknown-tool", "arguments-invalid"],
  )

const UNKNOWN = [
  "get_weather",
  "str_replace_editor",
  "execute_command",
  "search_files",
  "readFile",
  "shell",
  "python",
  "apply_diff",
  "browser_search",
]

/** H5: a tool that nobody declared. */
export const unknownTool = (random: Random, family: Family): Case =>
  inLastCall(
    random,
    family,
    "H5 unknown tool",
    (call) => {
      call.name = random.pick(UNKNOWN)
    },
    ["unknown-tool"],
  )
