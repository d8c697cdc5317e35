/** Which files count, in which order, and what comes out of them together. The order was held against `opencode debug config` 1.18.33. */
import { afterAll, describe, expect, test } from "bun:test"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { loadEndpoints } from "../../src/config/endpoints.ts"
import { candidates, readConfigFiles } from "../../src/config/files.ts"
import { loadConfig } from "../../src/config/load.ts"

const base = mkdtempSync(join(tmpdir(), "opencode-vllm-files-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let count = 0

/** A home with `work/` (a git work tree) and `work/sub/` (where OpenCode is started) in it, and these files. */
function home(files: Record<string, string | object> = {}, env: Record<string, string> = {}) {
  const path = join(base, String(count++))
  mkdirSync(join(path, "work/.git"), { recursive: true })
  mkdirSync(join(path, "work/sub"))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), typeof content === "string" ? content : JSON.stringify(content))
  }
  const inHome = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace("~", path)]))
  return { directory: join(path, "work/sub"), env: inHome, home: path }
}

/** The first loses against all others. */
const ORDER = [
  ...[".config/opencode/config.json", ".config/opencode/opencode.json", ".config/opencode/opencode.jsonc"],
  "named.json",
  ...["work/opencode.json", "work/opencode.jsonc", "work/sub/opencode.json", "work/sub/opencode.jsonc"],
  ...["work/sub/.opencode/opencode.json", "work/sub/.opencode/opencode.jsonc"],
  ...["work/.opencode/opencode.json", "work/.opencode/opencode.jsonc", ".opencode/opencode.json", ".opencode/opencode.jsonc"],
  ...["folder/opencode.json", "folder/opencode.jsonc"],
]
const VARIABLES = { OPENCODE_CONFIG: "~/named.json", OPENCODE_CONFIG_DIR: "~/folder" }

describe("the order", () => {
  test("of all places: the last wins, whatever is missing", async () => {
    const all = Object.fromEntries(ORDER.map((name) => [name, { username: name }]))
    for (const last of ORDER) {
      const upTo = Object.fromEntries(Object.entries(all).slice(0, ORDER.indexOf(last) + 1))
      const { merged, placeOf, where } = await loadConfig(home(upTo, VARIABLES))
      expect(merged.username).toBe(last)
      expect(placeOf(["username"])).toMatchObject({ file: join(where.home, last), line: 1, column: 2 })
    }
  })

  test("what the owner of the machine has laid down wins over everything", async () => {
    const files = { "managed/opencode.json": { username: "owner" }, "work/opencode.json": { username: "project" } }
    const env = { OPENCODE_TEST_MANAGED_CONFIG_DIR: "~/managed", OPENCODE_CONFIG_CONTENT: '{"username":"me"}' }
    expect((await loadConfig(home(files, env))).merged.username).toBe("owner")
  })

  test("a number may come from a variable, and a name too", async () => {
    const text = '{ "provider": { "{env:ID}": { "models": { "m": { "limit": { "context": {env:CTX} } } } } } }'
    const { files, merged } = await loadConfig(home({ "work/opencode.json": text }, { ID: "mine", CTX: "4096" }))
    expect(merged).toEqual({ provider: { mine: { models: { m: { limit: { context: 4096 } } } } } })
    expect(files[0]?.fault).toBeUndefined()
    expect((await loadConfig(home({ "work/opencode.json": text }, { CTX: "x" }))).files[0]?.fault).toBeDefined()
  })

  test("what stands in OPENCODE_CONFIG_CONTENT wins over every file", async () => {
    const where = home(
      { "folder/opencode.json": { username: "file" } },
      { ...VARIABLES, OPENCODE_CONFIG_CONTENT: '{"username":"me"}' },
    )
    const { merged, placeOf } = await loadConfig(where)
    expect([merged.username, placeOf(["username"])?.file]).toEqual(["me", "OPENCODE_CONFIG_CONTENT"])
  })

  test("above the root of the work tree nothing is read, without one everything", async () => {
    const files = { "opencode.json": { username: "above" } }
    const inside = home(files)
    expect((await loadConfig(inside)).merged).toEqual({})
    rmSync(join(inside.home, "work/.git"), { recursive: true })
    expect((await loadConfig(inside)).merged.username).toBe("above")
  })

  test("OPENCODE_DISABLE_PROJECT_CONFIG leaves the project out", async () => {
    const files = { "work/sub/opencode.json": { username: "project" }, ".config/opencode/opencode.json": { username: "global" } }
    for (const [value, expected] of [
      ["1", "global"],
      ["true", "global"],
      ["0", "project"],
      ["", "project"],
    ] as const)
      expect((await loadConfig(home(files, { OPENCODE_DISABLE_PROJECT_CONFIG: value }))).merged.username).toBe(expected)
  })

  test("XDG_CONFIG_HOME moves the global folder", async () => {
    const where = home({ "xdg/opencode/opencode.json": { username: "x" } }, { XDG_CONFIG_HOME: "~/xdg" })
    expect((await loadConfig(where)).merged.username).toBe("x")
  })

  test("tui.json has the same places, but a variable of its own and no config.json", async () => {
    const where = home({}, { ...VARIABLES, OPENCODE_TUI_CONFIG: "~/named-tui.json" })
    const expected = ORDER.slice(1).map((name) =>
      join(where.home, name === "named.json" ? "named-tui.json" : name.replace(/opencode(\.jsonc?)$/, "tui$1")),
    )
    const places = (await candidates(where, "tui")).filter((path) => path.startsWith(where.home))
    expect(places).toEqual(expected)
  })
})

