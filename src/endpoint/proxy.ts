/** Under Bun `undici` is Bun's own module, whose Agent takes no options (Bun 1.3 and 1.4). */
export function underBun(): boolean {
  return "bun" in process.versions
}

export interface ProxyAddress {
  /** Without user and password, for messages. */
  host: string
  /** With them: never to be shown. */
  url: string
}

/**
 * The proxy that a request to this address goes through, as Bun's fetch reads the environment: `HTTP_PROXY`/`HTTPS_PROXY` in
 * either case, unless `NO_PROXY` names the host; localhost is no exception. OpenCode runs on Bun, so what fails here fails there, and Node,
 * which would read none of it, is told to do the same.
 */
export function proxyFor(url: URL, env: Record<string, string | undefined>): ProxyAddress | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"
  const proxy = env[name.toLowerCase()] || env[name]
  if (!proxy || isExempt(url, env.no_proxy || env.NO_PROXY || "")) return undefined
  try {
    const { host, href } = new URL(proxy.includes("://") ? proxy : `http://${proxy}`)
    return { host, url: href }
  } catch {
    return undefined
  }
}

function isExempt(url: URL, list: string): boolean {
  return list
    .split(",")
    .map((entry) =>
      entry
        .trim()
        .toLowerCase()
        .replace(/^\*?\./, ""),
    )
    .some(
      (entry) => entry === "*" || (entry !== "" && [url.hostname, url.host].some((h) => h === entry || h.endsWith(`.${entry}`))),
    )
}
