import { parseRawOutput } from "../../src/formats/raw.ts"
import { createRandom } from "./random.ts"
import { chunked, read } from "../../test/formats/readers/reading.ts"
import { alike, plain, same } from "./output.ts"
import { WRITERS, wildOutput } from "./wild/generate.ts"
import { WILD_TOOLS as tools } from "./wild/tools.ts"
import { writeFileSync } from "node:fs"
const N = Number(process.argv[2] ?? 200), only = process.argv[3], show = Number(process.argv[4] ?? 0)
const dump: string[] = []
WRITERS.forEach((w, i) => {
  if (only && w.family !== only) return
  const random = createRandom(77 + i)
  const ok: any = { whole: 0, pieces: 0, unknown: 0 }; let shown = 0
  for (let n = 0; n < N; n++) {
    const c = wildOutput(random, w)
    dump.push(JSON.stringify(c))
    const norm = (o: any) => ({ ...o, content: o.content.replace(/\s+/g, " ") })
    const reasoning = c.open ? "open" as const : "closed" as const
    const r: any = { whole: plain(parseRawOutput(c.text, { tools, family: c.family, reasoning })), pieces: plain(read({ tools, family: c.family, reasoning }, chunked(c.text, n)) as any), unknown: plain(parseRawOutput(c.text, { tools })) }
    for (const k in r) if (alike(norm(r[k]), norm(c.meant))) ok[k]++; else if (k === "whole" && shown++ < show) console.log(JSON.stringify(c.text), "\n  want", JSON.stringify(c.meant), "\n  got ", JSON.stringify(r[k]))
     else if (k === "unknown" && alike(norm(r.whole), norm(c.meant)) && shown++ < show) console.log("UNKNOWN", JSON.stringify(c.text), "\n  want", JSON.stringify(c.meant), "\n  got ", JSON.stringify(r[k]))
  }
  console.log(w.family.padEnd(16), N, ...Object.entries(ok).map(([k, v]) => `${k} ${(100 * (v as number) / N).toFixed(1)}`))
})
writeFileSync("/tmp/fid.jsonl", dump.join("\n"))
