/**
 * The fetch that a watched provider gets: passes every request on, sends the answer's bytes through the inspector beside the
 * stream, and answers the plugin's own commands itself.
 */
import type { Rescuer, RescueState } from "../rescue/rescuer.ts"
import type { Inspector, InspectorOptions, Report } from "../stream/types.ts"
import { type Asked, readAsked } from "./asked.ts"
import { type Answer, answerHere, apiShape, localAnswer } from "./local-answer.ts"
import { type Origin, takeOwnHeaders } from "./own-headers.ts"

export type Inspection = Pick<typeof import("./late.ts"), "createInspector" | "tap">

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

export interface WatchOptions {
  /** The provider's own fetch, if the user configured one; default: the runtime's. */
  inner?: Fetch
  /** What answers this user message here, if it belongs to a command of the plugin. */
  answerTo(messageID: string): (() => Promise<Answer>) | undefined
  /** Whether to look into answers at all. */
  inspect: boolean
  /** Failures are looked into by who called. */
  explains: boolean
  /** What an answer counted: the tokens of its prompt, by the body that was sent. */
  onPrompt(model: string | undefined, body: string, promptTokens: number): void
  /** Brings the inspector, which is not loaded while OpenCode starts. */
  inspection(): Promise<Inspection>
  /** What is known of the server, for the wording of the cures. */
  server(model: string | undefined): InspectorOptions["server"]
  /** A request goes out; the function that comes back is called when the first byte of its answer is there, or it failed. */
  onSend(origin: Origin): () => void
  /** The inspector of an answer, with whatever else is to see its bytes. */
  keep(origin: Origin, request: string | undefined, inspector: Inspector): Inspector
  onStart(origin: Origin, inspector: Inspector): void
  onReport(origin: Origin, report: Report, asked: Asked): void
  /** Reads answers here where the server's parsers do not; not loaded while OpenCode starts either. */
  rescuer(): Promise<Rescuer>
  /** The server refused the request because it has no tool parser, and the answer is not read here either. */
  onRefusal(origin: Origin, model: string | undefined): void
  /** An answer is read here. */
  onRescued(origin: Origin, state: Readonly<RescueState>): void
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

const TITLE = "LLM server"

export function watchedFetch(o: WatchOptions): Fetch {
  return async (url, given) => {
    const { origin, init } = takeOwnHeaders(given)
    const make = origin.messageID === undefined ? undefined : o.answerTo(origin.messageID)
    const shape = apiShape(String(url instanceof Request ? url.url : url))
    if (make) return origin.agent === "title" ? localAnswer(TITLE, shape) : answerHere(await make(), shape)

    const method = init?.method ?? (url instanceof Request ? url.method : "GET")
    const asks = shape !== undefined && method.toUpperCase() === "POST"
    const send = o.inner ?? fetch
    const sent: Sent = { origin, body: init?.body, arrived: asks ? o.onSend(origin) : () => {} }
    let response: Response
    try {
      // Only chat requests have a raw form, and only OpenCode's own way of asking: an address and a body as text.
      response =
        asks && shape === "chat" && typeof url === "string" && typeof init?.body === "string"
          ? await rescued(o, send, url, init, sent)
          : look(o, asks ? await o.inspection() : undefined, await send(url, init), sent)
    } catch (error) {
      sent.arrived()
      if (!init?.signal?.aborted && !o.explains) void o.onReach(false).catch(o.onError)
      throw error
    }
    // A bad request says nothing about the server's health; a refused key, a missing route and its own failures do.
    if (response.ok || (!o.explains && response.status !== 400)) {
      const said = o.onReach(response.ok).catch(o.onError)
      // An error may end the run at once: the sentence that explains it goes first, if it is there soon.
      if (!response.ok) await Promise.race([said, sleep(EXPLAIN_MS)])
    }
    return response
  }
}

/** A request on its way. */
interface Sent {
  origin: Origin
  body: unknown
  /** The first byte of an answer has come, or none will. */
  arrived(): void
}

async function rescued(o: WatchOptions, send: Fetch, url: string, init: RequestInit, sent: Sent): Promise<Response> {
  const { origin } = sent
  const late = await Promise.all([o.inspection(), o.rescuer()]).catch(o.onError)
  if (!late) return send(url, init)
  const [inspection, rescuer] = late
  const asked = readAsked(init.body as string)
  return rescuer.send({
    url,
    init,
    fetch: send,
    title: origin.agent === "title",
    look: (response, take) => look(o, inspection, response, sent, take),
    announce: (report) => o.onReport(origin, report, asked),
    onRefused: (model) => o.onRefusal(origin, model),
    onRescued: (state) => o.onRescued(origin, state),
  })
}

/** The same answer with the inspector behind it; answers that are no model's pass as they are. */
function look(
  o: WatchOptions,
  inspection: Inspection | undefined,
  response: Response,
  { origin, body, arrived }: Sent,
  take?: (report: Report) => boolean,
): Response {
  if (!o.inspect || !inspection || !response.ok) {
    arrived()
    return response
  }
  try {
    const request = typeof body === "string" ? body : undefined
    const asked = readAsked(request)
    const inspector = o.keep(
      origin,
      request,
      inspection.createInspector({
        request,
        // Asked when a finding is made: the first look at the server may come in while the answer is running.
        get server() {
          return o.server(asked.model())
        },
      }),
    )
    o.onStart(origin, inspector)
    const heard: Inspector = {
      ...inspector,
      push(bytes) {
        arrived()
        inspector.push(bytes)
      },
    }
    return inspection.tap(response, {
      inspector: heard,
      onEnd(report) {
        arrived()
        const { promptTokens } = report.response.usage ?? {}
        if (request !== undefined && promptTokens) o.onPrompt(asked.model(), request, promptTokens)
        if (!take?.(report)) o.onReport(origin, report, asked)
      },
      onError: o.onError,
    })
  } catch (error) {
    o.onError(error)
    return response
  }
}
