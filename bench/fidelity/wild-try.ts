import { parseRawOutput } from "../../src/formats/raw.ts"
import { rescueResponse } from "../../src/rescue/response.ts"
import { chunked } from "../../test/formats/readers/reading.ts"
import { bodyOf, hear, rawStream } from "../../test/rescue/raw-streams.ts"
import { familyById } from "../../src/knowledge/families.ts"
import { alike, plain, same } from "./output.ts"
import { WILD_CASES } from "./wild/cases.ts"
import { WILD_TOOLS } from "./wild/tools.ts"
const show = process.argv[2]
const misses: Record<string, number> = {}
const sorted = (v: unknown): unknown => v
for (const c of WILD_CASES) {
  if (!familyById(c.family)) { console.log("no family", c.family); continue }
  const reasoning = c.open ? "open" : "closed" as const
  const pieces = chunked(c.text, 7)
  const tools = WILD_TOOLS
  const results: Record<string, () => Promise<any> | any> = {
    known: () => plain(parseRawOutput(c.text, { tools, family: c.family, reasoning })),
    unsaid: () => plain(parseRawOutput(c.text, { tools, family: c.family })),
    unknown: () => c.named ? c.meant : plain(parseRawOutput(c.text, { tools })),
    unknownOpen: () => c.named ? c.meant : plain(parseRawOutput(c.text, { tools, reasoning })),
    rescue: async () => plain(hear(await rescueResponse(bodyOf(rawStream(pieces)), { request: { model: "x", tools }, family: c.family, reasoning }).text())),
    rescueText: async () => plain(hear(await rescueResponse(bodyOf(rawStream(pieces, {as: "text"}), [13]), { request: { model: "x", tools }, family: c.family, reasoning }).text())),
    rescueUnknown: async () => c.named ? c.meant : plain(hear(await rescueResponse(bodyOf(rawStream(pieces)), { request: { model: "x", tools }, reasoning }).text())),
  }
  for (const [k, f] of Object.entries(results)) {
    const r = await f()
    const strip = (o: any) => ({ reasoning: o.reasoning, content: o.content, calls: o.calls.map((x: any) => ({ name: x.name, arguments: x.arguments })) })
    if (!alike(strip(r), c.meant)) {
      misses[k] = (misses[k] ?? 0) + 1
      if (!show || show === k) console.log(`${c.family} | ${c.what} | ${k}\n   text ${JSON.stringify(c.text)}\n   want ${JSON.stringify(c.meant)}\n   got  ${JSON.stringify(strip(r))}`)
    }
  }
}
console.log(WILD_CASES.length, JSON.stringify(misses))
