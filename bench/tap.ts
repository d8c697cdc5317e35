/**
 * What looking at a response costs, in Bun and then, bundled, in Node: `bun bench/tap.ts`.
 *
 * Floor: TextDecoder, eventsource-parser and one `JSON.parse` per event, in the same run. The target is 1.25; exits with 1 above 1.4, because shared machines are noisy.
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

const LIMIT = 1.4
const ROUNDS = 21
const MB = 1024 * 1024

const encoder = new TextEncoder()

/** An answer as vLLM streams it: reasoning, content, then a call that writes a file; about 250 bytes per event. */
function stream(events: number): Uint8Array[] {
  const chunk = (delta: object): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify({
        id: "chatcmpl-0123456789abcdef0123456789abcdef",
        object: "chat.completion.chunk",
        created: 1,
        model: "nvidia/nemotron-3-super",
        choices: [{ index: 0, delta, logprobs: null, finish_reason: null, token_ids: null }],
      })}\n\n`,
    )
  const words = ["The ", "tests ", "use ", "`const x = [1, 2]` ", "a < b ", "\n\n", "// größer ", "<div>", " so I read "]
  // In an order that does not repeat, as text does not.
  const word = (i: number): string => words[((Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(i, i)) >>> 11) % words.length] ?? ""
  const out: Uint8Array[] = [chunk({ role: "assistant", content: "" })]
  const call = (args: string, first = false): object => ({
    tool_calls: [
      {
        index: 0,
        ...(first ? { id: "call_1", type: "function" } : {}),
        function: { ...(first ? { name: "write" } : {}), arguments: args },
      },
    ],
  })
  for (let i = 0; i < events; i++) {
    if (i < events * 0.4) out.push(chunk({ reasoning: word(i) }))
    else if (i < events * 0.6) out.push(chunk({ content: word(i) }))
    else if (i === events * 0.6) out.push(chunk(call('{"filePath": "/home/dev/a.ts", "content": "', true)))
    else out.push(chunk(call(JSON.stringify(word(i)).slice(1, -1))))
  }
  out.push(chunk(call('"}')))
  out.push(
    encoder.encode(
      'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n',
    ),
  )
  out.push(encoder.encode("data: [DONE]\n\n"))
  return out
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
  if (report.findings.length > 0 || !report.response.calls[0]?.argumentsValid) throw new Error(JSON.stringify(report))
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

async function drain(response: Response): Promise<number> {
  const reader = response.body?.getReader()
  let bytes = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) bytes += part.value.length
  return bytes
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

function compare(chunks: readonly Uint8Array[], rounds: number): { floor: number; ours: number; ratio: number } {
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
  // Both of a round run under the same load, so the ratio is taken round by round.
  return { floor: median(floors), ours: median(ours), ratio: median(ours.map((ms, i) => ms / (floors[i] ?? ms))) }
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
  const small = stream(20_000)
  const large = stream(200_000)
  const size = (chunks: readonly Uint8Array[]): string => `${(chunks.reduce((n, c) => n + c.length, 0) / MB).toFixed(1)} MB`
  const five = compare(small, ROUNDS)
  const fifty = compare(large, 5)

  const plain: number[] = []
  const tapped: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    plain.push(await timeAsync(() => drain(bodyOf(small))))
    tapped.push(
      await timeAsync(() =>
        drain(tap(bodyOf(small), { inspector: createInspector({ request: REQUEST }), onEnd: () => undefined })),
      ),
    )
  }
  const sdks: number[] = []
  for (let i = 0; i < 4; i++) sdks.push(await timeAsync(() => sdk(small)))
  const { ratio } = five
  const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`
  const row = (name: string, ...cells: string[]): void =>
    console.log(`| ${[name.padEnd(34), ...cells.map((c) => c.padStart(12))].join(" | ")} |`)
  console.log(`${runtime}, median of ${ROUNDS}`)
  row("", "floor ms", "inspector ms", "ratio")
  row(`20,000 events, ${size(small)}`, five.floor.toFixed(1), five.ours.toFixed(1), ratio.toFixed(2))
  row(`200,000 events, ${size(large)}`, fifty.floor.toFixed(1), fifty.ours.toFixed(1), fifty.ratio.toFixed(2))
  row("growth for ten times the events", "", `${(fifty.ours / five.ours).toFixed(1)} x`, "")
  row("read to the end, without / with tap", median(plain).toFixed(1), median(tapped).toFixed(1), "")
  row("the AI SDK's streamText, for scale", "", median(sdks.slice(1)).toFixed(1), (median(sdks.slice(1)) / five.floor).toFixed(2))
  row("kept of a 200 MB argument", "", `${Math.max(0, memory()).toFixed(2)} MB`, "")
  if (ratio > LIMIT) process.exitCode = 1
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
