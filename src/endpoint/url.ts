import { redactUrl } from "./text.ts"

/** A base URL taken apart. Addresses here carry no user, password or query: those travel as headers or are put back by `at`. */
export interface BaseUrl {
  /** As configured, credentials hidden: for messages. */
  shown: string
  /** Address that OpenCode puts `/chat/completions` behind; no slash at the end. */
  base: string
  /** Where `/health`, `/version` and `/metrics` live: the base without its `/v1`. */
  root: string
  /** The base URL it most likely should be; undefined when the configured one has the usual shape. */
  cure?: string
  host: string
  protocol: "http:" | "https:"
  /** `user:password` of the URL, decoded. */
  userinfo?: string
  /** Query of the base URL, with its question mark, or empty. */
  query: string
}

/** What is wrong with the shape of a base URL that cannot be used at all. */
export type UrlFault = "missing" | "unparsable" | "no-scheme" | "not-http" | "placeholder"

const ROUTES = /\/(?:chat\/completions|completions|chat|models|responses|messages|embeddings)\/?$/
const VERSION_SEGMENT = /\/v\d+(?:beta\d*|alpha\d*)?$/

/** Takes a configured base URL apart, or says why it cannot be one. Pure. */
export function parseBaseUrl(url: string | undefined): BaseUrl | { fault: UrlFault; shown: string } {
  const text = (url ?? "").trim()
  const shown = redactUrl(text)
  if (text === "" || text === "undefined" || text === "null") return { fault: "missing", shown: text }
  if (/\{(?:env|file):|\$\{/.test(text)) return { fault: "placeholder", shown }
  let parsed: URL
  try {
    parsed = new URL(text)
  } catch {
    return { fault: /^[\w.-]+(?::\d+)?(?:\/|$)/.test(text) ? "no-scheme" : "unparsable", shown }
  }
  // `localhost:8000/v1` parses, with `localhost:` as its scheme.
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:")
    return { fault: /^[\w.-]+:\d/.test(text) ? "no-scheme" : "not-http", shown }
  const base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`
  const cure = usualShape(base)
  const { username, password } = parsed
  return {
    shown,
    base,
    root: cure.replace(VERSION_SEGMENT, ""),
    cure: cure === base ? undefined : cure,
    host: parsed.host,
    protocol: parsed.protocol,
    userinfo: username || password ? `${decode(username)}:${decode(password)}` : undefined,
    query: parsed.search,
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The shape that OpenAI-compatible servers use: no route at the end, one version segment. */
function usualShape(base: string): string {
  let out = base
  while (ROUTES.test(out)) out = out.replace(ROUTES, "")
  out = out.replace(/(\/v\d+)(?:\/v\d+)+$/, "$1")
  return VERSION_SEGMENT.test(out) ? out : `${out}/v1`
}
