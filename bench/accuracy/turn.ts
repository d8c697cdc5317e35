import { readFileSync } from "node:fs"
import { join } from "node:path"
import { FAMILIES, type Family } from "../../src/knowledge/families.ts"
import type { FindingKind } from "../../src/stream/types.ts"
import { callOf, MCP_TOOLS, type MeantCall, printArguments, randomCall } from "./calls.ts"
import type { Case, Corpus } from "./case.ts"
import { sentences, sourceFile, thoughts } from "./code.ts"
import { spellingOf } from "./formats.ts"
import type { Random } from "./random.ts"
import { type ChatRequest, messagesRequest, responsesRequest, type Shape } from "./shapes.ts"
import { createTokenizer } from "./tokens.ts"
import { type Answer, type SentCall, send } from "./wire.ts"

const TOOLS = JSON.parse(readFileSync(join(import.meta.dir, "../../test/captures/tools.json"), "utf8")) as object[]

export type Message = Record<string, unknown>

/** One turn of a session, healthy as it is made. */
export interface Turn {
  family: Family
  model: string
  messages: Message[]
  tools: object[]
  maxTokens: number
  includeUsage: boolean
  /** What the model means. */
  reasoning: string
  content: string
  calls: MeantCall[]
}

/** What of a turn goes wrong. */
export type Fault = Partial<Answer> & { sent?: SentCall[] }

const USERS = [
  "Fix the total in the cart.",
  "Please add a command that lists all orders.",
  "Warum rundet die Summe zweimal?",
  "把购物车的总价改成只舍入一次。",
  "Write documentation for the price module.",
  "ok, go on",
  "The test in src/cart.test.ts fails since yesterday. Find out why and fix it.",
]
const SYSTEM =
  "You are opencode, an interactive CLI tool that helps users with software engineering tasks.\n\nUse the tools available to you. Be concise. Working directory: /home/dev/shop\n<env>\n  Platform: linux\n</env>"

/** Names under which models of a family are served; anything else is called by an alias that says nothing. */
const SERVED: Readonly<Record<string, string>> = {
  nemotron3: "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B",
  "qwen3-coder": "Qwen/Qwen3-Coder-30B-A3B-Instruct",
  "qwen3.5": "Qwen/Qwen3.6-35B-A3B",
  qwen3: "Qwen/Qwen3-32B",
  "deepseek-v3.2": "deepseek-ai/DeepSeek-V3.2",
  "glm-4.7": "zai-org/GLM-4.7-FP8",
  "kimi-k2": "moonshotai/Kimi-K2-Thinking",
  "gpt-oss": "openai/gpt-oss-120b",
  gemma4: "google/gemma-4-31b-it",
  mistral: "mistralai/Devstral-Small-2-24B-Instruct-2512",
}

/** A turn of ordinary work. */
export function ordinaryTurn(random: Random, family: Family = random.pick(FAMILIES)): Turn {
  const mcp = random.chance(0.2)
  const calls = Array.from({ length: random.pick([0, 0, 1, 1, 1, 1, 2, 3, 5]) }, () => randomCall(random, mcp))
  const thinks = family.reasoning !== undefined && random.chance(0.75)
  return {
    family,
    model: random.chance(0.7) ? (SERVED[family.id] ?? "local") : "local",
    messages: [
      { role: "system", content: SYSTEM },
      { role: "user", content: random.chance(0.3) ? [{ type: "text", text: random.pick(USERS) }] : random.pick(USERS) },
      ...Array.from({ length: random.pick([0, 0, 1, 1, 2, 4]) }, (_, i) => toolRound(random, i)).flat(),
    ],
    tools: mcp ? [...TOOLS, ...MCP_TOOLS] : TOOLS,
    maxTokens: 32_000,
    includeUsage: random.chance(0.9),
    reasoning: thinks ? rehearse(random, calls) : "",
    content:
      calls.length === 0 ? answerText(random) : random.chance(0.4) ? `${sentences(random, 2)}${random.pick(["", "\n\n"])}` : "",
    calls,
  }
}

/** A turn whose model calls one of these tools. */
export function turnWith(random: Random, family: Family, ...names: readonly string[]): Turn {
  const turn = ordinaryTurn(random, family)
  turn.calls = [...turn.calls.slice(1), callOf(random, ...names)]
  turn.tools = [...TOOLS, ...MCP_TOOLS]
  return turn
}

/** A turn without calls: a plain answer. */
export function answerTurn(random: Random, family: Family): Turn {
  const turn = ordinaryTurn(random, family)
  return { ...turn, calls: [], content: answerText(random) }
}

/** An earlier call and its result. */
export function toolRound(
  random: Random,
  n: number,
  call: MeantCall = callOf(random, "read", "bash", "grep"),
  result = sourceFile(random).text,
): Message[] {
  const id = `call_${n}${random.int(0, 99_999)}`
  return [
    {
      role: "assistant",
      content: random.pick([null, "", "I look."]),
      tool_calls: [{ id, type: "function", function: { name: call.name, arguments: JSON.stringify(call.args) } }],
    },
    { role: "tool", tool_call_id: id, content: result },
  ]
}

