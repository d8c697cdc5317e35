import { isBlank } from "../text-scan.ts"
import type { ResponseRule } from "./rule.ts"

const SILENT = new Set(["output-swallowed", "stream-error", "call-in-reasoning"])

/** Finish `stop`, reasoning, and nothing else: the person sees no answer. */
export const answerInReasoning: ResponseRule = {
  kind: "answer-in-reasoning",
  response({ reading }, found) {
    if (reading.finish !== "stop" || reading.calls.count > 0 || found.some(({ kind, weak }) => SILENT.has(kind) && !weak))
      return undefined
    if (!isBlank(reading.content.text()) || isBlank(reading.reasoning.text())) return undefined
    return { kind: "answer-in-reasoning", certainty: "certain", facts: { bytes: reading.reasoning.text().bytes } }
  },
}

/** Finish `stop` and nothing at all. */
export const emptyAnswer: ResponseRule = {
  kind: "empty-answer",
  response({ reading }, found) {
    if (reading.finish !== "stop" || reading.calls.count > 0 || found.some(({ kind, weak }) => SILENT.has(kind) && !weak))
      return undefined
    if (!isBlank(reading.content.text()) || !isBlank(reading.reasoning.text())) return undefined
    return { kind: "empty-answer", certainty: "certain" }
  },
}

/** The client is told to run tools and gets none. */
export const finishWithoutCall: ResponseRule = {
  kind: "finish-without-call",
  response({ reading }, found) {
    if (reading.finish !== "tool_calls" || reading.calls.count > 0 || found.some(({ kind, weak }) => SILENT.has(kind) && !weak))
      return undefined
    return { kind: "finish-without-call", certainty: "certain" }
  },
}
