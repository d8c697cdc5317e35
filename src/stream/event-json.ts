import { decoded } from "./byte-text.ts"
import { type EventShape, shapeOf } from "./event-shape.ts"

/** `JSON.parse` for the events of one stream, which are given with one character per byte. Undefined where an event is not JSON. */
export type ParseEvent = (data: string) => unknown

/** An event whose string is put in anew. */
interface Mould {
  shape: EventShape
  value: unknown
  holder: Record<string, unknown>
  key: string
}

/** The members in which the APIs send pieces of text. */
const PLACE = /"(content|reasoning|reasoning_content|arguments|text|delta|thinking|partial_json)": ?"(?!")/
const PROBE = "~ a piece of text ~"
const DEEPEST = 8
/**
 * What may be spent on events that fit no mould: a hit earns one, a lesson costs as much as many. Where events differ from one another in
 * more than their text, nothing is tried any more.
 */
const CREDIT = 256
const LESSON = 24

/**
 * Nearly all events of a stream differ from the one before in a piece of text only, so only that piece is read again. The value is the one
 * that `JSON.parse` gives, for every text. It is the same object again and again, good until the next event: nobody may keep or change it.
 */
export function createEventParser(): ParseEvent {
  let mould: Mould | undefined
  let credit = CREDIT

  return (data) => {
    if (credit <= 0) return parse(data)
    if (mould && fill(mould, data)) {
      if (credit < CREDIT) credit++
      return mould.value
    }
    credit -= LESSON
    const value = parse(data)
    mould = mouldOf(data) ?? mould
    return value
  }
}

function fill({ shape, holder, key }: Mould, data: string): boolean {
  const text = shape.read(data)
  if (text === undefined) return false
  holder[key] = text
  return true
}

function mouldOf(data: string): Mould | undefined {
  const place = data.includes(PROBE) ? null : PLACE.exec(data)
  const shape = place ? shapeOf(data, place.index + place[0].length) : undefined
  if (!place || !shape) return undefined
  const key = place[1] as string
  const value = parse(shape.with(PROBE))
  const holder = holderOf(value, key, DEEPEST)
  return holder && { shape, value, holder, key }
}

/** The object whose member of that name is the probe. Another member of the same name may have replaced it: then there is none. */
function holderOf(value: unknown, key: string, depth: number): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || depth === 0) return undefined
  const object = value as Record<string, unknown>
  if (Object.hasOwn(object, key) && object[key] === PROBE) return object
  for (const member of Object.values(object)) {
    const holder = holderOf(member, key, depth - 1)
    if (holder) return holder
  }
  return undefined
}

function parse(data: string): unknown {
  try {
    return JSON.parse(decoded(data))
  } catch {
    return undefined
  }
}
