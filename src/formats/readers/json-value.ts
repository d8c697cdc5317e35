import { type Input, isSpace, type Reading, worthWaking } from "./input.ts"
import { any, END, expect, type Pattern, SPACE } from "./match.ts"

/** "cut": the text ended before the value did. "bad": what follows is not JSON; the place is there. */
export type JsonEnd = "whole" | "bad" | "cut"

type Expected = "value" | "value-or-close" | "key" | "key-or-close" | "colon" | "comma-or-close" | "nothing"

/** Deeper nesting than this is not an argument. */
const DEEPEST = 200
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/
const SCALAR_PART = /[\w+.-]/
const LONGEST_SCALAR = 400
/** What Python calls them. */
const WORDS: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null" }
const INTERESTING_IN_STRING = /["\\\u0000-\u001f]/g
const INTERESTING_IN_QUOTES = /['"\\\u0000-\u001f]/g
/** A single quote ends a string where the value can go on behind it, so that an apostrophe does not. */
const CLOSING_QUOTE: Pattern = ["'", SPACE, any([","], ["}"], ["]"], [":"], [END])]

/**
 * Reads one JSON value and passes it on in pieces, as it was written but for faults that models make and that have one reading only: raw
 * control characters in strings are escaped, and so is a backslash that begins no escape; a comma behind the last item is left out; the
 * strings and words of Python become those of JSON.
 *
 * @param most characters that the value may have
 */
export function* readJson(input: Input, pass: (piece: string) => void, most = Number.POSITIVE_INFINITY): Reading<JsonEnd> {
  const stack: string[] = []
  let expected = "value" as Expected
  let inString: '"' | "'" | undefined
  let index = 0
  let passed = 0

  const flush = (): void => {
    if (index > 0) pass(input.text.slice(input.at, input.at + index))
    input.at += index
    passed += index
    index = 0
  }
  const afterValue = (): void => {
    expected = stack.length === 0 ? "nothing" : "comma-or-close"
  }

  while (expected !== "nothing") {
    if (passed + index > most) return "bad"
    const at = input.at + index
    if (at >= input.text.length) {
      flush()
      if (input.ended) return "cut"
      yield input.keep === undefined ? 1 : worthWaking(input.text.length - (input.keep - input.base))
      continue
    }
    const character = input.text[at] as string
    if (inString) {
      const interesting = inString === '"' ? INTERESTING_IN_STRING : INTERESTING_IN_QUOTES
      interesting.lastIndex = at
      const next = interesting.exec(input.text)
      if (next === null) {
        index = input.text.length - input.at
        continue
      }
      index = next.index - input.at
      if (inString === "'" && (next[0] === "'" || next[0] === '"')) {
        flush()
        const closes = next[0] === "'" && (yield* expect(input, CLOSING_QUOTE)) !== undefined
        pass(next[0] === '"' ? '\\"' : closes ? '"' : "'")
        input.at++
        passed++
        if (!closes) continue
        inString = undefined
        if (expected === "key" || expected === "key-or-close") expected = "colon"
        else afterValue()
      } else if (next[0] === '"') {
        index++
        inString = undefined
        if (expected === "key" || expected === "key-or-close") expected = "colon"
        else afterValue()
      } else if (next[0] === "\\") {
        const found = yield* readEscape(input, index)
        if (found === undefined) {
          flush()
          return "cut"
        }
        if (found.replaced === undefined) index += found.length
        else {
          flush()
          pass(found.replaced)
          input.at += found.length
          passed += found.length
        }
      } else {
        flush()
        pass(JSON.stringify(next[0]).slice(1, -1))
        input.at++
        passed++
      }
      continue
    }
    if (character === " " || character === "\n" || character === "\r" || character === "\t") {
      index++
      continue
    }
    const closes = expected === "comma-or-close" || expected === "value-or-close" || expected === "key-or-close"
    if (closes && character === (stack.at(-1) === "{" ? "}" : "]")) {
      index++
      stack.pop()
      afterValue()
    } else if (expected === "comma-or-close" && character === ",") {
      let behind = at + 1
      while (behind < input.text.length && isSpace(input.text[behind] as string)) behind++
      if (behind >= input.text.length && !input.ended) {
        flush()
        yield worthWaking(input.text.length - (input.keep === undefined ? input.at : input.keep - input.base))
        continue
      }
      if (input.text[behind] === (stack.at(-1) === "{" ? "}" : "]")) {
        flush()
        input.at++
        passed++
        continue
      }
      index++
      expected = stack.at(-1) === "{" ? "key" : "value"
    } else if (expected === "colon" && character === ":") {
      index++
      expected = "value"
    } else if (expected !== "colon" && expected !== "comma-or-close" && (character === '"' || character === "'")) {
      if (character === "'") {
        flush()
        pass('"')
        input.at++
        passed++
      } else index++
      inString = character
    } else if (expected === "value" || expected === "value-or-close") {
      if (character === "{" || character === "[") {
        if (stack.length >= DEEPEST) break
        index++
        stack.push(character)
        expected = character === "{" ? "key-or-close" : "value-or-close"
      } else {
        const length = yield* scalarLength(input, index)
        const word = input.text.slice(input.at + index, input.at + index + length)
        if (Object.hasOwn(WORDS, word)) {
          flush()
          pass(WORDS[word] as string)
          input.at += length
          passed += length
        } else if (SCALAR.test(word)) index += length
        else break
        afterValue()
      }
    } else break
  }
  flush()
  return expected === "nothing" && passed <= most ? "whole" : "bad"
}

/** Length of an escape, and what stands for it where it is none; undefined where the text ends in it. */
function* readEscape(input: Input, index: number): Reading<{ length: number; replaced?: string } | undefined> {
  for (;;) {
    const rest = input.text.slice(input.at + index, input.at + index + 6)
    const kind = rest[1]
    if (kind !== undefined) {
      if ('"\\/bfnrt'.includes(kind)) return { length: 2 }
      if (kind === "'") return { length: 2, replaced: "'" }
      if (kind !== "u") return { length: 1, replaced: "\\\\" }
      if (!/^\\u[\da-fA-F]{0,4}$/.test(rest)) return { length: 1, replaced: "\\\\" }
      if (rest.length === 6) return { length: 6 }
    }
    if (input.ended) return undefined
    yield 1
  }
}

function* scalarLength(input: Input, index: number): Reading<number> {
  let length = 0
  for (;;) {
    const character = input.text[input.at + index + length]
    if (character === undefined) {
      if (input.ended) return length
      yield 1
    } else if (!SCALAR_PART.test(character) || length > LONGEST_SCALAR) return length
    else length++
  }
}

/** A whole JSON value as text, undefined when it is not JSON, cut, or longer than `most`. */
export function* takeJson(input: Input, most: number): Reading<string | undefined> {
  const pieces: string[] = []
  const end = yield* readJson(input, (piece) => pieces.push(piece), most)
  return end === "whole" ? pieces.join("") : undefined
}
