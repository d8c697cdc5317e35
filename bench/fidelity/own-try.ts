import { parseRawOutput } from "../../src/formats/raw.ts"
import { SPELLINGS } from "../../test/formats/readers/spellings.ts"
import { meantBy, TOOLS, turnsFor, writeTurn } from "../../test/formats/readers/turns.ts"
import { randomTurn } from "./generate.ts"
import { plain, same } from "./output.ts"
import { createRandom } from "./random.ts"
const only = process.argv[2]?.split(","), show = Number(process.argv[3] ?? 0), N = Number(process.argv[4] ?? 220)
SPELLINGS.forEach((s, number) => {
  if (only && only[0] && !only.includes(s.family)) return
  const random = createRandom(7919 + number); let bad = 0, n = 0, shown = 0
  for (const t of [...turnsFor(s), ...Array.from({ length: N }, () => randomTurn(random, s))]) {
    n++
    const { text, reasoning } = writeTurn(s, t); const meant = meantBy(t)
    const r = plain(parseRawOutput(text, { tools: TOOLS, family: s.family, reasoning }))
    if (!same(r, meant)) { bad++; if (shown++ < show) console.log(t.what, JSON.stringify(text), "\n want", JSON.stringify(meant), "\n got ", JSON.stringify(r)) }
  }
  if (bad / n > 0.005 || only) console.log(s.family, s.label ?? "", n, (100 - 100 * bad / n).toFixed(1))
})
