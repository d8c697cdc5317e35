import { asObject } from "../models.ts"
import type { Check, Endpoint } from "../types.ts"
import { DOCS, ended, errorText, fail, isUnreached, pass, type Seen, setting, skip, usedList } from "./seen.ts"

/** What no HTTP header may carry: a key copied with its line break makes every request fail before it is sent. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

export function hasKey({ key, headers, url }: Endpoint): boolean {
  const named = Object.keys(headers ?? {}).some((name) => /^(authorization|x-api-key|api-key)$/i.test(name))
  return Boolean(key) || named || /\/\/[^/]*:[^/]*@/.test(url)
}

/** The setting whose value cannot be sent, if there is one. */
export function unsendable({ key, headers }: Endpoint): "options.apiKey" | "options.headers" | undefined {
  if (key !== undefined && UNSENDABLE.test(key)) return "options.apiKey"
  const bad = Object.entries(headers ?? {}).some(([name, value]) => UNSENDABLE.test(value) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
  return bad ? "options.headers" : undefined
}

/**
 * Whether the server takes the key. The shapes of a refusal: vLLM `{"error":"Unauthorized"}`, OpenAI and llama.cpp
 * `{"error":{"message":…}}`, FastAPI `{"detail":…}`; LiteLLM without a database answers 500 in plain text to no key, and 400 "No
 * connected db." to a wrong one, which it would look up there (seen on 1.108.7).
 */
export function checkAuth(seen: Seen): Check {
  const { endpoint } = seen
  const apiKey = setting(endpoint, "options.apiKey")
  const login = "`opencode auth login`"
  const broken = unsendable(endpoint)
  if (broken)
    return fail("auth", {
      code: "unauthorized",
      message: `${broken === "options.apiKey" ? "The API key" : "A configured header"} contains a line break or a character that no request can carry.`,
      fix:
        broken === "options.apiKey"
          ? `Store the key again without it: ${apiKey}, or ${login}.`
          : `Correct ${setting(endpoint, broken)}.`,
      reference: DOCS.providers,
    })
  const list = usedList(seen)
  if (isUnreached(seen) || !list?.ok) return skip("auth", "Not checked: the server did not answer.")
  const says = errorText(list)
  const keyAsked =
    list.status >= 400 &&
    /no api[ _-]?key|api[ _-]?key (?:is )?(?:missing|required)|missing api[ _-]?key|^no connected db/i.test(says)
  const refused = list.status === 401 || (keyAsked && list.status !== 404)
  const shown = says && !/^unauthorized$/i.test(says) ? ` It says: ${ended(says)}` : ""
  if (refused && /^basic\b/i.test(list.headers["www-authenticate"] ?? ""))
    return fail("auth", {
      code: hasKey(endpoint) ? "unauthorized" : "key-missing",
      message: `The server, or a gateway in front of it, wants a user name and a password.${shown}`,
      fix: `Set ${setting(endpoint, "options.headers.Authorization")} to "Basic {env:NAME_OF_YOUR_VARIABLE}", the variable holding user:password in base64.`,
      reference: DOCS.providers,
      ms: list.ms,
    })
  if (refused && !hasKey(endpoint))
    return fail("auth", {
      code: "key-missing",
      message: `The server wants an API key, and none is configured.${shown}`,
      fix: `Set ${apiKey} to "{env:NAME_OF_YOUR_VARIABLE}", or store the key with ${login} under the same provider id.`,
      reference: seen.kind === "vllm" ? DOCS.vllmSecurity : DOCS.providers,
      ms: list.ms,
    })
  if (refused)
    return fail("auth", {
      code: "unauthorized",
      message: `The server does not accept the configured API key.${shown}`,
      fix: `Correct the key (${apiKey} or ${login})${seen.kind === "vllm" ? "; it is the value of --api-key or VLLM_API_KEY on the server" : ""}.`,
      reference: seen.kind === "vllm" ? DOCS.vllmSecurity : DOCS.providers,
      ms: list.ms,
    })
  if (list.status === 403) {
    const what = endpoint.provider ? `what ${setting(endpoint, "options.baseURL")} points to` : "it"
    const known = hasKey(endpoint)
    return fail("auth", {
      code: "forbidden",
      message: `The server refuses the request${known ? " of this key" : ", and no key is configured"} (HTTP 403).${shown}`,
      fix: known
        ? `Ask whoever runs the server to allow this key, or this machine, to use ${what}.`
        : `If it wants a key, set ${apiKey} to "{env:NAME_OF_YOUR_VARIABLE}"; else ask whoever runs the server to allow this machine to use ${what}.`,
      reference: DOCS.providers,
      ms: list.ms,
    })
  }
  if (list.status !== 200 || asObject(list.json)?.error) return skip("auth", "Not checked: there was no model list.")
  return pass("auth", hasKey(endpoint) ? "The key is accepted, or none is wanted." : "No key is wanted.", list.ms)
}
