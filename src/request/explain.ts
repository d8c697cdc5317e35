import { nearNames } from "../endpoint/checks/near.ts"
import { ended, setting } from "../endpoint/checks/seen.ts"
import { clean, redact, redactUrl } from "../endpoint/text.ts"
import type { Check, CheckCode, CheckId, EndpointReport } from "../endpoint/types.ts"
import { parserCure } from "../knowledge/cures.ts"
import { familyOfModel } from "../knowledge/families.ts"
import { calm, isCompacted } from "./host-words.ts"
import { isDeadEngine, isLoading, isPage, isUnknownModel, type Refused, refusesTools, words } from "./signs.ts"

/** A request that brought no model's answer. */
export interface Failed {
  /** The error or page that came; undefined: the fetch threw. */
  response?: Refused
  /** A look at the server, made after the failure. */
  report: EndpointReport | undefined
  /** Where the request went. */
  url: string
  /** The model it asked for. */
  model?: string
  /** Never shown, should a server repeat them. */
  secrets?: readonly string[]
}

export type Advice =
  /** Leave it as it came: the host does the right thing with it, or nothing is known that says more. */
  | { action: "pass" }
  /** Say this instead, in an answer with this status. */
  | { action: "answer"; status: number; message: string }
  /** It will pass: ask again. `reason` is the beginning of a sentence. */
  | { action: "wait"; reason: string }

/**
 * The status of an answer made here. OpenCode 1.18.33 shows an error with it at once; 408, 409, 429 and everything from 500 on it repeats
 * for a minute, 404 as well for providers whose id begins with `openai`.
 */
export const SAID = 424

/** What the look may find when no connection came about. Slowness is none of them: it passes. */
const UNREACHED: ReadonlySet<CheckCode> = new Set<CheckCode>([
  "refused",
  "dns",
  "unreachable",
  "connect-timeout",
  "reset",
  "tls-untrusted",
  "tls-expired",
  "tls-hostname",
  "http-on-https-port",
  "https-on-http-port",
  "proxy",
  "redirect",
  "not-openai",
  "engine-dead",
])

/** What stands between the client and the server, and answers in its place. */
const BETWEEN: ReadonlySet<CheckCode> = new Set<CheckCode>(["proxy", "http-on-https-port", "redirect"])

const PASS: Advice = { action: "pass" }

/**
 * What to do about a failed request: say what is wrong in one sentence and the cure in another, wait, or leave it alone. Texts that the
 * host acts on by compacting or repeating with good reason are left alone.
 */
export function explain(failed: Failed): Advice {
  const { response } = failed
  return response ? ofAnswer(failed, response) : ofThrown(failed)
}

/** Whether a look can say more about this answer than the answer itself. */
export function wantsLook(response: Refused): boolean {
  const { status, text } = response
  if (isCompacted(status, text)) return false
  if (status === 400) return isUnknownModel(response) || isPage(response) || refusesTools(response)
  return status < 400 || [401, 403, 404, 405, 407].includes(status) || status >= 500
}

/** The server says that it is still coming up. */
export const isStarting = (report: EndpointReport | undefined) =>
  report?.checks.some((c) => c.status === "fail" && c.code === "starting") ?? false

const SLOW: ReadonlySet<CheckCode> = new Set<CheckCode>(["connect-timeout", "response-timeout", "hung"])

/** All that the look found of the server is that it takes its time. */
export const isSlow = (report: EndpointReport | undefined) => failing(report, "reach", SLOW) !== undefined

function ofThrown(failed: Failed): Advice {
  const { report } = failed
  if (isStarting(report)) return wait(failed)
  const reach = failing(report, "reach", UNREACHED)
  if (reach) return answer(failed, reach)
  // Without a usable address or key no request goes out at all, and no look either.
  const unsent = report?.checks.find((c) => c.id === "reach")?.status === "skip"
  const broken = unsent ? (failing(report, "config") ?? failing(report, "auth")) : undefined
  return broken ? answer(failed, broken) : PASS
}

function ofAnswer(failed: Failed, response: Refused): Advice {
  const { report } = failed
  const { status } = response
  if (isCompacted(status, response.text)) return PASS
  if (refusesTools(response)) return answer(failed, toolsOff(failed))
  const between = failing(report, "reach", BETWEEN)
  if (between) return answer(failed, between)
  if (status === 401 || status === 403) return answer(failed, ofKey(failed, status), status)
  if (isUnknownModel(response)) return answer(failed, unknownModel(failed))
  if (status === 404 || status === 405) return answer(failed, wrongPath(failed))
  if (status >= 500) return ofServerError(failed, response)
  return isPage(response) ? answer(failed, page(failed)) : PASS
}

function ofServerError(failed: Failed, response: Refused): Advice {
  const { report } = failed
  const { status } = response
  if (isLoading(response) || (status === 503 && isStarting(report))) return wait(failed)
  const dead = failing(report, "reach", new Set<CheckCode>(["engine-dead"]))
  if (dead || isDeadEngine(response)) return answer(failed, dead ?? DEAD)
  // LiteLLM answers 500 to a missing key.
  const key = failing(report, "auth")
  if (key) return answer(failed, key)
  const gateway = failing(report, "models", new Set<CheckCode>(["server-error"]))
  return gateway && (status === 502 || status === 504) ? answer(failed, gateway) : PASS
}

