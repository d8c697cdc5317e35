/**
 * Text that came from outside, made safe to show: a server is not trusted, and a key must never be printed.
 */

// CSI, OSC and the two-byte escape sequences of terminals (ECMA-48).
const ESCAPES = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x1b\x9b][[()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/g
// Everything that moves, hides or reorders what a person sees: controls, zero-width, bidirectional, tags, lone surrogates.
const UNSEEN =
  /[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu

/**
 * One line of visible text: terminal escapes, control, zero-width and bidirectional characters are gone, white space is
 * collapsed, and what is longer than `max` characters is cut with an ellipsis.
 */
export function clean(text: string, max: number): string {
  // Cut first: nobody shows a megabyte, so nobody scans one. Escapes make the text longer than what is seen of it.
  const seen = text
    .slice(0, max * 8 + 64)
    .replace(ESCAPES, "")
    .replace(/\s+/g, " ")
    .replace(UNSEEN, "")
    .trim()
  const points = [...seen]
  return points.length <= max
    ? seen
    : `${points
        .slice(0, Math.max(0, max - 1))
        .join("")
        .trimEnd()}…`
}

const HIDDEN = "***"
const WORD = /^\w+$/

/**
 * Takes every secret out of a text, also in its URL-encoded form. Secrets shorter than four characters are no secrets; words
 * shorter than eight (`EMPTY`, `none`) are only taken out where they stand alone.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let out = text
  for (const secret of [...new Set(secrets)].sort((a, b) => b.length - a.length)) {
    if (secret.length < 4) continue
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      if (!out.includes(form)) continue
      out =
        secret.length < 8 && WORD.test(form)
          ? out.replace(new RegExp(`\\b${form}\\b`, "g"), HIDDEN)
          : out.split(form).join(HIDDEN)
    }
  }
  return out
}

const SECRET_NAME = /key|token|secret|passw|pwd|auth|sig|cred|session|code/i

/** The address without what opens doors: user and password, and the values of query parameters that are named like a key. */
export function redactUrl(url: string): string {
  let parsed: URL
  try {
    parsed = new URL(url)
    // `localhost:8000/v1` parses, with `localhost:` as its scheme.
    if (parsed.host === "") throw new TypeError("no host")
  } catch {
    return clean(url.replace(/\/\/[^/@\s]*@/, `//${HIDDEN}@`).replace(/([?&][^=&#]*=)[^&#\s]*/g, `$1${HIDDEN}`), 200)
  }
  const user = parsed.username || parsed.password ? `${HIDDEN}@` : ""
  const query = [...parsed.searchParams].map(
    ([name, value]) => `${name}=${SECRET_NAME.test(name) || value.length >= 20 ? HIDDEN : value}`,
  )
  const path = parsed.pathname === "/" && !url.endsWith("/") ? "" : parsed.pathname
  return clean(`${parsed.protocol}//${user}${parsed.host}${path}${query.length ? `?${query.join("&")}` : ""}`, 200)
}

/** What people write where a server wants no key. Hiding such a word would hide what it names: `ollama` is a kind of server too. */
const NO_SECRET =
  /^(?:sk-)?(?:no|none|null|nil|empty|dummy|fake|local|localhost|test|ollama|lm[-_]?studio|vllm|sglang|llama|llama[-_.]?cpp|llama[-_]?swap|litellm|openai|nim|mlx|unused|placeholder|any|anything|key|x+)(?:[-_ ]?(?:key|needed|required|used|token))*$/i

/** The secrets of an endpoint: key, header values, password and query values of the URL. */
export function secretsOf(endpoint: { url: string; key?: string; headers?: Record<string, string> }): string[] {
  const secrets = [endpoint.key, ...Object.values(endpoint.headers ?? {})]
  // A header value is often "Bearer <key>": the key alone is the secret as well.
  for (const value of Object.values(endpoint.headers ?? {})) secrets.push(String(value).replace(/^\w+\s+/, ""))
  try {
    const parsed = new URL(endpoint.url)
    secrets.push(decodeURIComponent(parsed.password))
    for (const [name, value] of parsed.searchParams) if (SECRET_NAME.test(name) || value.length >= 20) secrets.push(value)
  } catch {
    // Not an address: redactUrl hides what looks like a password in it.
  }
  return secrets.filter((s): s is string => typeof s === "string" && s !== "" && !NO_SECRET.test(s.trim())).map((s) => s.trim())
}

/** The same value with every string in it redacted. Keys stay: they are ours. */
export function redactDeep<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === "string") return redact(value, secrets) as T
  if (Array.isArray(value)) return value.map((v) => redactDeep(v, secrets)) as T
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, redactDeep(v, secrets)])) as T
}
