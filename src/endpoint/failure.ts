import type { CheckCode } from "./types.ts"

/** Why no HTTP answer came. `detail` is safe to show: a host, an error code of the runtime, never its message. */
export interface Failure {
  code: CheckCode
  detail?: string
}

/**
 * Error codes per cause. Node and undici set `error.cause.code`; Bun sets `error.code`, with its own names where it has no errno
 * (seen on Bun 1.3.14, which OpenCode 1.18.33 embeds, Bun 1.4.5, and Node 20 with undici 7).
 */
const CODES: Record<string, CheckCode> = {
  ECONNREFUSED: "refused",
  ConnectionRefused: "refused",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EHOSTDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
  FailedToOpenSocket: "unreachable",
  ETIMEDOUT: "connect-timeout",
  ConnectionTimeout: "connect-timeout",
  UND_ERR_CONNECT_TIMEOUT: "connect-timeout",
  UND_ERR_HEADERS_TIMEOUT: "hung",
  UND_ERR_BODY_TIMEOUT: "response-timeout",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ConnectionClosed: "reset",
  UND_ERR_SOCKET: "reset",
  CERT_HAS_EXPIRED: "tls-expired",
  CERT_NOT_YET_VALID: "tls-expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls-hostname",
  HOSTNAME_MISMATCH: "tls-hostname",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls-untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "tls-untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls-untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "tls-untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls-untrusted",
  CERT_UNTRUSTED: "tls-untrusted",
  CERT_REJECTED: "tls-untrusted",
  CERT_SIGNATURE_FAILURE: "tls-untrusted",
  INVALID_CA: "tls-untrusted",
  CERT_CHAIN_TOO_LONG: "tls-untrusted",
  ERR_SSL_WRONG_VERSION_NUMBER: "https-on-http-port",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "https-on-http-port",
  ERR_SSL_HTTP_REQUEST: "https-on-http-port",
  EPROTO: "https-on-http-port",
  Malformed_HTTP_Response: "not-openai",
  InvalidHTTPResponse: "not-openai",
  UND_ERR_HEADERS_OVERFLOW: "not-openai",
  ResponseHeadersTooLarge: "not-openai",
}

/** An answer came, in a compression that is none. */
export const UNPACKABLE = "compression"
/** An answer began, and its connection was closed. */
export const BROKE_OFF = "broke off"

/** The failure behind an error that a fetch threw. `internal` when nothing in the error is known. */
export function failureOf(error: unknown): Failure {
  const seen = new Set<unknown>()
  const queue: unknown[] = [error]
  let unknown: string | undefined
  while (queue.length > 0 && seen.size < 16) {
    const e = queue.shift()
    if (typeof e !== "object" || e === null || seen.has(e)) continue
    seen.add(e)
    const { code, name, cause, errors } = e as {
      code?: unknown
      name?: unknown
      cause?: unknown
      errors?: unknown
    }
    if (typeof code === "string") {
      const known = CODES[code]
      if (known) return { code: known, detail: code }
      if (
        /^(?:Z_[A-Z]+_ERROR|ERR_PADDING_\w+|ERR__ERROR_FORMAT_\w+|(?:Zlib|BrotliDecompression|ZstdDecompression)Error)$/.test(
          code,
        )
      )
        return { code: "not-openai", detail: UNPACKABLE }
      if (code.startsWith("HPE_")) return { code: "not-openai", detail: code }
      if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")) return { code: "tls-untrusted", detail: code }
      unknown ??= code
    }
    // undici names no code for an answer that is not HTTP.
    if (name === "HTTPParserError") return { code: "not-openai", detail: "not HTTP" }
    if (name === "TimeoutError") return { code: "response-timeout" }
    queue.push(cause)
    if (Array.isArray(errors)) queue.push(...errors)
  }
  return { code: "internal", detail: unknown && /^\w{1,40}$/.test(unknown) ? unknown : undefined }
}
