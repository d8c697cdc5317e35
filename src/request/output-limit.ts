/**
 * The output limit of a request: `max_tokens` (Chat Completions, Messages), `max_completion_tokens` (newer Chat Completions),
 * `max_output_tokens` (Responses).
 */
const FIELDS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const

/** Inside a JSON string every quote is escaped, so a match is a key; of which object is not known. */
const KEY = /(?<!\\)"max_(?:tokens|completion_tokens|output_tokens)"\s*:\s*(\d{1,15})(?=\s*[,}])/

/** A first impression, without parsing: right for every request whose limit comes before nested objects with such a key. */
export function glanceOutputLimit(body: string): number | undefined {
  const found = KEY.exec(body)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** The output limit that the request asks for, in tokens; undefined: none, or the body cannot be read. */
export function outputLimit(body: string): number | undefined {
  const given = limitsOf(parse(body)).map(([, value]) => value)
  return given.length > 0 ? Math.max(...given) : undefined
}

/** The body with every output limit above `most` lowered to it; everything else stays, byte for byte wherever that can be had. */
export function withOutputLimit(body: string, most: number): string {
  const request = parse(body)
  if (!request) return body
  const above = limitsOf(request).filter(([, value]) => value > most)
  if (above.length === 0) return body
  const lowered = { ...request, ...Object.fromEntries(above.map(([field]) => [field, most])) }
  const spliced = above.reduce((text, [field]) => splice(text, field, most), body)
  const after = parse(spliced)
  const hit = after && FIELDS.every((field) => after[field] === lowered[field])
  return hit && spliced.length - body.length === lengthened(above, most) ? spliced : JSON.stringify(lowered)
}

type Limits = [field: string, value: number][]

function limitsOf(request: Record<string, unknown> | undefined): Limits {
  const own = FIELDS.map((field) => [field, request?.[field]] as const)
  return own.filter((entry): entry is [(typeof FIELDS)[number], number] => Number.isSafeInteger(entry[1]) && Number(entry[1]) > 0)
}

/** Replaces the first number under this key. Whether it was the right one shows when the result is parsed. */
function splice(body: string, field: string, value: number): string {
  return body.replace(new RegExp(`((?<!\\\\)"${field}"\\s*:\\s*)\\d+(?=\\s*[,}])`), `$1${value}`)
}

/** Characters that the splices add when each met its own field. */
const lengthened = (above: Limits, most: number) =>
  above.reduce((sum, [, value]) => sum + String(most).length - String(value).length, 0)

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