describe("several files", () => {
  test("are merged: objects into each other, everything else replaced, plugins added up", async () => {
    const where = home({
      "work/opencode.json": {
        provider: { a: { npm: "n", options: { baseURL: "http://a/v1", timeout: 1 } } },
        plugin: ["one"],
        x: [1, 2],
      },
      "work/sub/opencode.json":
        '{\n  "provider": { "a": {\n    "options": { "timeout": 2 } }, "b": {} },\n  "plugin": [["two", {}]],\n  "x": [3]\n}',
    })
    const { merged, plugins, placeOf } = await loadConfig(where)
    expect(merged).toMatchObject({
      provider: { a: { npm: "n", options: { baseURL: "http://a/v1", timeout: 2 } }, b: {} },
      x: [3],
    })
    expect(plugins.map(({ spec }) => spec)).toEqual(["one", "two"])
    expect(placeOf(["provider", "a", "options", "timeout"])).toEqual({
      file: join(where.directory, "opencode.json"),
      line: 3,
      column: 18,
    })
    expect(placeOf(["provider", "a", "options", "baseURL"])?.file).toBe(join(where.home, "work/opencode.json"))
    expect(placeOf(["provider", "c"])).toBeUndefined()
  })

  test("a broken one is told with its place, and the others count", async () => {
    const where = home({ "work/opencode.json": '{\n  "a": 1\n  "b": 2\n}', "work/sub/opencode.json": { username: "me" } })
    const { files, merged } = await loadConfig(where)
    expect(files.map(({ fault }) => fault)).toEqual([{ line: 3, column: 3, what: expect.stringContaining("comma") }, undefined])
    expect(merged).toEqual({ username: "me" })
  })

  test("comments, commas at the end, a byte order mark and emptiness are no mistakes", async () => {
    for (const text of ['\ufeff{ "username": "me", } // end', '/* a */ { "username": "me" }', "", "// nothing"]) {
      const { files, merged } = await loadConfig(home({ "work/sub/opencode.json": text }))
      expect([files[0]?.fault, merged]).toEqual([undefined, text.includes("me") ? { username: "me" } : {}])
    }
  })

  test("a folder in the place of a file is told", async () => {
    const where = home({ "work/sub/opencode.json/x": "" })
    expect((await readConfigFiles(where)).map(({ unreadable }) => unreadable)).toEqual(["EISDIR"])
  })
})

describe("the servers in it", () => {
  const block = (apiKey: string, baseURL = "http://gpu:8000/v1") => ({
    provider: { gpu: { npm: "@ai-sdk/openai-compatible", options: { baseURL, apiKey }, models: { m: {} } } },
  })

  test("references are filled in, relative to the file that they stand in", async () => {
    const files = { "work/key": "sk-outer\n", "work/sub/key": "sk-inner", "mine/key": "sk-home", "work/opencode.json": {} }
    const cases: [string, string | undefined][] = [
      ["{env:GPU_KEY}", "sk-env"],
      ["{env:NOT_SET}", undefined],
      ["{file:key}", "sk-outer"],
      ["{file:./sub/key}", "sk-inner"],
      ["{file:~/mine/key}", "sk-home"],
    ]
    for (const [written, key] of cases) {
      const where = home({ ...files, "work/opencode.json": block(written) }, { GPU_KEY: "sk-env" })
      const endpoints = await loadEndpoints(where)
      expect([written, endpoints.map((one) => one.key)]).toEqual([written, [key]])
    }
    const address = home({ "work/opencode.json": block("none", "{env:URL}/v1") }, { URL: "http://far:1" })
    expect((await loadEndpoints(address))[0]?.url).toBe("http://far:1/v1")
  })

  test("a stored key counts where none is written", async () => {
    const store = { gpu: { type: "api", key: "sk-stored" }, other: { type: "api", key: "sk-other" } }
    const places: [Record<string, object>, Record<string, string>][] = [
      [{ ".local/share/opencode/auth.json": store }, {}],
      [{ "data/opencode/auth.json": store }, { XDG_DATA_HOME: "~/data" }],
    ]
    for (const [files, env] of places) {
      const written = home({ ...files, "work/opencode.json": block("sk-written") }, env)
      const bare = home({ ...files, "work/opencode.json": block("") }, env)
      expect((await loadEndpoints(written)).map(({ provider, key }) => [provider, key])).toEqual([["gpu", "sk-written"]])
      expect((await loadEndpoints(bare)).map(({ provider, key }) => [provider, key])).toEqual([["gpu", "sk-stored"]])
    }
  })

  test("a store that is none, or that may not be read, is no key and no error", async () => {
    for (const text of ["", "{", "[]", "null", '{"gpu":null}', '{"gpu":{"key":7}}']) {
      const where = home({ ".local/share/opencode/auth.json": text, "work/opencode.json": block("") })
      chmodSync(join(where.home, ".local/share/opencode/auth.json"), 0o600)
      expect((await loadEndpoints(where)).map(({ key }) => key)).toEqual([undefined])
    }
  })
})
