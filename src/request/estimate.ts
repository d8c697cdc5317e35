/**
 * How many tokens a request's prompt will be, guessed from its bytes. The share differs by tokenizer and by how much of the body is JSON
 * around the text, so it is learnt per model from what the server counted for earlier requests.
 */

/** Bytes per token before anything is known: OpenCode 1.18.33 sends 30,700 characters for some 7,500 tokens (measured), and code has more. */
const BYTES_PER_TOKEN = 3.5
/** An image is sent as base64 text and counted by its size in pixels: 1,500 tokens are a large screen for the common vision models. */
const IMAGE_TOKENS = 1_500
/** A learnt share varies by a few percent between a session's requests, and chat templates add some tokens of their own. */
const MARGIN = 1.05
const MARGIN_TOKENS = 64
/** Short prompts are mostly template and tell little of the long ones. */
const LEAST_LEARNT = 500
/** Shares outside are no text: a server that counts cached tokens apart, or one that counts nothing. */
const [LEAST_SHARE, MOST_SHARE] = [1, 12]
/** More models than anybody serves; names come from requests, so that they must not pile up. */
const MAX_MODELS = 200

export interface Estimator {
  /** Tokens of the prompt, rather too many than too few. */
  tokens(model: string | undefined, body: string): number
  /** The server counted this request's prompt. */
  learn(model: string | undefined, body: string, promptTokens: number): void
}

export function createEstimator(): Estimator {
  const shares = new Map<string, number>()
  return {
    tokens(model, body) {
      const { bytes, images } = measure(body)
      const share = shares.get(model ?? "")
      const text = share === undefined ? bytes / BYTES_PER_TOKEN : (bytes / share) * MARGIN + MARGIN_TOKENS
      return Math.ceil(text) + images * IMAGE_TOKENS
    },
    learn(model, body, promptTokens) {
      const { bytes, images } = measure(body)
      const share = bytes / promptTokens
      if (images > 0 || !(promptTokens >= LEAST_LEARNT) || !(share >= LEAST_SHARE && share <= MOST_SHARE)) return
      const before = shares.get(model ?? "")
      if (before === undefined && shares.size >= MAX_MODELS) return
      // Half of the new, half of the old: one unlike request does not turn the estimate over.
      shares.set(model ?? "", before === undefined ? share : (before + share) / 2)
    },
  }
}

/** Where the data of an image begins: a data URL as a whole string (Chat, Responses), or the source of an image block (Messages). */
const IMAGE = /"data:[\w.+/-]{1,60};base64,|(?<!\\)"type":"base64"[^{}]{0,200}?"data":"/g
/** Shorter ones are no image, but an example in a text. */
const LEAST_IMAGE = 64

/** Bytes of text, and images apart. */
function measure(body: string): { bytes: number; images: number } {
  let bytes = Buffer.byteLength(body)
  let images = 0
  IMAGE.lastIndex = 0
  for (let found = IMAGE.exec(body); found; found = IMAGE.exec(body)) {
    const end = body.indexOf('"', IMAGE.lastIndex)
    if (end === -1) break
    if (end - IMAGE.lastIndex < LEAST_IMAGE || body[found.index - 1] === "\\") continue
    bytes -= end - IMAGE.lastIndex
    images++
    IMAGE.lastIndex = end
  }
  return { bytes, images }
}
