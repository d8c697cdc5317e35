import { parseRawOutput } from "../../src/formats/raw.ts"
import { rescueResponse } from "../../src/rescue/response.ts"
import { chunked, read } from "../../test/formats/readers/reading.ts"
import { WILD_CASES, type WildCase } from "../../test/formats/wild/cases.ts"
import { WILD_TOOLS } from "../../test/formats/wild/tools.ts"
import { chatOf } from "../../test/rescue/said.ts"
import { alike, type Output, plain } from "./output.ts"
import { createRandom } from "./random.ts"
import { NOT_BY_TEXT, readWithVllm } from "./reference.ts"
import { WRITERS, wildOutput } from "./wild-outputs.ts"

export interface WildRow {
  family: string
  outputs: number
  exact: { whole: number; pieces: number; unknown: number; rescue: number; vllm: number }
  /** Outputs that vLLM's own parsers were given. */
  vllm: number
}

const RANDOM_OUTPUTS = 120
/** Starting a parser for each takes time. */
const MOST_FOR_VLLM = 40

/** How outputs written after the vendors' templates and vLLM's parsers are read: by hand and at random, apart from the readers' own spellings. */
export async function measureWild(seed: number, onMiss: (what: string, one: WildCase, read: Output) => void): Promise<WildRow[]> {
  const cases = [...WILD_CASES]
  for (const [number, writer] of WRITERS.entries()) {
    const random = createRandom(seed * 6007 + number)
    for (let count = 0; count < RANDOM_OUTPUTS; count++) cases.push(wildOutput(random, writer))
  }
  const rows = new Map<string, WildRow>()
  const forVllm: WildCase[] = []
  for (const [number, one] of cases.entries()) {
    const row = rows.get(one.family) ?? emptyRow(one.family)
    rows.set(one.family, row)
    row.outputs++
    if (one.what === "random" && row.vllm < MOST_FOR_VLLM && !NOT_BY_TEXT.includes(one.family)) {
      row.vllm++
      forVllm.push(one)
    }
    const reasoning = one.open ? "open" : "closed"
    const pieces = chunked(one.text, seed + number)
    const known = { tools: WILD_TOOLS, family: one.family, reasoning } as const
    const results = {
      whole: plain(parseRawOutput(one.text, known)),
      pieces: plain(read(known, pieces)),
      unknown: one.named ? one.meant : plain(parseRawOutput(one.text, { tools: WILD_TOOLS })),
      rescue: await rescued(pieces, { family: one.family, reasoning }),
    }
    for (const column of ["whole", "pieces", "unknown", "rescue"] as const) {
      if (agree(results[column], one.meant)) row.exact[column]++
      else onMiss(column, one, results[column])
    }
  }
  const byVllm = readWithVllm(forVllm)
  for (const [index, one] of forVllm.entries()) {
    const row = rows.get(one.family)
    const found = byVllm?.[index]
    if (!byVllm && row) row.vllm = 0
    else if (row && found && agree(found, one.meant)) row.exact.vllm++
  }
  return [...rows.values()]
}

const emptyRow = (family: string): WildRow => ({
  family,
  outputs: 0,
  exact: { whole: 0, pieces: 0, unknown: 0, rescue: 0, vllm: 0 },
  vllm: 0,
})

/** The same but for white space between texts, on which parsers differ. */
function agree(one: Output, other: Output): boolean {
  const even = ({ reasoning, content, calls }: Output): Output => ({
    reasoning,
    content: content.replace(/\s+/g, " "),
    calls: calls.map(({ name, arguments: args }) => ({ name, arguments: args })),
  })
  return alike(even(one), even(other))
}

/** What a client reads of the translation of a raw stream. */
async function rescued(pieces: readonly string[], known: { family: string; reasoning: "open" | "closed" }): Promise<Output> {
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const body = [...pieces.map((content) => event({ content }, null)), event({}, "stop"), "data: [DONE]\n\n"].join("")
  const { reasoning, content, calls } = chatOf(
    await rescueResponse(new Response(body), { request: { model: "m", tools: WILD_TOOLS }, ...known }).text(),
  )
  return { reasoning, content, calls }
}
