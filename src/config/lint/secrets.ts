import { type JSONPath, type Json, object, text } from "../json.ts"
import { hasReference } from "../references.ts"

/** What people write where a server wants no key. */
const NO_KEY =
  /^(?:.{0,7}|(?:sk-)?(?:no|not|none|empty|dummy|fake|local|test|ollama|lm-?studio|vllm|llama|unused|placeholder|your|change|any|x+)(?:[-_ ]?[a-z]+)*)$/i

const SECRET_HEADER = /^(?:(?:proxy-)?authorization|cookie|.*(?:api-?key|token|secret))$/i

/** Whether a text in a key's place is a key, and not a reference or a word that stands for none. */
export const isKey = (value: string) => !hasReference(value) && !NO_KEY.test(value.replace(/^(?:Bearer|Basic)\s+/i, "").trim())

export interface Literal {
  path: JSONPath
  value: string
}

/** Keys written out in a `provider` block. */
export function literalKeys(id: string, block: Json): Literal[] {
  const options = object(block.options)
  const headers = Object.entries(object(options.headers)).filter(([name]) => SECRET_HEADER.test(name))
  const all = [
    { path: ["provider", id, "options", "apiKey"], value: options.apiKey },
    ...headers.map(([name, value]) => ({ path: ["provider", id, "options", "headers", name], value })),
  ]
  return all.flatMap(({ path, value }) => {
    const written = text(value)
    return written && isKey(written) ? [{ path, value: written }] : []
  })
}
