/**
 * What translating a raw stream costs, in Bun and then, bundled, in Node: `bun bench/rescue.ts`.
 *
 * Floor: TextDecoder, eventsource-parser and one `JSON.parse` per event, in the same run, on the same reads; of bodies, with reading them too.
 * Exits with 1 where a median is above the target.
 */

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { createParser } from "eventsource-parser"
import { createBody } from "../src/rescue/body.ts"
import { encode } from "../src/rescue/bytes.ts"
import { rescueResponse } from "../src/rescue/response.ts"

/** The target. */
const LIMIT = 2
/** A read of a fast stream, or of one that had to wait. */
const READ = 16_384
const ROUNDS = 15
const MB = 1024 * 1024

const encoder = new TextEncoder()

type Form = "chat" | "text"

/** A raw answer as vLLM streams it: thoughts, text, then a call that writes a file; a token per event, about 250 bytes. */
function stream(events: number, form: Form, words = 1): Uint8Array[] {
  const chunk = (text: string, finish: string | null = null): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify({
        id: "chatcmpl-0123456789abcdef0123456789abcdef",
        object: form === "chat" ? "chat.completion.chunk" : "text_completion",
        created: 1,
        model: "nvidia/nemotron-3-super",
        choices: [
          {
            index: 0,
            ...(form === "chat" ? { delta: { content: text } } : { text }),
            logprobs: null,
            finish_reason: finish,
            token_ids: null,
          },
        ],
      })}\n\n`,
    )
  const some = ["The ", "tests ", "use ", "`const x = [1, 2]` ", "a < b ", "\n\n", "// größer ", "<div>", " so I read "]
  // In an order that does not repeat, as text does not.
  const word = (i: number): string => some[((Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(i, i)) >>> 11) % some.length] ?? ""
  const out: Uint8Array[] = []
  for (let i = 0; i < events; i++) {
    if (i === events * 0.4) out.push(chunk("\n</think>\n\n"))
    else if (i === events * 0.6)
      out.push(
        chunk("\n\n<tool_call>\n<function=write>\n<parameter=filePath>\n/home/dev/a.ts\n</parameter>\n<parameter=content>\n"),
      )
    else out.push(chunk(Array.from({ length: words }, (_, n) => word(i * words + n)).join("")))
  }
  out.push(chunk("\n</parameter>\n</function>\n</tool_call>"), chunk("", "stop"), encoder.encode("data: [DONE]\n\n"))
  return out
}

const REQUEST = {
  messages: [{ role: "user", content: "Write it." }],
  tools: [
    {
      type: "function",
      function: {
        name: "write",
        parameters: { type: "object", properties: { filePath: { type: "string" }, content: { type: "string" } } },
      },
    },
  ],
}
const OPTIONS = { request: REQUEST, family: "nemotron3" }

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

/** Bytes in, bytes out, as the response does it. */
function translate(chunks: readonly Uint8Array[]): void {
  let calls = 0
  const { body, report } = createBody({
    ...OPTIONS,
    onEnd(end) {
      calls = end.calls
    },
  })
  let bytes = 0
  const send = (what: string | Uint8Array | undefined): void => {
    if (what !== undefined && what.length > 0) bytes += (typeof what === "string" ? encode(what) : what).length
  }
  for (const chunk of chunks) send(body.push(chunk))
  send(body.end())
  report()
  if (calls !== 1 || bytes < 1000) throw new Error("not translated")
}

/** The same bytes in larger reads. */
function together(chunks: readonly Uint8Array[]): Uint8Array[] {
  const all = Buffer.concat(chunks)
  return Array.from({ length: Math.ceil(all.length / READ) }, (_, i) => new Uint8Array(all.subarray(i * READ, (i + 1) * READ)))
}

async function drain(response: Response): Promise<number> {
  const reader = response.body?.getReader()
  let bytes = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) bytes += part.value.length
  return bytes
}

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

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

async function timeAsync(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** The same of a body: read, framed and parsed, or translated and read. */
async function floorOfBody(chunks: readonly Uint8Array[]): Promise<void> {
  const reader = bodyOf(chunks).body?.getReader()
  const decoder = new TextDecoder()
  let kept: unknown
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data !== "[DONE]") kept = JSON.parse(data)
    },
  })
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
    parser.feed(decoder.decode(part.value, { stream: true }))
  if (kept === undefined) throw new Error("nothing parsed")
}

const rescued = (chunks: readonly Uint8Array[]): Promise<number> => drain(rescueResponse(bodyOf(chunks), OPTIONS))

interface Cost {
  floor: number
  ours: number
  /** Of each round, sorted. */
  ratios: number[]
}

type Run = (chunks: readonly Uint8Array[]) => unknown

async function compare(chunks: readonly Uint8Array[], rounds: number, plain: Run = floor, full: Run = translate): Promise<Cost> {
  const floors: number[] = []
  const ours: number[] = []
  for (let i = 0; i < rounds + 2; i++) {
    const a = await timeAsync(async () => plain(chunks))
    const b = await timeAsync(async () => full(chunks))
    // The first two rounds warm the compiler up.
    if (i >= 2) {
      floors.push(a)
      ours.push(b)
    }
  }
  // Both of a round run under the same load, so the ratio is taken round by round.
  const ratios = ours.map((ms, i) => ms / (floors[i] ?? ms)).sort((a, b) => a - b)
  return { floor: median(floors), ours: median(ours), ratios }
}

async function main(): Promise<void> {
  const small = stream(20_000, "chat")
  const large = stream(200_000, "chat")
  const text = stream(20_000, "text")
  const size = (chunks: readonly Uint8Array[]): string => `${(chunks.reduce((n, c) => n + c.length, 0) / MB).toFixed(1)} MB`
  const chat = await compare(together(small), ROUNDS)
  const plain = await compare(together(text), ROUNDS)
  const fifty = await compare(together(large), 5)
  const bodies = await compare(together(small), ROUNDS, floorOfBody, rescued)
  const single = await compare(small, ROUNDS, floorOfBody, rescued)
  const wide = [
    { words: 8, events: 15_000 },
    { words: 250, events: 2500 },
  ].map(({ words, events }) => ({ words, chunks: stream(events, "chat", words) }))
  const long: { words: number; cost: Cost }[] = []
  for (const { words, chunks } of wide) long.push({ words, cost: await compare(chunks, ROUNDS, floorOfBody, rescued) })

  const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`
  const row = (name: string, ...cells: string[]): void =>
    console.log(`| ${[name.padEnd(38), ...cells.map((c) => c.padStart(13))].join(" | ")} |`)
  const at = (list: readonly number[], part: number): string => (list[Math.floor(list.length * part)] ?? 0).toFixed(2)
  const costs = (name: string, { floor, ours, ratios }: Cost): void =>
    row(name, floor.toFixed(1), ours.toFixed(1), at(ratios, 0.5), `${at(ratios, 0.25)}-${at(ratios, 0.75)}`)
  console.log(`${runtime}, median of ${ROUNDS}; target: at most ${LIMIT}`)
  row("", "floor ms", "translated ms", "ratio", "quartiles")
  costs(`chat, 20,000 events, ${size(small)}`, chat)
  costs(`completion, 20,000 events, ${size(text)}`, plain)
  costs(`chat, 200,000 events, ${size(large)}`, fifty)
  costs("rescueResponse, reads of 16 KB", bodies)
  costs("rescueResponse, an event per read", single)
  for (const { words, cost } of long) costs(`${words * 8} characters per event, not held`, cost)
  row("growth for ten times the events", "", `${(fifty.ours / chat.ours).toFixed(1)} x`, "", "")
  if ([chat, plain, fifty, bodies, single].some(({ ratios }) => (ratios[Math.floor(ratios.length / 2)] ?? 0) > LIMIT))
    process.exitCode = 1
}

async function onNode(): Promise<void> {
  const { build } = await import("esbuild")
  const folder = mkdtempSync(join(tmpdir(), "bench-rescue-"))
  try {
    const outfile = join(folder, "rescue.mjs")
    await build({
      entryPoints: [fileURLToPath(import.meta.url)],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      external: ["esbuild"],
    })
    if (spawnSync("node", [outfile], { stdio: "inherit" }).status !== 0) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

await main()
// The desktop application runs plugins under Node.
if (process.versions.bun) await onNode()
