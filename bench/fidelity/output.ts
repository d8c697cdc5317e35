/** What a model thought, said and called, in a form that can be compared. */
export interface Output {
  reasoning: string
  content: string
  calls: { name: string; arguments: unknown }[]
}

/** Arguments that are not JSON stay text, which equals nothing that was meant. */
export function plain(output: {
  reasoning: string
  content: string
  calls: readonly { name: string; arguments: string }[]
}): Output {
  const calls = output.calls.map((call) => {
    try {
      return { name: call.name, arguments: JSON.parse(call.arguments) as unknown }
    } catch {
      return { name: call.name, arguments: call.arguments }
    }
  })
  return { reasoning: output.reasoning, content: output.content, calls }
}

export const same = (one: Output, other: Output): boolean => JSON.stringify(one) === JSON.stringify(other)

/** The same but for white space around text and thoughts, on which parsers differ. */
export const alike = (one: Output, other: Output): boolean => same(trimmed(one), trimmed(other))
const trimmed = ({ reasoning, content, calls }: Output): Output => ({
  reasoning: reasoning.trim(),
  content: content.trim(),
  calls,
})
