import type { ApiShape, Check } from "../types.ts"
import type { UrlFault } from "../url.ts"
import { DOCS, fail, isUseful, pass, type Seen, setting } from "./seen.ts"

const FAULTS: Record<UrlFault, { what: (url: string) => string; cure: string }> = {
  missing: {
    what: () => "No server address is set.",
    cure: 'to the address of your server, for example "http://localhost:8000/v1"',
  },
  unparsable: {
    what: (url) => `The server address "${url}" is not a URL.`,
    cure: 'to a full address such as "http://localhost:8000/v1"',
  },
  "no-scheme": {
    what: (url) => `The server address "${url}" has no http:// in front.`,
    cure: 'to the address with its scheme, for example "http://localhost:8000/v1"',
  },
  "not-http": {
    what: (url) => `The server address "${url}" is neither http nor https.`,
    cure: 'to an address that starts with "http://" or "https://"',
  },
  placeholder: {
    what: () => "The server address still contains a reference that was not filled in.",
    cure: "to the address itself, or set the environment variable that it refers to",
  },
}

const ROUTE = /\/(?:chat\/completions|completions|models|responses|messages)$/

/** The shape of the base URL, held against what the server answered below it. */
export function checkConfig(seen: Seen): Check {
  const { url } = seen
  const name = setting(seen.endpoint, "options.baseURL")
  if ("fault" in url) {
    const { what, cure } = FAULTS[url.fault]
    return fail("config", {
      code: "wrong-path",
      message: what(url.shown),
      fix: `Set ${name} ${cure}.`,
      reference: DOCS.providers,
    })
  }
  if (!url.cure) return wrongAdapter(seen) ?? pass("config", "The base URL has the usual form.")
  const problem = (message: string) =>
    fail("config", {
      code: "wrong-path",
      message,
      fix: `Set ${name} to "${url.cure}${url.query ? "?…" : ""}".`,
      reference: DOCS.providers,
    })
  const route = ROUTE.exec(url.base)?.[0]
  if (route && !isUseful(seen.list)) return problem(`The base URL ends in ${route}, which OpenCode adds by itself.`)
  if (!isUseful(seen.list) && isUseful(seen.cured)) {
    const twice = /\/v\d+\/v\d+/.test(url.base) && "has its version twice"
    const why = twice || (url.cure === `${url.base}/v1` ? "lacks the /v1 at its end" : "is not where the API is")
    return problem(`The base URL ${url.shown} ${why}: the server's API is at ${url.cure}.`)
  }
  return wrongAdapter(seen) ?? pass("config", "The base URL has no /v1, but the server answers there.")
}

/** What each adapter speaks, in OpenCode 1.18. */
const ADAPTERS: Readonly<Record<string, ApiShape>> = {
  "@ai-sdk/openai-compatible": "chat",
  "@ai-sdk/openai": "responses",
  "@ai-sdk/anthropic": "messages",
}
const SHAPE_NAMES: Readonly<Record<ApiShape, string>> = {
  chat: "Chat Completions",
  responses: "Responses",
  messages: "Anthropic Messages",
}

/** The adapter speaks an API that the server has not. Only said where the server names its routes, or is a vLLM whose version does. */
function wrongAdapter({ endpoint, shapes, kind }: Seen): Check | undefined {
  const spoken = ADAPTERS[endpoint.adapter ?? ""]
  if (!spoken || !shapes || shapes.includes(spoken) || (kind !== "vllm" && kind !== "unknown")) return undefined
  const fitting = Object.keys(ADAPTERS).find((adapter) => shapes.includes(ADAPTERS[adapter] as ApiShape))
  return fail("config", {
    code: "wrong-adapter",
    message: `The adapter ${endpoint.adapter} speaks ${SHAPE_NAMES[spoken]}, the server only ${shapes.map((one) => SHAPE_NAMES[one]).join(" and ")}.`,
    fix: `Set ${setting(endpoint, "npm")} to "${fitting}".`,
    reference: DOCS.providers,
  })
}
