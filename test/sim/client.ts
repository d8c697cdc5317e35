/** A plain client of the simulated server, for the tests beside it. */
import { createParser } from "eventsource-parser"
import { type Sim, type SimOptions, startSim } from "../../src/sim/index.ts"

export const TOOLS = [
  tool("bash", { command: "string", description: "string" }, ["command"]),
  tool("read", { filePath: "string" }, ["filePath"]),
  tool("write", { content: "string", filePath: "string" }, ["content", "filePath"]),
]

export function tool(name: string, properties: Record<string, string>, required: string[]) {
  const schema = Object.fromEntries(Object.entries(properties).map(([key, type]) => [key, { type }]))
  return { type: "function", function: { name, description: name, parameters: { type: "object", properties: schema, required } } }
}

/** Starts a server without delays, runs `use`, closes it whatever happens. */
export async function withSim<T>(options: SimOptions, use: (sim: Sim) => Promise<T>): Promise<T> {
  const sim = await startSim({ chunkMs: 0, firstTokenMs: 0, ...options })
  try {
    return await use(sim)
  } finally {
    await sim.close()
  }
}

export const root = (sim: Sim) => sim.url.replace(/\/v1$/, "")

export function post(sim: Sim, path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = { "content-type": "application/json", ...(init.headers as Record<string, string>) }
  return fetch(root(sim) + path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
    headers,
  })
}

/** A request as OpenCode sends it. */
export const agentBody = (prompt = "Have a look.", more: object = {}) => ({
  model: "nemotron-3-super",
  max_tokens: 32_000,
  messages: [
    { role: "system", content: "You are a coding agent." },
    { role: "user", content: prompt },
  ],
  tools: TOOLS,
  tool_choice: "auto",
  stream: true,
  stream_options: { include_usage: true },
  ...more,
})

export const chat = (sim: Sim, body: unknown = agentBody(), init: RequestInit = {}) =>
  post(sim, "/v1/chat/completions", body, init)

interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  completion_tokens_details?: { reasoning_tokens: number }
}

export interface Heard {
  events: string[]
  reasoning: string
  content: string
  calls: { id: string; name: string; arguments: string }[]
  finish: string | null
  usage?: Usage
  error?: { code: number; message: string }
  done: boolean
}

/** What a client hears in an event stream. */
export function hear(text: string): Heard {
  const heard: Heard = { events: [], reasoning: "", content: "", calls: [], finish: null, done: false }
  const parser = createParser({
    onEvent({ data }) {
      heard.events.push(data)
      if (data === "[DONE]") heard.done = true
      else take(heard, JSON.parse(data))
    },
  })
  parser.feed(text)
  return heard
}

// biome-ignore lint/suspicious/noExplicitAny: the test looks at whatever came
function take(heard: Heard, chunk: any) {
  if (chunk.error) heard.error = chunk.error
  if (chunk.usage) heard.usage = chunk.usage
  for (const { delta, finish_reason } of chunk.choices ?? []) {
    heard.reasoning += delta.reasoning ?? ""
    heard.content += delta.content ?? ""
    for (const call of delta.tool_calls ?? []) {
      if (call.id) heard.calls.push({ id: call.id, name: call.function.name, arguments: "" })
      heard.calls[call.index]!.arguments += call.function.arguments ?? ""
    }
    heard.finish = finish_reason ?? heard.finish
  }
}

export const hearChat = async (sim: Sim, body: unknown = agentBody()) => hear(await (await chat(sim, body)).text())

/** Hands every piece of the body on as it arrives; throws when the connection breaks. */
export async function readPieces(response: Response, take: (bytes: Uint8Array) => void): Promise<void> {
  const reader = response.body!.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) take(next.value)
}
