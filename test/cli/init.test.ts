/** `opencode-vllm init`: what it writes for which server, and what it leaves alone. */
import { afterAll, afterEach, describe, expect, test } from "bun:test"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Ask, InitFlags } from "../../src/cli/init/types.ts"
import { init, ownSpec } from "../../src/cli/init.ts"
import { parseJsonc } from "../../src/config/json.ts"
import { lintConfig } from "../../src/config/lint/index.ts"
import { loadConfig } from "../../src/config/load.ts"
import { type Sim, type SimOptions, startSim } from "../../src/sim/index.ts"
import { KINDS, type SimKind } from "../../src/sim/kinds/all.ts"
import { card, healthyVllm, type Running, serveHttp, serveRoutes } from "../endpoint/servers.ts"

const CANARY = "sk-canary-4711-aabbcc"
const base = mkdtempSync(join(tmpdir(), "opencode-vllm-init-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})
async function sim(options: SimOptions = {}): Promise<Sim> {
  const started = await startSim(options)
  open.push(started)
  return started
}
async function served(...models: object[]): Promise<Running> {
  const started = await serveRoutes(healthyVllm({ "/v1/models": { object: "list", data: models } }))
  open.push(started)
  return started
}

let count = 0
interface Project {
  dir: string
  where: { directory: string; env: Record<string, string>; home: string }
  read(file?: string): string
  value(file?: string): Record<string, unknown>
}
interface Block {
  options: { baseURL?: string; apiKey?: string }
  models: Record<string, { limit?: unknown }>
}
const blocksOf = (p: Project, file?: string) => p.value(file).provider as Record<string, Block>
const blockOf = (p: Project, id = "vllm") => blocksOf(p)[id] as Block
/** A folder with these files; names that begin with `~/` are below the private home. */
function project(files: Record<string, string | object> = {}, env: Record<string, string> = {}): Project {
  const home = join(base, String(count++))
  const dir = join(home, "project")
  mkdirSync(join(dir, ".git"), { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const path = name.startsWith("~/") ? join(home, name.slice(2)) : join(dir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`)
  }
  const read = (file = "opencode.json") => readFileSync(join(dir, file), "utf8")
  return { dir, where: { directory: dir, env, home }, read, value: (file) => parseJsonc(read(file)).value }
}

async function run(p: Project, flags: InitFlags = {}, more: { ask?: Ask; ports?: number[] } = {}) {
  const shown: string[] = []
  const result = await init(p.where, flags, { ports: [], ...more, show: (text) => void shown.push(text) })
  const said = result.exit === 0 ? result.lines.join("\n") : result.message
  return { exit: result.exit, said, diff: shown.join("\n") }
}

/** Everything in a project with its bytes. */
const everything = (p: Project) =>
  Object.fromEntries(
    (readdirSync(p.dir, { recursive: true, withFileTypes: true }) as import("node:fs").Dirent[])
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), "utf8")]),
  )

describe("a project without a configuration", () => {
  test("gets the provider, the model to start with and both halves of the plugin", async () => {
    const { url, port } = await sim()
    const p = project()
    const ran = await run(p, { url })
    expect(ran.exit).toBe(0)
    expect(p.value()).toEqual({
      $schema: "https://opencode.ai/config.json",
      model: "vllm/nemotron-3-super",
      provider: {
        vllm: {
          npm: "@ai-sdk/openai-compatible",
          name: `vLLM (127.0.0.1:${port})`,
          options: { baseURL: url },
          models: {
            "nemotron-3-super": {
              name: expect.stringContaining("nemotron-3-super"),
              limit: { context: 262_144, output: 32_000 },
              tool_call: true,
              reasoning: true,
              interleaved: { field: "reasoning" },
            },
          },
        },
      },
      plugin: ["opencode-vllm"],
    })
    expect(p.value("tui.json")).toEqual({ $schema: "https://opencode.ai/tui.json", plugin: ["opencode-vllm"] })
    expect(ran.said).toContain("Written: opencode.json, tui.json.")
    for (const line of p.read().trimEnd().split("\n")) expect(ran.diff).toContain(`+${line}`)
  })

  test("and what is written passes the check of configurations", async () => {
    const { url } = await sim({ model: "nvidia/nemotron-3-super" })
    const p = project()
    await run(p, { url })
    expect(await lintConfig(await loadConfig(p.where))).toEqual([])
  })

  test("a second run finds nothing to do and writes nothing", async () => {
    const { url, port } = await sim()
    const p = project()
    await run(p, { url })
    const before = everything(p)
    for (const again of [url, `${url}/`, url.replace("/v1", ""), `http://localhost:${port}/v1`]) {
      const ran = await run(p, { url: again })
      expect([again, ran.exit, ran.diff]).toEqual([again, 0, ""])
      expect(ran.said).toContain("Nothing to do")
      expect(everything(p)).toEqual(before)
    }
  })

  test("--dry-run shows the change and writes nothing", async () => {
    const { url } = await sim()
    const p = project()
    const ran = await run(p, { url, dryRun: true })
    expect([ran.exit, ran.diff.includes('+      "npm": "@ai-sdk/openai-compatible"')]).toEqual([0, true])
    expect(everything(p)).toEqual({})
  })
})

describe("the address", () => {
  const typed: [string, (url: string) => string][] = [
    ["as it should be", (url) => url],
    ["a slash at the end", (url) => `${url}/`],
    ["no version", (url) => url.replace("/v1", "")],
    ["a route at the end", (url) => `${url}/chat/completions`],
    ["no scheme", (url) => url.replace("http://", "")],
    ["white space around", (url) => ` ${url} `],
  ]
  for (const [what, of] of typed)
    test(`${what}: the working one is written`, async () => {
      const { url } = await sim()
      const p = project()
      expect((await run(p, { url: of(url) })).exit).toBe(0)
      expect(blockOf(p).options.baseURL).toBe(url)
    })

  test("one with a password or a key in it, or none at all, is refused and never shown", async () => {
    const bad = [
      `http://me:${CANARY}@127.0.0.1:1/v1`,
      `http://127.0.0.1:1/v1?api_key=${CANARY}`,
      `http://${CANARY}@127.0.0.1:1/v1`,
      "",
      "ftp://x/v1",
      "{env:URL}",
    ]
    for (const url of bad) {
      const p = project()
      const ran = await run(p, { url })
      expect([url, ran.exit, ran.said.includes(CANARY)]).toEqual([url, 2, false])
      expect(everything(p)).toEqual({})
    }
  })

  test("where nobody answers, the check says why, exit 1", async () => {
    const ran = await run(project(), { url: "http://127.0.0.1:1/v1" })
    expect(ran.exit).toBe(1)
    expect(ran.said).toContain("Nothing listens at 127.0.0.1:1.")
  })

  test("a server that is no LLM server is none, exit 1", async () => {
    const web = await serveHttp((_, response) => response.end("<html>hello</html>"))
    open.push(web)
    const p = project()
    expect((await run(p, { url: `${web.origin}/v1` })).exit).toBe(1)
    expect(everything(p)).toEqual({})
  })
})

describe("servers on the usual ports", () => {
  test("the first that answers is taken; the others are named", async () => {
    const [first, second] = [await sim({ model: "one" }), await sim({ model: "two" })]
    const web = await serveHttp((_, response) => response.end("<html>hello</html>"))
    open.push(web)
    const p = project()
    const ports = [web.port, first.port, second.port, 1]
    const ran = await run(p, {}, { ports })
    expect(ran.exit).toBe(0)
    expect(p.value().model).toBe("vllm/one")
    expect(ran.said).toContain(`opencode-vllm init --url http://localhost:${second.port}/v1`)
    expect(ran.said).not.toContain(String(web.port))
    // Also when another order would be the usual one: what is configured stays what it is.
    const again = await run(p, {}, { ports: ports.toReversed() })
    expect([again.exit, again.diff]).toEqual([0, ""])
  })

  test("one that answers comes before one that wants a key; a configured one is not found twice", async () => {
    const [guarded, free] = [await sim({ apiKey: CANARY }), await sim({ model: "free" })]
    const p = project()
    await run(p, {}, { ports: [guarded.port, free.port] })
    expect(p.value().model).toBe("vllm/free")
    expect((await run(p, {}, { ports: [free.port] })).said).not.toContain("Also found")
  })

  test("none: one sentence with what to do, exit 1", async () => {
    const ran = await run(project(), {}, { ports: [1] })
    expect(ran.exit).toBe(1)
    expect(ran.said).toContain("opencode-vllm init --url")
  })

  test("a configured server elsewhere gets the plugin", async () => {
    const { url } = await sim()
    const p = project({
      "opencode.json": {
        provider: { gpu: { npm: "@ai-sdk/openai-compatible", options: { baseURL: url }, models: { "nemotron-3-super": {} } } },
      },
    })
    expect((await run(p)).exit).toBe(0)
    expect(p.value()).toMatchObject({ model: "gpu/nemotron-3-super", plugin: ["opencode-vllm"] })
    expect(Object.keys(blocksOf(p))).toEqual(["gpu"])
  })
})

describe("the key", () => {
  test("its variable is written, its value nowhere", async () => {
    const { url } = await sim({ apiKey: CANARY })
    const p = project({}, { GPU_KEY: CANARY })
    const ran = await run(p, { url, keyEnv: "GPU_KEY" })
    expect(ran.exit).toBe(0)
    expect(blockOf(p).options.apiKey).toBe("{env:GPU_KEY}")
    expect(JSON.stringify([everything(p), ran])).not.toContain(CANARY)
    expect((await run(p, { url })).said).toContain("Nothing to do")
  })

  test("is looked for nowhere: without a name the server is refused with the cure", async () => {
    const server = await sim({ apiKey: CANARY })
    const p = project(
      { "~/.local/share/opencode/auth.json": { vllm: { type: "api", key: CANARY } } },
      { VLLM_API_KEY: CANARY, OPENAI_API_KEY: CANARY },
    )
    for (const flags of [{ url: server.url }, {}]) {
      const ran = await run(p, flags, { ports: [server.port] })
      expect(ran.exit).toBe(2)
      expect(ran.said).toContain("--key-env NAME")
    }
    expect(JSON.stringify(server.requests)).not.toContain(CANARY)
    expect(everything(p)).toEqual({})
  })

  test("found on a usual port, the server gets the named key after it asked for one", async () => {
    const [guarded, free] = [await sim({ apiKey: CANARY }), await sim({ model: "free" })]
    const p = project({}, { GPU_KEY: CANARY })
    expect((await run(p, { keyEnv: "GPU_KEY" }, { ports: [guarded.port] })).exit).toBe(0)
    expect(blockOf(p).options.apiKey).toBe("{env:GPU_KEY}")
    await run(project({}, { GPU_KEY: CANARY }), { keyEnv: "GPU_KEY" }, { ports: [free.port, guarded.port] })
    expect(JSON.stringify(free.requests)).not.toContain(CANARY)
  })

  test("not set, not taken, or typed in place of a name: exit 2", async () => {
    const { url } = await sim({ apiKey: CANARY })
    const p = project({}, { WRONG: "sk-canary-wrong-1" })
    for (const keyEnv of ["GPU_KEY", "WRONG", "sk-canary-wrong-1"]) {
      const ran = await run(p, { url, keyEnv })
      expect([keyEnv, ran.exit, ran.said.includes("sk-canary-wrong-1")]).toEqual([keyEnv, 2, false])
    }
    expect(everything(p)).toEqual({})
  })

  test("a provider of this server without a key gets its variable; one with a key keeps it", async () => {
    const { url } = await sim({ apiKey: CANARY })
    const options = { baseURL: url }
    const cases: [options: object, written: string, says: string][] = [
      [options, "{env:GPU_KEY}", "Written"],
      [{ ...options, apiKey: "{env:GPU_KEY}" }, "{env:GPU_KEY}", "is vLLM"],
      [{ ...options, apiKey: "{env:UNSET}" }, "{env:UNSET}", "has a key of its own"],
    ]
    for (const [before, written, says] of cases) {
      const models = { "nemotron-3-super": {} }
      const gpu = { npm: "@ai-sdk/openai-compatible", options: before, models }
      const p = project({ "opencode.json": { provider: { gpu } } }, { GPU_KEY: CANARY })
      const ran = await run(p, { url, keyEnv: "GPU_KEY" })
      expect([ran.exit, blockOf(p, "gpu").options.apiKey, ran.said]).toEqual([0, written, expect.stringContaining(says)])
      expect(Object.keys(blocksOf(p))).toEqual(["gpu"])
    }
  })

  test("a key in the user's own lines is not shown", async () => {
    const { url } = await sim()
    const literal = { other: { npm: "@ai-sdk/openai-compatible", options: { baseURL: "http://x/v1", apiKey: CANARY } } }
    const more = { mcp: { a: { headers: { Authorization: `Bearer ${CANARY}2` } } } }
    for (const config of [{ provider: literal }, more, { plugin: [["x", { token: CANARY }]] }]) {
      const p = project({ "opencode.json": config })
      const ran = await run(p, { url })
      expect([ran.exit, ran.diff.length > 0, ran.diff.includes(CANARY)]).toEqual([0, true, false])
      expect(p.read()).toContain(CANARY)
    }
  })

  test("nor one in a comment, and nothing there steers the terminal", async () => {
    const { url } = await sim()
    const other = { npm: "@ai-sdk/openai-compatible", options: { baseURL: "http://x/v1", apiKey: CANARY } }
    const p = project({
      "opencode.json": `{\n  "provider": { "x": ${JSON.stringify(other)} }\n  // was ${CANARY} \x1b[2Jhere\n}\n`,
    })
    const ran = await run(p, { url })
    expect([ran.exit, ran.diff.includes(CANARY), ran.diff.includes("\x1b"), ran.diff.includes("// was")]).toEqual([
      0,
      false,
      false,
      true,
    ])
  })
})

describe("what is there", () => {
  test("comments, order and formatting stay, and nothing is replaced", async () => {
    const { url } = await sim()
    const before = `// mine\r\n{\r\n\t"theme": "nord", // dark\r\n\t"model": "anthropic/claude", /* keep */\r\n\t"provider": {\r\n\t\t// the old one\r\n\t\t"vllm": { "npm": "@ai-sdk/openai-compatible", "options": { "baseURL": "http://old:8000/v1" } }, // until May\r\n\t},\r\n\t"plugin": ["one", ["two", { "x": 1 }]], // both\r\n}\r\n`
    const p = project({ "opencode.jsonc": before, "tui.json": '{ "theme": "x" }\n' })
    expect((await run(p, { url })).exit).toBe(0)
    const after = p.read("opencode.jsonc")
    expect(existsSync(join(p.dir, "opencode.json"))).toBe(false)
    expect(after.replaceAll("\r\n", "")).not.toContain("\n")
    for (const kept of [
      "// mine",
      '"theme": "nord", // dark',
      '"model": "anthropic/claude", /* keep */',
      "// the old one",
      "}, // until May",
      "// both",
    ])
      expect(after).toContain(kept)
    const { provider: _, plugin, ...rest } = p.value("opencode.jsonc")
    const now = blocksOf(p, "opencode.jsonc")
    expect(rest).toEqual({ theme: "nord", model: "anthropic/claude" })
    expect<unknown>(now.vllm).toEqual({ npm: "@ai-sdk/openai-compatible", options: { baseURL: "http://old:8000/v1" } })
    expect(now["vllm-2"]?.options.baseURL).toBe(url)
    expect(plugin).toEqual(["one", ["two", { x: 1 }], "opencode-vllm"])
    expect(p.value("tui.json")).toEqual({ theme: "x", plugin: ["opencode-vllm"] })
  })

  const added = { "nemotron-3-super": expect.objectContaining({ tool_call: true }) }
  const blocks: [what: string, before: object, after: object][] = [
    [
      "names a served model: stays",
      { "nemotron-3-super": { name: "x" }, gone: {} },
      { "nemotron-3-super": { name: "x" }, gone: {} },
    ],
    ["names it by id: stays", { fast: { id: "nemotron-3-super" } }, { fast: { id: "nemotron-3-super" } }],
    ["names none: the served ones are added", { gone: {} }, { gone: {}, ...added }],
    ["has no models: the served ones are added", {}, added],
  ]
  for (const [what, models, expected] of blocks)
    test(`a block of the same server that ${what}`, async () => {
      const { url } = await sim()
      const block = { npm: "@ai-sdk/openai-compatible", options: { baseURL: url, timeout: false }, models }
      const p = project({ "opencode.json": { provider: { mine: block } } })
      expect((await run(p, { url, provider: "other" })).exit).toBe(0)
      expect<unknown>(blocksOf(p)).toEqual({ mine: { ...block, models: expected } })
    })

  test("a block whose address lacks the version is that server; how to correct it is said", async () => {
    const { url } = await sim()
    const gpu = {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: url.replace("/v1", "") },
      models: { "nemotron-3-super": {} },
    }
    const p = project({ "opencode.json": { provider: { gpu } } })
    expect((await run(p, { url })).said).toContain("opencode-vllm check --fix")
    expect(blocksOf(p)).toEqual({ gpu })
  })

  test("an id that OpenCode's catalogue has is not taken", async () => {
    const { url } = await sim()
    const p = project({ "~/.cache/opencode/models.json": { vllm: {} } })
    await run(p, { url })
    expect(p.value().model).toBe("vllm-2/nemotron-3-super")
  })

  test("a plugin entry in another form is found again", async () => {
    const { url } = await sim()
    const p = project()
    await run(p, { url, plugin: "/opt/build" })
    expect(p.value().plugin).toEqual(["/opt/build"])
    expect((await run(p, { url, plugin: "/opt/build" })).said).toContain("Nothing to do")
  })

  test("in other files counts too: the global model, provider and plugin are not repeated", async () => {
    const { url } = await sim()
    const global = {
      model: "mine/nemotron-3-super",
      plugin: [["opencode-vllm", {}]],
      provider: { mine: { npm: "@ai-sdk/openai-compatible", options: { baseURL: url }, models: { "nemotron-3-super": {} } } },
    }
    const p = project({
      "~/.config/opencode/opencode.json": global,
      "~/.config/opencode/tui.json": { plugin: ["opencode-vllm@1.0.0"] },
    })
    const ran = await run(p, { url })
    expect([ran.exit, ran.diff]).toEqual([0, ""])
    expect(everything(p)).toEqual({})
  })

  test("only `.opencode/` has a configuration: it is written there", async () => {
    const { url } = await sim()
    const p = project({ ".opencode/opencode.json": {} })
    await run(p, { url })
    expect(p.value(".opencode/opencode.json").model).toBe("vllm/nemotron-3-super")
    expect(p.value(".opencode/tui.json").plugin).toEqual(["opencode-vllm"])
    expect(existsSync(join(p.dir, "opencode.json"))).toBe(false)
  })

  test("a list of enabled providers gets the new one; one in another file is pointed at", async () => {
    const { url } = await sim()
    const own = project({ "opencode.json": { enabled_providers: ["anthropic"] } })
    await run(own, { url })
    expect(own.value().enabled_providers).toEqual(["anthropic", "vllm"])
    const far = project({ "~/.config/opencode/opencode.json": { enabled_providers: ["anthropic"] } })
    expect((await run(far, { url })).said).toContain(`Add "vllm" to enabled_providers in ${far.where.home}`)
  })

  test("a provider that is turned off is left alone, and its id too", async () => {
    const { url } = await sim()
    const block = { npm: "@ai-sdk/openai-compatible", options: { baseURL: url }, models: { "nemotron-3-super": {} } }
    const p = project({ "opencode.json": { disabled_providers: ["vllm"], provider: { vllm: block } } })
    expect((await run(p, { url })).exit).toBe(0)
    expect(p.value().model).toBe("vllm-2/nemotron-3-super")
    expect(blockOf(p)).toEqual(block)
  })

  test("--provider: a free id is taken, one of another server or of a hosted service is refused", async () => {
    const { url } = await sim()
    const other = { npm: "@ai-sdk/openai-compatible", options: { baseURL: "http://other:8000/v1" } }
    for (const [id, exit] of [
      ["gpu", 0],
      ["other", 2],
      ["openai", 2],
      ["a/b", 2],
      ["", 2],
      ["__proto__", 2],
    ] as const) {
      const p = project({ "opencode.json": { provider: { other } } })
      const ran = await run(p, { url, provider: id })
      expect([id, ran.exit]).toEqual([id, exit])
      expect<unknown>(blocksOf(p).other).toEqual(other)
      if (exit === 0) expect(p.value().model).toBe(`${id}/nemotron-3-super`)
      else expect(p.value()).toEqual({ provider: { other } })
    }
  })
})

