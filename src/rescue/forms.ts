import type { Family } from "../knowledge/families.ts"
import type { Asked } from "./asked.ts"
import { type Ask, promptEnd, toolsReachPrompt } from "./prompt.ts"
import { canAskInFormB } from "./rewrite.ts"

/** "A": the chat request without the tool parser. "B": the rendered prompt as a plain completion. */
export type RawForm = "A" | "B"

/** Which raw forms work for one model, proven once. */
export interface Forms {
  /** The form for this request; undefined where none is proven to bring the tools to the model. */
  choose(ask: Ask, asked: Asked): Promise<RawForm | undefined>
  /** It turned out not to work. */
  fails(form: RawForm): void
  /** Whether the prompt ends inside the thoughts; undefined where that cannot be told. */
  promptEnd(ask: Ask, asked: Asked, family: Family | undefined): Promise<"open" | "closed" | undefined>
}

const MOST_PROMPTS = 20

export function createForms(): Forms {
  const failed = new Set<RawForm>()
  let reaching: Promise<boolean | undefined> | undefined
  const ends = new Map<string, Promise<"open" | "closed" | undefined>>()

  /** Form A takes the tools along only where the server leaves them in the prompt; asked once, again only where there was no answer. */
  async function toolsReach(ask: Ask, asked: Asked): Promise<boolean> {
    reaching ??= toolsReachPrompt(ask, asked.body)
    const reached = await reaching
    if (reached === undefined) reaching = undefined
    return reached === true
  }

  return {
    async choose(ask, asked) {
      if (!failed.has("A") && (!asked.tools || (await toolsReach(ask, asked)))) return "A"
      return !failed.has("B") && canAskInFormB(asked.body) ? "B" : undefined
    },
    fails: (form) => void failed.add(form),
    promptEnd(ask, asked, family) {
      const { chat_template_kwargs, reasoning_effort, tools } = asked.body
      const key = JSON.stringify([chat_template_kwargs, reasoning_effort, Array.isArray(tools)])
      const known = ends.get(key)
      if (known) return known
      if (ends.size >= MOST_PROMPTS) ends.clear()
      const end = promptEnd(ask, asked.body, family).then((is) => {
        // A server that could not answer just now is asked again.
        if (is === undefined) ends.delete(key)
        return is
      })
      ends.set(key, end)
      return end
    },
  }
}
