import type { Context } from "./context.ts"
import { attempt, type Input, peek, type Reading, skipSpace } from "./input.ts"
import { streamArguments } from "./json-call.ts"
import { accept, any, expect, type Match, maybe, type Pattern, SPACE, take } from "./match.ts"
import type { Outlet } from "./outlet.ts"
import { isQuoted } from "./quoting.ts"

/** How an output in channels begins, where the prompt ended with `<|start|>assistant`. */
export const HARMONY_START: Pattern = [SPACE, any(["<|channel|>"], ["<|start|>assistant"], ["to=functions."])]

/**
 * The head of a message. The recipient stands before or behind the channel, the kind of the body with or without its token:
 * `<|start|>assistant<|channel|>commentary to=functions.N <|constrain|>json<|message|>`.
 */
const HEAD: Pattern = [
  SPACE,
  maybe("<|start|>", take("role")),
  SPACE,
  maybe("to=", take("before")),
  SPACE,
  any(["<|channel|>", SPACE, take("channel")], []),
  SPACE,
  maybe("to=", take("behind")),
  SPACE,
  maybe("<|constrain|>"),
  SPACE,
  any(["<|message|>"], [take("kind"), SPACE, "<|message|>"]),
]
const ENDS = ["<|end|>", "<|return|>", "<|call|>"]
const BEGINS = ["<|start|>", "<|channel|>"]
const LITERALS = [...ENDS, ...BEGINS]
const END: Pattern = [SPACE, any(...ENDS.map((end) => [end]))]
const FINDER = /<\|(?:end|return|call|start|channel)\|>/g

/** Reads gpt-oss: `analysis` is thought, a message to a function is a call, everything else is said. */
export function* readHarmony(input: Input, context: Context, outlet: Outlet): Reading<void> {
  context.format = "harmony"
  if (yield* expect(input, HARMONY_START)) yield* readHead(input, context, outlet)
  for (;;) {
    FINDER.lastIndex = input.at
    const hit = FINDER.exec(input.text)
    say(input, outlet, hit?.index ?? input.text.length - (input.ended ? 0 : partial(input)))
    if (!hit) {
      if (input.ended) return
      yield 1
      continue
    }
    const literal = hit[0]
    while (!input.ended && input.text.length - input.at < literal.length + 2) yield 1
    const behind = input.at + literal.length
    const quoted = isQuoted(outlet.quoting(), input.text.slice(behind, behind + 2)) || outlet.quoting().ticked()
    if (!quoted && ENDS.includes(literal) && (yield* endsMessage(input, literal))) {
      input.at += literal.length
      if (yield* expect(input, [SPACE, any(...BEGINS.map((begin) => [begin]))])) yield* readHead(input, context, outlet)
      else yield* skipSpace(input)
    } else if (quoted || ENDS.includes(literal) || !(yield* readHead(input, context, outlet))) {
      say(input, outlet, input.at + literal.length)
    }
  }
}

function* endsMessage(input: Input, literal: string): Reading<boolean> {
  if (yield* expect(input, [literal, SPACE, any(...LITERALS.map((other) => [other]))])) return true
  return input.ended && input.text.slice(input.at + literal.length).trim() === ""
}

/** Reads the head of a message, and the message where it is a call. False: there is no head. */
function* readHead(input: Input, context: Context, outlet: Outlet): Reading<boolean> {
  const head = yield* expect(input, HEAD)
  if (!head || (!head.took.channel && !head.took.before && !head.took.role)) return false
  const recipient = head.took.before ?? head.took.behind
  if (recipient !== undefined) {
    if (yield* attempt(input, () => readCall(input, context, head, recipient))) {
      outlet.turn("content")
      return true
    }
    // A message to nobody we know is shown as it is.
    outlet.turn("content")
    say(input, outlet, head.end)
    return true
  }
  input.at = head.end
  const kind = head.took.channel === "analysis" ? "reasoning" : "content"
  outlet.turn(kind)
  // Kept only where text of that kind stood before.
  outlet.say(kind === "reasoning" ? "\n" : "\n\n")
  return true
}

function* readCall(input: Input, context: Context, head: Match, recipient: string): Reading<boolean> {
  const name = recipient.replace(/^functions\./, "")
  if (!context.tools.has(name)) return false
  input.at = head.end
  yield* skipSpace(input)
  if ((yield* peek(input)) === "{") {
    context.startCall(input, name)
    yield* streamArguments(input, context)
  } else if (yield* expect(input, END)) {
    context.startCall(input, name)
    context.addArguments("{}")
    context.endCall(input, true)
  } else return false
  yield* accept(input, END)
  return true
}

function say(input: Input, outlet: Outlet, until: number): void {
  if (until <= input.at) return
  outlet.say(input.text.slice(input.at, until))
  input.at = until
}

/** Length of the end of the text that may be the beginning of a literal. */
function partial(input: Input): number {
  for (let at = Math.max(input.at, input.text.length - 10); at < input.text.length; at++) {
    const rest = input.text.slice(at)
    if (LITERALS.some((literal) => literal.startsWith(rest))) return input.text.length - at
  }
  return 0
}
