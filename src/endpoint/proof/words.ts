import type { CheckCode } from "../types.ts"
import type { Refusal } from "./types.ts"

/** What a person reads of a chat request that was not answered: one sentence for what happened, one for the cure. */
export function refusalWords({ code, status, says, ms }: Refusal): { message: string; fix: string } {
  const waited = code === "hung" ? ` (waited ${(ms / 1000).toFixed(1)} s)` : ""
  const http = status === undefined ? waited : ` (HTTP ${status})`
  const said = says === "" || status === undefined ? "" : ` It says: ${/[.!?…]$/.test(says) ? says : `${says}.`}`
  const words = WORDS[code]
  if (words) return { message: `${words[0]}${http}.${said}`, fix: words[1] }
  return { message: `A chat request fails${http}.${said}`, fix: "Look into the server's log." }
}

const WORDS: Partial<Record<CheckCode, readonly [what: string, cure: string]>> = {
  hung: [
    "The server takes a chat request and not a word of an answer comes",
    "Restart the server: its engine hangs or sleeps, or so many requests wait that nobody gets a turn.",
  ],
  "response-timeout": [
    "The answer to a chat request did not end in time",
    "Give it more time with --timeout; if that does not help, look at the load figures and the server's log.",
  ],
  reset: ["The server closes the connection of a chat request", "Look into the server's log."],
  "context-overflow": [
    "Even a short prompt is longer than the context of the server",
    "Start the server with a longer context (vLLM: --max-model-len).",
  ],
  "no-such-model": ["The server does not know the model it was asked for", "Use a name from its model list."],
  unauthorized: ["The server lists its models, but refuses this key for a chat request", "Correct the API key."],
  forbidden: ["This key may list models, but not use them", "Ask whoever runs the server to allow this key to use the model."],
  "rate-limited": ["The server limits the number of requests", "Wait, or have the limit of this key raised."],
  overloaded: ["The server says that it is not available now", "Wait, or run fewer requests at a time."],
  starting: ["The server is still starting", "Wait until the model is loaded, nothing has to be changed."],
  sleeping: ["The server sleeps", "Wake it up: POST /wake_up on a vLLM."],
  "engine-dead": [
    "The engine of the server is dead",
    "Restart the server; the reason stands in its log above the first EngineDeadError (often out of memory).",
  ],
  "wrong-path": [
    "There is no chat route below this base URL",
    "Use the adapter for the API that the server speaks, or correct the base URL.",
  ],
  html: ["A web page came instead of an answer", "Correct the base URL, or log in where the page asks for it."],
  "not-openai": ["The answer to a streamed chat request is no event stream", "Use a server or gateway that streams."],
  redirect: ["The server sends chat requests on to another address", "If that address is yours, write it into the base URL."],
}
