import type { Refusal } from "../errors.ts"
import type { Exchange } from "../exchange.ts"
import type { Json } from "../requests.ts"

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null

/** The sentence in a refusal of vLLM. */
export function sentence({ body }: Refusal): string {
  if (!isObject(body)) return String(body)
  const { error, detail } = body
  return String(isObject(error) ? error.message : (error ?? detail))
}

/** The body of a request to a native route; empty when it is no JSON object. */
export function bodyOf({ request }: Exchange): Json {
  try {
    const value: unknown = JSON.parse(request.body)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

export const bodyText = (exchange: Exchange, name: string): string => {
  const value = bodyOf(exchange)[name]
  return typeof value === "string" ? value : ""
}

/** The key that came, without its scheme. */
export const keyOf = ({ req }: Exchange): string | undefined => req.headers.authorization?.replace(/^Bearer\s+/i, "")

/** Seconds since the epoch. */
export const seconds = () => Math.floor(Date.now() / 1000)
