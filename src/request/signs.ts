/**
 * What an error answer is about, as far as its status and text tell. Texts: vLLM 0.10 to 0.32, llama.cpp, SGLang, Ollama, LM Studio,
 * llama-swap, LiteLLM and common gateways.
 */

import { errorText, isHtml } from "../endpoint/checks/seen.ts"
import type { Answer } from "../endpoint/client.ts"
import { asObject } from "../endpoint/models.ts"

/** An answer that is no model's: an error, or a page. */
export interface Refused {
  status: number
  /** Value of the header, empty without one. */
  contentType: string
  /** The body, or the beginning of a very long one. */
  text: string
}

export function isPage({ contentType, text }: Refused): boolean {
  return isHtml(asAnswer({ status: 200, contentType, text }))
}

/** The server's own words on one line, cut; empty where there are none that say more than the status. */
export function words(refused: Refused): string {
  if (isPage(refused)) {
    const title = /<title[^>]*>([^<]{1,200})<\/title>/i.exec(refused.text.slice(0, 20_000))?.[1]
    return title === undefined ? "" : errorText(asAnswer({ ...refused, contentType: "text/plain", text: title }))
  }
  const said = errorText(asAnswer(refused))
  return /^(?:not found|unauthorized|forbidden|method not allowed|bad gateway|service unavailable|\W*)$/i.test(said) ? "" : said
}

function asAnswer({ status, contentType, text }: Refused): Answer {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { ok: true, status, headers: { "content-type": contentType }, text, json, truncated: false, ms: 0 }
}

/** vLLM without `--enable-auto-tool-choice` or `--tool-call-parser`. */
export const refusesTools = ({ status, text }: Refused) =>
  status === 400 && /requires --(?:enable-auto-tool-choice|tool-call-parser)\b/.test(text)

const UNKNOWN_MODEL = [
  // vLLM, Rust frontend included, and OpenAI
  /the model [`'"][^`'"]*[`'"] does not exist/i,
  // LiteLLM
  /invalid model name passed in/i,
  // Ollama: model "x" not found, try pulling it first; LM Studio and llama.cpp's router: Model "x" not found
  /\bmodel\b.{0,300}\bnot found\b/i,
  // llama-swap
  /could not find (?:real|suitable) ?model|no (?:handler|router) for requested model/i,
]

export function isUnknownModel(refused: Refused): boolean {
  if (refused.status !== 404 && refused.status !== 400) return false
  const { error } = asObject(parse(refused.text)) ?? {}
  if (asObject(error)?.code === "model_not_found") return true
  return !isPage(refused) && UNKNOWN_MODEL.some((pattern) => pattern.test(errorText(asAnswer(refused))))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** llama.cpp `Loading model`, vLLM `is currently scaling`, Hugging Face `is currently loading`, gateways. Not "overloaded". */
export const isLoading = (refused: Refused) =>
  refused.status === 503 &&
  !isPage(refused) &&
  /\bloading\b|\bstarting\b|\bwarming\b|\bscaling\b|not (?:yet )?ready/i.test(refused.text)

/** `EngineCore encountered an issue`, `EngineDeadError`, older `AsyncEngineDeadError: Task finished unexpectedly`. */
export const isDeadEngine = (refused: Refused) =>
  refused.status >= 500 &&
  /EngineCore encountered an issue|EngineDeadError|\bengine (?:is |process )?(?:dead|died)\b/i.test(refused.text)
