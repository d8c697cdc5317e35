import { readBody } from "./body.ts"
import { BROKE_OFF, type Failure, failureOf } from "./failure.ts"
import type { Fetch } from "./fetch.ts"
import { proxyFor } from "./proxy.ts"
import { redactUrl } from "./text.ts"
import type { Endpoint } from "./types.ts"
import { parseBaseUrl } from "./url.ts"
import type { lookAtWire as LookAtWire, WireLook } from "./wire.ts"

export interface Answer {
  ok: true
  status: number
  /** Lower-case names. Only what tells servers apart is kept. */
  headers: Record<string, string>
  text: string
  /** The body as JSON; undefined when it is none. */
  json?: unknown
  /** Host of the proxy that the request went through, if the environment names one. */
  proxy?: string
  /** The body was longer than the limit; `text` is its beginning. */
  truncated: boolean
  ms: number
}

export type GetResult = Answer | { ok: false; failure: Failure; ms: number }

export interface GetOptions {
  /** The answer, body included, has to be there by then. */
  timeoutMs: number
  /** Ask below the server's root instead of the base URL: `/health`, `/version`, `/metrics`. */
  root?: boolean
  /** Another base URL of the same server. */
  base?: string
}

export interface ClientOptions {
  /** Replaces the transport. No connection is then opened beside it to explain a failure. */
  fetch?: Fetch
  signal?: AbortSignal
  env?: Record<string, string | undefined>
}

export interface Client {
  /** Never rejects. Follows no redirect, so the key stays with the host it was configured for. */
  get(path: string, options: GetOptions): Promise<GetResult>
}

const KEPT_HEADERS = [
  "content-type",
  "server",
  "location",
  "via",
  "retry-after",
  "www-authenticate",
  "x-litellm-version",
  "x-powered-by",
]

/** GET requests to one server. No socket and no timer outlives a call. */
export function createClient(endpoint: Endpoint, { fetch: replaced, signal, env = process.env }: ClientOptions = {}): Client {
  const parsed = parseBaseUrl(endpoint.url)
  const headers = "fault" in parsed ? {} : requestHeaders(endpoint, parsed.userinfo)
  const proxied = (url: URL) => (replaced ? undefined : proxyFor(url, env))
  return {
    async get(path, { timeoutMs, root, base }) {
      const began = performance.now()
      const ms = () => Math.round(performance.now() - began)
      const failed = (failure: Failure): GetResult => ({ ok: false, failure, ms: ms() })
      if ("fault" in parsed) return failed({ code: "unreachable", detail: "not an address" })
      const url = new URL(`${base ?? (root ? parsed.root : parsed.base)}${path}${parsed.query}`)
      if (signal?.aborted) return failed({ code: "response-timeout", detail: "given up" })

      const network = replaced ? undefined : await import("./network.ts")
      const through = proxied(url)
      const proxy = through?.host
      const transport = network?.openTransport(through) ?? { fetch: replaced as Fetch, close: () => {} }
      const left = () => Math.max(1, timeoutMs - ms())
      const control = new AbortController()
      const progress = { headers: false }
      let wire: WireLook | undefined
      const look = () => {
        if (network && !proxy) wire ??= network.lookAtWire(wireAddress(url, url.protocol === "https:"))
        return wire
      }
      // Half of the time gone and not a byte: look beside the request how far a connection comes.
      const half = setTimeout(() => progress.headers || look(), left() / 2)
      let expire: (result: GetResult) => void = () => {}
      const expired = new Promise<GetResult>((resolve) => {
        expire = resolve
      })
      const giveUp = () => expire(failed({ code: "response-timeout", detail: "given up" }))
      const timer = setTimeout(() => expire(failed(late(progress.headers, wire, proxy))), left())
      signal?.addEventListener("abort", giveUp, { once: true })

      const request = async (): Promise<GetResult> => {
        const response = await transport.fetch(url.href, { method: "GET", headers, redirect: "manual", signal: control.signal })
        progress.headers = true
        if (isRedirect(response)) return failed({ code: "redirect", detail: redirectTarget(response, url) })
        const { text, truncated } = await readBody(response)
        const kept = KEPT_HEADERS.flatMap((name) =>
          response.headers.has(name) ? [[name, response.headers.get(name) ?? ""]] : [],
        )
        return {
          ok: true,
          status: response.status,
          headers: Object.fromEntries(kept),
          text,
          json: truncated ? undefined : parse(text),
          truncated,
          ...(proxy && { proxy }),
          ms: ms(),
        }
      }
      const explained = async (): Promise<GetResult> => {
        try {
          return await request()
        } catch (error) {
          const failure = failureOf(error)
          if (proxy) return failed({ code: "proxy", detail: proxy })
          if (progress.headers && failure.code === "reset") return failed({ code: "reset", detail: BROKE_OFF })
          return failed(network ? await explain(failure, url, left(), network.lookAtWire) : failure)
        }
      }
      try {
        return await Promise.race([explained(), expired])
      } finally {
        clearTimeout(half)
        clearTimeout(timer)
        signal?.removeEventListener("abort", giveUp)
        control.abort()
        transport.close()
        wire?.stop()
      }
    },
  }
}

