import { expect, test } from "bun:test"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { rescueResponse } from "../../src/rescue/response.ts"
import { bodyOf, FAMILY, RAW } from "./raw-streams.ts"

const PICKED = RAW.filter((_, i) => i % 7 === 0)

const SCRIPT = `
import { readFileSync } from "node:fs"
import { rescueResponse } from "./inspect.mjs"
const texts = []
for (const { body, request, family } of JSON.parse(readFileSync(new URL("./cases.json", import.meta.url), "utf8")))
  texts.push(await rescueResponse(new Response(Buffer.from(body, "base64")), { request, family }).text())
process.stdout.write(JSON.stringify(texts))
`

/** Ids of calls are random. */
const plain = (text: string) => text.replaceAll(/chatcmpl-tool-[0-9a-f]{16}/g, "id")

test("the bundled library translates in Node as it does in Bun", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rescue-node-"))
  try {
    await build({
      entryPoints: [join(import.meta.dir, "../../src/inspect.ts")],
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      outfile: join(folder, "inspect.mjs"),
    })
    const cases = PICKED.map(({ bytes, request, family }) => ({
      body: Buffer.from(bytes).toString("base64"),
      request,
      family: FAMILY[family],
    }))
    writeFileSync(join(folder, "cases.json"), JSON.stringify(cases))
    writeFileSync(join(folder, "run.mjs"), SCRIPT)
    const run = spawnSync("node", [join(folder, "run.mjs")], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    expect(run.stderr).toBe("")

    const here = await Promise.all(
      PICKED.map(({ bytes, request, family }) => rescueResponse(bodyOf(bytes), { request, family: FAMILY[family] }).text()),
    )
    expect(PICKED.length).toBeGreaterThan(12)
    expect((JSON.parse(run.stdout) as string[]).map(plain)).toEqual(here.map(plain))
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)
