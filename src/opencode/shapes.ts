/**
 * Small hand checks of values that come from outside as JSON. The terminal interface loads them at its start, where a schema library
 * would cost more than the rest of this half.
 */

/** Whether a value has the shape. An object may have more than is asked for; an optional member that is null is taken out of it. */
export type Shape = (value: unknown) => boolean

export const text: Shape = (value) => typeof value === "string"
export const number: Shape = (value) => typeof value === "number"
export const flag: Shape = (value) => typeof value === "boolean"

export const oneOf =
  (...words: string[]): Shape =>
  (value) =>
    words.includes(value as string)

/** A member that may be absent. */
export interface Optional {
  optional: Shape
}
export const optional = (shape: Shape): Optional => ({ optional: shape })

export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value)

export const list =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every((one) => shape(one))

export const object = (members: Record<string, Shape | Optional>): Shape => {
  const all = Object.entries(members)
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false
    const given = value as Record<string, unknown>
    return all.every(([name, member]) => {
      // Not what every object inherits.
      const own = Object.hasOwn(given, name) ? given[name] : undefined
      if (typeof member === "function") return member(own)
      // NaN becomes null on the way.
      if (own === null) delete given[name]
      return own === undefined || own === null || member.optional(own)
    })
  }
}
