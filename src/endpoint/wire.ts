import { lookup } from "node:dns"
import { connect, isIP, type Socket } from "node:net"
import { checkServerIdentity, connect as connectTls, type TLSSocket } from "node:tls"
import { failureOf } from "./failure.ts"
import type { CheckCode } from "./types.ts"

/** How far a bare connection came: name looked up, TCP connected, TLS agreed, open. */
export interface Wire {
  phase: "dns" | "connect" | "tls" | "open"
  /** Set when the phase failed; undefined while it is still waiting, and when the connection opened. */
  error?: CheckCode
  /** Host that the certificate is for, when it is for another one. */
  certificate?: string
}

export interface WireLook {
  /** Moves on while the look runs. */
  state: Wire
  /** Resolves when the connection opened or failed; never rejects. */
  done: Promise<Wire>
  stop(): void
}

/**
 * Opens a connection beside the request and sends nothing on it, to tell what the runtime's own error does not: whether a name,
 * a port or a certificate is at fault, or a server that accepts and then stays silent.
 */
export function lookAtWire(address: { hostname: string; port: number; tls: boolean }): WireLook {
  const state: Wire = { phase: "dns" }
  const host = address.hostname.replace(/^\[|\]$/g, "")
  let socket: Socket | undefined
  let stopped = false
  let finish: (wire: Wire) => void = () => {}
  const done = new Promise<Wire>((resolve) => {
    finish = resolve
  })
  const stop = () => {
    stopped = true
    socket?.destroy()
    finish(state)
  }
  const fail = (error: unknown, otherwise: CheckCode) => {
    const { code } = failureOf(error)
    state.error = code === "internal" ? otherwise : code
    stop()
  }
  const speakTls = () => {
    state.phase = "tls"
    // The certificate is judged here, so that an untrusted one can still be read. Nothing is sent over this connection.
    const tls: TLSSocket = connectTls({
      socket,
      servername: isIP(host) ? undefined : host,
      rejectUnauthorized: false,
    })
    socket = tls
    tls.on("error", (error) => fail(error, "https-on-http-port"))
    tls.on("close", () => fail(undefined, "https-on-http-port"))
    tls.on("secureConnect", () => {
      // Bun 1.3 reports this event for any answer, HTTP included: only a certificate proves that TLS was spoken.
      const certificate = tls.getPeerCertificate()
      if (!certificate || Object.keys(certificate).length === 0) return fail(undefined, "https-on-http-port")
      Object.assign(state, judgeCertificate(tls, host))
      if (!state.error) state.phase = "open"
      tls.removeAllListeners("close")
      stop()
    })
  }
  const open = () => {
    if (stopped) return
    state.phase = "connect"
    socket = connect({ host, port: address.port })
    socket.on("error", (error) => fail(error, "unreachable"))
    socket.on("connect", () => {
      if (address.tls) return speakTls()
      state.phase = "open"
      stop()
    })
  }
  if (isIP(host)) open()
  else lookup(host, (error) => (error ? fail(error, "dns") : open()))
  return { state, done, stop }
}

function judgeCertificate(tls: TLSSocket, host: string): Partial<Wire> {
  if (tls.authorized) return {}
  const certificate = tls.getPeerCertificate()
  const until = Date.parse(certificate?.valid_to ?? "")
  const from = Date.parse(certificate?.valid_from ?? "")
  const now = Date.now()
  if (until < now || from > now) return { error: "tls-expired" }
  const reason = tls.authorizationError as unknown
  const code = typeof reason === "string" ? reason : (reason as { code?: string } | undefined)?.code
  const named = failureOf({ code }).code
  if (named !== "internal" && named !== "tls-hostname") return { error: named }
  if (certificate?.subject && checkServerIdentity(host, certificate)) {
    const cn = certificate.subject.CN as unknown
    return { error: "tls-hostname", certificate: Array.isArray(cn) ? String(cn[0]) : cn === undefined ? undefined : String(cn) }
  }
  return { error: "tls-untrusted" }
}
