import type { Socket } from "node:net"
import { Readable } from "node:stream"
import * as undici from "undici"
import type { Fetch } from "./fetch.ts"
import { type ProxyAddress, underBun } from "./proxy.ts"

/** One request's way out, and how to leave nothing of it behind. */
export interface Transport {
  fetch: Fetch
  /** Destroys every socket that the request opened, one that is still connecting included. */
  close(): void
}

/**
 * The default transport: `fetch` of undici with a connection of its own. The agent that undici shares would go on connecting for
 * ten seconds after the caller gave up, and keep idle sockets. Bun's `fetch` ends them, and finds the proxy, by itself.
 */
export function openTransport(proxy?: ProxyAddress): Transport {
  const plain = undici.fetch as unknown as Fetch
  if (underBun()) return { fetch: plain, close: () => {} }
  const { agent, close } = proxy ? proxied(proxy) : direct()
  return {
    fetch: async (url, init) => {
      try {
        return await plain(url, { ...init, dispatcher: agent } as RequestInit)
      } catch (error) {
        if (!isBadPort(error)) throw error
        return request(url, init, agent)
      }
    },
    close,
  }
}

/** Who asks has a deadline of its own and closes the way then; a second clock would only blur the cause. */
const NEVER = 0

interface Way {
  agent: undici.Dispatcher
  close(): void
}

function direct(): Way {
  const sockets = new Set<Socket>()
  const connector = undici.buildConnector({ timeout: NEVER, autoSelectFamily: true })
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
  const close = () => {
    for (const socket of sockets) socket.destroy()
    agent.destroy().catch(() => {})
  }
  return { agent, close }
}

/** As Bun does: a tunnel for https, plain requests with the whole address for http. */
function proxied({ url }: ProxyAddress): Way {
  const proxyTls = { timeout: NEVER, autoSelectFamily: true }
  const agent = new undici.ProxyAgent({ uri: url, proxyTunnel: false, proxyTls, requestTls: { timeout: NEVER } })
  return { agent, close: () => void agent.destroy().catch(() => {}) }
}

/** Fetch knows ports that browsers block (6000, 6667, 10080 ...). Bun's does not, so OpenCode reaches a server there. */
const isBadPort = (error: unknown) => ((error as Error | undefined)?.cause as Error | undefined)?.message === "bad port"

async function request(
  url: string,
  { method, headers, body, signal }: RequestInit,
  dispatcher: undici.Dispatcher,
): Promise<Response> {
  const answer = await undici.request(url, {
    method: (method ?? "GET") as undici.Dispatcher.HttpMethod,
    headers: headers as Record<string, string>,
    ...{ body: body as string | undefined, signal, dispatcher },
  })
  const { statusCode: status } = answer
  const names = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value ?? "")])
  const empty = status === 204 || status === 205 || status === 304
  return new Response(empty ? null : (Readable.toWeb(answer.body) as unknown as ReadableStream), { status, headers: names })
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "destroy" in value
}
