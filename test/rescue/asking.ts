/** One chat request through a rescuer to a simulated server, and what comes of it. */
import type { Rescuer, RescueState, Sending } from "../../src/rescue/rescuer.ts"
import { createInspector } from "../../src/stream/inspector.ts"
import { tap } from "../../src/stream/tap.ts"
import type { Report } from "../../src/stream/types.ts"
import { chatOf, type Said } from "./said.ts"

export const MODEL = "nemotron-3-super"
export const BASH = {
  type: "function",
  function: {
    name: "bash",
    description: "Runs a command",
    parameters: {
      type: "object",
      properties: { command: { type: "string" }, description: { type: "string" } },
      required: ["command"],
    },
  },
}

/** What the simulated model wants to have done. */
export const CALL = { name: "bash", arguments: { command: "ls -la src", description: "List files in src" } }

export interface Told {
  said: Said
  status: number
  reports: Report[]
  rescued: RescueState[]
  refused: number
}

/** Changes what reaches the server, or what comes back. */
export type Via = (url: string, init: RequestInit | undefined, send: typeof fetch) => Promise<Response>

/** Changes in the request; the title of a session is asked for otherwise. */
export type More = Record<string, unknown> & { title?: true }

export async function ask(server: { url: string }, rescuer: Rescuer, { title, ...more }: More, via?: Via): Promise<Told> {
  const told = { reports: [] as Report[], rescued: [] as RescueState[], refused: 0 }
  const body = JSON.stringify({
    model: MODEL,
    messages: [{ role: "user", content: "What does src hold?" }],
    tools: [BASH],
    tool_choice: "auto",
    max_tokens: 2000,
    stream: true,
    stream_options: { include_usage: true },
    ...more,
  })
  const sending: Sending = {
    url: `${server.url}/chat/completions`,
    init: { method: "POST", headers: { "content-type": "application/json" }, body },
    title,
    fetch: via ? (url, init) => via(String(url), init, fetch) : fetch,
    look: (response, take) =>
      tap(response, {
        inspector: createInspector({ request: body }),
        onEnd: (report) => void (take?.(report) || told.reports.push(report)),
      }),
    announce: (report) => void told.reports.push(report),
    onRefused: () => {
      told.refused++
    },
    onRescued: (state) => void told.rescued.push({ ...state }),
  }
  const response = await rescuer.send(sending)
  return { ...told, status: response.status, said: chatOf(await response.text()), refused: told.refused }
}
