import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createEvidence, withoutPrompts } from "../../src/opencode/evidence.ts"
import type { Finding, Inspector } from "../../src/stream/types.ts"

const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-evidence-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const finding = {
  kind: "empty-answer",
  certainty: "certain",
  cause: "Nothing came.",
  fix: "Look.",
  reference: "a/b#1",
} as Finding
const inspectorOf = (findings: Finding[]): Inspector & { bytes: number } => ({
  bytes: 0,
  push(bytes) {
    this.bytes += bytes.length
  },
  call: () => findings,
  end: () => ({ findings, counted: [] }) as unknown as ReturnType<Inspector["end"]>,
})
const KEY = "secret-key-of-mine-123"
const made = () =>
  createEvidence({
    version: "0.1.0",
    secrets: () => [KEY],
    server: () => "vllm 0.32.0",
    folder: join(folder, "new"),
    now: () => 0,
  })
const request = JSON.stringify({
  model: "m",
  messages: [
    { role: "system", content: "be good" },
    { role: "user", content: [{ type: "text", text: `my private prompt ${KEY}` }] },
    {
      role: "assistant",
      tool_calls: [{ id: "c1", type: "function", function: { name: "bash", arguments: '{"command":"cat private"}' } }],
    },
  ],
  tools: [
    {
      type: "function",
      function: { name: "bash", description: "private words", parameters: { type: "object", required: ["command"] } },
    },
  ],
})
const asked = { sessionID: "s", provider: "local", request }
const read = (path: string, name: string) => readFileSync(join(path, name), "utf8")

test("the last faulty answer is kept and written without keys and prompts", async () => {
  const evidence = made()
  const inner = inspectorOf([finding])
  const inspector = evidence.watch(asked, inner)
  inspector.push(new TextEncoder().encode(`data: {"a":"${KEY}"}\n\n`))
  expect(inspector.call("c1")).toEqual([finding])
  inspector.end()
  expect(inner.bytes).toBeGreaterThan(0)
  expect(evidence.kept("s")).toEqual(["empty-answer"])

  const done = await evidence.write("s", "empty-answer", { prompts: false })
  if (!("path" in done)) throw new Error(done.problem)
  expect(readdirSync(done.path).sort()).toEqual(["findings.md", "request.json", "response.sse"])
  for (const name of readdirSync(done.path)) {
    expect(read(done.path, name)).not.toContain(KEY)
    expect(statSync(join(done.path, name)).mode & 0o077).toBe(0)
  }
  expect(read(done.path, "request.json")).not.toMatch(/private/)
  expect(JSON.parse(read(done.path, "request.json")).messages[2].tool_calls[0].function.name).toBe("bash")
  expect(read(done.path, "response.sse")).toBe('data: {"a":"***"}\n\n')
  expect(read(done.path, "findings.md")).toContain("empty-answer")
})

test("prompts stand in it where the person wants them; keys never", async () => {
  const evidence = made()
  evidence.watch(asked, inspectorOf([finding])).end()
  const done = await evidence.write("s", "empty-answer", { prompts: true })
  if (!("path" in done)) throw new Error(done.problem)
  expect(read(done.path, "request.json")).toContain("my private prompt ***")
})

test("healthy answers are not kept, and what is not kept cannot be written", async () => {
  const evidence = made()
  evidence.watch(asked, inspectorOf([])).end()
  expect(evidence.kept("s")).toEqual([])
  expect(await evidence.write("s", "empty-answer", { prompts: false })).toHaveProperty("problem")
  evidence.watch(asked, inspectorOf([finding])).end()
  evidence.drop("s")
  expect(evidence.kept("s")).toEqual([])
})

test("a folder that cannot be made is said, not thrown", async () => {
  const evidence = createEvidence({ version: "1", secrets: () => [], folder: "/dev/null/no" })
  evidence.watch(asked, inspectorOf([finding])).end()
  expect(await evidence.write("s", "empty-answer", { prompts: false })).toHaveProperty("problem")
})

