import { type FieldKind, STRICT_KINDS } from "../knowledge/fields.ts"
import { isShellText } from "./shell.ts"
import {
  isAtHead,
  isAtTail,
  isBare,
  isGlued,
  isInWord,
  isOneOfMany,
  isOnOwnLine,
  isQuoted,
  isReasoning,
  lineBefore,
  orphansOf,
} from "./sightings.ts"
import type { Sighting, TextScan } from "./text-scan.ts"

/** How strongly a value looks as if reasoning had run into it. `hint` is never shown alone. */
export type LeakStrength = "certain" | "likely" | "hint"

export interface Leak {
  strength: LeakStrength
  sighting: Sighting
}

export interface LeakQuestion {
  kind: FieldKind
  text: TextScan
  /** Path of the file that the same call writes, if any. */
  file: string | undefined
  /** The value has not come to its end, so that nothing in it stands at the tail. */
  open: boolean
  /** The delimiter (or another of its vocabulary) was given to the model. */
  given(sighting: Sighting): boolean
  /** The delimiter was given to the model in these very surroundings. */
  givenHere(sighting: Sighting): boolean
  /** A part of the text beside the delimiter stands word for word in this response's reasoning. */
  shared(sighting: Sighting): boolean
}

/** What a value looks like around its reasoning delimiters. */
interface Shape {
  first: Sighting
  /** Opens with a reasoning block, and something follows it. */
  headBlock: Sighting | undefined
  /** Closers without an opener before them. */
  orphans: readonly Sighting[]
}

/** Files that speak of delimiters for a living: prose, prompts, data, templates, tests. */
const SOFT_FILE =
  /\.(mdx?|txt|rst|adoc|jinja2?|j2|tmpl|jsonl?|ya?ml|xml|html?|vue|svelte|jsx|tsx|log|sse|ipynb|csv|diff|patch|env|ini|cfg|conf|toml|properties|org|tex)$|(^|[/_.-])(tests?|specs?|fixtures?|prompts?|templates?|parsers?|examples?|docs?|datasets?|samples?)([/_.-]|$)/i

/** Files whose text is what models write: data, templates, tests. In other prose a thought is as odd as anywhere. */
const RAW_FILE =
  /\.(jsonl|log|sse|ipynb|csv|diff|patch|jinja2?|j2|tmpl)$|(^|[/_.-])(tests?|specs?|fixtures?|prompts?|templates?|parsers?|examples?|datasets?|samples?|data)([/_.-]|$)/i

/** No program begins with a tag. */
const PROGRAM = /\.([cm]?[jt]s|py|rs|go|c|h|cc|cpp|hpp|java|kt|swift|cs|rb|php|ex|exs|sh|sql|lua|scala|zig)$/i

/** Whether a file of this path may hold delimiters as its subject. */
export function isSoftFile(path: string): boolean {
  return SOFT_FILE.test(path)
}

/** Whether a file of this path keeps what models write. */
export function isRawFile(path: string): boolean {
  return RAW_FILE.test(path)
}

/** Whether the end of a text reads like a model talking to itself. */
export function isPlanning(text: string): boolean {
  return PLANNING.test(text.slice(-200))
}

/** Begins as thoughts begin. */
function isMusing(text: string): boolean {
  return /^\s*(?:I\b|I'll|let me|let's|we (?:need|should|can|have)|the user\b|wait\b|okay\b|ok,|hmm)/i.test(text)
}

/** Characters of a text from which on its last word is no short note. */
const LONG = 160

