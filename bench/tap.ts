/**
 * What looking at a response costs, in Bun and then, bundled, in Node: `bun bench/tap.ts`.
 *
 * Floor: TextDecoder, eventsource-parser and one `JSON.parse` per event, in the same run on the same reads. Exits with 1 where the median of a
 * stream of tokens is above the target.
 */

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { jsonSchema, streamText, tool } from "ai"
import { createParser } from "eventsource-parser"
import { createInspector } from "../src/stream/inspector.ts"
import { tap } from "../src/stream/tap.ts"

/** The target for streams of tokens. */
const LIMIT = 1.25
const ROUNDS = 21
const MB = 1024 * 1024

const encoder = new TextEncoder()

type Part = "reasoning" | "content" | "arguments"

/** Share of the events up to which each part goes. */
const PARTS: Record<string, Partial<Record<Part, number>>> = {
  mixed: { reasoning: 0.4, content: 0.6, arguments: 1 },
  reasoning: { reasoning: 0.99, content: 1 },
  content: { content: 1 },
  arguments: { arguments: 1 },
}

/** An answer as vLLM streams it: reasoning, content, then a call that writes a file; about 250 bytes per event. */
function stream(events: number, parts = PARTS.mixed, words = 1): Uint8Array[] {
  const chunk = (delta: object, finish: string | null = null): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify({
        id: "chatcmpl-0123456789abcdef0123456789abcdef",
        object: "chat.completion.chunk",
        created: 1,
        model: "nvidia/nemotron-3-super",
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish, token_ids: null }],
      })}\n\n`,
    )
  const call = (args: string, first = false): object => ({
    tool_calls: [
      {
        index: 0,
        ...(first ? { id: "call_1", type: "function" } : {}),
        function: { ...(first ? { name: "write" } : {}), arguments: args },
      },
    ],
  })
  const out: Uint8Array[] = [chunk({ role: "assistant", content: "" })]
  let called = false
  for (let i = 0; i < events; i++) {
    const [part] = Object.entries(parts ?? {}).find(([, until]) => i < until * events) ?? []
    const text = Array.from({ length: words }, (_, n) => word(i * words + n)).join("")
    if (part !== "arguments") out.push(chunk({ [part ?? ""]: text }))
    else if (called) out.push(chunk(call(JSON.stringify(text).slice(1, -1))))
    else out.push(chunk(call('{"filePath": "/home/dev/a.ts", "content": "', true)))
    called ||= part === "arguments"
  }
  if (called) out.push(chunk(call('"}')))
  out.push(chunk({}, called ? "tool_calls" : "stop"), encoder.encode("data: [DONE]\n\n"))
  return out
}

const WORDS = ["The ", "tests ", "use ", "`const x = [1, 2]` ", "a < b ", "\n\n", "// größer ", "<div>", " so I read "]
/** In an order that does not repeat, as text does not. */
const word = (i: number): string => WORDS[((Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(i, i)) >>> 11) % WORDS.length] ?? ""

/** The same bytes in reads of that size. */
function together(chunks: readonly Uint8Array[], size: number): Uint8Array[] {
  const all = Buffer.concat(chunks)
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => new Uint8Array(all.subarray(i * size, (i + 1) * size)))
}

function floor(chunks: readonly Uint8Array[]): void {
  const decoder = new TextDecoder()
  let kept: unknown
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data !== "[DONE]") kept = JSON.parse(data)
    },
  })
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
  if (kept === undefined) throw new Error("nothing parsed")
}

function inspect(chunks: readonly Uint8Array[]): void {
  const inspector = createInspector({ request: REQUEST })
  for (const chunk of chunks) inspector.push(chunk)
  const report = inspector.end()
  if (report.findings.length > 0 || report.response.calls.some(({ argumentsValid }) => !argumentsValid))
    throw new Error(JSON.stringify(report))
}

const REQUEST = JSON.stringify({
  messages: [{ role: "user", content: "Write it." }],
  tools: [{ type: "function", function: { name: "write", parameters: { type: "object", required: ["filePath", "content"] } } }],
})

function bodyOf(chunks: readonly Uint8Array[]): Response {
  let i = 0
  return new Response(
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const chunk = chunks[i++]
          if (chunk) controller.enqueue(chunk)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    ),
  )
}

async function drain(response: Response, take?: (part: Uint8Array) => void): Promise<void> {
  const reader = response.body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) take?.(part.value)
}

/** What OpenCode does with the same bytes anyway: its AI SDK turns them into parts. */
async function sdk(chunks: readonly Uint8Array[]): Promise<void> {
  const provider = createOpenAICompatible({
    name: "local",
    baseURL: "http://127.0.0.1/v1",
    fetch: (async () => bodyOf(chunks)) as unknown as typeof fetch,
  })
  const tools = { write: tool({ inputSchema: jsonSchema({ type: "object" }) }) }
  const { fullStream } = streamText({ model: provider.chatModel("nemotron-3-super"), prompt: "x", tools, maxRetries: 0 })
  let parts = 0
  for await (const part of fullStream) {
    if (part.type === "error") throw part.error
    parts++
  }
  if (parts < 1000) throw new Error("the SDK read nothing")
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

function time(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

async function timeAsync(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

interface Cost {
  floor: number
  ours: number
  /** Of each round, sorted. */
  ratios: number[]
}

function compare(chunks: readonly Uint8Array[], rounds: number): Cost {
  const floors: number[] = []
  const ours: number[] = []
  for (let i = 0; i < rounds + 2; i++) {
    const a = time(() => floor(chunks))
    const b = time(() => inspect(chunks))
    // The first two rounds warm the compiler up.
    if (i >= 2) {
      floors.push(a)
      ours.push(b)
    }
  }
  return costOf(floors, ours)
}

/** Both of a round run under the same load, so the ratio is taken round by round. */
function costOf(floors: number[], ours: number[]): Cost {
  const ratios = ours.map((ms, i) => ms / (floors[i] ?? ms)).sort((a, b) => a - b)
  return { floor: median(floors), ours: median(ours), ratios }
}

/** A body read, framed and parsed, and one read through the tap. */
async function compareBodies(chunks: readonly Uint8Array[]): Promise<Cost> {
  const floors: number[] = []
  const ours: number[] = []
  for (let i = 0; i < ROUNDS + 2; i++) {
    const a = await timeAsync(async () => {
      const parts: Uint8Array[] = []
      await drain(bodyOf(chunks), (part) => parts.push(part))
      floor(parts)
    })
    const inspector = createInspector({ request: REQUEST })
    const b = await timeAsync(() => drain(tap(bodyOf(chunks), { inspector, onEnd: () => undefined })))
    if (i >= 2) {
      floors.push(a)
      ours.push(b)
    }
  }
  return costOf(floors, ours)
}

/** Heap that 200 MB of one argument leave behind before the end, in MB. */
function memory(): number {
  const collect = (globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } }).Bun
    ? () => (globalThis as unknown as { Bun: { gc(force: boolean): void } }).Bun.gc(true)
    : (globalThis as { gc?: () => void }).gc
  const used = (): number => {
    collect?.()
    return process.memoryUsage().heapUsed / MB
  }
  const piece = (text: string, extra = ""): Uint8Array =>
    encoder.encode(`data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,${extra}"function":{${text}}}]}}]}\n\n`)
  const inspector = createInspector({ request: REQUEST })
  inspector.push(piece('"name":"write","arguments":"{\\"content\\": \\""', '"id":"c1",'))
  const body = piece(`"arguments":"${"lorem ipsum \\\\n <b> ".repeat(3600)}"`)
  const before = used()
  for (let bytes = 0; bytes < 200 * MB; bytes += body.length) inspector.push(body)
  const after = used()
  inspector.push(piece('"arguments":"\\"}"'))
  if (!inspector.end().response.calls[0]?.argumentsValid) throw new Error("not read to its end")
  return after - before
}

async function main(): Promise<void> {
  // Before anything is compiled, and ours first, so that it pays for what both need.
  const small = stream(20_000)
  const cold = { ours: time(() => inspect(small)), floor: time(() => floor(small)) }
  const size = (chunks: readonly Uint8Array[]): string => `${(chunks.reduce((n, c) => n + c.length, 0) / MB).toFixed(1)} MB`
  const held = [
    ...Object.entries(PARTS).map(([name, parts]) => ({ name: `${name}, an event per read`, chunks: stream(20_000, parts) })),
    { name: "mixed, reads of 4 KB", chunks: together(small, 4096) },
    { name: "mixed, reads of 64 KB", chunks: together(small, 65_536) },
  ].map(({ name, chunks }) => ({ name: `${name}, ${size(chunks)}`, cost: compare(chunks, ROUNDS) }))
  const large = stream(200_000)
  const fifty = compare(large, 5)
  const wide = [
    { words: 8, events: 15_000 },
    { words: 250, events: 2500 },
  ].flatMap(({ words, events }) =>
    (["mixed", "arguments"] as const).map((name) => ({
      name: `${name}, ${words * 8} characters per event, not held`,
      cost: compare(stream(events, PARTS[name], words), ROUNDS),
    })),
  )
  const five = held[0]?.cost ?? fifty

  const bodies: { name: string; cost: Cost }[] = []
  for (const [name, chunks] of [
    ["a body, an event per read", small],
    ["a body, reads of 16 KB", together(small, 16_384)],
  ] as const)
    bodies.push({ name: `${name}, ${size(chunks)}`, cost: await compareBodies(chunks) })
  const sdks: number[] = []
  for (let i = 0; i < 4; i++) sdks.push(await timeAsync(() => sdk(small)))
  const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`
  const row = (name: string, ...cells: string[]): void =>
    console.log(`| ${[name.padEnd(48), ...cells.map((c) => c.padStart(12))].join(" | ")} |`)
  const at = (list: readonly number[], part: number): string => (list[Math.floor(list.length * part)] ?? 0).toFixed(2)
  const costs = (name: string, { floor, ours, ratios }: Cost): void =>
    row(name, floor.toFixed(1), ours.toFixed(1), at(ratios, 0.5), `${at(ratios, 0.25)}-${at(ratios, 0.75)}`)
  console.log(`${runtime}, median of ${ROUNDS}; target: at most ${LIMIT} on streams of tokens`)
  row("", "floor ms", "inspector ms", "ratio", "quartiles")
  for (const { name, cost } of held) costs(name, cost)
  costs(`mixed, an event per read, ${size(large)}`, fifty)
  row("the first run of a process, ours first", cold.floor.toFixed(1), cold.ours.toFixed(1), "", "")
  for (const { name, cost } of [...bodies, ...wide]) costs(name, cost)
  row("growth for ten times the events", "", `${(fifty.ours / five.ours).toFixed(1)} x`, "", "")
  row(
    "the AI SDK's streamText, for scale",
    "",
    median(sdks.slice(1)).toFixed(1),
    (median(sdks.slice(1)) / five.floor).toFixed(2),
    "",
  )
  row("kept of a 200 MB argument", "", `${Math.max(0, memory()).toFixed(2)} MB`, "", "")
  if (
    [...[...held, ...bodies].map(({ cost }) => cost), fifty].some(
      ({ ratios }) => (ratios[Math.floor(ratios.length / 2)] ?? 0) > LIMIT,
    )
  )
    process.exitCode = 1
}

async function onNode(): Promise<void> {
  const { build } = await import("esbuild")
  const folder = mkdtempSync(join(tmpdir(), "bench-tap-"))
  try {
    const outfile = join(folder, "tap.mjs")
    await build({
      entryPoints: [fileURLToPath(import.meta.url)],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      external: ["esbuild"],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    })
    if (spawnSync("node", ["--expose-gc", outfile], { stdio: "inherit" }).status !== 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

await main()
// The desktop application runs plugins under Node.
if (process.versions.bun) await onNode()