test("a long stream is kept with its beginning and its end, and bounded", async () => {
  const evidence = made()
  const inspector = evidence.watch(asked, inspectorOf([finding]))
  for (let i = 0; i < 2_000; i++) inspector.push(new TextEncoder().encode(`${String(i).padStart(999, "-")}\n`))
  inspector.end()
  const done = await evidence.write("s", "empty-answer", { prompts: false })
  if (!("path" in done)) throw new Error(done.problem)
  const stream = read(done.path, "response.sse")
  expect(stream.length).toBeLessThan(530_000)
  expect(stream).toStartWith("-".repeat(998))
  expect(stream).toEndWith("1999\n")
  expect(read(done.path, "findings.md")).toMatch(/\d+ bytes of its middle are left out/)
})

test("each cause keeps the last answer that showed it, with its own stream", async () => {
  const evidence = made()
  const other: Finding = { ...finding, kind: "truncated", detail: "in-content" }
  const answer = (text: string, ...findings: Finding[]) => {
    const inspector = evidence.watch(asked, inspectorOf(findings))
    inspector.push(new TextEncoder().encode(text))
    inspector.end()
  }
  answer("first", finding)
  answer("second", other)
  expect(evidence.kept("s").sort()).toEqual(["empty-answer", "truncated/in-content"])
  const streamOf = async (cause: string) => {
    const done = await evidence.write("s", cause, { prompts: false })
    return "path" in done ? read(done.path, "response.sse") : done.problem
  }
  expect([await streamOf("empty-answer"), await streamOf("truncated/in-content")]).toEqual(["first", "second"])
  answer("third", finding, other)
  expect([await streamOf("empty-answer"), await streamOf("truncated/in-content")]).toEqual(["third", "third"])
})

test("what a sub-agent's answer shows can be written from the session that started it", async () => {
  const evidence = made()
  evidence.watch({ ...asked, sessionID: "child", parentID: "s" }, inspectorOf([finding])).end()
  expect([evidence.kept("s"), evidence.kept("child"), evidence.kept("other")]).toEqual([["empty-answer"], ["empty-answer"], []])
  expect(await evidence.write("s", "empty-answer", { prompts: false })).toHaveProperty("path")
})

test("memory is bounded over all sessions, and the newest answer stays", () => {
  const evidence = made()
  const big = JSON.stringify({ model: "m", messages: [{ role: "user", content: "x".repeat(1_000_000) }] })
  for (let i = 0; i < 60; i++) evidence.watch({ ...asked, sessionID: `s${i}`, request: big }, inspectorOf([finding])).end()
  const kept = Array.from({ length: 60 }, (_, i) => `s${i}`).filter((id) => evidence.kept(id).length > 0)
  expect(kept.length).toBeLessThanOrEqual(25)
  expect(kept.at(-1)).toBe("s59")
})

test("what is left out of a stream is left out in whole lines", async () => {
  const evidence = made()
  const inspector = evidence.watch(asked, inspectorOf([finding]))
  const event = (i: number) => `data: ${JSON.stringify({ i, text: "é".repeat(500) })}\n\n`
  for (let i = 0; i < 1_000; i++) inspector.push(new TextEncoder().encode(event(i)))
  inspector.end()
  const done = await evidence.write("s", "empty-answer", { prompts: false })
  if (!("path" in done)) throw new Error(done.problem)
  const lines = read(done.path, "response.sse").split("\n").filter(Boolean)
  expect(lines.length).toBeLessThan(1_000)
  for (const line of lines) expect(Object.keys(JSON.parse(line.slice(6)))).toEqual(["i", "text"])
})

test("who asked is no part of a request without prompts", () => {
  const text = withoutPrompts(JSON.stringify({ model: "m", user: "jane@example.org", metadata: { name: "secret-team" } }))
  expect(text).not.toMatch(/jane|secret-team/)
  expect(JSON.parse(text).model).toBe("m")
})

test("a request that is no JSON has nothing to show without prompts", () => expect(withoutPrompts("no")).toBe(""))
