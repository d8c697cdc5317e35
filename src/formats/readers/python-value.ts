import { type Input, peek, type Reading, skipSpace } from "./input.ts"
import { any, expect, type Pattern, SPACE } from "./match.ts"

/** Deeper nesting than this is not an argument. */
const DEEPEST = 100
/** What may stand behind a string in a list, and behind one in a dictionary or set. */
const BEHIND_ITEM: Pattern = [SPACE, any([","], ["]"], [")"], ["}"])]
const BEHIND_KEY: Pattern = [SPACE, any([":"], [","], ["}"])]
const WORDS: Readonly<Record<string, string>> = {
  True: "true",
  False: "false",
  None: "null",
  true: "true",
  false: "false",
  null: "null",
}
const NUMBER = /^[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const SIMPLE: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07", "0": "\0" }

/** Reads one Python literal and passes it on as JSON. False: what stands there is none, or the text ended in it. */
export function* readPython(input: Input, pass: (piece: string) => void, behind: Pattern, depth = 0): Reading<boolean> {
  if (depth > DEEPEST) return false
  yield* skipSpace(input)
  const next = yield* peek(input)
  if (next === '"' || next === "'") return yield* readString(input, pass, behind)
  if (next === "[" || next === "(") return yield* readItems(input, pass, next === "[" ? "]" : ")", depth)
  if (next === "{") return yield* readDict(input, pass, depth)
  const prefixed = yield* expect(input, [any(["r"], ["R"], ["u"], ["b"]), any(['"'], ["'"])])
  if (prefixed) {
    input.at++
    return yield* readString(input, pass, behind, /r/i.test(next ?? ""))
  }
  return yield* readWord(input, pass)
}

function* readItems(input: Input, pass: (piece: string) => void, closer: string, depth: number): Reading<boolean> {
  input.at++
  pass("[")
  for (let first = true; ; first = false) {
    if (yield* closes(input, closer)) break
    if (!first) {
      if ((yield* peek(input)) !== ",") return false
      input.at++
      if (yield* closes(input, closer)) break
      pass(", ")
    }
    if (!(yield* readPython(input, pass, BEHIND_ITEM, depth + 1))) return false
  }
  pass("]")
  return true
}

function* readDict(input: Input, pass: (piece: string) => void, depth: number): Reading<boolean> {
  input.at++
  let set = false
  for (let first = true; ; first = false) {
    if (yield* closes(input, "}")) {
      if (first) pass("{")
      break
    }
    if (!first) {
      if ((yield* peek(input)) !== ",") return false
      input.at++
      if (yield* closes(input, "}")) break
      pass(", ")
    }
    const key: string[] = []
    if (!(yield* readPython(input, (piece) => key.push(piece), BEHIND_KEY, depth + 1))) return false
    yield* skipSpace(input)
    const colon = (yield* peek(input)) === ":"
    if (first) {
      // JSON has no sets.
      set = !colon
      pass(set ? "[" : "{")
    }
    for (const piece of key) pass(piece)
    if (set) continue
    if (!colon || !key[0]?.startsWith('"')) return false
    input.at++
    pass(": ")
    if (!(yield* readPython(input, pass, BEHIND_ITEM, depth + 1))) return false
  }
  pass(set ? "]" : "}")
  return true
}

function* closes(input: Input, closer: string): Reading<boolean> {
  yield* skipSpace(input)
  if ((yield* peek(input)) !== closer) return false
  input.at++
  return true
}

function* readWord(input: Input, pass: (piece: string) => void): Reading<boolean> {
  let word = ""
  for (
    let next = yield* peek(input);
    next !== undefined && /[\w.+-]/.test(next) && word.length < 400;
    next = yield* peek(input)
  ) {
    word += next
    input.at++
  }
  if (Object.hasOwn(WORDS, word)) {
    pass(WORDS[word] as string)
    return true
  }
  if (!NUMBER.test(word)) return false
  const plain = word.replaceAll("_", "").replace(/^\+/, "")
  // JSON wants digits on both sides of the point and none of Python's leading zeros.
  const json = plain
    .replace(/^(-?)\./, "$10.")
    .replace(/\.(?=$|[eE])/, "")
    .replace(/^(-?)0+(?=\d)/, "$1")
  pass(json)
  return true
}

/**
 * Quotes may be single or tripled; a raw newline in a single-quoted string is what models write for `\n`. They also put the quotes of a
 * shell command into those of the string: a quote ends the string only where the grammar can go on behind it.
 */
function* readString(input: Input, pass: (piece: string) => void, behind: Pattern, raw = false): Reading<boolean> {
  const quote = input.text[input.at] as string
  while (input.text.length - input.at < 3 && !input.ended) yield 1
  const closer = input.text.startsWith(quote.repeat(3), input.at) ? quote.repeat(3) : quote
  input.at += closer.length
  pass('"')
  for (;;) {
    const stop = nextStop(input, quote)
    say(input, stop, pass)
    const rest = input.text.slice(input.at, input.at + 10)
    if (rest.startsWith(closer)) {
      const ends = yield* expect(input, [closer, ...behind])
      if (!ends) {
        say(input, input.at + closer.length, pass)
        continue
      }
      input.at += closer.length
      pass('"')
      return true
    }
    if (rest[0] === quote && (rest.length >= closer.length || input.ended)) say(input, input.at + 1, pass)
    else if (rest[0] === "\\" && (rest.length >= 10 || input.ended || /^\\[^xuU]/.test(rest))) {
      if (rest.length < 2) return false
      const found = raw ? { text: rest.slice(0, 2), length: 2 } : readEscape(rest)
      input.at += found.length
      pass(JSON.stringify(found.text).slice(1, -1))
    } else {
      if (input.ended) return false
      yield 1
    }
  }
}

function nextStop(input: Input, quote: string): number {
  for (let at = input.at; at < input.text.length; at++) {
    const character = input.text[at]
    if (character === quote || character === "\\") return at
  }
  // Half a surrogate pair cannot be passed on alone.
  return /[\ud800-\udbff]$/.test(input.text) && !input.ended ? Math.max(input.at, input.text.length - 1) : input.text.length
}

function say(input: Input, until: number, pass: (piece: string) => void): void {
  if (until <= input.at) return
  pass(JSON.stringify(input.text.slice(input.at, until)).slice(1, -1))
  input.at = until
}

function readEscape(rest: string): { text: string; length: number } {
  const kind = rest[1] as string
  const hex = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest)
  if (hex) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "", 16)
    if (code <= 0x10ffff) return { text: String.fromCodePoint(code), length: hex[0].length }
  }
  if (kind === "\n") return { text: "", length: 2 }
  if (Object.hasOwn(SIMPLE, kind)) return { text: SIMPLE[kind] as string, length: 2 }
  if (kind === "\\" || kind === "'" || kind === '"') return { text: kind, length: 2 }
  // JSON's own escape of a slash; Python would keep the backslash.
  if (kind === "/") return { text: "/", length: 2 }
  return { text: "\\", length: 1 }
}
