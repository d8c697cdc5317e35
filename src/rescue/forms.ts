import type { Family } from "../knowledge/families.ts"
import type { Asked } from "./asked.ts"
import { type Ask, promptEnd, toolsReachPrompt, toolsReachTokens } from "./prompt.ts"
import { canAskInFormB } from "./rewrite.ts"

/** "A": the chat request without the tool parser. "B": the rendered prompt as a plain completion. */
export type RawForm = "A" | "B"

/** Which raw forms work for one model, proven once. */
export interface Forms {
  /** The form for this request; undefined where none is proven to bring its tools to the model. */
  choose(ask: Ask, asked: Asked): Promise<RawForm | undefined>
  /** It turned out not to work. */
  fails(form: RawForm): void
  /** Neither form works, whatever is asked. */
  hopeless(): boolean
  /** Whether the prompt ends inside the thoughts; undefined where that cannot be told. */
  promptEnd(ask: Ask, asked: Asked, family: Family | undefined): Promise<"open" | "closed" | undefined>
}

const MOST_PROMPTS = 20
const PROOFS = { A: toolsReachPrompt, B: toolsReachTokens } as const

export function createForms(): Forms {
  const failed = new Set<RawForm>()
  const reaching = new Map<RawForm, Promise<boolean | undefined>>()
  const unreached = new Set<RawForm>()
  const ends = new Map<string, ReturnType<typeof promptEnd>>()

  /** Whether a form takes the tools along, if there are any: asked once, again only where there was no answer. */
  async function works(form: RawForm, ask: Ask, asked: Asked): Promise<boolean> {
    if (failed.has(form)) return false
    if (!asked.tools) return true
    const asking = reaching.get(form) ?? PROOFS[form](ask, asked.body)
    reaching.set(form, asking)
    const reached = await asking
    if (reached === undefined && reaching.get(form) === asking) reaching.delete(form)
    if (reached === false) unreached.add(form)
    return reached === true
  }

  return {
    async choose(ask, asked) {
      if (await works("A", ask, asked)) return "A"
      return canAskInFormB(asked.body) && (await works("B", ask, asked)) ? "B" : undefined
    },
    fails: (form) => void failed.add(form),
    hopeless: () => (["A", "B"] as const).every((form) => failed.has(form) || unreached.has(form)),
    async promptEnd(ask, asked, family) {
      const { chat_template_kwargs, reasoning_effort, tools } = asked.body
      const key = JSON.stringify([chat_template_kwargs, reasoning_effort, Array.isArray(tools)])
      if (!ends.has(key) && ends.size >= MOST_PROMPTS) ends.clear()
      const asking = ends.get(key) ?? promptEnd(ask, asked.body, family)
      ends.set(key, asking)
      const end = await asking
      // A server that could not answer just now is asked again.
      if (end === undefined && ends.get(key) === asking) ends.delete(key)
      return end === "unknown" ? undefined : end
    },
  }
}
