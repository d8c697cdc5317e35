/**
 * The fetch that a watched provider gets: passes every request on, sends the answer's bytes through the inspector beside the
 * stream, and answers the plugin's own commands itself.
 */
import { isRefusalOfTools } from "../rescue/refusal.ts"
import type { Inspector, InspectorOptions, Report } from "../stream/types.ts"
import { type Asked, readAsked } from "./asked.ts"
import { apiShape, localAnswer } from "./local-answer.ts"
import { type Origin, takeOwnHeaders } from "./own-headers.ts"

export type Inspection = Pick<typeof import("./late.ts"), "createInspector" | "tap">

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

export interface WatchOptions {
  /** The provider's own fetch, if the user configured one; default: the runtime's. */
  inner?: Fetch
  /** The page that answers this user message here, if it belongs to a command of the plugin. */
  page(messageID: string): (() => Promise<string>) | undefined
  /** Whether to look into answers at all. */
  inspect: boolean
  /** Brings the inspector, which is not loaded while OpenCode starts. */
  inspection(): Promise<Inspection>
  /** What is known of the server, for the wording of the cures. */
  server(model: string | undefined): InspectorOptions["server"]
  onStart(origin: Origin, inspector: Inspector): void
  onReport(origin: Origin, report: Report, asked: Asked): void
  /** The server refused the request because it has no tool parser. */
  onRefusal(origin: Origin, model: string | undefined): void
  /** The server did its work, or there is reason to look at it again. */
  onReach(reached: boolean): Promise<void>
  onError(error: unknown): void
}

/** How long an error answer is held back for the look that explains it. */
const EXPLAIN_MS = 2_000

const sleep = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref?.()
  })

const TITLE = "vLLM status"

export function watchedFetch(o: WatchOptions): Fetch {
  return async (url, given) => {
    const { origin, init } = takeOwnHeaders(given)
    const page = origin.messageID === undefined ? undefined : o.page(origin.messageID)
    const shape = apiShape(String(url instanceof Request ? url.url : url))
    if (page) return localAnswer(origin.agent === "title" ? TITLE : await page(), shape)

    let response: Response
    try {
      response = await (o.inner ?? fetch)(url, init)
    } catch (error) {
      if (!init?.signal?.aborted) void o.onReach(false).catch(o.onError)
      throw error
    }
    // A bad request says nothing about the server's health; a refused key, a missing route and its own failures do.
    if (response.status !== 400) {
      const said = o.onReach(response.ok).catch(o.onError)
      // An error may end the run at once: the sentence that explains it goes first, if it is there soon.
      if (!response.ok) await Promise.race([said, sleep(EXPLAIN_MS)])
    }
    const method = init?.method ?? (url instanceof Request ? url.method : "GET")
    if (!o.inspect || shape === undefined || method.toUpperCase() !== "POST") return response
    try {
      return look(o, await o.inspection(), response, origin, init?.body)
    } catch (error) {
      o.onError(error)
      return response
    }
  }
}

function look(
  o: WatchOptions,
  { createInspector, tap }: Inspection,
  response: Response,
  origin: Origin,
  body: unknown,
): Response {
  const request = typeof body === "string" ? body : undefined
  if (!response.ok) return response.status === 400 ? lookAtRefusal(o, tap, response, origin, request) : response

  const asked = readAsked(request)
  const inspector = createInspector({
    request,
    // Asked when a finding is made: the first look at the server may come in while the answer is running.
    get server() {
      return o.server(asked.model())
    },
  })
  o.onStart(origin, inspector)
  return tap(response, {
    inspector,
    onEnd: (report) => o.onReport(origin, report, asked),
    onError: o.onError,
  })
}

const REFUSAL_BYTES = 16_384

/** Error bodies are small JSON; they pass through the same tap, collected by something that is not an inspector of streams. */
function lookAtRefusal(
  o: WatchOptions,
  tap: Inspection["tap"],
  response: Response,
  origin: Origin,
  request: string | undefined,
): Response {
  const decoder = new TextDecoder()
  let text = ""
  const collector: Inspector = {
    push(bytes) {
      if (text.length < REFUSAL_BYTES) text += decoder.decode(bytes, { stream: true })
    },
    call: () => [],
    end: () => ({
      findings: [],
      counted: [],
      response: { reasoningBytes: 0, contentBytes: 0, calls: [], finish: null, usage: null },
    }),
  }
  return tap(response, {
    inspector: collector,
    onEnd: () => {
      if (isRefusalOfTools(response.status, text)) o.onRefusal(origin, readAsked(request).model())
    },
    onError: o.onError,
  })
}
