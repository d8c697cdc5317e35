import { asObject } from "../models.ts"
import { clean } from "../text.ts"
import type { CheckCode } from "../types.ts"
import type { Posted } from "./post.ts"
import type { Refusal } from "./types.ts"

/** What a text of a refusal says, first match wins. vLLM's own words (`vllm/renderers/online_renderer.py`, `vllm/renderers/params.py`), then those of others. */
const TEXTS: readonly [CheckCode, RegExp][] = [
  [
    "tools-off",
    /enable-auto-tool-choice|tool-call-parser|requires --jinja|does not support tools|tools? (?:are|is) not supported/i,
  ],
  [
    "context-overflow",
    /maximum context length|max_model_len|context (?:length|window|size)|longer than the (?:model|maximum)|exceeds? .{0,40}context/i,
  ],
  ["no-such-model", /model .{0,200}(?:does not exist|not found)|invalid model name|unknown model/i],
  ["engine-dead", /EngineCore|engine.{0,20}(?:dead|died)/i],
  ["starting", /loading model|still (?:loading|starting)|warming up|not ready|currently scaling/i],
  ["sleeping", /\bsleep/i],
]

/** What a status says where the text says nothing. */
const STATUSES: Readonly<Record<number, CheckCode>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "wrong-path",
  405: "wrong-path",
  429: "rate-limited",
  503: "overloaded",
}

/** The message in an error answer: `{error: {message}}`, `{error: "text"}`, `{message}`, `{detail}`, or plain text. */
function messageOf(text: string): string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return /^\s*</.test(text) ? "" : clean(text, 200)
  }
  const body = asObject(json)
  const error = body?.error
  const found = [asObject(error)?.message, error, body?.message, body?.detail, json].find((t) => typeof t === "string")
  return typeof found === "string" ? clean(found, 200) : ""
}

/** The refusal in an answer; undefined for one that is an event stream or a JSON document with status 200. */
export function refusalOf(posted: Posted, expected: "stream" | "json"): Refusal | undefined {
  const { ms } = posted
  if (!posted.ok) return { ok: false, code: posted.failure.code, says: posted.failure.detail ?? "", ms }
  const { status, text, type } = posted
  const refusal = (code: CheckCode, says: string): Refusal => ({ ok: false, code, status, says, ms })
  if (status >= 300 && status < 400) return refusal("redirect", "")
  if (status !== 200) {
    const says = messageOf(text)
    // A key comes before what the text may say about anything else.
    const byText = status === 401 || status === 403 ? undefined : TEXTS.find(([, pattern]) => pattern.test(says))?.[0]
    return refusal(byText ?? STATUSES[status] ?? "server-error", says)
  }
  if (/text\/html/i.test(type) || /^\s*<(?:!doctype|html)/i.test(text)) return refusal("html", "")
  if (expected === "stream") return /^(?:data|event|id|retry|):/m.test(text) ? undefined : refusal("not-openai", messageOf(text))
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return refusal("bad-json", "")
  }
}
