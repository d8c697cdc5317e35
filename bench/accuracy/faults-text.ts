import type { Family } from "../../src/knowledge/families.ts"
import type { FindingKind } from "../../src/stream/types.ts"
import type { MeantCall } from "./calls.ts"
import type { Case } from "./case.ts"
import { sentences, thoughts } from "./code.ts"
import { SPELLINGS, type Spelling, spellingOf, writeCalls } from "./formats.ts"
import type { Random } from "./random.ts"
import { answerTurn, caseOf, type Fault, type Turn, toolRound, turnWith } from "./turn.ts"

const thinks = (family: Family): { open: string; close: string } => family.reasoning ?? { open: "<think>", close: "</think>" }

/** A turn whose calls the server did not take out: they stand where the model wrote them. */
function unparsed(
  random: Random,
  family: Family,
  name: string,
  write: (calls: readonly MeantCall[], turn: Turn) => string,
  fault: Fault & { expect?: FindingKind[]; allow?: FindingKind[] } = {},
): Case {
  const turn = turnWith(random, family, "bash", "read", "grep", "glob", "write", "edit")
  // Several calls in text are as rare as several calls are.
  if (random.chance(0.7)) turn.calls = turn.calls.slice(-1)
  const before = random.chance(0.5) ? `${sentences(random, 2)}\n\n` : random.pick(["", "\n\n"])
  const text = before + write(turn.calls, turn)
  const { expect = ["call-in-content"], allow = [], ...rest } = fault
  return caseOf(
    random,
    turn,
    { content: text, calls: [], finish: "stop", ...rest },
    {
      corpus: "faults",
      class: name,
      expect,
      allow: ["markup-in-content", "special-token-in-content", ...allow],
      excerpt: text.slice(before.length, before.length + 200),
    },
  )
}

/** B1: the family's own call, well-formed, and nothing read it. */
export const noParser = (random: Random, family: Family): Case =>
  unparsed(random, family, `B1 unparsed call, ${family.format}`, (calls) => writeCalls(spellingOf(family), calls))

const first = (calls: readonly MeantCall[]): MeantCall => calls.at(-1) as MeantCall

/** B2: the wrapper is missing or altered. */
export function brokenWrapper(random: Random, family: Family): Case {
  const bare = SPELLINGS[random.pick(["qwen-xml", "qwen-xml", "hermes", "glm"] as const)]
  return unparsed(random, family, "B2 wrapper missing or altered", (calls) => {
    const { name, args } = first(calls)
    const text = bare.call(name, args)
    return random.pick([
      text.replace("<tool_call>\n", ""),
      text.replace("<tool_call>", "<tool_calls>"),
      text.replace("\n</tool_call>", ""),
      text.replace("</tool_call>", ""),
    ])
  })
}

/** B3: pieces of Kimi's sections. */
export const kimiPieces = (random: Random, family: Family): Case =>
  unparsed(random, family, "B3 Kimi call without or with another section", (calls) => {
    const { name, args } = first(calls)
    const text = SPELLINGS["kimi-k2"].call(name, args)
    return random.pick([
      text,
      `<|tool_call_section_begin|>${text}<|tool_call_section_end|>`,
      text.replace("functions.", ""),
      text.replace("<|tool_call_end|>", ""),
    ])
  })

/** B4: DSML blocks, with other bars, without their wrapper, or cut. */
export function dsmlBlock(random: Random, family: Family): Case {
  const write = (calls: readonly MeantCall[]): string => {
    const { name, args } = first(calls)
    const text = SPELLINGS.dsml.call(name, args)
    return random.pick([
      text,
      text.replaceAll("｜", "|"),
      `<｜DSML｜function_calls>\n${text}</｜DSML｜function_calls>`,
      text.slice(0, text.lastIndexOf("</｜DSML｜parameter>")),
    ])
  }
  if (random.chance(0.7)) return unparsed(random, family, "B4 DSML block", write)
  return unparsed(random, family, "B4 DSML fragment beside an empty call", write, {
    calls: [{ id: "call_1", name: "bash", arguments: "{}" }],
    finish: "tool_calls",
    expect: ["arguments-invalid", "markup-in-content", "call-in-content"],
  })
}

/** B5: a list in JSON, as with `tool_choice: required`; repeated until the limit in the worst case. */
export function jsonList(random: Random, family: Family): Case {
  const list = (calls: readonly MeantCall[]): string =>
    JSON.stringify(calls.map(({ name, args }) => ({ name, parameters: args })))
  return unparsed(random, family, "B5 list of calls in JSON", list)
}

/** B6: a reasoning parser runs, the tool parser does not; the call may stand behind the thoughts, or in them. */
export const parsersExclude = (random: Random, family: Family): Case =>
  unparsed(random, family, "B6 call in the answer behind parsed reasoning", (calls) => writeCalls(spellingOf(family), calls), {
    reasoning: thoughts(random),
  })

