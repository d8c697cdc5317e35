import { BROKE_OFF, type Failure, UNPACKABLE } from "../failure.ts"
import type { Check, CheckCode } from "../types.ts"
import { DOCS, ended, errorText, fail, isUnreached, pass, type Seen, setting, skip, warn } from "./seen.ts"

interface Words {
  what: string
  cure: string
  reference?: string
}

/** One sentence for what happened and one for the cure, per cause. */
function wordsFor({ code, detail }: Failure, host: string, baseUrl: string): Words {
  const trust = "start OpenCode with NODE_EXTRA_CA_CERTS=/path/to/ca.pem"
  const table: Partial<Record<CheckCode, Words>> = {
    refused: {
      what: `Nothing listens at ${host}.`,
      cure: `Start the server, or correct ${baseUrl}. A vLLM that still loads its weights refuses connections as well: wait until its log says that start-up is complete.`,
      reference: DOCS.vllmServer,
    },
    dns: {
      what: `The name ${host.replace(/:\d+$/, "")} cannot be resolved.`,
      cure: `Correct the host in ${baseUrl}, or connect to the network (VPN) that knows it.`,
    },
    unreachable: {
      what: `There is no way to ${host}${detail && !/^E[A-Z]+$/.test(detail) ? ` (${detail})` : ""}.`,
      cure: `Check the network or VPN, and the host and port in ${baseUrl}.`,
    },
    "connect-timeout": {
      what: `${host} does not accept the connection in time.`,
      cure: `Check that the machine is up and that no firewall drops the port; else correct ${baseUrl}.`,
    },
    hung: {
      what: `${host} accepts connections and does not answer in time.`,
      cure: "If it stays like this, restart the server: its process hangs. If another program uses that port, correct the port.",
      reference: DOCS.vllmTrouble,
    },
    "response-timeout": {
      what: `${host} did not answer in time${detail ? ` (${detail})` : ""}.`,
      cure: "Look again in a moment; if it stays like this the server is overloaded or hangs, and its log says why.",
      reference: DOCS.vllmTrouble,
    },
    reset: {
      what: `${host} closes the connection ${detail === BROKE_OFF ? "in the middle of an answer" : "without an answer"}.`,
      cure: `Look into the server's log; if another kind of service uses that port, correct ${baseUrl}.`,
    },
    "tls-untrusted": {
      what: `The certificate of ${host} is not trusted.`,
      cure: `To trust its authority, ${trust}.`,
      reference: DOCS.nodeTls,
    },
    "tls-expired": {
      what: `The certificate of ${host} has expired or is not valid yet.`,
      cure: "Renew the certificate, or set this machine's clock.",
      reference: DOCS.nodeTls,
    },
    "tls-hostname": {
      what: `The certificate of ${host} is for another name${detail && !/^ERR_/.test(detail) ? ` (${detail})` : ""}.`,
      cure: `Use the name of the certificate in ${baseUrl}.`,
      reference: DOCS.nodeTls,
    },
    "http-on-https-port": { what: `${host} speaks https, the base URL says http.`, cure: `Write https:// in ${baseUrl}.` },
    "https-on-http-port": { what: `${host} speaks plain http, the base URL says https.`, cure: `Write http:// in ${baseUrl}.` },
    proxy: {
      what: `The request to ${host} went through the proxy ${detail ?? ""} and failed there.`.replace("  ", " "),
      cure: `Add the server's host to the environment variable NO_PROXY.`,
    },
    redirect: redirectWords(host, detail, baseUrl),
    "not-openai":
      detail === UNPACKABLE
        ? {
            what: `${host} answers in a compression that cannot be read.`,
            cure: "Turn compression off in the server, or in the gateway in front of it.",
          }
        : { what: `${host} answers, but not in HTTP.`, cure: `Correct the port in ${baseUrl}.` },
  }
  return (
    table[code] ?? {
      what: `The request to ${host} failed${detail ? ` (${detail})` : ""}.`,
      cure: `Check ${baseUrl} and the server's log.`,
    }
  )
}

/** Where the list was moved to tells the base URL. */
function redirectWords(host: string, target: string | undefined, baseUrl: string): Words {
  const base = /^(https?:\/\/[^?#]+)\/models\/?$/.exec(target ?? "")?.[1]
  return {
    what: `${host} sends requests on to ${target ?? "another address"}; the key is not sent there.`,
    cure: base
      ? `If that address is yours, set ${baseUrl} to "${base}".`
      : `Look at that address: a page to log in there has to be passed first, or ${baseUrl} has to be another one.`,
  }
}

const PLAIN_HTTP_REFUSED = /plain http request was sent to https port|client sent an http request to an https server/i

/** Whether the server speaks HTTP at all, and whether its engine lives. */
export function checkReach(seen: Seen): Check {
  const { url, list, health } = seen
  if ("fault" in url) return skip("reach", "Not checked: the address cannot be used.")
  if (!list) return skip("reach", "Not checked.")
  const baseUrl = setting(seen.endpoint, "options.baseURL")
  const failure = (f: Failure) => {
    const { what, cure, reference } = wordsFor(f, url.host, baseUrl)
    return fail("reach", { code: f.code, message: what, fix: cure, reference: reference ?? DOCS.providers, ms: list.ms })
  }
  if (!list.ok) {
    if (isUnreached(seen)) return failure(list.failure)
    return pass("reach", `${url.host} answers.`, list.ms)
  }
  if (list.status === 400 && PLAIN_HTTP_REFUSED.test(list.text)) return failure({ code: "http-on-https-port" })
  if (list.status === 407 || (list.proxy && [403, 502, 503, 504].includes(list.status)))
    return failure({ code: "proxy", detail: list.proxy })
  if (health?.ok && health.status >= 500) {
    const text = errorText(health)
    if (/scaling|starting|loading/i.test(text))
      return fail("reach", {
        code: "starting",
        message: `${url.host} is not ready: ${ended(text)}`,
        fix: "Wait until it is, nothing has to be changed.",
        reference: DOCS.vllmServer,
        ms: health.ms,
      })
    return fail("reach", {
      code: "engine-dead",
      message: `${url.host} answers, but its engine is dead: every request will fail.`,
      fix: "Restart the server; the reason stands in its log above the first EngineDeadError (often out of memory).",
      reference: DOCS.vllmTrouble,
      ms: health.ms,
    })
  }
  if (health && !health.ok)
    return warn("reach", {
      code: "response-timeout",
      message: `${url.host} lists its models, but its /health does not answer.`,
      fix: "Look again in a moment; if it stays like this the server is overloaded or hangs, and its log says why.",
      reference: DOCS.vllmTrouble,
      ms: health.ms,
    })
  return pass("reach", `${url.host} answers in ${list.ms} ms.`, list.ms)
}
