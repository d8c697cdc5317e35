import { parseRawOutput, type RawOutput } from "../../formats/raw.ts"
import { FAMILIES, type Family, familyById, familyOfModel } from "../../knowledge/families.ts"
import { TOOL } from "./question.ts"

export interface Named {
  model: string
  root?: string
  template?: "open" | "closed"
}

/**
 * The family that wrote a raw text, and the text read as that family's. The form of a call decides; of several families that write such
 * calls, the one that the model's name says, then one that thinks as this text does.
 */
export function familyThatWrote(text: string, { model, root, template }: Named): { family?: Family; read: RawOutput } {
  const named = familyOfModel({ id: model, root })
  const free = parseRawOutput(text, { tools: [TOOL], ...(template && { reasoning: template }) })
  const byForm = free.family === undefined ? undefined : familyById(free.family)
  if (!byForm || free.calls.length === 0) {
    if (!named) return { read: free }
    const asNamed = parseRawOutput(text, { tools: [TOOL], family: named.id, ...(template && { reasoning: template }) })
    // A form that says little of itself, such as a bare list of calls, is only looked for in the family that writes it.
    if (asNamed.calls.length > 0) return { family: named, read: asNamed }
    return { read: free }
  }
  if (named?.format === byForm.format) return { family: named, read: free }
  const thinks = free.reasoning.trim() !== ""
  const opens = template === "open"
  const alike = FAMILIES.filter((family) => family.format === byForm.format)
  const family =
    alike.find((one) => Boolean(one.reasoning) === thinks && Boolean(one.templateOpensThinking) === opens) ??
    alike.find((one) => Boolean(one.reasoning) === thinks) ??
    byForm
  return { family, read: free }
}