describe("files that cannot take it", () => {
  const empty: [string, string][] = [
    ["empty", ""],
    ["of white space", " \n\n"],
    ["of a comment", "// later\n"],
    ["an empty object", "{}"],
  ]
  for (const [what, content] of empty)
    test(`${what}: is filled`, async () => {
      const { url } = await sim()
      const p = project({ "opencode.json": content, "tui.json": content })
      expect((await run(p, { url })).exit).toBe(0)
      expect(p.value()).toMatchObject({ $schema: "https://opencode.ai/config.json", model: "vllm/nemotron-3-super" })
      expect(p.read()).toContain(content.trim().replace("{}", ""))
      expect(p.value("tui.json").plugin).toEqual(["opencode-vllm"])
    })

  const broken: [string, Record<string, string>, string][] = [
    ["no JSON", { "opencode.json": '{\n  "a": 1\n  "b": 2\n}\n' }, "line 3"],
    ["a list", { "opencode.json": "\n[]\n" }, "line 2"],
    ["providers in a list", { "opencode.json": '{\n  "provider": []\n}\n' }, "line 2"],
    ["no provider at all", { "opencode.json": '{\n  "provider": null\n}\n' }, "line 2"],
    ["plugins in no list", { "opencode.json": '{\n\n  "plugin": "x"\n}\n' }, "line 3"],
    ["a name twice", { "opencode.json": '{\n  "plugin": ["a"],\n  "plugin": ["b"]\n}\n' }, "twice"],
    ["a broken tui.json", { "opencode.json": "{}", "tui.json": '{ "plugin": [ }' }, "tui.json"],
    ["tui.json with no list", { "opencode.json": "{}", "tui.json": '{ "plugin": {} }' }, "tui.json, line 1"],
    ["a broken global one", { "~/.config/opencode/opencode.json": "{,}" }, "line 1"],
  ]
  for (const [what, files, says] of broken)
    test(`${what}: the place is named, exit 2, nothing is touched`, async () => {
      const { url } = await sim()
      const p = project(files)
      const before = everything(p)
      const ran = await run(p, { url })
      expect(ran.exit).toBe(2)
      expect(ran.said).toContain(says)
      expect(everything(p)).toEqual(before)
    })

  test("read-only: exit 2, nothing is touched", async () => {
    const { url } = await sim()
    const p = project({ "opencode.json": "{}" })
    chmodSync(join(p.dir, "opencode.json"), 0o444)
    const before = everything(p)
    const ran = await run(p, { url })
    expect(ran.exit).toBe(2)
    expect(ran.said).toContain("opencode.json cannot be written (EACCES). Nothing was written.")
    expect(everything(p)).toEqual(before)
  })

  test("no folder: exit 2, none is made", async () => {
    const { url } = await sim()
    const p = project()
    p.where.directory = join(p.dir, "gone")
    expect((await run(p, { url })).exit).toBe(2)
    expect(existsSync(p.where.directory)).toBe(false)
  })
})

