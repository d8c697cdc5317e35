import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { lookAt } from "../../src/endpoint/look.ts"
import { columns } from "../../src/report/markdown.ts"
import { healthNotice } from "../../src/report/notice.ts"
import { statusPage } from "../../src/report/status.ts"
import { healthyVllm, serveHttp, serveRoutes } from "../endpoint/servers.ts"
import { checks, healthy, leak, NOW, refused, twoProblems } from "./fixtures.ts"

const page = (input: Partial<Parameters<typeof statusPage>[0]>) =>
  statusPage({ reports: [], findings: [], version: "0.1.0", now: NOW, ...input })

describe("the page of a person", () => {
  test("a healthy server reads like this", () => {
    expect(page({ reports: [healthy] })).toBe(`# Status of your LLM servers

## my-vllm: vLLM 0.32.0

\`http://gpu-box:8000/v1\` · key set (hidden)

Speaks Chat Completions, Responses, Anthropic Messages.

**All checks passed.**

- passed: config, reach, auth, models, model, limits, metrics
- not checked: chat, tool-call, reasoning (it would cost tokens)

**Served**

- \`nemotron\`: 262,144 tokens of context (from
  \`nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4\`)

**Configured**

- \`nemotron\`: served; context 262,144, output 32,000

| load              | now                   | normal                  |
|-------------------|-----------------------|-------------------------|
| requests running  | 2                     | any number, 0 when idle |
| requests waiting  | 0                     | 0; more is a queue      |
| KV cache in use   | 31% of 450,000 tokens | below 90%               |
| prefix cache hits | 87%                   | over 50% for agents     |
| preemptions       | 0                     | 0, or hardly growing    |
| tokens/s          | 45 since last look    | 0 when idle             |

## Findings of this session

None.

opencode-vllm 0.1.0`)
  })

  test("a server that is down says what, the cure, and nothing it cannot know", () => {
    expect(page({ reports: [refused] })).toContain(`## my-vllm

\`http://gpu-box:8000/v1\` · no key

**1 problem.**

- **FAIL** \`reach\` (refused): Nothing listens at gpu-box:8000.
  Cure: Start the server, or correct provider.my-vllm.options.baseURL.
  See https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
- passed: config
- not checked: auth, models, model, limits, chat, tool-call, reasoning, metrics
  (the server cannot be used now)

## Findings`)
  })

  test("a server that is down shows what it served when it was last seen, and when that was", () => {
    const seen = { at: NOW - 300_000, server: { kind: "vllm" as const, version: null }, models: [{ id: "a" }, { id: "b" }] }
    const lastSeen = (url: string) => (url === refused.url ? seen : undefined)
    expect(page({ reports: [refused], lastSeen })).toContain("Served when it was last seen (5 min ago): `a`, `b`.")
    expect(page({ reports: [refused] })).not.toContain("last seen")
    expect(page({ reports: [healthy], lastSeen: () => seen })).not.toContain("last seen")
  })

  test("a long prompt shows as waiting, with what is before it, and not as a fault", () => {
    const waiting = [{ provider: healthy.provider ?? "", ms: 42_000, requests: 1 }]
    const busy = { ...healthy, load: { ...healthy.load, waiting: 3 } }
    const words = page({ reports: [busy], waiting }).replaceAll(/\s+/g, " ")
    expect(words).toContain("1 request of this OpenCode waits for the first token, since 42 s, and 3 requests wait in its queue.")
    expect(words).toContain("All checks passed.")
    expect(page({ reports: [refused], waiting: [{ ...waiting[0]!, provider: refused.provider ?? "" }] })).not.toContain(
      "first token",
    )
  })

  test("a finding of the session stands there with its tool, count, cause and cure", () => {
    expect(page({ findings: [leak] })).toContain(`- **reasoning-in-arguments** in \`bash\`, 3 times, first 10 min ago, last 2 min
  ago: The model's thoughts (\`<think>\`…\`</think>\`) stand inside the argument
  command of bash: the server's reasoning parser does not fit.
  Cure: Restart vLLM with --reasoning-parser nemotron_v3; the model card has the
  last word.
  See https://docs.vllm.ai/en/latest/features/reasoning_outputs.html`)
  })

  test("counters name every tool, once seen is not first and last, and weak evidence is called that", () => {
    const head = (more: object) =>
      page({ findings: [{ ...leak, ...more }] })
        .match(/- \*\*[^:]*:/)?.[0]
        .replace(/\s+/g, " ")
    expect(head({ tools: ["bash", "write"] })).toBe(
      "- **reasoning-in-arguments** in `bash`, `write`, 3 times, first 10 min ago, last 2 min ago:",
    )
    expect(head({ count: 1 })).toBe("- **reasoning-in-arguments** in `bash`, 1 time, last 2 min ago:")
    const finding = { ...leak.finding, certainty: "likely" }
    expect(head({ count: 1, weak: 1, tools: [], finding })).toBe(
      "- **reasoning-in-arguments** in `bash`, weak evidence only, 1 time, last 2 min ago:",
    )
  })

  test("with nothing to watch it says what would be watched", () => {
    expect(page({})).toContain("No provider is watched.")
  })

  test("a model that is configured under another name is set against what is served", () => {
    const text = page({ reports: [{ ...healthy, configured: [{ key: "nice", id: "gone" }] }] })
    expect(text).toContain("- `nice` (sent as `gone`): not in the list above; limits not set")
  })

  test("hundreds of models and findings do not make hundreds of lines", () => {
    const models = Array.from({ length: 400 }, (_, i) => ({ id: `m${i}` }))
    const findings = Array.from({ length: 400 }, () => leak)
    const text = page({ reports: [{ ...healthy, models }], findings })
    expect(text.split("\n").length).toBeLessThan(250)
    expect(text).toContain("- and 388 more")
  })
})

