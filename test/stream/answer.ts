import { createInspector } from "../../src/stream/inspector.ts"
import type { InspectorOptions, Report } from "../../src/stream/types.ts"
import { TOOLS } from "./captures.ts"

/** An answer to be sent, in the pieces a vLLM server would send. */
export interface Answer {
  reasoning?: string
  content?: string
  calls?: { name: string; arguments: object | string; id?: string }[]
  /** null: the stream ends without one. Default: `tool_calls` with calls, else `stop`. */
  finish?: string | null
  usage?: Record<string, unknown> | null
  /** Characters per piece. */
  pace?: number
  model?: string
}

const encoder = new TextEncoder()

export function sse(event: object | string): Uint8Array {
  return encoder.encode(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)
}

export function eventsOf(answer: Answer): object[] {
  const pace = answer.pace ?? 4
  const chunk = (delta: object, finish: string | null = null): object => ({
    object: "chat.completion.chunk",
    model: answer.model ?? "local",
    choices: [{ index: 0, delta, finish_reason: finish }],
  })
  const pieces = (text = ""): string[] => text.match(new RegExp(`[^]{1,${pace}}`, "g")) ?? []
  const events = [chunk({ role: "assistant", content: "" })]
  for (const piece of pieces(answer.reasoning)) events.push(chunk({ reasoning: piece }))
  for (const piece of pieces(answer.content)) events.push(chunk({ content: piece }))
  for (const [index, call] of (answer.calls ?? []).entries()) {
    const id = call.id ?? `call_${index}`
    events.push(chunk({ tool_calls: [{ index, id, type: "function", function: { name: call.name } }] }))
    const text = typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments)
    for (const piece of pieces(text)) events.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
  }
  const finish = answer.finish === undefined ? (answer.calls?.length ? "tool_calls" : "stop") : answer.finish
  if (finish !== null) events.push(chunk({}, finish))
  if (answer.usage) events.push({ object: "chat.completion.chunk", choices: [], usage: answer.usage })
  return events
}

export function streamOf(answer: Answer): Uint8Array[] {
  return [...eventsOf(answer).map(sse), sse("[DONE]")]
}

/** A request as OpenCode sends it: its tools, and what the model was given. */
export function requestWith(user: string, more: object = {}, messages: object[] = []): object {
  return { model: "local", messages: [{ role: "user", content: user }, ...messages], tools: TOOLS, stream: true, ...more }
}

export function reportOf(answer: Answer, options: InspectorOptions = { request: requestWith("Do it.") }): Report {
  const inspector = createInspector(options)
  for (const chunk of streamOf(answer)) inspector.push(chunk)
  return inspector.end()
}

export function kindsOf(answer: Answer, options?: InspectorOptions): string[] {
  return reportOf(answer, options).findings.map(({ kind, detail }) => (detail ? `${kind}:${detail}` : kind))
}
