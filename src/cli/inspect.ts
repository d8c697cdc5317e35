/** What `opencode-vllm inspect` does with the bytes it was given: no files, no printing. */
import { inspectionText } from "../report/inspection.ts"
import { createInspector } from "../stream/inspector.ts"
import type { Report } from "../stream/types.ts"

export { inspectionText }

/** `unreadable` is what stands there instead of an answer: the rest of a sentence that begins with the name of the input. */
export type Inspected = { report: Report } | { unreadable: string }

/**
 * Inspects one recorded answer: an event stream, or the JSON document of an answer that was not streamed.
 *
 * @param request body of the request as JSON text, in any of the three shapes
 */
export function inspectRecording(bytes: Uint8Array, request?: string): Inspected {
  const unreadable = notAnAnswer(new TextDecoder().decode(bytes))
  if (unreadable) return { unreadable }
  const inspector = createInspector({ request })
  inspector.push(bytes)
  const report = inspector.end()
  return saysNothing(report) ? { unreadable: `holds no answer of ${SHAPES}.` } : { report }
}

const SHAPES = "Chat Completions, Responses or Messages"

/** Not for the inspector to judge: an error body, or a wrong file, was recorded. */
function notAnAnswer(text: string): string | undefined {
  if (/^(?:data|event|id|retry)?:/m.test(text)) return undefined
  if (!text.trimStart().startsWith("{")) return 'is not an event stream: no line begins with "data:".'
  let body: Record<string, unknown>
  try {
    body = JSON.parse(text)
  } catch {
    return "is neither an event stream nor a whole JSON document."
  }
  // vLLM and OpenAI put errors under `error`, older vLLM says `object: "error"`, FastAPI has `detail`.
  if (body.error || body.object === "error" || body.type === "error" || "detail" in body)
    return "holds an error that the server sent instead of an answer."
  return undefined
}

/** Every answer, however broken, leaves something behind: text, a call, a finish reason, a count or a finding. */
function saysNothing({ findings, counted, response }: Report): boolean {
  const { reasoningBytes, contentBytes, calls, finish, usage } = response
  const received = reasoningBytes + contentBytes + calls.length
  return findings.length + counted.length + received === 0 && finish === null && usage === null
}