/** A model talking to itself. */
const PLANNING = /\b(I|I'll|I'm|let me|let's|we (need|should|can|have)|the user|wait|okay|hmm|actually)\b/i

/**
 * Whether reasoning ran into an argument value. Undefined: no reasoning delimiter, or an innocent one.
 *
 * A delimiter alone proves nothing, except where it cannot stand: in a path, a name, an enum. Elsewhere it takes its position (a block at the
 * head, a closer without an opener at the tail or on a line of its own) and that it was not given to the model, nor quoted.
 */
export function findLeak(question: LeakQuestion): Leak | undefined {
  const sightings = question.text.sightings().filter(isReasoning)
  const first = sightings[0]
  if (!first) return undefined
  if (STRICT_KINDS.has(question.kind)) return question.givenHere(first) ? undefined : { strength: "certain", sighting: first }

  const shape: Shape = { first, headBlock: headBlockOf(question.text), orphans: orphansOf(sightings) }
  const copied = copiedThought(question, shape)
  if (copied) return { strength: "certain", sighting: copied }
  switch (question.kind) {
    case "command":
      return inCommand(question, shape)
    case "label":
      return inLabel(question, shape)
    case "pattern":
      return inPattern(question, shape)
    default:
      return inText(question, shape)
  }
}

/**
 * The very words of this response's reasoning, of a model talking to itself, directly beside the delimiter. That holds in sessions about delimiters
 * as well, though not in files that keep what models write.
 */
function copiedThought({ text, file, shared }: LeakQuestion, { headBlock, orphans }: Shape): Sighting | undefined {
  if (file !== undefined && RAW_FILE.test(file) && !PROGRAM.test(file)) return undefined
  if (headBlock && PLANNING.test(headBlock.after) && shared(headBlock)) return headBlock
  return orphans.find(
    (orphan) =>
      !isQuoted(orphan) && (isOnOwnLine(orphan) || isAtTail(orphan, text)) && isPlanning(orphan.before) && shared(orphan),
  )
}

function inCommand(question: LeakQuestion, { first, headBlock, orphans }: Shape): Leak | undefined {
  const { text, given } = question
  const head = text.head.slice(0, first.index)
  // The body of a here-document is content, whatever carries it.
  if (/<<[-~]?\s*['"\\]?\w+/.test(head)) return inText(question, { first, headBlock: undefined, orphans })
  const opening = isAtHead(first) && !isQuoted(first)
  // No shell command begins with a delimiter, not even one that looks for it.
  if (opening) return { strength: given(first) && !headBlock ? "likely" : "certain", sighting: first }
  if (given(first)) {
    // No command ends in one outside of quotes, whatever was read before, unless it was given so.
    const end = orphans.find((orphan) => isAtTail(orphan, text) && isGlued(orphan) && !isQuoted(orphan))
    return end && !question.givenHere(end) && end.index <= text.head.length && !isShellText(text.head, end.index)
      ? { strength: "likely", sighting: end }
      : undefined
  }
  const bare = orphans.find((orphan) => !isQuoted(orphan))
  if (!bare) return isQuoted(first) ? undefined : hint(first)
  const inWord = orphans.find(isInWord)
  if (inWord && !isShellText(text.head, inWord.index)) return { strength: "certain", sighting: inWord }
  // A commit message, a title, a program: what stands in the shell's quotes is a text of its own.
  if (bare.index <= text.head.length && isShellText(text.head, bare.index) && !isAtTail(bare, text)) {
    if (question.shared(bare)) return { strength: "certain", sighting: bare }
    return isOnOwnLine(bare) && isPlanning(bare.before) && !isOneOfMany(bare, text.sightings())
      ? { strength: "likely", sighting: bare }
      : hint(bare)
  }
  if (/\b(grep|rg|sed|awk|ag|ack|find|perl|ast-grep)\b/.test(lineBefore(bare))) return hint(bare)
  return { strength: isAtTail(bare, text) || isOnOwnLine(bare) || question.shared(bare) ? "certain" : "likely", sighting: bare }
}

function inLabel({ text, given }: LeakQuestion, { first, headBlock, orphans }: Shape): Leak | undefined {
  // "Handle </think>" names it, "List files</think>" ends in it.
  const edge = orphans.find((orphan) => {
    if (isQuoted(orphan)) return false
    return isAtHead(orphan) || isOnOwnLine(orphan) || (isAtTail(orphan, text) && isGlued(orphan))
  })
  if (given(first)) return headBlock && /\n/.test(text.head) ? { strength: "likely", sighting: headBlock } : undefined
  if (headBlock || edge) return { strength: "certain", sighting: headBlock ?? edge ?? first }
  return hint(first)
}

function inPattern({ text, given }: LeakQuestion, { first, headBlock, orphans }: Shape): Leak | undefined {
  if (given(first) || !/\n/.test(text.head)) return undefined
  const own = orphans.find((orphan) => isOnOwnLine(orphan))
  if (headBlock || own) return { strength: "likely", sighting: headBlock ?? own ?? first }
  return hint(first)
}

function inText(question: LeakQuestion, { first, headBlock, orphans }: Shape): Leak | undefined {
  const { text, given, shared, file } = question
  // A value that is a delimiter and nothing else is a constant: there is no text for it to have run into.
  if (given(first) || isBare(text)) return undefined
  const soft = file !== undefined && SOFT_FILE.test(file)
  const raw = file !== undefined && RAW_FILE.test(file)
  if (headBlock) {
    if (shared(headBlock)) return { strength: "certain", sighting: headBlock }
    const planning = PLANNING.test(headBlock.after)
    const program = file !== undefined && PROGRAM.test(file)
    if (!program && (raw || (soft && !planning))) return hint(headBlock)
    return { strength: planning && (program || !soft) ? "certain" : "likely", sighting: headBlock }
  }
  const bare = orphans.filter((orphan) => !isQuoted(orphan))
  const tail = question.open ? undefined : bare.find((orphan) => isAtTail(orphan, text))
  if (tail && isGlued(tail) && shared(tail)) return { strength: "certain", sighting: tail }
  const doubtful = (orphan: Sighting): boolean => soft || isOneOfMany(orphan, text.sightings())
  if (tail && endsText(tail, soft)) {
    return raw || isOneOfMany(tail, text.sightings()) ? hint(tail) : { strength: "likely", sighting: tail }
  }
  const inWord = bare.find(isInWord)
  if (inWord && !soft) return { strength: "likely", sighting: inWord }
  const own = bare.find((orphan) => isOnOwnLine(orphan))
  if (own && shared(own)) return { strength: "certain", sighting: own }
  if (own && !doubtful(own) && PLANNING.test(own.before)) return { strength: "likely", sighting: own }
  return isQuoted(first) ? undefined : hint(first)
}

/** Words behind which a delimiter is named: "stops at </think>", "the tag </think>". */
const NAMING =
  /(?:^|[^\p{L}])(an?|the|th(?:is|at)|each|every|any|no|not|its?|own|at|with|without|is|are|was|be|by|to|of|on|in|into|for|from|after|before|behind|until|till|unless|as|and|or|nor|than|then|like|via|between|tag|token|delimiter|marker|string|literal|closer|constant|suffix|called|named|(?:mean|emit|write|send|strip|remove|handle|drop|keep|add|see|expect|print|find|get|skip|eat|swallow|leak|split|output)s?|missing|orphan|stray|extra|closing|ends?|ending|final|last|echo|return|case)$/iu

/**
 * A closer at the very end of a text closes it, unless the text names it. Directly behind a word it does; behind a blank where a sentence or a
 * statement ended before it, or where the text is long and no word leads up to it. A line of prose that holds nothing else may be an example.
 */
function endsText(tail: Sighting, soft: boolean): boolean {
  const { before, index } = tail
  if (isGlued(tail)) return !soft || !/\n[ \t]*$/.test(before) || isPlanning(before)
  const line = lineBefore(tail)
  if (/^\s*(?:\/\/|\/\*|#|--|;|\*|%|>|[-+]\s|\d+[.)]\s|\|)|\s(?:\/\/|#|--|\/\*)\s/.test(line)) return false
  if (/[.!?;})\]。！？]\s*$/u.test(before)) return !/\.\.\.\s+$/.test(before)
  return !soft && index >= LONG && /[\p{L}\p{N}]\s+$/u.test(before) && !NAMING.test(before.trimEnd())
}

function hint(sighting: Sighting): Leak {
  return { strength: "hint", sighting }
}

/** An opener at the very beginning, closed later, with something behind the block; or a model that talks to itself, closed late or never. */
function headBlockOf(text: TextScan): Sighting | undefined {
  const [opener, ...others] = text.sightings()
  if (opener?.delimiter.role !== "reasoning-open" || !isAtHead(opener)) return undefined
  const closer = others.find(({ delimiter: { role, group, families } }) =>
    // Some families end their reasoning with a token of turns.
    role === "turn"
      ? families.some((family) => opener.delimiter.families.includes(family))
      : role === "reasoning-close" && group === opener.delimiter.group,
  )
  if (closer && closer.index - opener.index < 12) return undefined
  const some = closer && !isAtTail(closer, text)
  return some || (!isQuoted(opener) && isMusing(opener.after)) ? opener : undefined
}
