import { findCallOpenings } from "../../formats/call-openings.ts"
import { isUnmistakable } from "../../formats/delimiters.ts"
import { around, isAtHead, isQuoted } from "../sightings.ts"
import type { Sighting, TextScan } from "../text-scan.ts"
import type { Evidence, ResponseRule, Scene } from "./rule.ts"

/** Found beside it, these explain the tokens better. */
const BETTER: ReadonlySet<Evidence["kind"]> = new Set(["call-in-content", "stream-error"])

const ROLE = "(?:user|assistant|system|tool|model|developer|observation|ipython|environment)"
/** What follows a token that begins a turn: a role, a channel, another token. */
const BEGINS = new RegExp(`^\\s*(?:${ROLE}\\b|(?:final|analysis|commentary)(?:<|\\s*$)|[<\\[]?[|｜])`)
/** Tokens that name their role themselves. */
const NAMED = /user|assistant|system|observation|INST|CHATBOT|im_|message_model/i

/**
 * A token of turns or channels in the answer: at its end, at its head, or as the beginning of a turn that nobody took. In the middle of a sentence, in
 * code, or where the conversation is about them, they are the subject.
 */
export const specialTokenInContent: ResponseRule = {
  kind: "special-token-in-content",
  response(scene, found) {
    const { reading, request, provenance } = scene
    if (found.some(({ kind, weak }) => BETTER.has(kind) && !weak)) return undefined
    const content = reading.content.text()
    const tokens = content.sightings().filter(({ delimiter }) => delimiter.role === "turn")
    const sighting = tokens.find((token) => isMisplaced(token, content) && !isQuoted(token) && !isPartOfCall(token, content))
    if (!sighting) return lastWord(scene, content)
    const given = provenance.group(sighting.delimiter.group)
    if (given && provenance.asked(sighting.delimiter.group)) return undefined
    return {
      kind: "special-token-in-content",
      certainty: request.known() ? "certain" : "likely",
      weak: given || provenance.topic("turns"),
      delimiter: sighting.delimiter,
      excerpt: around(sighting),
    }
  },
}

function isMisplaced(token: Sighting, content: TextScan): boolean {
  const { before, after, delimiter } = token
  const end = token.index + delimiter.literal.length
  // Only tokens, roles and blanks up to the end.
  if (end + after.length >= content.length && isOnlyTokens(after)) return isAttached(before)
  // "<|eot_id|> ends the turn": the subject of a sentence.
  if (isAtHead(token) && /^ \p{Ll}/u.test(after) && !BEGINS.test(after)) return false
  if (isAtHead(token) || isUnmistakable(delimiter)) return isAttached(before)
  const begins = BEGINS.test(after) || (NAMED.test(delimiter.literal) && /^\s*\n/.test(after))
  return begins && isAttached(before)
}

function isOnlyTokens(text: string): boolean {
  return (
    text
      .replaceAll(/<[|｜]?[\w▁/]{1,32}[|｜]?>|\[\/?[A-Za-z]{3,5}\]/g, " ")
      .replaceAll(new RegExp(`\\b${ROLE}\\b`, "g"), "")
      .trim() === ""
  )
}

/** Directly behind the text or on a line of its own. Behind a blank in a line it is a word of a sentence, in an indented line it is code. */
function isAttached(before: string): boolean {
  if (/(?:^|\n)(?: {4}|\t)[^\n]*$/.test(before)) return false
  return before === "" || /\S$/.test(before) || /\n *$/.test(before)
}

/** The header of a call that was written as text belongs to that call. */
function isPartOfCall({ index, after, delimiter }: Sighting, content: TextScan): boolean {
  const text = content.head.slice(0, index) + delimiter.literal + after.slice(0, 128)
  return findCallOpenings(text).some(({ bare }) => !bare)
}

/** `</s>` means something else in HTML, so it counts only as the last word, and without its opener. */
function lastWord({ request, provenance }: Scene, content: TextScan): Evidence | undefined {
  const tail = content.tail().trimEnd()
  if (!tail.endsWith("</s>") || tail.includes("<s>") || provenance.text("</s>")) return undefined
  return {
    kind: "special-token-in-content",
    certainty: "likely",
    weak: !request.known() || !/[.!?。]<\/s>$/.test(tail),
    excerpt: tail.slice(-64),
  }
}
