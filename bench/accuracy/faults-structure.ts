import type { Family } from "../../src/knowledge/families.ts"
import type { FindingKind } from "../../src/stream/types.ts"
import type { Case } from "./case.ts"
import { sentences, thoughts } from "./code.ts"
import { spellingOf, writeCalls } from "./formats.ts"
import type { Random } from "./random.ts"
import { createTokenizer } from "./tokens.ts"
import { answerTurn, caseOf, type Fault, sentCalls, type Turn, turnWith } from "./turn.ts"

function structural(
  random: Random,
  turn: Turn,
  name: string,
  fault: Fault,
  expect: FindingKind[],
  allow: FindingKind[] = [],
): Case {
  return caseOf(random, turn, fault, { corpus: "faults", class: name, expect, allow })
}

/** E1: the answer came as reasoning. */
export function allReasoning(random: Random, family: Family): Case {
  const turn = answerTurn(random, family)
  return structural(
    random,
    turn,
    "E1 the whole answer as reasoning",
    { reasoning: `${thoughts(random)}\n\n${sentences(random)}`, content: random.pick(["", "", "\n\n"]) },
    ["answer-in-reasoning"],
  )
}

/** F1: calls are announced and none comes. */
export function announced(random: Random, family: Family): Case {
  const turn = answerTurn(random, family)
  const content = random.pick(["", sentences(random, 2)])
  return structural(random, turn, "F1 calls announced, none sent", { content, calls: [], finish: "tool_calls" }, [
    "finish-without-call",
  ])
}

/** F2: calls came, the finish says something else. */
export function wrongFinish(random: Random, family: Family): Case {
  const turn = turnWith(random, family, "bash", "read", "glob")
  if (random.chance(0.3)) return structural(random, turn, "F2 calls and no finish", { finish: null }, ["stream-error"])
  return structural(random, turn, "F2 calls with finish stop", { finish: "stop" }, ["wrong-finish-reason"])
}

/**
 * The wrong tool parser ate the call: only its tokens are counted. Where the server tells the tokens of the reasoning apart, the count alone
 * must show it; elsewhere what is missing may hide behind a long reasoning, and the empty answer has to be said.
 */
export function swallowed(random: Random, family: Family): Case {
  const turn = turnWith(random, family, "bash", "read", "write", "edit", "grep")
  turn.includeUsage = true
  const eaten = createTokenizer(random.fork()).count(writeCalls(spellingOf(family), turn.calls))
  const details = turn.reasoning === "" || random.chance(0.6)
  const content = details && eaten > 120 ? random.pick(["", "\n\n", "It is a bug.\n\n"]) : random.pick(["", "\n\n", "\n"])
  const silent: FindingKind[] = ["empty-answer", "answer-in-reasoning", "finish-without-call"]
  return structural(
    random,
    turn,
    details ? "call swallowed" : "call swallowed behind reasoning that was not counted apart",
    { content, calls: [], finish: random.pick(["stop", "stop", "tool_calls"]), extraTokens: eaten, details, chatOnly: details },
    details ? ["output-swallowed"] : ["output-swallowed", ...silent],
    silent,
  )
}

export function nothing(random: Random, family: Family): Case {
  const turn = answerTurn(random, family)
  return structural(random, turn, "nothing at all", { reasoning: "", content: random.pick(["", "\n\n"]) }, ["empty-answer"])
}

/** I2: the server breaks off with an error, with something unreadable, or without an end. */
export function brokenStream(random: Random, family: Family): Case {
  const turn = random.chance(0.5) ? answerTurn(random, family) : turnWith(random, family, "write", "bash")
  const calls = sentCalls(random, turn.calls)
  const last = calls.at(-1)
  if (last) last.arguments = last.arguments.slice(0, random.int(0, last.arguments.length - 1))
  const breaks = random.pick([
    JSON.stringify({ error: { code: 500, message: "model output does not match expected format", type: "server_error" } }),
    JSON.stringify({
      error: { message: "EngineCore encountered an issue.", type: "InternalServerError", param: null, code: 500 },
    }),
    '{"id":"chatcmpl-1","object":"chat.compl',
    undefined,
  ])
  return structural(random, turn, breaks ? "I2 error in mid-stream" : "the stream just ends", { calls, finish: null, breaks }, [
    "stream-error",
  ])
}

/** Round and round until the limit. */
export function repetition(random: Random, family: Family): Case {
  const turn = answerTurn(random, family)
  const span = random.pick([
    "I will look at the file again. ",
    "价格必须是正数。",
    '{"name": "read", "parameters": {"filePath": "src/a.ts"}}\n',
    `${sentences(random, 2)}\n\n`,
    "the the the ",
    "\n\n- ",
  ])
  const loop = span.repeat(Math.ceil(random.int(900, 6000) / span.length))
  turn.includeUsage = true
  const where = random.pick(["reasoning", "content"] as const)
  const text = `${sentences(random, 2)}\n\n${loop}`.slice(0, -random.int(1, 5))
  return structural(
    random,
    turn,
    `round and round in the ${where}`,
    { reasoning: "", content: "", [where]: text, finish: "length", limit: "output" },
    ["degenerate-repetition", "truncated"],
    ["truncated", "call-in-content"],
  )
}

/** Asked for, and not sent. */
export function usageMissing(random: Random, family: Family): Case {
  const turn = random.chance(0.5) ? answerTurn(random, family) : turnWith(random, family, "bash", "read")
  turn.includeUsage = true
  return structural(random, turn, "usage asked for and not sent", { usage: null }, ["usage-missing"])
}
