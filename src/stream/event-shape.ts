import { decoded } from "./byte-text.ts"

/** Events that differ from one another only in one string. All texts here have one character per byte. */
export interface EventShape {
  /** The string of an event of this shape, decoded; undefined for any other event. */
  read(data: string): string | undefined
  /** An event of this shape with another string, which needs no escapes. */
  with(text: string): string
}

/** Of longer events the text is the larger part, and parsing them is quicker. */
const MOST_DATA = 1024
/** The inside of a string; whether its escapes are right is seen later. */
const INSIDE = '(?:[^"\\\\\\u0000-\\u001f]|\\\\.)*'
/** The inside of one that needs neither decoding nor unescaping. */
const PLAIN = "[ !#-\\[\\]-\\u007f]*"
const REST = new RegExp(INSIDE, "y")

/**
 * Takes the string that begins at `from` for the one that changes. An event has the shape when it is the same character by character around
 * that string, and the string is one: then `JSON.parse` gives the same value for it, but for this string.
 *
 * @param data JSON text
 * @param from place behind the opening quote
 */
export function shapeOf(data: string, from: number): EventShape | undefined {
  if (data.length > MOST_DATA) return undefined
  REST.lastIndex = from
  const length = REST.exec(data)?.[0].length ?? 0
  const before = data.slice(0, from)
  const behind = data.slice(from + length)
  const shape = new RegExp(`^${escaped(before)}(?:(${PLAIN})|(${INSIDE}))${escaped(behind)}$`)
  return {
    read(data) {
      if (data.length > MOST_DATA) return undefined
      const match = shape.exec(data)
      if (match === null) return undefined
      return match[1] ?? unescaped(decoded(match[2] as string))
    },
    with: (text) => before + text + behind,
  }
}

/** Undefined where this is not the inside of one JSON string. */
function unescaped(inside: string): string | undefined {
  if (!inside.includes("\\")) return inside
  try {
    return JSON.parse(`"${inside}"`) as string
  } catch {
    return undefined
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
