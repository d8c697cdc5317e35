import type { Socket } from "node:net"
import * as undici from "undici"
import type { Fetch } from "./fetch.ts"
import { underBun } from "./proxy.ts"

/** One request's way out, and how to leave nothing of it behind. */
export interface Transport {
  fetch: Fetch
  /** Destroys every socket that the request opened, one that is still connecting included. */
  close(): void
}

/**
 * The default transport: `fetch` of undici with a connection of its own. The agent that undici shares would go on connecting for
 * ten seconds after the caller gave up, and keep idle sockets.
 */
export function openTransport(timeoutMs: number): Transport {
  const plain = undici.fetch as unknown as Fetch
  if (underBun()) return { fetch: plain, close: () => {} }
  const sockets = new Set<Socket>()
  const connector = undici.buildConnector({ timeout: timeoutMs })
  const agent = new undici.Agent({
    pipelining: 0,
    connect: (options, callback) => {
      const pending = connector(options, (...result) => {
        const socket = result[1]
        if (socket) sockets.add(socket)
        callback(...result)
      }) as unknown
      if (isSocket(pending)) sockets.add(pending)
    },
  })
  return {
    fetch: (url, init) => plain(url, { ...init, dispatcher: agent } as RequestInit),
    close: () => {
      for (const socket of sockets) socket.destroy()
      agent.destroy().catch(() => {})
    },
  }
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "destroy" in value
}
