/**
 * Streams of a real vLLM 0.32.0 (CPU build, real tokenizer, parsers and SSE; the model's output was dictated in the
 * Nemotron 3 format, `bad-arguments` in the Qwen 3 one), replayed byte for byte.
 */
import answerInReasoning from "./recorded/answer-in-reasoning.sse" with { type: "text" }
import badArguments from "./recorded/bad-arguments.sse" with { type: "text" }
import empty from "./recorded/empty.sse" with { type: "text" }
import healthy from "./recorded/healthy.sse" with { type: "text" }
import healthyText from "./recorded/healthy-text.sse" with { type: "text" }
import leakBlock from "./recorded/leak-block.sse" with { type: "text" }
import leakPath from "./recorded/leak-path.sse" with { type: "text" }
import missingArgument from "./recorded/missing-argument.sse" with { type: "text" }
import nameJunk from "./recorded/name-junk.sse" with { type: "text" }
import swallowed from "./recorded/swallowed.sse" with { type: "text" }
import truncatedInArguments from "./recorded/truncated-in-arguments.sse" with { type: "text" }
import truncatedInReasoning from "./recorded/truncated-in-reasoning.sse" with { type: "text" }
import unknownTool from "./recorded/unknown-tool.sse" with { type: "text" }
import type { Envelope } from "./wire.ts"

export const RECORDED = {
  "answer-in-reasoning": answerInReasoning,
  "bad-arguments": badArguments,
  empty,
  healthy,
  "healthy-text": healthyText,
  "leak-block": leakBlock,
  "leak-path": leakPath,
  "missing-argument": missingArgument,
  "name-junk": nameJunk,
  swallowed,
  "truncated-in-arguments": truncatedInArguments,
  "truncated-in-reasoning": truncatedInReasoning,
  "unknown-tool": unknownTool,
} as const

export type RecordedName = keyof typeof RECORDED

const HEAD = /^data: \{"id":"[^"]*","object":"chat\.completion\.chunk","created":\d+,"model":"[^"]*",/
// Only the head of a tool-call delta: model output is JSON-escaped there and cannot look like this.
const CALL = /"tool_calls":\[\{"id":"(chatcmpl-tool-[0-9a-f]+)"/

/**
 * The events of a recorded stream, each with its blank line. Ids, time stamp and model name are made new, because a
 * conversation must not see the same call id twice; every other byte is as recorded.
 */
export function replay(text: string, envelope: Envelope, callId: () => string): string[] {
  const events = text.split("\n\n").filter((event) => event !== "")
  return events.map((event) => {
    const head = `data: {"id":${JSON.stringify(envelope.id)},"object":"chat.completion.chunk","created":${envelope.created},"model":${JSON.stringify(envelope.model)},`
    const fresh = event.replace(HEAD, () => head).replace(CALL, () => `"tool_calls":[{"id":${JSON.stringify(callId())}`)
    return `${fresh}\n\n`
  })
}
