import { cutByLimit } from "../limits.ts"
import { type Repetition, repetitionAtEnd } from "../repetition.ts"
import type { TextScan } from "../text-scan.ts"
import type { Evidence, ResponseRule, Scene } from "./rule.ts"

/** Finish reason of vLLM's own repetition check (`vllm/v1/engine/__init__.py`). */
const OWN_WORD = "repetition"

/**
 * The same span over and over up to the limit, or up to the end of a channel. What a file ends with is the author's business, so arguments count
 * only where a limit cut them, and rules, padding and rows of figures never do.
 */
export const degenerateRepetition: ResponseRule = {
  kind: "degenerate-repetition",
  response(scene) {
    const { reading, request } = scene
    if (reading.aborted) return undefined
    const cut = cutByLimit(reading, request) !== undefined || reading.finish === OWN_WORD
    if (cut && reading.last === "arguments") return inArguments(scene)
    for (const channel of [reading.content, reading.reasoning]) {
      const found = repetitionIn(channel.text())
      // A text that ended by itself may end in a list; one that says the same sentence over and over does not.
      if (found && (cut || /\w{3,}\W+\w{2,}/.test(found.span))) return evidence(found, cut)
    }
    return undefined
  },
}

function inArguments({ reading }: Scene): Evidence | undefined {
  const call = reading.calls.list.at(-1)
  const field = call?.view().fields.at(-1)
  const found = field && repetitionIn(field.text)
  return found && { ...evidence(found, true), call, field: field.path }
}

function repetitionIn(scan: TextScan): Repetition | undefined {
  const found = repetitionAtEnd(scan.tail().trimEnd())
  return found && /\p{L}{2,}/u.test(found.span.length < 4 ? found.span.repeat(4) : found.span) ? found : undefined
}

function evidence({ span, times }: Repetition, cut: boolean): Evidence {
  return {
    kind: "degenerate-repetition",
    certainty: cut ? "certain" : "likely",
    excerpt: span.slice(0, 80),
    facts: { times },
  }
}
