/** How the events of a stream look that differ from one another in a piece of text only, framing included. */
export interface Mould {
  /** Where the piece stands. It is the same object again and again, good until the next event: nobody may keep or change it. */
  value: object
  holder: Record<string, unknown>
  key: string
  /** An event up to its piece, and from there on. */
  head: string
  tail: string
}

/** Texts here may have one character per byte; this makes the text of one. */
type Decode = (text: string) => string

export interface Run {
  pieces: string[]
  /** Place behind the last event. */
  end: number
}

/** The members in which the APIs send pieces of text. */
const PLACE = /"(content|reasoning|reasoning_content|arguments|text|delta|thinking|partial_json)": ?"(?!")/
/** The inside of a string; whether its escapes are right is seen later. */
const INSIDE = /(?:[^"\\\u0000-\u001f]|\\.)*/y
const PROBE = "~ a piece of text ~"
const DEEPEST = 8
/** Of longer events the text is the larger part: there is nothing to save. */
const MOST_DATA = 1024
/** What may stand before the data of an event that is read in a run. */
const FRAME = /^(?:event:[^\n]*\n)?data: ?$/

/**
 * The mould of the last event of a text.
 *
 * @param text whole events
 * @param data what the last of them holds
 */
export function mouldOf(text: string, data: string, decode: Decode): Mould | undefined {
  const place = data.length > MOST_DATA || data.includes(PROBE) ? null : PLACE.exec(data)
  if (!place || !text.endsWith(`${data}\n\n`)) return undefined
  const end = text.length - data.length - 2
  const event = text.lastIndexOf("\n\n", end - 1)
  const frame = text.slice(event < 0 ? 0 : event + 2, end)
  if (!FRAME.test(frame)) return undefined
  const from = place.index + place[0].length
  INSIDE.lastIndex = from
  const before = data.slice(0, from)
  const behind = data.slice(from + (INSIDE.exec(data)?.[0].length ?? 0))
  const key = place[1] as string
  const value = parsed(decode(before + PROBE + behind))
  const holder = holderOf(value, key, DEEPEST)
  return holder && { value: value as object, holder, key, head: frame + before, tail: `${behind}\n\n` }
}

/**
 * The events of one mould with which a text begins, read all at once: that costs little more than their pieces. Every event of them has just
 * the value that `JSON.parse` gives.
 *
 * @param text whole events
 */
export function readRun(text: string, { head, tail }: Mould, decode: Decode): Run | undefined {
  const end = text.indexOf("\n\n", head.length) + 2
  if (!text.startsWith(head) || !text.startsWith(tail, end - tail.length)) return undefined
  const insides = text.slice(head.length).split(tail + head)
  // No string holds a line break, so where there is one the run ends.
  const last = insides.findIndex((inside) => inside.includes("\n"))
  const inside = insides[last]
  if (inside === undefined) return undefined
  const length = inside.indexOf(tail)
  insides.length = length < 0 ? last : last + 1
  if (length >= 0) insides[last] = inside.slice(0, length)
  // For the same reason a break between two of them holds them apart, whatever is in them: as many strings as there are come out only if
  // each of them is one.
  const pieces = parsed(decode(`["${insides.join('",\n"')}"]`)) as string[] | undefined
  if (pieces?.length !== insides.length || insides.length === 0) return undefined
  const framing = insides.length * (head.length + tail.length)
  return { pieces, end: insides.reduce((sum, { length }) => sum + length, framing) }
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

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
