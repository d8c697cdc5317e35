/** Where a piece of text stands in a chunk. */
export type Place = "content" | "reasoning" | "reasoning_content" | "text"

/**
 * Reads chunks that differ from an earlier one only in their text, which are nearly all of a stream, without parsing the rest of them again.
 */
export interface Pattern {
  readonly place: Place
  /** The text of an event like the one that was learned, undefined for any other. */
  read(data: string): string | undefined
}

/** Longer events are not worth learning from. */
const MOST_DATA = 4096
const STRING = /(?:[^"\\]|\\.)*/y
const PROBE = "x"

/**
 * @param data an event that holds text in that place, and no other news
 * @param holds whether an event holds the given text there, and no other news
 */
export function learn(data: string, place: Place, holds: (data: string, text: string) => boolean): Pattern | undefined {
  if (data.length > MOST_DATA) return undefined
  const key = `"${place}":"`
  const from = data.indexOf(key)
  if (from < 0) return undefined
  STRING.lastIndex = from + key.length
  const [value] = STRING.exec(data) ?? [""]
  const prefix = data.slice(0, from + key.length)
  const suffix = data.slice(prefix.length + value.length)
  if (!holds(prefix + PROBE + suffix, PROBE)) return undefined
  const around = prefix.length + suffix.length
  return {
    place,
    read(data) {
      if (data.length < around || !data.startsWith(prefix) || !data.endsWith(suffix)) return undefined
      const text = data.slice(prefix.length, data.length - suffix.length)
      if (text.includes("\\")) return unescaped(text)
      return text.includes('"') ? undefined : text
    },
  }
}

/** Undefined where this is not the inside of one JSON string. */
function unescaped(text: string): string | undefined {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return undefined
  }
}
