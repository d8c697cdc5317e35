import { isPlanning } from "../leak.ts"
import { around, isAtHead, isAtTail, isOnOwnLine, isQuoted, isReasoning, lineBefore, orphansOf } from "../sightings.ts"
import type { Sighting } from "../text-scan.ts"
import type { Evidence, ResponseRule, Scene } from "./rule.ts"

/**
 * Reasoning in the visible answer: it begins with an opener, or a closer without one stands on a line of its own (the opener is in the prompt,
 * written by the chat template). Not where the system prompt asks for such blocks. Where the conversation is about them, an opener at the very
 * beginning still counts, a closer only as the end of what was said before a tool call, or directly behind the last sentence.
 */
export const reasoningInContent: ResponseRule = {
  kind: "reasoning-in-content",
  response(scene) {
    const { reading, provenance } = scene
    const content = reading.content.text()
    const sightings = content.sightings().filter(isReasoning)
    const first = sightings[0]
    if (!first) return undefined
    const weak = provenance.asked(first.delimiter.group)
    const block = first.delimiter.role === "reasoning-open" && (isAtHead(first) || isInWrapper(first)) && !isQuoted(first)
    const closed = sightings.some(({ delimiter, after }) => delimiter.role === "reasoning-close" && !/^ \S/.test(after))
    if (block && (closed || !isSubject(first))) return evidence(scene, first, weak)
    const inside = blockInside(sightings)
    if (inside) return { ...evidence(scene, inside, weak || provenance.group(inside.delimiter.group)), certainty: "likely" }
    const orphan = orphansOf(sightings).find(
      (sighting) =>
        endsThought(sighting) || (!isQuoted(sighting) && (isOnOwnLine(sighting) || (isAtHead(sighting) && !isSubject(sighting)))),
    )
    if (!orphan) return undefined
    const last = isAtTail(orphan, content) && (reading.calls.count > 0 || endsThought(orphan))
    const opensAnswer = reading.reasoning.pieces === 0 && orphan === first && endsSentences(orphan)
    const subject = provenance.group(orphan.delimiter.group) && !last && !opensAnswer
    return evidence(scene, orphan, weak || subject)
  },
}

/**
 * A block between two paragraphs in which the model talks to itself: it thought again, and the server looked for one thought only. Behind a colon
 * it is an example.
 */
function blockInside(sightings: readonly Sighting[]): Sighting | undefined {
  return sightings.find((opener, i) => {
    const closer = sightings[i + 1]
    if (opener.delimiter.role !== "reasoning-open" || isQuoted(opener)) return false
    if (closer && (closer.delimiter.group !== opener.delimiter.group || !isOnOwnLine(closer))) return false
    return /(?:^|[^:：\s]\s*\n)[ \t]*\n[ \t]*$/.test(opener.before) && isPlanning(opener.after.slice(0, 200))
  })
}

/**
 * Directly behind a sentence, and directly before the next one or a call, as templates without line breaks have it. In a sentence about it, it stands
 * between blanks, in quotes or in a word.
 */
function endsThought(sighting: Sighting): boolean {
  const { before, after, fenced } = sighting
  const line = lineBefore(sighting)
  // Between two signs of the same sort it is quoted, whatever stands in the rest of the line.
  if (after !== "" && /(["'`*_|])$/.exec(before)?.[1] === after[0]) return false
  if (fenced || ['"', "`"].some((quote) => line.split(quote).length % 2 === 0)) return false
  // Between two words without a full stop it is part of an expression.
  if (after.trim() === "" && /[.!?。！？]$/u.test(before)) return true
  return /^(?:[\p{Lu}\p{Lo}\p{N}`*#<[{|]|\s*\n)/u.test(after) && /[.!?。！？…)"'`]$|\p{Lo}$/u.test(before)
}

/** Sentences stand before it from the beginning of the answer on, and the answer itself behind it; no colon announces an example. */
function endsSentences({ before, index, after, fenced }: Sighting): boolean {
  return (
    index <= before.length &&
    !fenced &&
    /[.!?。！？]\s*$/u.test(before) &&
    !/[:：]\s*\n/.test(before) &&
    /^\s*\p{Lu}/u.test(after)
  )
}

/** Nothing before it but the tag in which Hunyuan and Ernie wrap their answers. */
function isInWrapper({ before, index }: Sighting): boolean {
  return index <= before.length && /^\s*<(?:answer|response)>\s*$/.test(before)
}

/** "<think> opens the block": the subject of a sentence. */
function isSubject({ after }: Sighting): boolean {
  return /^ \p{Ll}/u.test(after)
}

function evidence({ provenance, request }: Scene, sighting: Sighting, weak: boolean): Evidence {
  const doubtful = provenance.group(sighting.delimiter.group) || !request.known()
  return {
    kind: "reasoning-in-content",
    certainty: doubtful ? "likely" : "certain",
    weak,
    delimiter: sighting.delimiter,
    excerpt: around(sighting),
  }
}