/** One line what, one line cure. */
interface Sentences {
  message: string
  fix: string
}

const DEAD: Sentences = {
  message: "The server's engine is dead: every request will fail.",
  fix: "Restart the server; the reason stands in its log above the first EngineDeadError (often out of memory).",
}

function toolsOff({ report, model }: Failed): Sentences {
  const root = report?.models.find((served) => served.id === model)?.root
  return {
    message: "The server refuses every request with tools, because it was started without a tool parser.",
    fix: parserCure({ family: familyOfModel({ id: model, root }), server: report?.server.kind }),
  }
}

function ofKey({ report, url }: Failed, status: number): Sentences {
  const found = failing(report, "auth")
  if (found) return found
  const host = hostOf(url)
  if (status === 403)
    return {
      message: `${host} knows who asks and refuses this request.`,
      fix: "Ask whoever runs the server to allow this key, or this machine, to use the model.",
    }
  const key = nameOf(report, "options.apiKey")
  return report?.hasKey === false
    ? {
        message: `${host} wants an API key, and none is configured.`,
        fix: `Set ${key}, or store the key with \`opencode auth login\` under the same provider id.`,
      }
    : {
        message: `${host} does not accept the configured API key for this request.`,
        fix: `Correct the key (${key} or \`opencode auth login\`).`,
      }
}

function unknownModel({ report, url, model = "" }: Failed): Sentences {
  const served = report?.models.map((m) => m.id) ?? []
  const near = nearNames(model, served, 1)[0] ?? (served.length === 1 ? served[0] : undefined)
  const quoted = served.slice(0, 5).map((name) => `"${clean(name, 80)}"`)
  const more = served.length > quoted.length ? ` and ${served.length - quoted.length} more` : ""
  const rename = report?.server.kind === "vllm" ? `, or start vLLM with --served-model-name ${clean(model, 80)}` : ""
  const models = nameOf(report, "models")
  return {
    message: `${hostOf(url)} does not serve the model "${clean(model, 80)}"${quoted.length ? `; it serves ${quoted.join(", ")}${more}` : ""}.`,
    fix: near
      ? `Write "${clean(near, 80)}" in ${models}${rename}.`
      : `Use a name in ${models} that the server's model list has${rename}.`,
  }
}

function wrongPath({ report, url }: Failed): Sentences {
  const baseUrl = nameOf(report, "options.baseURL")
  const config = failing(report, "config")
  if (config && report) {
    // Words in place of the address: it is the reader's own, and a port may have to be written so that nobody can copy it.
    const end = /to "(.*)"\.$/.exec(config.fix)?.[1]?.slice(report.url.replace(/\/+$/, "").length)
    return end === "/v1"
      ? {
          message: `The base URL lacks the /v1 at its end: the server's API is below it.`,
          fix: `Add /v1 at the end of ${baseUrl}.`,
        }
      : config
  }
  const list = failing(report, "models")
  if (list) return list
  const path = new URL(redactUrl(url)).pathname
  return {
    message: `${hostOf(url)} has no ${clean(path, 80)}.`,
    fix: /\/(?:responses|messages)\/?$/.test(path)
      ? `Set ${nameOf(report, "npm")} to "@ai-sdk/openai-compatible", whose API every server speaks.`
      : `Correct the path in ${baseUrl}; with most servers it ends in /v1.`,
  }
}

function page({ report, url }: Failed): Sentences {
  return {
    message: `${hostOf(url)} answers with a web page instead of the model's answer.`,
    fix: `Correct the port or path in ${nameOf(report, "options.baseURL")}, or log in where the page asks for it.`,
  }
}

const wait = ({ url }: Failed): Advice => ({ action: "wait", reason: `${hostOf(url)} is still loading its model` })

function answer({ response, secrets = [] }: Failed, { message, fix }: Sentences, status = SAID): Advice {
  const said = response ? redact(words(response), secrets) : ""
  const lines = [
    message,
    fix && `Cure: ${fix}`,
    // A check that read the same words has them already.
    said && !message.includes(said) && `The server said: ${ended(said)}`,
  ]
  return { action: "answer", status, message: calm(lines.filter(Boolean).join("\n")) }
}

function failing(report: EndpointReport | undefined, id: CheckId, codes?: ReadonlySet<CheckCode>): Check | undefined {
  return report?.checks.find((c) => c.id === id && c.status === "fail" && (codes?.has(c.code) ?? true))
}

const nameOf = (report: EndpointReport | undefined, name: string) =>
  setting({ url: "", ...(report?.provider !== undefined && { provider: report.provider }) }, name)

function hostOf(url: string): string {
  try {
    return clean(new URL(url).host, 120)
  } catch {
    return "The server"
  }
}