describe("the tool of the agent", () => {
  test("has the same in a few lines", () => {
    expect(page({ reports: [healthy], compact: true })).toBe(`my-vllm: vLLM 0.32.0 at http://gpu-box:8000/v1: ok
models: nemotron (262144 tokens)
load: running 2, waiting 0, KV cache 31%, 45 tokens/s
findings: none
opencode-vllm 0.1.0`)
  })

  test("names each problem with its cure", () => {
    const text = page({ reports: [refused, twoProblems], findings: [leak], compact: true })
    expect(text).toContain("fail reach/refused: Nothing listens at gpu-box:8000. Cure: Start the server, or correct")
    expect(text).toContain("finding reasoning-in-arguments in bash x3: ")
    expect(text.length).toBeLessThan(1_300)
  })
})

describe("whatever a server says, the page stays a page", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom(
      "<img src=x onerror=alert(1)>",
      "![x](http://evil/)",
      "`",
      "``` sh",
      "| a | b |",
      "# head",
      "<think>",
      "日本語".repeat(40),
      "x".repeat(500),
      "- - 1. > #",
      "\u001b[2J",
    ),
    fc
      .array(fc.constantFrom("-", "1.", "#", "word", "--flag", "<|channel|>", "`code`"), { maxLength: 40 })
      .map((w) => w.join(" ")),
  )

  test("no line is wider than 80 columns, tables aside, and no escape or raw tag gets through", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const report = {
          ...healthy,
          url: `http://h/${encodeURIComponent(a.replace(/[\ud800-\udfff]/g, ""))}`,
          provider: b,
          server: { kind: "vllm" as const, version: c },
          models: [{ id: a, root: b, parent: c }],
          configured: [{ key: b, id: c }],
          checks: checks(
            { id: "models", status: "fail", code: "not-openai", message: a, fix: b, reference: "" },
            { id: "auth", status: "skip", message: c },
          ),
        }
        const finding = { ...leak, finding: { ...leak.finding, cause: a, fix: c, tool: b, detail: c, excerpt: a } }
        const text = page({ reports: [report], findings: [finding], version: "0.1.0" })
        for (const line of text.split("\n")) if (!line.startsWith("|")) expect(columns(line)).toBeLessThanOrEqual(80)
        expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/)
        const outside = text.replace(/`[^`]*`/g, "")
        expect(outside).not.toMatch(/<(?:img|think|\|channel)/)
        expect(outside).not.toContain("](")
      }),
    )
  })
})

test("a key stands on no page and in no notice, however the server tries", async () => {
  const canary = "canary-4711-abcdef-key"
  const echo = (body: unknown, status = 200) =>
    serveHttp((_, response) => {
      response.writeHead(status, { "content-type": "application/json" })
      response.end(JSON.stringify(body))
    })
  const servers = await Promise.all([
    serveRoutes(healthyVllm({ "/v1/models": { data: [{ id: canary, root: canary, owned_by: "vllm" }] } })),
    echo({ error: { message: `bad key ${canary}` } }, 401),
    echo({ error: `no ${canary}` }, 500),
    echo({ detail: canary }),
    serveHttp((_, response) => {
      response.writeHead(307, { location: `http://other/${canary}?key=${canary}` })
      response.end()
    }),
  ])
  for (const { origin } of servers) {
    const url = `${origin.replace("://", `://me:${canary}@`)}/v1?api_key=${canary}`
    const report = await lookAt({
      url,
      key: canary,
      headers: { "x-api-key": `Bearer ${canary}` },
      provider: "mine",
      models: [{ key: "m", id: "m" }],
    })
    for (const compact of [false, true]) expect(page({ reports: [report], compact })).not.toContain("canary-4711")
    expect(healthNotice(report)).not.toContain("canary-4711")
  }
  await Promise.all(servers.map((s) => s.close()))
})
