/** The raw-output proof against a real vLLM: six families under the parsers that fit, under wrong ones, and under none. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import type { Script, VllmServer } from "../../scripts/vllm.mjs"
import { serve } from "../../scripts/vllm.mjs"
import type { Fetch } from "../../src/endpoint/fetch.ts"
import { lookAt } from "../../src/endpoint/look.ts"
import { type Proof, proofChecks, prove } from "../../src/endpoint/proof/prove.ts"
import type { Check } from "../../src/endpoint/types.ts"
import { createInspector } from "../../src/stream/inspector.ts"

const THOUGHTS = "The person wants the files of src, so I will list them."
const thinking = (rest: string) => `${THOUGHTS}\n</think>\n\n${rest}`
const JSON_CALL = '{"name": "list_files", "arguments": {"path": "src"}}'

/** What a model of each family writes: to the question that wants a call, and to the one that wants a word. */
const FAMILIES: Record<string, Script & { served: string; thinks: boolean; flags: string }> = {
  nemotron: {
    ...{ served: "nemotron-3-super", thinks: true, flags: "--tool-call-parser qwen3_coder --reasoning-parser nemotron_v3" },
    steps: [thinking("<tool_call>\n<function=list_files>\n<parameter=path>\nsrc\n</parameter>\n</function>\n</tool_call>")],
    plain: thinking("ready"),
  },
  qwen3: {
    ...{ served: "qwen3-32b-thinking", thinks: true, flags: "--tool-call-parser hermes --reasoning-parser deepseek_r1" },
    steps: [thinking(`<tool_call>\n${JSON_CALL}\n</tool_call>`)],
    plain: thinking("ready"),
  },
  deepseek: {
    ...{ served: "deepseek-r1", thinks: true, flags: "--tool-call-parser deepseek_v3 --reasoning-parser deepseek_r1" },
    steps: [
      thinking(
        '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>list_files\n```json\n{"path": "src"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      ),
    ],
    plain: thinking("ready"),
  },
  llama4: {
    ...{ served: "llama-4-scout", thinks: false, flags: "--tool-call-parser llama4_pythonic" },
    steps: ['[list_files(path="src")]'],
    plain: "ready",
  },
  mistral: {
    ...{ served: "mistral-small", thinks: false, flags: "--tool-call-parser mistral" },
    steps: ['[TOOL_CALLS]list_files[ARGS]{"path": "src"}'],
    plain: "ready",
  },
  llama: {
    ...{ served: "llama-3.3-70b", thinks: false, flags: "--tool-call-parser llama3_json" },
    steps: ['{"name": "list_files", "parameters": {"path": "src"}}'],
    plain: "ready",
  },
}

const names = Object.values(FAMILIES).map(({ served }) => served)
const parsers = (tool: string, reasoning?: string) => [
  "--enable-auto-tool-choice",
  ...["--tool-call-parser", tool],
  ...(reasoning ? ["--reasoning-parser", reasoning] : []),
]

/** Names the script in every question, and has the template of a model that does not think where it is one. */
function playing(family: string, thinks: boolean): Fetch {
  return (url, init) => {
    const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined
    if (!body?.messages) return fetch(url, init)
    const messages = body.messages.map((m: { role: string; content: string }) =>
      m.role === "user" ? { ...m, content: `${m.content} PLAY:${family}` } : m,
    )
    const more = thinks ? {} : { chat_template_kwargs: { enable_thinking: false } }
    return fetch(url, { ...init, body: JSON.stringify({ ...body, ...more, messages }) })
  }
}

interface Proven {
  proof: Proof
  codes: string[]
  checks: Check[]
}

async function proveOn(server: VllmServer, family: string): Promise<Proven> {
  const script = FAMILIES[family]
  if (!script) throw new Error(`no family ${family}`)
  const endpoint = { url: server.url }
  const report = await lookAt(endpoint, { deadlineMs: 10_000 })
  const fetch = playing(family, script.thinks)
  const proof = await prove(endpoint, { model: script.served, report, inspect: createInspector, fetch, deadlineMs: 60_000 })
  const checks = proofChecks(proof)
  console.log(
    `  ${family}: ${proof.family}, forms ${proof.forms.join()}, ${proof.ms} ms, ${checks.map((c) => `${c.id} ${c.status} ${c.code}`).join(", ")}`,
  )
  return { proof, checks, codes: checks.map(({ status, code }) => (status === "skip" ? "skip" : code)) }
}

/** Parsers, and what they make of each family: codes of `chat`, `tool-call`, `reasoning`; the raw forms that work. */
const SERVERS: { tool?: string; reasoning?: string; expect: Record<string, { codes: string[]; forms: string[] }> }[] = [
  {
    ...{ tool: "qwen3_coder", reasoning: "nemotron_v3" },
    expect: {
      nemotron: { codes: ["ok", "ok", "ok"], forms: ["B"] },
      qwen3: { codes: ["ok", "parser-mismatch", "ok"], forms: ["B"] },
      deepseek: { codes: ["ok", "parser-mismatch", "ok"], forms: ["A", "B"] },
    },
  },
  {
    ...{ tool: "hermes", reasoning: "qwen3" },
    expect: {
      nemotron: { codes: ["ok", "parser-mismatch", "ok"], forms: ["A", "B"] },
      qwen3: { codes: ["ok", "ok", "ok"], forms: ["A", "B"] },
    },
  },
  {
    expect: {
      nemotron: { codes: ["ok", "tools-off", "reasoning-parser-missing"], forms: ["A", "B"] },
      qwen3: { codes: ["ok", "tools-off", "reasoning-parser-missing"], forms: ["A", "B"] },
      deepseek: { codes: ["ok", "tools-off", "reasoning-parser-missing"], forms: ["A", "B"] },
      mistral: { codes: ["ok", "tools-off", "skip"], forms: ["A", "B"] },
      llama: { codes: ["ok", "tools-off", "skip"], forms: ["A", "B"] },
    },
  },
  {
    ...{ tool: "deepseek_v3", reasoning: "deepseek_r1" },
    expect: {
      // The parser of 0.32.0 that is made for this text drops the call while it streams.
      deepseek: { codes: ["ok", "parser-mismatch", "ok"], forms: ["A", "B"] },
      nemotron: { codes: ["ok", "parser-mismatch", "ok"], forms: ["A", "B"] },
    },
  },
  {
    tool: "llama4_pythonic",
    expect: { llama4: { codes: ["ok", "ok", "skip"], forms: ["A", "B"] } },
  },
  {
    tool: "llama3_json",
    expect: {
      llama: { codes: ["ok", "ok", "skip"], forms: ["A", "B"] },
      nemotron: { codes: ["ok", "parser-mismatch", "reasoning-parser-missing"], forms: ["A", "B"] },
    },
  },
  {
    tool: "mistral",
    expect: {
      mistral: { codes: ["ok", "ok", "skip"], forms: ["B"] },
      llama: { codes: ["ok", "parser-mismatch", "skip"], forms: ["A", "B"] },
    },
  },
]

for (const { tool, reasoning, expect: expected } of SERVERS)
  describe(`vLLM with ${tool ?? "no tool parser"} and ${reasoning ?? "no reasoning parser"}`, () => {
    let server: VllmServer
    beforeAll(async () => {
      server = await serve({ flags: tool ? parsers(tool, reasoning) : [], names, scripts: FAMILIES })
      console.log(`up after ${(server.startMs / 1000).toFixed(1)} s`)
    }, 320_000)
    afterAll(() => server?.stop())

    for (const [family, { codes, forms }] of Object.entries(expected))
      test(`a model that writes like ${family}`, async () => {
        const told = await proveOn(server, family)
        expect([told.codes, told.proof.forms]).toEqual([codes, forms as Proof["forms"]])
        expect(told.proof.proven).toBe(true)
        expect(told.proof.template).toBe(FAMILIES[family]?.thinks ? "open" : "closed")
        for (const check of told.checks)
          if (check.code.includes("parser-mi") && check.id === "tool-call")
            expect(check.fix).toContain(FAMILIES[family]?.flags ?? "")
      })
  })
