import { FAMILIES, type Family } from "../../src/knowledge/families.ts"
import type { Case } from "./case.ts"
import { cleanCase } from "./clean.ts"
import * as inArguments from "./faults-arguments.ts"
import * as json from "./faults-json.ts"
import { faultInParserSession } from "./faults-sessions.ts"
import * as structure from "./faults-structure.ts"
import * as text from "./faults-text.ts"
import { parserCase } from "./parsers.ts"
import { createRandom, type Random } from "./random.ts"
import type { Sources } from "./sources.ts"

/** Faults of which a stream shows nothing, so that nothing can be expected. */
export const UNDETECTABLE: Readonly<Record<string, string>> = {
  A3: "self-talk without a delimiter reads like any prose",
  A9: "text of another request looks like text of this one",
  C2: "a call that was planned and never written leaves no trace; an empty answer is said as such",
  C3: "a rehearsed call that was run is a call like any other",
  "A1, bare closer between words or in quotes": "an author may have put it there",
}

type Maker = (random: Random, family: Family) => Case

const FAULTS: readonly Maker[] = [
  inArguments.thinkingBudget,
  inArguments.thinkingBudget,
  inArguments.thoughtReopened,
  inArguments.thoughtReopened,
  inArguments.thoughtCopied,
  inArguments.closerKept,
  inArguments.closerKept,
  inArguments.valueSwallows,
  inArguments.optionalSwallowed,
  json.fencePrefix,
  json.speculation,
  json.unterminated,
  json.repeated,
  json.mistyped,
  json.emptyArguments,
  json.indexFault,
  json.idFault,
  json.nameJunk,
  json.unknownTool,
  text.noParser,
  text.noParser,
  text.brokenWrapper,
  text.kimiPieces,
  text.dsmlBlock,
  text.jsonList,
  text.parsersExclude,
  text.harmonyResidue,
  text.imitation,
  text.callInThought,
  text.reasoningShown,
  text.reasoningShown,
  text.reasoningAfterTool,
  text.turnToken,
  text.leftOver,
  structure.allReasoning,
  structure.announced,
  structure.wrongFinish,
  structure.swallowed,
  structure.swallowed,
  structure.nothing,
  structure.brokenStream,
  structure.repetition,
  structure.usageMissing,
]
const QUOTING = FAMILIES.filter(({ format }) => format === "gemma4" || format === "functiongemma")

function faultCase(random: Random, sources: Sources): Case {
  if (random.chance(0.1)) return faultInParserSession(random, sources)
  if (random.chance(0.02)) return inArguments.quotesKept(random, random.pick(QUOTING))
  return random.pick(FAULTS)(random, random.pick(FAMILIES))
}

/** `n` cases, the same ones for the same seed. */
export function* generatedCases({ seed, n, sources }: { seed: number; n: number; sources: Sources }): Iterable<Case> {
  const random = createRandom(seed)
  for (let i = 0; i < n; i++) {
    const own = random.fork()
    yield i % 3 === 0 ? faultCase(own, sources) : i % 3 === 1 ? parserCase(own, sources) : cleanCase(own)
  }
}
