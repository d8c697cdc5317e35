import { detach } from "./strings.ts"
import { createTextScan, type TextScan } from "./text-scan.ts"

/** Characters kept of a key. */
const MAX_KEY = 256
const MAX_DEPTH = 64
const MAX_FIELDS = 64
const MAX_KEYS = 128
/** Longest number that is looked at. */
const MAX_LITERAL = 64
/** Characters kept at each end of one value. */
const KEEP = 2048

export type JsonType = "object" | "array" | "string" | "number" | "boolean" | "null"

/** One string value. */
export interface JsonField {
  /** `todos[0].content`; empty for a bare string. */
  path: string
  /** The same without indices, for looking up what kind of field it is. */
  plain: string
  text: TextScan
}

/** What is known of a half-arrived JSON text. */
export interface JsonView {
  /** `empty`: nothing but blanks. `open`: a beginning. `complete`: one whole value. `broken`: no JSON, whatever may follow. */
  state: "empty" | "open" | "complete" | "broken"
  root: JsonType | undefined
  /** String values in order of arrival, the first 64. */
  fields: readonly JsonField[]
  /** Keys of the top level and the types of their values, the first 128. */
  keys: ReadonlyMap<string, JsonType | undefined>
  /** Every key, at any depth, the first 128. */
  allKeys: readonly string[]
  /** One whole value was read, whatever follows it. */
  ended: boolean
  /** What stands behind the end of the value or behind the place where it broke; undefined when nothing does. */
  rest: TextScan | undefined
}

export interface JsonReader {
  feed(text: string): void
  view(): JsonView
}

/** Characters of values that all readers of one response may keep together. */
export interface KeepBudget {
  left: number
}

enum Mode {
  Value,
  KeyOrEnd,
  Key,
  Colon,
  Text,
  Literal,
  After,
  Rest,
}