/** B7: harmony headers, or what is left of them without special tokens. */
export const harmonyResidue = (random: Random, family: Family): Case =>
  unparsed(
    random,
    family,
    "B7 harmony call",
    (calls) => {
      const { name, args } = first(calls)
      const text = JSON.stringify(args)
      return random.pick([
        `<|start|>assistant${SPELLINGS.harmony.call(name, args)}`,
        SPELLINGS.harmony.call(name, args),
        `<|channel|>analysis to=functions.${name} code<|message|>${text}<|call|>`,
        `analysisI need the file.assistantcommentary to=functions.${name} json${text}`,
      ])
    },
    { allow: ["reasoning-in-content"] },
  )

/** B8: the way another vendor's model writes calls. */
export const imitation = (random: Random, family: Family): Case =>
  unparsed(random, family, "B8 imitated call", (calls) => {
    const { name, args } = first(calls)
    const text = SPELLINGS["minimax-m2"].call(name, args)
    return random.pick([`<function_calls>\n${text}\n</function_calls>`, text, `<tool_use>\n${text}\n</tool_use>`])
  })

/** C1: the call stands in the reasoning, and nothing follows. */
export function callInThought(random: Random, family: Family): Case {
  const turn = turnWith(random, family, "bash", "read", "grep")
  turn.calls = turn.calls.slice(-1)
  const call = writeCalls(spellingOf(family), turn.calls)
  const reasoning = `${thoughts(random)}${random.pick(["\n\n", "\n", " "])}${call}`
  return caseOf(
    random,
    turn,
    { reasoning, content: random.pick(["", "", "\n\n"]), calls: [], finish: "stop" },
    {
      corpus: "faults",
      class: `C1 call in the reasoning, ${family.format}`,
      expect: ["call-in-reasoning"],
      allow: ["answer-in-reasoning", "empty-answer"],
      excerpt: call.slice(0, 200),
    },
  )
}

/** D1, D3: nothing takes the reasoning out of the answer. */
export function reasoningShown(random: Random, family: Family): Case {
  const { open, close } = thinks(family)
  const turn = random.chance(0.5) ? answerTurn(random, family) : turnWith(random, family, "bash", "read")
  const bare = family.templateOpensThinking === true && random.chance(0.7)
  const block = `${bare ? "" : `${open}\n`}${thoughts(random)}\n${close}\n\n`
  const content = block + turn.content
  return caseOf(
    random,
    turn,
    { reasoning: "", content },
    {
      corpus: "faults",
      class: `D1 D3 ${bare ? "orphan closer" : "whole block"} in the answer, ${close}`,
      expect: /think|thought/i.test(close) ? ["reasoning-in-content"] : ["reasoning-in-content", "special-token-in-content"],
      allow: ["special-token-in-content"],
      excerpt: block.slice(-120),
    },
  )
}

/** D2: only on turns after a tool result. */
export function reasoningAfterTool(random: Random, family: Family): Case {
  const { open } = thinks(family)
  const turn = random.chance(0.5) ? answerTurn(random, family) : turnWith(random, family, "bash", "read")
  turn.messages = [...turn.messages, ...toolRound(random, 9)]
  const content = `${open}${random.pick(["\n", ""])}${thoughts(random, 3)}`
  return caseOf(
    random,
    turn,
    { reasoning: "", content },
    {
      corpus: "faults",
      class: "D2 thinking in the answer after a tool result",
      expect: ["reasoning-in-content"],
      allow: ["special-token-in-content"],
      excerpt: content.slice(0, 120),
    },
  )
}

const TURN_TOKENS: readonly string[] = [
  "<|im_end|>",
  "<|endoftext|>",
  "<｜end▁of▁sentence｜>",
  "<|user|>",
  "<|observation|>",
  "<|eot_id|>",
  "<end_of_turn>",
  "<turn|>",
  "<|return|>",
  "[e~[",
  "<|im_start|>assistant\n",
  "<|end_of_text|>",
  "[/INST]",
]

/** I1: turn tokens in visible text. */
export function turnToken(random: Random, family: Family): Case {
  const turn = answerTurn(random, family)
  const token = random.pick(TURN_TOKENS)
  const text = sentences(random)
  const content = random.pick([`${text}${token}`, `${text}\n${token}`, `${text}${token}${token}`])
  return caseOf(
    random,
    turn,
    { content },
    { corpus: "faults", class: "I1 turn token in the answer", expect: ["special-token-in-content"], excerpt: content.slice(-80) },
  )
}

/** Markup left over around calls that were parsed. */
export function leftOver(random: Random, family: Family): Case {
  const spelling: Spelling = spellingOf(family)
  const turn = turnWith(random, family, "bash", "read", "glob")
  const closer = random.pick([
    "</tool_call>",
    "</function>\n</tool_call>",
    spelling.end.includes("<") ? spelling.end : "</tool_call>",
  ])
  const content = random.pick([closer, `\n${closer}\n`, `${sentences(random, 2)}\n${closer}`])
  return caseOf(
    random,
    turn,
    { content },
    {
      corpus: "faults",
      class: "markup left over around a parsed call",
      expect: ["markup-in-content", "special-token-in-content"],
      excerpt: content.slice(-80),
    },
  )
}