describe("models", () => {
  test("what writes no text is left out; a length that nobody knows is left to the person", async () => {
    const { origin } = await served(
      card("qwen", { max_model_len: null }),
      card("nomic-embed-text"),
      card("bge-m3"),
      card("jina-reranker-v2"),
      card("openai/*"),
    )
    const p = project()
    const ran = await run(p, { url: `${origin}/v1` })
    expect(Object.keys(blockOf(p).models)).toEqual(["qwen"])
    expect(blockOf(p).models.qwen?.limit).toBeUndefined()
    expect(ran.said).toContain('add "limit" by hand')
  })

  test("of very many the first twenty are written", async () => {
    const { origin } = await served(...Array.from({ length: 30 }, (_, i) => card(`m${i}`)))
    const p = project()
    const ran = await run(p, { url: `${origin}/v1` })
    expect(Object.keys(blockOf(p).models)).toHaveLength(20)
    expect(ran.said).toContain("m0, m1, m2, m3 and 16 more")
    expect(ran.said).toContain("10 more models")
  })

  test("only such that write no text, or none: exit 1, nothing is written", async () => {
    for (const models of [[card("nomic-embed-text")], []]) {
      const { origin } = await served(...models)
      const p = project()
      expect((await run(p, { url: `${origin}/v1` })).exit).toBe(1)
      expect(everything(p)).toEqual({})
    }
  })

  test("a server for Responses alone gets the adapter that speaks it, and no key of somebody else", async () => {
    const responses = await serveRoutes(healthyVllm({ "/openapi.json": { paths: { "/v1/responses": {} } } }))
    open.push(responses)
    const p = project()
    await run(p, { url: `${responses.origin}/v1` })
    expect(blockOf(p)).toMatchObject({ npm: "@ai-sdk/openai", options: { apiKey: "none" } })
  })
})

