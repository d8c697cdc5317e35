import { findDelimiters } from "../../formats/delimiters.ts"
import { fieldKind } from "../../knowledge/fields.ts"
import type { Call } from "../calls.ts"
import type { JsonField, JsonView } from "../json-strings.ts"
import { findLeak, type Leak } from "../leak.ts"
import { schemaAt } from "../schema.ts"
import { around, isReasoning } from "../sightings.ts"
import type { Sighting } from "../text-scan.ts"
import type { CallRule, Evidence, Scene } from "./rule.ts"

/** Characters that must agree word for word to count as taken from the reasoning. */
const SHARED = 40
const RANK = { certain: 0, likely: 1, hint: 2 } as const

/** Reasoning, or one of its delimiters, inside an argument: in a value, in a key, or behind the end of the arguments. */
export const reasoningInArguments: CallRule = {
  kind: "reasoning-in-arguments",
  call(scene, call) {
    const view = call.view()
    const file = view.fields.find(({ plain }) => plain === "filePath" || plain === "path")?.text.head
    const leaks = view.fields
      .map((field) => ({ field, leak: judgeField(scene, call, field, file) }))
      .filter((item): item is { field: JsonField; leak: Leak } => item.leak !== undefined)
      .sort((a, b) => RANK[a.leak.strength] - RANK[b.leak.strength])
    const worst = leaks[0]
    if (worst && worst.leak.strength !== "hint") return leakEvidence(scene, call, worst.field.path, worst.leak)
    return (
      behindTheEnd(call, view) ?? inKey(scene, call, view) ?? (worst && leakEvidence(scene, call, worst.field.path, worst.leak))
    )
  },
}

function judgeField(scene: Scene, call: Call, field: JsonField, file: string | undefined): Leak | undefined {
  const { provenance, request } = scene
  const schema = schemaAt(request.tools()?.get(call.name), field.plain)
  return findLeak({
    kind: fieldKind(call.name, field.plain, schema),
    text: field.text,
    open: !call.view().ended && field === call.view().fields.at(-1),
    file: field.plain === "filePath" || field.plain === "path" ? undefined : file,
    given: (sighting) => provenance.group(sighting.delimiter.group),
    givenHere: (sighting) =>
      provenance.text(sighting.before.slice(-24) + sighting.delimiter.literal + sighting.after.slice(0, 24)),
    shared: (sighting) => sharesReasoning(scene, sighting),
  })
}

/** Where nothing is known of what the model was given, text that may hold anything is never certain. */
function leakEvidence({ request }: Scene, call: Call, field: string, { strength, sighting }: Leak): Evidence {
  const certain = strength === "certain" && request.known()
  return {
    kind: "reasoning-in-arguments",
    certainty: certain ? "certain" : "likely",
    weak: strength === "hint",
    call,
    field,
    delimiter: sighting.delimiter,
    excerpt: around(sighting),
  }
}

function behindTheEnd(call: Call, view: JsonView): Evidence | undefined {
  const sighting = view.rest?.sightings().find(isReasoning)
  if (!sighting || !view.ended) return undefined
  return {
    kind: "reasoning-in-arguments",
    certainty: "certain",
    call,
    delimiter: sighting.delimiter,
    excerpt: around(sighting),
  }
}

function inKey({ provenance }: Scene, call: Call, view: JsonView): Evidence | undefined {
  for (const key of view.allKeys) {
    const hit = findDelimiters(key).find(({ delimiter }) => delimiter.role.startsWith("reasoning"))
    if (hit && !provenance.text(key)) {
      return { kind: "reasoning-in-arguments", certainty: "certain", call, field: key, delimiter: hit.delimiter, excerpt: key }
    }
  }
  return undefined
}

/**
 * Whether 40 characters directly beside the delimiter stand in this response's reasoning. Where the reasoning holds the delimiter as well, it
 * rehearses what is written: thoughts that ran over do not hold their own end.
 */
export function sharesReasoning({ reading }: Scene, { before, after, delimiter }: Sighting): boolean {
  const reasoning = reading.reasoning.text()
  const texts = reasoning.length === reasoning.head.length ? [reasoning.head] : [reasoning.head, reasoning.tail()]
  if (texts.some((text) => text.includes(delimiter.literal))) return false
  const beside = [before.trimEnd().slice(-SHARED), after.trimStart().slice(0, SHARED)]
  return beside.some((part) => part.length === SHARED && texts.some((text) => text.includes(part)))
}
