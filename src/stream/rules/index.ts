import { argumentsInvalid } from "./arguments-invalid.ts"
import { callInContent } from "./call-in-content.ts"
import { callInReasoning } from "./call-in-reasoning.ts"
import { answerInReasoning, emptyAnswer, finishWithoutCall } from "./empty.ts"
import { outputSwallowed } from "./output-swallowed.ts"
import { reasoningInArguments } from "./reasoning-in-arguments.ts"
import { reasoningInContent } from "./reasoning-in-content.ts"
import type { CallRule, ResponseRule } from "./rule.ts"
import { streamError } from "./stream-error.ts"
import { toolNameCorrupt, unknownTool } from "./tool-name.ts"
import { truncated } from "./truncated.ts"

/** For one call the first that finds something speaks: the most specific stands first. */
export const CALL_RULES: readonly CallRule[] = [reasoningInArguments, toolNameCorrupt, unknownTool, argumentsInvalid]

/** In this order; a later rule sees what earlier ones found and keeps quiet about the same fault. */
export const RESPONSE_RULES: readonly ResponseRule[] = [
  streamError,
  callInContent,
  callInReasoning,
  reasoningInContent,
  outputSwallowed,
  truncated,
  answerInReasoning,
  emptyAnswer,
  finishWithoutCall,
]