interface Level {
  array: boolean
  index: number
  key: string
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/" }
const CONTROL = /[\u0000-\u001f]/
const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

/**
 * Reads JSON in pieces: string values, keys, validity. Memory does not grow with the text, and feeding it whole or character by character gives
 * the same view. Control characters inside a string break validity (as for `JSON.parse`) but not the reading.
 */
export function createJsonReader(budget: KeepBudget = { left: Number.POSITIVE_INFINITY }): JsonReader {
  const levels: Level[] = []
  const fields: JsonField[] = []
  const keys = new Map<string, JsonType | undefined>()
  const allKeys: string[] = []
  let mode = Mode.Value
  let started = false
  let complete = false
  let broken = false
  let root: JsonType | undefined
  let rest: TextScan | undefined
  /** Text of the string being read: a value's scan, or a key's characters. */
  let value: TextScan | undefined
  let valueKeep = 0
  let parts: string[] = []
  let inKey = false
  let key = ""
  let pendingEscape = ""
  let literal = ""
  /** Up to here in the text at hand a string is read character by character. */
  let slowUntil = 0
  /** An array may close only directly after its opening or after a value, never after a comma. */
  let mayClose = false

  const takeBudget = (): number => {
    const keep = Math.min(KEEP, Math.floor(budget.left / 2))
    budget.left -= keep * 2
    return keep
  }

  const note = (type: JsonType): void => {
    started = true
    const top = levels[0]
    if (levels.length === 0) root = type
    else if (levels.length === 1 && top && !top.array && keys.size < MAX_KEYS) keys.set(top.key, type)
  }

  const open = (array: boolean): void => {
    note(array ? "array" : "object")
    levels.push({ array, index: 0, key: "" })
    mode = array ? Mode.Value : Mode.KeyOrEnd
    mayClose = true
  }

  const closeValue = (): void => {
    mode = Mode.After
    if (levels.length === 0) {
      complete = true
      mode = Mode.Rest
    }
  }

  const pop = (array: boolean): boolean => {
    const level = levels.pop()
    if (!level || level.array !== array) return false
    closeValue()
    return true
  }

  const beginText = (): void => {
    note("string")
    mode = Mode.Text
    inKey = false
    value = undefined
    if (fields.length < MAX_FIELDS) {
      valueKeep = takeBudget()
      value = createTextScan(valueKeep)
      fields.push({ path: pathOf(levels, true), plain: pathOf(levels, false), text: value })
    }
  }

  const flushText = (): void => {
    if (parts.length === 0) return
    const text = parts.join("")
    parts = []
    if (!inKey) value?.add(text)
    else if (key.length < MAX_KEY) key += text.slice(0, MAX_KEY - key.length)
  }

  const endText = (): void => {
    flushText()
    if (!inKey) {
      // Most values are short: what they do not use is there for others.
      if (value) budget.left += Math.max(0, valueKeep - value.length) * 2
      value?.close()
      value = undefined
      closeValue()
      return
    }
    key = detach(key)
    const level = levels.at(-1)
    if (level) level.key = key
    if (allKeys.length < MAX_KEYS) allKeys.push(key)
    if (levels.length === 1 && keys.size < MAX_KEYS) keys.set(key, undefined)
    mode = Mode.Colon
  }

  const endLiteral = (): boolean => {
    if (!LITERAL.test(literal)) return false
    note(literal === "null" ? "null" : literal === "true" || literal === "false" ? "boolean" : "number")
    literal = ""
    closeValue()
    return true
  }

  /** Reads on inside a string; returns where it stopped. */
  const readText = (text: string, from: number): number => {
    let i = from
    if (pendingEscape !== "") {
      pendingEscape += text[i]
      i++
      if (pendingEscape[1] === "u") {
        if (pendingEscape.length < 6) return i
        const code = Number.parseInt(pendingEscape.slice(2), 16)
        if (/^\\u[0-9a-fA-F]{4}$/.test(pendingEscape)) parts.push(String.fromCharCode(code))
        else broken = true
      } else {
        const plain = ESCAPES[pendingEscape[1] ?? ""]
        if (plain === undefined) broken = true
        else parts.push(plain)
      }
      pendingEscape = ""
      return i
    }
    const begin = i
    if (i >= slowUntil) {
      i = pieceEnd(text, from)
      const piece = unescaped(text.slice(from, i))
      if (piece !== undefined) {
        if (piece !== "") parts.push(piece)
        if (i === text.length) return i
        if (text.charCodeAt(i) === 34) endText()
        else pendingEscape = "\\"
        return i + 1
      }
      slowUntil = i
      i = from
    }
    let code = 0
    for (; i < text.length; i++) {
      code = text.charCodeAt(i)
      if (code === 34 || code === 92) break
      if (code < 32) broken = true
    }
    if (i > begin) parts.push(text.slice(begin, i))
    if (i === text.length) return i
    if (code === 34) endText()
    else pendingEscape = "\\"
    return i + 1
  }

  /** Takes one character outside of strings; false when it cannot stand there. */
  const take = (char: string): boolean => {
    const blank = char === " " || char === "\n" || char === "\r" || char === "\t"
    switch (mode) {
      case Mode.Value:
        if (blank) return true
        if (char === "]" && mayClose && levels.at(-1)?.array) return pop(true)
        mayClose = false
        if (char === "{" || char === "[") {
          if (levels.length >= MAX_DEPTH) return false
          open(char === "[")
        } else if (char === '"') beginText()
        else if (/[-\dtfn]/.test(char)) {
          started = true
          literal = char
          mode = Mode.Literal
        } else return false
        return true
      case Mode.KeyOrEnd:
      case Mode.Key:
        if (blank) return true
        if (char === "}" && mode === Mode.KeyOrEnd) return pop(false)
        if (char !== '"') return false
        inKey = true
        key = ""
        mode = Mode.Text
        return true
      case Mode.Colon:
        if (blank) return true
        if (char !== ":") return false
        mode = Mode.Value
        mayClose = false
        return true
      case Mode.Literal:
        if (/[-+.\w]/.test(char)) {
          literal += char
          return literal.length <= MAX_LITERAL
        }
        return endLiteral() && take(char)
      case Mode.After: {
        if (blank) return true
        const level = levels.at(-1)
        if (char === "}" || char === "]") return pop(char === "]")
        if (char !== "," || !level) return false
        level.index++
        mode = level.array ? Mode.Value : Mode.Key
        mayClose = false
        return true
      }
      default:
        return blank && !rest
    }
  }

  return {
    feed(text) {
      let i = 0
      slowUntil = 0
      while (i < text.length) {
        if (mode === Mode.Text) i = readText(text, i)
        else if (rest) {
          rest.add(text.slice(i))
          i = text.length
        } else if (take(text[i] ?? "")) i++
        else {
          started = true
          broken = true
          mode = Mode.Rest
          rest = createTextScan(takeBudget())
        }
      }
      flushText()
    },
    view() {
      const whole = complete || (mode === Mode.Literal && levels.length === 0 && LITERAL.test(literal))
      const state = broken ? "broken" : whole ? "complete" : started ? "open" : "empty"
      return { state, root: root ?? (whole ? "number" : undefined), fields, keys, allKeys, ended: whole, rest }
    },
  }
}

/** End of the piece of a string that stands here: its closing quote, an escape that is not all there yet, or the end of the text. */
function pieceEnd(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1))
    if (backslashesBefore(text, quote, from) % 2 === 0) return quote
  const last = text.lastIndexOf("\\")
  if (last < from || backslashesBefore(text, last, from) % 2 === 1) return text.length
  return text.length - last < (text[last + 1] === "u" ? 6 : 2) ? last : text.length
}

function backslashesBefore(text: string, at: number, from: number): number {
  let first = at
  while (first > from && text.charCodeAt(first - 1) === 92) first--
  return at - first
}

/** Undefined where this is not the inside of one JSON string. */
function unescaped(inside: string): string | undefined {
  if (!inside.includes("\\") && !CONTROL.test(inside)) return inside
  try {
    return JSON.parse(`"${inside}"`) as string
  } catch {
    return undefined
  }
}

function pathOf(levels: readonly Level[], indices: boolean): string {
  let path = ""
  for (const level of levels) {
    if (!level.array) path += path === "" ? level.key : `.${level.key}`
    else if (indices) path += `[${level.index}]`
  }
  return path.slice(0, 512)
}
