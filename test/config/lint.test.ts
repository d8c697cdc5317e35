import { afterAll, describe, expect, test } from "bun:test"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { applyFixes, unifiedDiff } from "../../src/config/fix.ts"
import { lintConfig } from "../../src/config/lint/index.ts"
import { loadConfig } from "../../src/config/load.ts"
import type { EndpointReport } from "../../src/endpoint/types.ts"

const base = mkdtempSync(join(tmpdir(), "opencode-vllm-lint-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let count = 0

interface Setup {
  env?: Record<string, string>
  /** Ids in the key store. */
  keys?: string[]
  files?: Record<string, string>
  reports?: Partial<EndpointReport>[]
}

async function lint(config: object | string, { env = {}, keys = [], files = {}, reports = [] }: Setup = {}) {
  const home = join(base, String(count++))
  const directory = join(home, "project")
  const store = JSON.stringify(Object.fromEntries(keys.map((id) => [id, { type: "api", key: "sk-canary-stored-1" }])))
  const written = {
    "project/.git/HEAD": "",
    "project/opencode.json": typeof config === "string" ? config : JSON.stringify(config, null, 2),
    ".local/share/opencode/auth.json": store,
    ...files,
  }
  for (const [name, text] of Object.entries(written)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
    chmodSync(join(home, name), 0o600)
  }
  const loaded = await loadConfig({ directory, env, home })
  const full = reports.map((one) => ({
    ...{ url: "", provider: "gpu", server: { kind: "vllm" as const, version: "0.32.0" }, models: [], checks: [], at: 0 },
    ...one,
  }))
  return { loaded, problems: await lintConfig(loaded, full) }
}

const entry = { limit: { context: 262_144, output: 32_000 } }
const block = (options: object = {}, more: object = {}) => ({
  npm: "@ai-sdk/openai-compatible",
  options: { baseURL: "http://gpu:8000/v1", ...options },
  models: { "nvidia/nemotron-3-super": entry },
  ...more,
})
const withGpu = (options: object = {}, more: object = {}, top: object = {}) => ({
  provider: { gpu: block(options, more) },
  ...top,
})
const PACKAGE_JSON = '{"name":"opencode-vllm"}'
const served = (id: string, more: Partial<EndpointReport> = {}) => ({ models: [{ id, context: 262_144 }], ...more })

describe("what is wrong", () => {
  const cases: [rule: string, code: string, line: number, config: object | string, setup?: Setup, corrected?: string][] = [
    ["base-url-version", "wrong-path", 6, withGpu({ baseURL: "http://gpu:8000" }), {}, '"baseURL": "http://gpu:8000/v1"'],
    [
      "base-url-route",
      "wrong-path",
      6,
      withGpu({ baseURL: "http://gpu:8000/v1/chat/completions" }),
      {},
      '"baseURL": "http://gpu:8000/v1"',
    ],
    ["base-url-slash", "wrong-path", 6, withGpu({ baseURL: "http://gpu:8000/v1/" }), {}, '"baseURL": "http://gpu:8000/v1"'],
    ["base-url-no-scheme", "wrong-path", 6, withGpu({ baseURL: "gpu:8000/v1" }), {}, '"baseURL": "http://gpu:8000/v1"'],
    ["wrong-type", "bad-json", 3, { provider: { gpu: null } }],
    ["wrong-type", "bad-json", 1, '{"provider":{"gpu":{"options":{},"models":["m"]}}}'],
    ["file-missing", "key-missing", 2, '{\n /* "apiKey": "{file:./gone}" */\n}'],
    ["env-unset", "key-missing", 7, withGpu({ apiKey: "{env:GPU_KEY}" })],
    ["file-missing", "key-missing", 7, withGpu({ apiKey: "{file:./gone}" })],
    ["key-literal", "key-literal", 7, withGpu({ apiKey: "sk-canary-77aa-3141" }), {}, '"apiKey": "{env:GPU_API_KEY}"'],
    [
      "default-model-unknown",
      "default-model-unknown",
      18,
      withGpu({}, {}, { model: "gpu/nvidia/Nemotron-3-Super" }),
      {},
      '"model": "gpu/nvidia/nemotron-3-super"',
    ],
    [
      "default-provider-unknown",
      "provider-unknown",
      18,
      withGpu({}, {}, { small_model: "gpus/nvidia/nemotron-3-super" }),
      {},
      '"small_model": "gpu/nvidia/nemotron-3-super"',
    ],
    [
      "default-without-provider",
      "default-model-unknown",
      18,
      withGpu({}, {}, { model: "nvidia/nemotron-3-super" }),
      {},
      '"model": "gpu/nvidia/nemotron-3-super"',
    ],
    ["default-provider-unknown", "provider-unknown", 20, withGpu({}, {}, { agent: { plan: { model: "mine/x" } } })],
    [
      "model-case",
      "model-case",
      9,
      withGpu(),
      { reports: [served("nvidia/Nemotron-3-Super")] },
      '"id": "nvidia/Nemotron-3-Super"',
    ],
    ["model-not-served", "no-such-model", 9, withGpu(), { reports: [served("other-a")] }],
    [
      "wrong-adapter",
      "wrong-adapter",
      4,
      withGpu(),
      { reports: [served("nvidia/nemotron-3-super", { shapes: ["responses"] })] },
      '"npm": "@ai-sdk/openai",',
    ],
    [
      "limit-too-large",
      "limit-too-large",
      10,
      withGpu(),
      { reports: [{ models: [{ id: "nvidia/nemotron-3-super", context: 131_072 }] }] },
      '"limit": { "context": 131072, "output": 32000 }',
    ],
    ["limit-missing", "limit-missing", 9, withGpu({}, { models: { m: {} } }), { reports: [served("m")] }],
    [
      "output-eats-context",
      "output-eats-context",
      10,
      withGpu({}, { models: { m: { limit: { context: 8192, output: 16_384 } } } }),
    ],
    ["timeout-small", "response-timeout", 7, withGpu({ timeout: 10_000 })],
    ["same-server", "provider-unknown", 17, { provider: { gpu: block(), copy: block() } }],
    [
      "key-under-other-provider",
      "key-under-other-provider",
      3,
      withGpu(),
      {
        keys: ["gpu-server"],
        reports: [{ checks: [{ id: "auth", status: "fail", code: "key-missing", message: "", fix: "", reference: "", ms: 1 }] }],
      },
    ],
    ["tui-part-missing", "internal", 1, withGpu({}, {}, { plugin: ["opencode-vllm"] })],
    [
      "plugin-twice",
      "internal",
      20,
      withGpu({}, {}, { plugin: ["opencode-vllm", "../built"] }),
      { files: { "project/tui.json": '{"plugin":["opencode-vllm"]}', "built/package.json": PACKAGE_JSON } },
    ],
    [
      "tui-part-missing",
      "internal",
      1,
      withGpu({}, {}, { plugin: [["../built", { quiet: ["usage-missing"] }]] }),
      { files: { "built/package.json": PACKAGE_JSON } },
      '"plugin": [ "../built" ]',
    ],
    [
      "server-part-missing",
      "internal",
      1,
      withGpu(),
      { files: { "project/.opencode/tui.json": '{"plugin":["opencode-vllm@1.2.3"]}' } },
    ],
    [
      "tui-part-off",
      "internal",
      2,
      withGpu({}, {}, { plugin: ["opencode-vllm"] }),
      { files: { "project/tui.json": '{"plugin":["opencode-vllm"],\n"plugin_enabled":{"opencode-vllm":false}}' } },
    ],
    [
      "tui-part-off",
      "internal",
      2,
      withGpu({}, {}, { plugin: ["opencode-vllm"] }),
      {
        files: {
          "project/tui.json": '{"plugin":["opencode-vllm"],"plugin_enabled":{"opencode-vllm":true}}',
          ".local/state/opencode/kv.json": '{"sidebar":"auto","plugin_enabled":\n{"opencode-vllm":false}}',
        },
      },
    ],
    [
      "plugin-nowhere",
      "internal",
      2,
      withGpu(),
      {
        files: {
          "project/.opencode/opencode.json": '{\n  "plugin": ["./opencode-vllm"] }',
          "project/tui.json": '{"plugin":["opencode-vllm"]}',
        },
      },
    ],
  ]
  for (const [rule, code, line, config, setup, corrected] of cases) {
    test(`${rule}: ${code} in line ${line}`, async () => {
      const { problems } = await lint(config, setup)
      expect(problems.map((one) => [one.rule, one.code, one.line])).toEqual([[rule, code, line]])
      expect(problems[0]?.message).not.toBe("")
      expect(problems[0]?.fix).not.toBe("")
      if (corrected !== undefined) expect(problems[0]?.corrected).toBe(corrected)
    })
  }

  test("a provider, a model and a key under three names: each is told", async () => {
    const config = { provider: { pulsar: block() }, model: "myserver/nvidia/nemotron-3-super" }
    const { problems } = await lint(config, { keys: ["myserver"] })
    expect(problems.map(({ rule, severity }) => [rule, severity]).sort()).toEqual([
      ["default-provider-unknown", "fail"],
      ["key-under-other-provider", "fail"],
    ])
    expect(problems.find(({ rule }) => rule === "default-provider-unknown")?.corrected).toBe(
      '"model": "pulsar/nvidia/nemotron-3-super"',
    )
  })

  test("a broken file is told with line and column", async () => {
    const { problems } = await lint('{\n  "model": "a/b"\n  "x": 1\n}')
    expect(problems).toMatchObject([{ rule: "syntax", code: "bad-json", line: 3, column: 3 }])
  })

  test("no key is in a message or a corrected line, and none in the key store's", async () => {
    const key = "sk-canary-77aa-3141"
    const config = `{"provider":{"gpu":{"npm":"@ai-sdk/openai-compatible","options":{"apiKey":"${key}","baseURL":"http://gpu:8000"},"models":{"m":{}}}}}`
    const { problems } = await lint(config, { keys: ["gpu"] })
    expect(problems.map(({ rule }) => rule).sort()).toEqual(["base-url-version", "key-literal"])
    expect(JSON.stringify(problems)).not.toContain("canary")
  })

  test("what is safe is corrected, and comments, order and line ends stay", async () => {
    const text =
      '// mine\r\n{\r\n\t"provider": {\r\n\t\t"gpu": {\r\n\t\t\t// the big one\r\n\t\t\t"options": { "baseURL": "http://gpu:8000" }, // here\r\n\t\t\t"models": { "a/b": {}, }\r\n\t\t}\r\n\t},\r\n\t"model": "a/b"\r\n}\r\n'
    // An address is only corrected to one that was tried.
    const untried = await lint(text)
    expect(applyFixes(untried.problems, untried.loaded)[0]?.after).toBe(text.replace('"model": "a/b"', '"model": "gpu/a/b"'))
    const { loaded, problems } = await lint(text, { reports: [{ foundAt: "http://gpu:8000/v1" }] })
    const [change] = applyFixes(problems, loaded)
    expect(change?.after).toBe(text.replace("gpu:8000", "gpu:8000/v1").replace('"model": "a/b"', '"model": "gpu/a/b"'))
    expect(unifiedDiff([change!])).toContain('+\t"model": "gpu/a/b"')
    expect((await lint(change!.after)).problems).toEqual([])
  })
})

test("agents and commands in files of their own are told in their file", async () => {
  const head = (model: string) => `---\ndescription: x\nmodel: ${model}\n---\nmodel: not/this\n`
  const { problems } = await lint(withGpu(), {
    files: {
      "project/.opencode/agent/deep/review.md": head("pulsar/nvidia/nemotron-3-super"),
      ".config/opencode/commands/note.md": head('"gpu/nvidia/Nemotron-3-super"'),
      "project/.opencode/agents/well.md": head("gpu/nvidia/nemotron-3-super # fine"),
      "project/.opencode/agents/none.md": "model: pulsar/x\n",
    },
  })
  expect(problems.map(({ rule, file, line, corrected, edit }) => [rule, file.split("/").at(-1), line, corrected, edit])).toEqual([
    ["default-model-unknown", "note.md", 3, "model: gpu/nvidia/nemotron-3-super", undefined],
    ["default-provider-unknown", "review.md", 3, "model: gpu/nvidia/nemotron-3-super", undefined],
  ])
})

describe("healthy configurations", () => {
  const healthy: Record<string, [object | string, Setup?]> = {
    empty: [""],
    "a missing file in a line that is a comment": ['{\n  // "apiKey": "{file:./gone}"\n}'],
    "an empty object": [{}],
    "a server of one's own": [withGpu({}, {}, { model: "gpu/nvidia/nemotron-3-super" })],
    "the same with what is served": [
      withGpu(),
      { reports: [served("nvidia/nemotron-3-super", { shapes: ["chat", "responses"] })] },
    ],
    "a cloud without a block": [{ model: "anthropic/claude-sonnet-5", small_model: "openai/gpt-6-mini" }],
    "OpenCode's own models": [{ model: "opencode/big-pickle" }],
    "a cloud beside a server": [withGpu({}, {}, { model: "openrouter/nvidia/nemotron-3-super" })],
    "a hosted model named like a served one, with its key": [
      withGpu({}, {}, { model: "nvidia/nemotron-3-super" }),
      { keys: ["nvidia"] },
    ],
    "a key from the environment": [withGpu({ apiKey: "{env:GPU_KEY}" }), { env: { GPU_KEY: "k" } }],
    "a key from a closed file": [withGpu({ apiKey: "{file:~/key}" }), { files: { key: "sk-secret-1234\n" } }],
    "a word for no key": [withGpu({ apiKey: "not-needed" })],
    "a key in the store": [withGpu(), { keys: ["gpu", "anthropic"] }],
    "a key of another project": [withGpu(), { keys: ["office"] }],
    "a cloud with its variable unset": [{ provider: { openai: { options: { apiKey: "{env:OPENAI_API_KEY}" } } } }],
    "a gateway with a path of its own": [withGpu({ baseURL: "https://gate.example/llm/openai" })],
    "a renamed model": [
      withGpu({}, { models: { nice: { id: "served", ...entry } } }, { model: "gpu/nice" }),
      { reports: [served("served")] },
    ],
    "a model that another plugin adds": [withGpu({}, {}, { model: "lab/x", plugin: ["opencode-lab"] })],
    "a model that is served and added": [
      withGpu({}, {}, { model: "gpu/new", plugin: ["opencode-vllm"] }),
      {
        files: { "project/tui.json": '{"plugin":["opencode-vllm"]}' },
        reports: [{ models: [{ id: "new" }, { id: "nvidia/nemotron-3-super", context: 262_144 }] }],
      },
    ],
    "both halves from a folder of another name": [
      withGpu({}, {}, { plugin: ["../built"] }),
      {
        files: {
          "project/tui.json": '{"plugin":["../built/dist/tui.js"]}',
          "built/package.json": PACKAGE_JSON,
          "built/dist/tui.js": "",
        },
      },
    ],
    "a server half that is loaded by itself": [
      withGpu(),
      {
        files: {
          "project/tui.json": '{"plugin":["opencode-vllm"]}',
          "project/.opencode/plugins/mine.ts": 'export { default } from "opencode-vllm"\n',
        },
      },
    ],
    "another plugin in a folder that only sounds like this one": [
      withGpu({}, {}, { plugin: ["../opencode-vllm"] }),
      { files: { "opencode-vllm/package.json": '{"name":"other"}' } },
    ],
    "no time limits": [withGpu({ timeout: false, chunkTimeout: 600_000 })],
    "one server for two teams": [
      { provider: { a: block({ headers: { "X-Team": "a" } }), b: block({ headers: { "X-Team": "b" } }) } },
    ],
    "references in comments": ['{\n  // "apiKey": "{file:./gone}"\n}'],
  }
  for (const [name, [config, setup]] of Object.entries(healthy)) {
    test(name, async () => expect((await lint(config, setup)).problems).toEqual([]))
  }
})

test("a terminal half that is turned on again, or whose like is turned off, is not told", async () => {
  const files = (kept: object) => ({
    "project/tui.json": '{"plugin":["opencode-vllm"],"plugin_enabled":{"opencode-vllm":false,"other":false}}',
    ".local/state/opencode/kv.json": JSON.stringify(kept),
  })
  const config = withGpu({}, {}, { plugin: ["opencode-vllm"] })
  const on = await lint(config, { files: files({ plugin_enabled: { "opencode-vllm": true } }) })
  expect(on.problems).toEqual([])
  const broken = await lint(config, { files: { ...files({}), ".local/state/opencode/kv.json": "{" } })
  expect(broken.problems.map(({ rule }) => rule)).toEqual(["tui-part-off"])
})
