import { MAX_BODY_BYTES } from "../body.ts"
import type { Answer } from "../client.ts"
import type { Check, CheckCode } from "../types.ts"
import { DOCS, ended, errorText, fail, isHtml, isUnreached, isUseful, pass, type Seen, setting, skip, usedList } from "./seen.ts"

interface Fault {
  code: CheckCode
  message: string
  fix: string
}

/** As long as the server itself says, in seconds or as a date. */
function wait({ headers }: Answer): string {
  const said = headers["retry-after"] ?? ""
  const seconds = /^\d{1,9}$/.test(said) ? Number(said) : Math.round((Date.parse(said) - Date.now()) / 1000)
  return seconds > 0 ? `Wait ${seconds.toLocaleString("en-US")} second${seconds === 1 ? "" : "s"}` : "Wait"
}

/** What an error status of the model list means. Statuses and texts: vLLM, llama.cpp (`Loading model`), gateways such as nginx. */
function statusFault(answer: Answer, baseUrl: string): Fault {
  const { status } = answer
  const text = errorText(answer)
  const says = text ? `: ${text.replace(/\.$/, "")}` : ""
  if (status === 404 || status === 405)
    return {
      code: "wrong-path",
      message: `There is no model list at this address (HTTP ${status}${says}).`,
      fix: `Correct the path in ${baseUrl}; with most servers it ends in /v1.`,
    }
  if (status === 429)
    return {
      code: "rate-limited",
      message: `The server or its gateway limits the number of requests (HTTP 429${says}).`,
      fix: `${wait(answer)}, or have the limit of this key raised.`,
    }
  if (status >= 500 && /load|start|warm|scaling|not ready/i.test(text))
    return {
      code: "starting",
      message: `The server is still starting (HTTP ${status}${says}).`,
      fix: "Wait until the model is loaded, nothing has to be changed.",
    }
  if (status >= 500 && /sleep/i.test(text))
    return {
      code: "sleeping",
      message: `The server sleeps (HTTP ${status}${says}).`,
      fix: "Wake it up: POST /wake_up on a vLLM.",
    }
  if (status === 503 && /overload|busy|capacity|too many|queue/i.test(text))
    return {
      code: "overloaded",
      message: `The server is overloaded (HTTP 503${says}).`,
      fix: "Wait, or run fewer requests at a time.",
    }
  if (status >= 500 && /engine/i.test(text) && /dead|died|encountered/i.test(text))
    return {
      code: "engine-dead",
      message: `The server's engine is dead (HTTP ${status}${says}).`,
      fix: "Restart the server; its log says why the engine died.",
    }
  if (status === 502 || status === 504)
    return {
      code: "server-error",
      message: `A gateway answers, the model server behind it does not (HTTP ${status}${says}).`,
      fix: "Start the model server, or look into the gateway's log.",
    }
  if (status === 503)
    return {
      code: "overloaded",
      message: `The server says that it is not available now (HTTP 503${says}).`,
      fix: `${wait(answer)}; if it stays like this, its log says why.`,
    }
  return { code: "server-error", message: `The model list fails (HTTP ${status}${says}).`, fix: "Look into the server's log." }
}

function bodyFault(answer: Answer, baseUrl: string): Fault {
  if (isHtml(answer))
    return {
      code: "html",
      message: "The address answers with a web page, not with a model list.",
      fix: `Correct the port or path in ${baseUrl}, or log in where the page asks for it.`,
    }
  if (answer.truncated)
    return {
      code: "not-openai",
      message: `The address answers with more than ${MAX_BODY_BYTES / 1_000_000} MB, which no model list is.`,
      fix: `Correct the port or path in ${baseUrl}.`,
    }
  if (answer.text.trim() === "" && !answer.truncated)
    return {
      code: "bad-json",
      message: "The model list is answered with nothing at all.",
      fix: "Look into the server's log: the request fails there.",
    }
  if (answer.json === undefined)
    return {
      code: "bad-json",
      message: "The model list is not readable as JSON.",
      fix: `Look at what ${baseUrl} points to: another service may use that port.`,
    }
  const says = errorText(answer)
  return {
    code: "not-openai",
    message: `The address answers, but not like an OpenAI-compatible server${says ? `: ${ended(says)}` : "."}`,
    fix: `Correct the port or path in ${baseUrl}.`,
  }
}

/** Whether there is a model list, and what came instead. */
export function checkModels(seen: Seen): Check {
  const list = usedList(seen)
  if ("fault" in seen.url || isUnreached(seen) || !list) return skip("models", "Not checked: the server did not answer.")
  const baseUrl = setting(seen.endpoint, "options.baseURL")
  const problem = (fault: Fault) => fail("models", { ...fault, reference: DOCS.providers, ms: list.ms })
  if (!list.ok) {
    const { code } = list.failure
    return problem({
      code: code === "hung" ? "response-timeout" : code,
      message: "The server answers, but its model list did not come in time.",
      fix: "Look again in a moment; if it stays like this the server is overloaded, and its log says why.",
    })
  }
  if (list.status === 401 || list.status === 403) return skip("models", "Not checked: the server refused the request.")
  if (list.status !== 200) return problem(statusFault(list, baseUrl))
  if (!isUseful(list) || !seen.models) return problem(bodyFault(list, baseUrl))
  if (seen.models.length === 0)
    return problem({
      code: "no-models",
      message: "The server lists no model.",
      fix: "Load a model on the server, or start it with one.",
    })
  const n = seen.models.length
  return pass("models", `${n} model${n === 1 ? "" : "s"} served.`, list.ms)
}
