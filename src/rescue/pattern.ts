import { shapeOf } from "../stream/event-shape.ts"

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

/** None of them can be what the event says already, so an event that says both has its text there. */
const PROBES = ["x", "yy"]

/**
 * @param data an event that holds text in that place, and no other news; here and later with one character per byte
 * @param holds whether an event holds the given text there, and no other news
 */
export function learn(data: string, place: Place, holds: (data: string, text: string) => boolean): Pattern | undefined {
  const found = new RegExp(`"${place}": ?"`).exec(data)
  const shape = found ? shapeOf(data, found.index + found[0].length) : undefined
  return shape && PROBES.every((probe) => holds(shape.with(probe), probe)) ? { place, read: shape.read } : undefined
}
