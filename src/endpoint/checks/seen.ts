import type { Answer, GetResult } from "../client.ts"
import { asObject } from "../models.ts"
import { clean } from "../text.ts"
import type { ApiShape, Check, CheckCode, CheckId, Endpoint, Load, ServedModel, ServerKind } from "../types.ts"
import type { parseBaseUrl } from "../url.ts"

/** Everything that one look fetched; each check is a pure function of it. */
export interface Seen {
  endpoint: Endpoint
  url: ReturnType<typeof parseBaseUrl>
  /** The model list below the configured base URL. */
  list?: GetResult
  /** The same below the base URL that it probably should be, where the two differ. */
  cured?: GetResult
  /** Another route of the server answered, so that the network is not at fault. */
  otherRouteAnswered?: boolean
  kind: ServerKind
  version: string | null
  rust?: boolean
  /** `/health`, asked only where that costs the server nothing. */
  health?: GetResult
  /** API shapes that the server has; undefined when not known. */
  shapes?: ApiShape[]
  /** Undefined: no list was read. */
  models?: ServedModel[]
  /** Parser flags as the server tells them. null: off; undefined: not told. */
  parsers?: { toolParser?: string | null; reasoningParser?: string | null }
  metrics?: GetResult
  load?: Load
}

/** Where a thing is documented. */
export const DOCS = {
  providers: "https://opencode.ai/docs/providers/",
  models: "https://opencode.ai/docs/models/",
  vllmServer: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
  vllmTools: "https://docs.vllm.ai/en/latest/features/tool_calling.html",
  vllmSecurity: "https://docs.vllm.ai/en/latest/usage/security.html",
  vllmMetrics: "https://docs.vllm.ai/en/latest/usage/metrics.html",
  vllmSleep: "https://docs.vllm.ai/en/latest/features/sleep_mode.html",
  vllmTrouble: "https://docs.vllm.ai/en/latest/usage/troubleshooting.html",
  vllmTuning: "https://docs.vllm.ai/en/latest/configuration/optimization.html",
  nodeTls: "https://nodejs.org/api/cli.html#node_extra_ca_certsfile",
} as const

interface Problem {
  code: CheckCode
  message: string
  fix: string
  reference: string
  ms?: number
}

export const pass = (id: CheckId, message: string, ms = 0): Check => ({
  id,
  status: "pass",
  code: "ok",
  message,
  fix: "",
  reference: "",
  ms,
})
/** Not looked at: another check says why, or it would cost tokens. */
export const skip = (id: CheckId, message: string): Check => ({
  id,
  status: "skip",
  code: "ok",
  message,
  fix: "",
  reference: "",
  ms: 0,
})
export const fail = (id: CheckId, problem: Problem): Check => ({ id, status: "fail", ms: 0, ...problem })
export const warn = (id: CheckId, problem: Problem): Check => ({ id, status: "warn", ms: 0, ...problem })

/** Name of a setting of this provider as a person finds it in opencode.json. */
export function setting({ provider }: Endpoint, name: string): string {
  return provider ? `provider.${clean(provider, 60)}.${name}` : name
}

/** A list answer that is worth reading: a list, or the refusal of a key. */
export function isUseful(answer: GetResult | undefined): answer is Answer {
  if (!answer?.ok) return false
  if (answer.status === 401 || answer.status === 403) return true
  const body = asObject(answer.json)
  return answer.status === 200 && (Array.isArray(answer.json) || Array.isArray(body?.data) || Array.isArray(body?.models))
}

/** The list that the other checks read: the one of the corrected base URL, when only that one exists. */
export function usedList({ list, cured }: Seen): GetResult | undefined {
  return !isUseful(list) && isUseful(cured) ? cured : list
}

/** No HTTP answer at all came from the configured address. */
export function isUnreached(seen: Seen): boolean {
  return seen.list === undefined || (!seen.list.ok && !seen.otherRouteAnswered)
}

/**
 * What an error answer says, in the shapes that servers use: `{error: "text"}`, `{error: {message}}`, `{message}` (old vLLM,
 * SGLang), `{detail}` (FastAPI), or plain text. One line, cut.
 */
export function errorText(answer: Answer): string {
  const body = asObject(answer.json)
  const error = body?.error
  const candidates = [answer.json, error, asObject(error)?.message, body?.message, body?.detail]
  const found = candidates.find((c) => typeof c === "string" && c.trim() !== "") as string | undefined
  if (found) return clean(found, 160)
  return isHtml(answer) || answer.json !== undefined ? "" : clean(answer.text, 160)
}

/** A text of the server as the end of a sentence. */
export const ended = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`)

export function isHtml({ headers, text }: Answer): boolean {
  return /text\/html/i.test(headers["content-type"] ?? "") || /^\s*<(?:!doctype|html|head|body)/i.test(text.slice(0, 200))
}
