import { readFileSync, existsSync } from "node:fs"
import { parseRawOutput } from "../../src/formats/raw.ts"
import { rescueResponse } from "../../src/rescue/response.ts"
import { bodyOf, hear } from "../../test/rescue/raw-streams.ts"
import { alike, plain, same } from "./output.ts"
const ROOT = process.argv[2] ?? "/tmp/caps/"
const only = process.argv[3]
const raw = JSON.parse(readFileSync(ROOT + "raw.json", "utf8"))
const tools = JSON.parse(readFileSync(ROOT + "tools.json", "utf8"))
const MAP: Record<string, string> = { nemotron: "nemotron3", deepseek: "deepseek-r1", mistral: "magistral", glm: "glm-4.5", glm47: "glm-4.7", kimi: "kimi-k2", "kimi-open": "kimi-k2", minimax: "minimax-m2", seed: "seed-oss", dsv31: "deepseek-v3.1", dsv32: "deepseek-v3.2", dsv4: "deepseek-v4", harmony: "gpt-oss", hunyuan: "hunyuan-a13b", "ernie45": "ernie4.5", step3p5: "step-3.5", pythonic: "llama4", granite: "granite3", phi4: "phi4-mini", qwen3coder: "qwen3-coder" }
const bad: Record<string, Record<string, number>> = {}
const tot: Record<string, number> = {}
const kinds: Record<string, number> = {}
for (const c of raw) {
  if (!c.sane || !existsSync(ROOT + c.file)) continue
  if (!c.file.includes(only && only.includes("/") ? only : "/")) continue
  const bytes = readFileSync(ROOT + c.file)
  const text = bytes.toString()
  let content = "", reasoning = ""
  for (const line of text.split("\n")) {
    if (!line.startsWith("data: {")) continue
    const d = JSON.parse(line.slice(6)).choices?.[0]?.delta
    content += d?.content ?? ""; reasoning += d?.reasoning ?? ""
  }
  const meant = { reasoning: c.meant.reasoning ?? "", content: c.meant.content ?? "", calls: c.meant.calls }
  const family = MAP[c.family] ?? c.family
  const closer = /<\/(?:seed:)?think>|\[\/THINK\]/.exec(content); const opener = /<(?:seed:)?think>|\[THINK\]/.exec(content)
  const open = c.reasoning ?? (meant.reasoning !== "" && !/^\s*(?:<think>|<seed:think>|\[THINK\]|<\|channel\|>)/.test(content) ? "open" : "closed")
  const request = { ...c.request, tools }
  const res: Record<string, any> = {
    known: () => plain(parseRawOutput(content, { tools, family, reasoning: open })),
    unknown: () => plain(parseRawOutput(content, { tools })),
    unsaid: () => plain(parseRawOutput(content, { tools, family })),
    rescue: async () => plain(hear(await rescueResponse(bodyOf(bytes, [37, 11, 400, 90]), { request, family, reasoning: open }).text())),
    rescueUnknown: async () => plain(hear(await rescueResponse(bodyOf(bytes, [370, 11]), { request }).text())),
    rescueUnknownOpen: async () => plain(hear(await rescueResponse(bodyOf(bytes), { request, reasoning: open }).text())),
  }
  const key = c.file.split("/")[1] + " " + c.family
  tot[key] = (tot[key] ?? 0) + 1
  for (const [k, f] of Object.entries(res)) {
    if (reasoning !== "" && !k.startsWith("rescue")) continue
    const r = await f()
    const got = { reasoning: r.reasoning, content: r.content, calls: r.calls.map((x: any) => ({ name: x.name, arguments: x.arguments })) }
    if (alike(got, meant)) { if (!same(got, meant)) kinds["ws " + k] = (kinds["ws " + k] ?? 0) + 1 }
    else {
      bad[k] ??= {}; bad[k][key] = (bad[k][key] ?? 0) + 1
      if (!only || only === k) console.log(`${key} | ${c.scenario} | ${k} ${open}\n   text ${JSON.stringify(reasoning && reasoning + " ## ")}${JSON.stringify(content)}\n   want ${JSON.stringify(meant)}\n   got  ${JSON.stringify(got)}`)
    }
  }
}
console.log(JSON.stringify(tot)); console.log(JSON.stringify(bad, null, 1)); console.log(JSON.stringify(kinds))
