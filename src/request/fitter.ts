/**
 * Keeps the asked output inside the server's context. OpenCode asks for up to 32,000 tokens; vLLM and SGLang refuse a request whose
 * prompt and output together do not fit (HTTP 400), where others just stop earlier. The asked value is only ever lowered.
 */
import { createEstimator } from "./estimate.ts"
import { isCompacted } from "./host-words.ts"
import { glanceOutputLimit, outputLimit, withOutputLimit } from "./output-limit.ts"
import { readOverflow } from "./overflow.ts"

export interface Fitted {
  /** Output tokens that were asked for. */
  from: number
  /** Output tokens that go out. */
  to: number
}

export interface FittedBody {
  body: string
  /** Undefined: the body is the one that was given. */
  fitted?: Fitted
}

export interface Fitter {
  /**
   * The body to send. Touched only where the context is known and the guessed prompt leaves less than what is asked for.
   *
   * @param context the server's context in tokens, if it tells
   */
  prepare(body: string, model: string | undefined, context?: number): FittedBody
  /**
   * The body to send again after a refusal; undefined when nothing can be gained by that: another refusal, or a prompt that does not fit
   * by itself and has to be compacted.
   */
  refused(body: string, model: string | undefined, status: number, text: string): Required<FittedBody> | undefined
  /** The prompt tokens that the server counted for a body, from `usage` of its answer. */
  learn(model: string | undefined, body: string, promptTokens: number): void
}

/** An answer shorter than this is no use to an agent, and small contexts give an eighth of themselves. */
const useful = (context: number) => Math.max(16, Math.min(1_024, Math.floor(context / 8)))

const MAX_MODELS = 200

export function createFitter(): Fitter {
  const estimator = createEstimator()
  // What refusals taught: for servers whose model list does not tell the context.
  const learnt = new Map<string, { context?: number; cap?: number }>()
  return {
    prepare(body, model, reported) {
      const known = learnt.get(model ?? "")
      const context = reported || known?.context || undefined
      const glance = glanceOutputLimit(body)
      if (glance === undefined || (context === undefined && known?.cap === undefined)) return { body }
      const most = (asked: number) => {
        const room = context === undefined ? asked : context - estimator.tokens(model, body)
        // Where the guess leaves nothing, the guess may be wrong: a useful answer is asked for, and the server decides.
        const least = context === undefined ? 1 : useful(context)
        return Math.min(Math.max(room, least), known?.cap ?? asked)
      }
      if (glance <= most(glance)) return { body }
      const asked = outputLimit(body)
      return (asked !== undefined && lowered(body, asked, most(asked))) || { body }
    },
    refused(body, model, status, text) {
      const overflow = readOverflow(text)
      const asked = outputLimit(body)
      if (!overflow || asked === undefined) return undefined
      const { context, cap, prompt, atLeast = 0, spare = 0 } = overflow
      if (learnt.has(model ?? "") || learnt.size < MAX_MODELS)
        learnt.set(model ?? "", { ...learnt.get(model ?? ""), ...(context && { context }), ...(cap && { cap }) })
      if (context === undefined) return cap === undefined ? undefined : lowered(body, asked, cap)
      const least = useful(context)
      if (prompt !== undefined) {
        const room = context - prompt - spare
        // A few tokens of answer are worth less than a compacted session, where the host takes the hint.
        return room < least && isCompacted(status, text) ? undefined : lowered(body, asked, room)
      }
      // The server did not count to the end. A guess first, then the least that is of use: if even that is refused, the prompt is too long.
      const guess = Math.ceil(estimator.tokens(model, body) * 1.1)
      const room = guess > atLeast ? context - guess : least
      return lowered(body, asked, Math.max(room, least)) ?? lowered(body, asked, least)
    },
    learn: estimator.learn,
  }
}

function lowered(body: string, from: number, to: number): Required<FittedBody> | undefined {
  if (!(to >= 1 && to < from)) return undefined
  const out = withOutputLimit(body, to)
  return out === body ? undefined : { body: out, fitted: { from, to } }
}
