import type { FindingKind } from "../../src/stream/types.ts"
import type { Case, Corpus } from "./case.ts"
import type { Random } from "./random.ts"
import { caseOf, ordinaryTurn, sentCalls, type Turn } from "./turn.ts"

/** Ordinary coding: healthy answers, answers that a limit cut, answers that the client cut. */
export function cleanCase(random: Random): Case {
  const turn = ordinaryTurn(random)
  const what = random.int(0, 19)
  if (what === 0) return abortedCase(random, turn, "clean")
  if (what <= 2) return cutCase(random, turn, "clean")
  if (what === 3 && turn.calls.length === 0) return hiddenReasoning(random, turn)
  const calls = turn.calls.length
  return caseOf(
    random,
    turn,
    {},
    { corpus: "clean", class: calls === 0 ? "an answer" : calls === 1 ? "a call" : "several calls" },
  )
}

/** Thoughts that the request asked not to see are counted all the same. */
function hiddenReasoning(random: Random, turn: Turn): Case {
  const item = caseOf(
    random,
    { ...turn, includeUsage: true },
    { reasoning: "", extraTokens: random.int(20, 900), chatOnly: true },
    { corpus: "clean", class: "reasoning hidden on request" },
  )
  return { ...item, request: { ...item.request, include_reasoning: false } }
}

export function abortedCase(random: Random, turn: Turn, corpus: Corpus): Case {
  return caseOf(random, turn, {}, { corpus, class: "cut by the client", aborted: true })
}

/** Everything behind a random place is missing, and the server says so. */
export function cutCase(random: Random, turn: Turn, corpus: Corpus): Case {
  const calls = sentCalls(random, turn.calls)
  const half = (text: string): string => text.slice(0, random.int(1, Math.max(1, text.length - 1)))
  let { reasoning, content } = turn
  const last = calls.at(-1)
  const channel = random.pick(["reasoning", "content", "calls"] as const)
  if (channel === "reasoning" && reasoning !== "") {
    reasoning = half(reasoning)
    content = ""
    calls.length = 0
  } else if (last && channel === "calls" && last.arguments.length > 12) {
    last.arguments = half(last.arguments.slice(0, -1))
  } else if (content.length > 4) {
    content = half(content)
    calls.length = 0
  } else {
    reasoning = half(reasoning || "I look at the cart first.")
    content = ""
    calls.length = 0
  }
  const limit = random.pick(["output", "output", "server"] as const)
  const finish = calls.length > 0 && limit === "output" && random.chance(0.3) ? "tool_calls" : "length"
  const includeUsage = finish === "tool_calls" ? true : turn.includeUsage
  const short: Turn = { ...turn, includeUsage }
  return caseOf(
    random,
    short,
    { reasoning, content, calls, finish, limit, extraTokens: 0 },
    {
      corpus,
      class: "cut by a limit",
      expect: ["truncated"],
      allow: goesRound(calls.at(-1)?.arguments ?? (content || reasoning)),
    },
  )
}

/** Where the limit cuts data that repeats itself, nothing tells it from a model that goes round and round. */
function goesRound(text: string): FindingKind[] {
  return /(.{1,120}?)\1{7}.{0,120}$/s.test(text.slice(-1200)) ? ["degenerate-repetition"] : []
}
