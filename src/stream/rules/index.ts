import { argumentsInvalid } from "./arguments-invalid.ts"
import { callInContent } from "./call-in-content.ts"
import { callInReasoning } from "./call-in-reasoning.ts"
import { degenerateRepetition } from "./degenerate-repetition.ts"
import { answerInReasoning, emptyAnswer, finishWithoutCall } from "./empty.ts"
import { markupInArguments } from "./markup-in-arguments.ts"
import { markupInContent } from "./markup-in-content.ts"
import { outputSwallowed } from "./output-swallowed.ts"
import { reasoningInArguments } from "./reasoning-in-arguments.ts"
import { reasoningInContent } from "./reasoning-in-content.ts"
import type { CallRule, ResponseRule } from "./rule.ts"
import { specialTokenInContent } from "./special-token.ts"
import { streamError } from "./stream-error.ts"
import { streamShape } from "./stream-shape.ts"
import { toolNameCorrupt, unknownTool } from "./tool-name.ts"
import { truncated } from "./truncated.ts"
import { usageMissing } from "./usage-missing.ts"
import { wrongFinishReason } from "./wrong-finish-reason.ts"

/** For one call the first that finds something speaks: the most specific stands first. */
export const CALL_RULES: readonly CallRule[] = [
  reasoningInArguments,
  markupInArguments,
  toolNameCorrupt,
  unknownTool,
  argumentsInvalid,
]

/** In this order; a later rule sees what earlier ones found and keeps quiet about the same fault. */
export const RESPONSE_RULES: readonly ResponseRule[] = [
  streamError,
  callInContent,
  callInReasoning,
  reasoningInContent,
  markupInContent,
  specialTokenInContent,
  outputSwallowed,
  degenerateRepetition,
  truncated,
  answerInReasoning,
  emptyAnswer,
  finishWithoutCall,
  wrongFinishReason,
  streamShape,
  usageMissing,
]
