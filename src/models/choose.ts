import { nearNames } from "../endpoint/checks/near.ts"
import type { Choice } from "./catalog.ts"

/** What a person or an agent meant by a name. */
export type Chosen =
  | { is: "one"; choice: Choice }
  /** Several fit. */
  | { is: "many"; choices: Choice[] }
  /** None does; these are the nearest. */
  | { is: "none"; near: Choice[] }

const MOST_NEAR = 5

export const nameOf = ({ provider, key }: Pick<Choice, "provider" | "key">): string => `${provider}/${key}`

/**
 * Reads an exact id, `provider/id`, a number of the list (from 1), or a part that only one name has. An exact name wins over a part of another,
 * a model that is served over one of the same name that is not, the current provider's over another's.
 */
export function choose(wanted: string, choices: readonly Choice[], currentProvider?: string): Chosen {
  const text = wanted.trim()
  const byNumber = /^#?\d{1,4}$/.test(text) ? choices[Number(text.replace("#", "")) - 1] : undefined
  const steps: ((choice: Choice) => boolean)[] = [
    (choice) => nameOf(choice) === text,
    (choice) => choice.key === text || choice.id === text,
    (choice) => same(nameOf(choice), text) || same(choice.key, text) || same(choice.id, text),
    (choice) => nameOf(choice).toLowerCase().includes(text.toLowerCase()),
  ]
  for (const fits of text === "" ? [] : steps) {
    const found = choices.filter(fits)
    const served = found.filter((choice) => choice.served && choice.trouble === undefined)
    const likely = served.length > 0 ? served : found
    const here = likely.filter((choice) => choice.provider === currentProvider)
    const ones = [found, ...(fits === steps[3] ? [] : [likely, here])]
    const only = ones.find((some) => some.length === 1)?.[0]
    if (only) return { is: "one", choice: only }
    // A number is read as part of a name only where it is no number of the list.
    if (byNumber) break
    if (found.length > 1) return { is: "many", choices: found }
  }
  if (byNumber) return { is: "one", choice: byNumber }
  const names = nearNames(
    text,
    choices.map((choice) => choice.key),
    MOST_NEAR,
  )
  return { is: "none", near: names.flatMap((name) => choices.filter((choice) => choice.key === name)).slice(0, MOST_NEAR) }
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