describe("kinds of servers", () => {
  const idOf = (kind: SimKind) => (kind === "lmstudio" ? "lm-studio" : kind)
  for (const kind of Object.keys(KINDS) as SimKind[]) {
    test(`${kind}: found, written, and found again`, async () => {
      const { url, port, requests } = await sim({ kind })
      const p = project()
      expect(await run(p, {}, { ports: [port] })).toMatchObject({ exit: 0, said: expect.stringContaining("Written") })
      expect(p.value().model).toBe(`${idOf(kind)}/nemotron-3-super`)
      expect(blockOf(p, idOf(kind)).options).toEqual({ baseURL: `http://localhost:${port}/v1` })
      expect(await lintConfig(await loadConfig(p.where))).toEqual([])
      const again = await run(p, { url })
      expect([again.exit, again.diff]).toEqual([0, ""])
      // Nothing that makes a server compute or load a model.
      const costly = requests.filter(({ path }) => /completions|responses|messages|\/load|\/api\/(?:chat|generate)/.test(path))
      expect(costly).toEqual([])
    })

    test(`${kind}: with a key it is named with its address`, async () => {
      const { url } = await sim({ kind, apiKey: CANARY })
      const p = project({}, { GPU_KEY: CANARY })
      expect((await run(p, { url, keyEnv: "GPU_KEY" })).exit).toBe(0)
      expect(blockOf(p, idOf(kind)).options).toEqual({ baseURL: url, apiKey: "{env:GPU_KEY}" })
      expect((await run(p, {})).said).toContain("Nothing to do")
    })
  }

  test("a program that wants a key and does not say what it is gets none unless somebody names it", async () => {
    const page = await serveHttp((_, response) => response.writeHead(401).end('{"error":"no"}'))
    open.push(page)
    const p = project({}, { GPU_KEY: CANARY })
    const ran = await run(p, { keyEnv: "GPU_KEY" }, { ports: [page.port] })
    expect([ran.exit, ran.said.includes(`--url http://localhost:${page.port}/v1 --key-env NAME`)]).toEqual([2, true])
    expect(JSON.stringify(page.seen)).not.toContain(CANARY)
  })
})