function rehearse(random: Random, calls: readonly MeantCall[]): string {
  const own = thoughts(random)
  const first = calls[0]
  if (!first || random.chance(0.5)) return own
  const texts = Object.values(first.args).filter((value) => typeof value === "string")
  return `${own}\n\nI will write this:\n\n${texts.join("\n").slice(0, random.int(20, 1500))}\n\n${thoughts(random, 2)}`
}

function answerText(random: Random): string {
  // Without a blank nothing tells where a word ends, and so how many tokens a piece holds.
  if (random.chance(0.06))
    return `${"购物车保存商品并计算总价。它在结账时只舍入一次，".repeat(random.int(1, 3))}好。${random.pick(["", "\n"])}`
  if (random.chance(0.03))
    return `${JSON.stringify({ total: random.int(1, 999), items: ["a", "b"], note: "<b>ok</b>" })}${random.pick(["", "\n"])}`
  const file = sourceFile(random)
  const quoted = random.chance(0.5)
    ? `\n\n\`\`\`${random.pick(["ts", "", "diff"])}\n${file.text.trimEnd()}\n\`\`\`\n\n${sentences(random, 2)}`
    : ""
  return sentences(random) + quoted
}

function requestOf(turn: Turn): ChatRequest {
  return {
    model: turn.model,
    max_tokens: turn.maxTokens,
    messages: turn.messages,
    tools: turn.tools as ChatRequest["tools"],
    tool_choice: "auto",
    stream: true,
    ...(turn.includeUsage ? { stream_options: { include_usage: true } } : {}),
  }
}

const ids = (random: Random): string => random.pick(["call_", "chatcmpl-tool-", ""]) + random.int(0, 0xffff_ffff).toString(16)

/** The calls as a server that reads them right sends them. */
export function sentCalls(random: Random, calls: readonly MeantCall[]): SentCall[] {
  return calls.map((call, i) => ({
    id: `${ids(random)}_${i}`,
    name: call.name,
    arguments: Object.keys(call.args).length === 0 && random.chance(0.5) ? "" : printArguments(random, call.args),
  }))
}

/** Tokens that parsed calls cost beside their arguments. */
export function markupTokens(random: Random, turn: Turn): number {
  const spelling = spellingOf(turn.family)
  const tokenizer = createTokenizer(random.fork())
  const bare = turn.calls.map(({ name }) => spelling.call(name, {})).join("")
  const keys = turn.calls.flatMap(({ args }) => Object.keys(args)).length
  return tokenizer.count(bare) + keys * 3
}

/** A case out of a turn and what goes wrong in it. */
export function caseOf(
  random: Random,
  turn: Turn,
  fault: Fault,
  about: { corpus: Corpus; class: string; expect?: FindingKind[]; allow?: FindingKind[]; aborted?: boolean; excerpt?: string },
): Case {
  const calls = fault.calls ?? fault.sent ?? sentCalls(random, turn.calls)
  const answer: Answer = {
    reasoning: turn.reasoning,
    content: turn.content,
    finish: calls.length > 0 ? "tool_calls" : "stop",
    extraTokens: (calls.length > 0 ? markupTokens(random, turn) : 0) + (turn.reasoning ? 1 : 0),
    ...fault,
    calls,
  }
  const shape = shapeFor(random, answer)
  const { bytes, tokens } = send(random, answer, { shape, model: turn.model, includeUsage: turn.includeUsage })
  const maxTokens = answer.limit === "output" ? tokens : answer.limit === "server" ? tokens + 4000 : turn.maxTokens
  const kept = about.aborted ? bytes.slice(0, random.int(0, bytes.length)) : bytes
  return {
    corpus: about.corpus,
    class: about.class,
    shape,
    request: inShape(requestOf({ ...turn, maxTokens }), shape),
    bytes: kept,
    expect: about.expect ?? [],
    allow: about.allow ?? [],
    aborted: about.aborted,
    excerpt:
      `[${turn.family.id}] ${about.excerpt ?? answer.calls.at(-1)?.arguments ?? (answer.content || answer.reasoning)}`.slice(
        0,
        400,
      ),
  }
}

/** Most answers are chat completions, and some faults exist only there. */
function shapeFor(random: Random, { alter, breaks, usage, finish, calls, chatOnly, limit }: Answer): Shape {
  const shape = random.pick(["chat", "chat", "chat", "chat", "chat", "chat", "responses", "messages"] as const)
  const plain = finish === "length" || finish === (calls.length > 0 ? "tool_calls" : "stop")
  const chat = alter || breaks !== undefined || usage === null || chatOnly || !plain || (limit && finish !== "length")
  return chat ? "chat" : shape
}

function inShape(request: ChatRequest, shape: Shape): object {
  if (shape === "chat") return request
  return shape === "responses" ? responsesRequest(request) : messagesRequest(request)
}
