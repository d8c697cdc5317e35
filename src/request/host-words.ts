/**
 * The words that the host acts on. OpenCode 1.18.33 tests the message and the body of every error answer against these patterns, whatever
 * the status is: the first list makes it send the request again (five times, for over a minute), the second makes it compact the session.
 * Both are copied from its shipped JavaScript. The numbers of the first list count anywhere, so that the port 5000 is a server error.
 */

const RETRIED: readonly RegExp[] = [
  /429|500|502|503|504|524/i,
  /rate increased too quickly|rate limit|rate-limit|rate_limit|too many requests/i,
  /overloaded|service unavailable|service_unavailable|service-unavailable|internal error|internal_error|internal server error|server error|server_error|server-error|provider returned error|provider_returned_error|provider-returned-error/i,
  /terminated|fetch failed|failed to fetch|network[-_\s]error|upstream connect|connection error|connection refused|connection lost|socket connection was closed|socket hang up|reset before headers|getaddrinfo|enotfound|eai_again|econnrefused|econnreset|etimedout/i,
  /^timeout$|\b(?:request|response|connection|network|stream|read) (?:timeout|timed out|time out)\b/i,
  /try your request again|retry your request|resource exhausted|resource_exhausted/i,
  /\btry again (?:later|in\b)|\b(?:currently|temporarily) at capacity\b/i,
]

const COMPACTED: readonly RegExp[] = [
  /prompt is too long/i,
  /request_too_large/i,
  /input is too long for requested model/i,
  /exceeds the context window/i,
  /exceeds (?:the )?(?:model'?s )?maximum context length(?: of [\d,]+ tokens?|\s*\([\d,]+\))/i,
  /input token count.*exceeds the maximum/i,
  /tokens in request more than max tokens allowed/i,
  /maximum prompt length is \d+/i,
  /reduce the length of the messages/i,
  /maximum context length is \d+ tokens/i,
  /exceeds (?:the )?maximum allowed input length of [\d,]+ tokens?/i,
  /input \(\d+ tokens\) is longer than the model'?s context length \(\d+ tokens\)/i,
  /exceeds the limit of \d+/i,
  /exceeds the available context size/i,
  /greater than the context length/i,
  /context window exceeds limit/i,
  /exceeded model token limit/i,
  /context[_ ]length[_ ]exceeded/i,
  /request entity too large/i,
  /context length is only \d+ tokens/i,
  /input length.*exceeds.*context length/i,
  /prompt too long; exceeded (?:max )?context length/i,
  /too large for model with \d+ maximum context length/i,
  /prompt has [\d,]+ tokens?, but the configured context size is [\d,]+ tokens?/i,
  /model_context_window_exceeded/i,
  /too many tokens/i,
  /token limit exceeded/i,
  /^4(00|13)\s*(status code)?\s*\(no body\)/i,
]

/** Texts that are about limits of another kind, though a pattern of the second list fits. */
const NOT_COMPACTED: readonly RegExp[] = [/^(throttling error|service unavailable):/i, /rate limit/i, /too many requests/i]

/** The host sends the request again on this text. */
export const isRetried = (text: string) => RETRIED.some((pattern) => pattern.test(text))

/** The host compacts the session on an answer with this status and text, and goes on. */
export function isCompacted(status: number, text: string): boolean {
  if (status === 413 || /"code"\s*:\s*"context_length_exceeded"/.test(text)) return true
  return !NOT_COMPACTED.some((pattern) => pattern.test(text)) && COMPACTED.some((pattern) => pattern.test(text))
}

/** U+2060, the word joiner: it has no width and no meaning, and none of the host's patterns sees through it. */
const JOINER = "\u2060"

/**
 * The same text to the eye, on which the host neither retries nor compacts: a word joiner stands after the first character of whatever a
 * pattern finds. This is for texts that must be shown at once and contain a port such as 8502, or the words of a server.
 */
export function calm(text: string): string {
  let out = text
  for (const pattern of [...RETRIED, ...COMPACTED])
    for (let found = pattern.exec(out); found; found = pattern.exec(out)) {
      const [first = ""] = found[0]
      const at = found.index + first.length
      out = out.slice(0, at) + JOINER + out.slice(at)
    }
  return out
}
