/**
 * How often the inspector is right: `bun bench/accuracy.ts [--n 10000] [--seed 1] [--only TEXT] [--dump FOLDER]`.
 *
 * All captures with their truth, and cases generated from the seed: faults injected into clean traces, ordinary coding, and work on LLM
 * parsers. Prints tables; ends with 1 when a target is missed. `--only` keeps the corpora and classes whose name holds the text; `--dump`
 * writes request and stream of the worst cases into a folder.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { generatedCases, UNDETECTABLE } from "./accuracy/all.ts"
import { capturedCases } from "./accuracy/captured.ts"
import { count, createScore } from "./accuracy/judge.ts"
import { classTable, kindTable, missedTargets, summary, worst, wrongLine } from "./accuracy/print.ts"
import { loadSources } from "./accuracy/sources.ts"

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    dump: { type: "string" },
  },
})
const seed = Number(values.seed)
const sources = loadSources({ vllm: true })
const started = performance.now()
const score = createScore()
const wanted = ({ corpus, class: name }: { corpus: string; class: string }): boolean =>
  values.only === undefined || `${corpus}: ${name}`.includes(values.only)

for (const item of capturedCases()) if (wanted(item)) count(score, item)
for (const item of generatedCases({ seed, n: Number(values.n), sources })) if (wanted(item)) count(score, item)

const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(
  `seed ${seed}, ${seconds} s; parser sources: ${sources.own.length} files of this repository, ${sources.vllm.length} of vLLM`,
)
if (sources.vllm.length === 0)
  console.log("vLLM's own parsers are missing: `npm run test:vllm` installs them into a cache folder.")
console.log(`\n${classTable(score)}\n\n${kindTable(score)}\n`)
for (const [name, why] of Object.entries(UNDETECTABLE)) console.log(`not counted, ${name}: ${why}`)
const examples = worst(score, 10)
if (examples.length > 0) console.log(`\nworst:\n${examples.map(wrongLine).join("\n")}`)
console.log(`\n${summary(score)}`)

if (values.dump) {
  mkdirSync(values.dump, { recursive: true })
  for (const [i, { item }] of worst(score, 40).entries()) {
    writeFileSync(join(values.dump, `${i}.request.json`), JSON.stringify(item.request, null, 1))
    writeFileSync(join(values.dump, `${i}.sse`), item.bytes)
  }
}
const missed = missedTargets(score)
if (missed.length > 0) {
  console.error(`missed: ${missed.join(", ")}`)
  process.exit(1)
}