describe("somebody is there to ask", () => {
  const answers = (over: Partial<Ask> = {}): Ask & { asked: string[] } => {
    const asked: string[] = []
    const all: Ask = {
      server: async () => 1,
      keyEnv: async () => "GPU_KEY",
      models: async (ids) => [...ids],
      model: async (ids) => ids.at(-1),
      provider: async (usual) => usual,
      write: async () => true,
      ...over,
    }
    const noted = Object.entries(all).map(([name, answer]) => {
      const noting = (...args: unknown[]) => {
        asked.push(name)
        return answer(...args)
      }
      return [name, noting]
    })
    return { ...Object.fromEntries(noted), asked }
  }

  test("only what cannot be known is asked", async () => {
    const { url } = await sim()
    const ask = answers()
    await run(project({ "opencode.json": { model: "x/y" } }), { url, provider: "gpu" }, { ask })
    expect(ask.asked).toEqual(["write"])
    const all = answers()
    const [one, two] = [await sim(), await sim({ apiKey: CANARY, model: "two" })]
    const p = project({}, { GPU_KEY: CANARY })
    await run(p, {}, { ask: all, ports: [one.port, two.port] })
    expect(all.asked).toEqual(["server", "keyEnv", "provider", "write"])
    expect(p.value()).toMatchObject({ model: "vllm/two", provider: { vllm: { options: { apiKey: "{env:GPU_KEY}" } } } })
  })

  test("the picked models are written, and the picked one is the first", async () => {
    const { origin } = await served(card("a"), card("b"), card("c"))
    const p = project()
    await run(p, { url: `${origin}/v1` }, { ask: answers({ models: async () => ["a", "c"] }) })
    expect([Object.keys(blockOf(p).models), p.value().model]).toEqual([["a", "c"], "vllm/c"])
  })

  test("who ends it, or says no, finds nothing changed", async () => {
    for (const step of ["server", "keyEnv", "models", "model", "provider", "write"]) {
      const first = await served(card("x"))
      const second = await serveRoutes(healthyVllm({ "/v1/models": { data: [card("a"), card("b")] } }), CANARY)
      open.push(second)
      const p = project({}, { GPU_KEY: CANARY })
      const ask = answers({ [step]: async () => undefined })
      const ran = await run(p, {}, { ask, ports: [first.port, second.port] })
      expect([step, ran.exit, ran.said, ask.asked.at(-1)]).toEqual([step, 0, "Nothing was written.", step])
      expect(everything(p)).toEqual({})
    }
  })

  test("a file that somebody changed while the question stood is left alone", async () => {
    const { url } = await sim()
    const p = project({ "opencode.json": "{}" })
    const write = async () => {
      writeFileSync(join(p.dir, "opencode.json"), '{ "theme": "new" }')
      return true
    }
    const ran = await run(p, { url }, { ask: answers({ write }) })
    expect(ran.exit).toBe(2)
    expect(p.read()).toBe('{ "theme": "new" }')
    expect(existsSync(join(p.dir, "tui.json"))).toBe(false)
  })
})

describe("what the plugin is called in the lists", () => {
  const script = (folder: string) => pathToFileURL(join(base, folder, "dist/cli.js")).href
  const pack = (folder: string, text: string) => {
    mkdirSync(join(base, folder, "dist"), { recursive: true })
    writeFileSync(join(base, folder, "package.json"), text)
  }
  test("its folder, where it runs from one", () => {
    pack("unpacked", '{"name":"opencode-vllm"}')
    expect(ownSpec(script("unpacked"))).toBe(join(base, "unpacked"))
  })
  test("its name, where it was installed by it, or where its place tells nothing", () => {
    pack("node_modules/opencode-vllm", '{"name":"opencode-vllm"}')
    pack("other", '{"name":"other"}')
    for (const folder of ["node_modules/opencode-vllm", "other", "nothing"]) expect(ownSpec(script(folder))).toBe("opencode-vllm")
  })
})