/** As the AI SDK sends them: the key as a bearer token, and configured headers over it. */
export function requestHeaders(endpoint: Endpoint, userinfo: string | undefined): Record<string, string> {
  const out: Record<string, string> = {
    accept: "application/json, text/plain;q=0.9, */*;q=0.5",
    "user-agent": "opencode-vllm",
    connection: "close",
  }
  if (userinfo) out.authorization = `Basic ${Buffer.from(userinfo).toString("base64")}`
  if (endpoint.key) out.authorization = `Bearer ${endpoint.key}`
  for (const [name, value] of Object.entries(endpoint.headers ?? {})) out[name.toLowerCase()] = String(value)
  return out
}

function wireAddress(url: URL, tls: boolean) {
  return { hostname: url.hostname, port: Number(url.port || (url.protocol === "https:" ? 443 : 80)), tls }
}

/** Time is up: the code says how far things came. */
function late(headers: boolean, wire: WireLook | undefined, proxy: string | undefined): Failure {
  if (proxy) return { code: "proxy", detail: proxy }
  if (headers) return { code: "response-timeout", detail: "the answer began and did not end" }
  if (!wire) return { code: "response-timeout" }
  const { phase, error } = wire.state
  if (error) return { code: error }
  if (phase === "dns") return { code: "dns", detail: "no answer from the name server" }
  return { code: phase === "connect" ? "connect-timeout" : "hung" }
}

const UNCLEAR: ReadonlySet<string> = new Set([
  "reset",
  "not-openai",
  "internal",
  "https-on-http-port",
  "tls-untrusted",
  "tls-hostname",
])

/**
 * What the runtime's error leaves open. Bun 1.3 says `ConnectionRefused` or `FailedToOpenSocket` of a wrong name and a failed TLS handshake as well; a
 * connection that broke off, or an answer that is no HTTP, may be TLS spoken on one side only; certificates deserve their reason.
 */
async function explain(failure: Failure, url: URL, leftMs: number, lookAtWire: typeof LookAtWire): Promise<Failure> {
  const https = url.protocol === "https:"
  const catchAll = failure.detail === "ConnectionRefused" || failure.detail === "FailedToOpenSocket"
  if (!(catchAll || UNCLEAR.has(failure.code)) || leftMs < 20) return failure
  const wire = lookAtWire(wireAddress(url, https || !catchAll))
  // A handshake takes a second and more on a busy machine; what is known without it has to be said before the time is up.
  const timer = setTimeout(() => wire.stop(), catchAll ? leftMs : 0.8 * leftMs)
  const seen = await wire.done
  clearTimeout(timer)
  // Of an address without a route Bun's sockets say that it refuses.
  if (failure.detail === "FailedToOpenSocket" && seen.error === "refused") return failure
  // To a server of plain http the look spoke TLS, which that does not understand: this says nothing.
  const told = seen.error !== undefined && (https || seen.error !== "https-on-http-port")
  if (catchAll || failure.code === "internal") return told ? { code: seen.error!, detail: seen.certificate } : failure
  if (https)
    return seen.error && seen.phase === "tls" ? { code: seen.error, detail: seen.certificate ?? failure.detail } : failure
  const spokeTls = seen.phase === "open" || (seen.phase === "tls" && seen.error?.startsWith("tls-"))
  return spokeTls ? { code: "http-on-https-port" } : failure
}

function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(response.status)
}

function redirectTarget(response: Response, from: URL): string | undefined {
  try {
    return redactUrl(new URL(response.headers.get("location") ?? "", from).href)
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
