/**
 * When to ask in a raw form. One rescuer for one server; it remembers for each model what was proven, and leaves a server whose parsers fit
 * alone: the raw form is used where the server refused tools, or where an answer proved the tool parser wrong and the user wants it.
 */
import type { Family } from "../knowledge/families.ts"
import type { Report } from "../stream/types.ts"
import { askRaw, type RawEnd } from "./ask.ts"
import { type Asked, readChatRequest } from "./asked.ts"
import { createForms, type Forms, type RawForm } from "./forms.ts"
import type { RescueMode } from "./mode.ts"
import { peek } from "./peek.ts"
import { provesWrongParser } from "./proof.ts"
import { isRefusalOfTools } from "./refusal.ts"
import { holdTail } from "./repeat.ts"
import { rescueResponse } from "./response.ts"
import { askBeside } from "./side-request.ts"

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Why a model's answers are, or could be, read here. */
export type Why = "refused" | "wrong-parser"

/** What is known of one model of the server. */
export interface RescueState {
  model: string
  why: Why
  /** The raw form is asked for from now on. */
  on: boolean
  /** The raw form that worked last. */
  form?: RawForm
  /** No raw form works here. */
  impossible?: boolean
  /** Id of the family that the raw text was written in, where the model's name does not say. */
  family?: string
}

/** One request of the host on its way to the server. */
export interface Sending {
  url: string
  init: RequestInit
  fetch: Fetch
  /** The title of a session: nobody waits for it. */
  title?: boolean
  /**
   * Puts the inspector behind an answer. `take` sees the report first; where it returns true the report is not announced, because the rescuer
   * makes good what it says.
   */
  look(response: Response, take?: (report: Report) => boolean): Response
  /** Announces a report that was taken and could not be made good. */
  announce(report: Report): void
  /** The server refused tools, and no raw form works (or none is wanted). */
  onRefused(model: string | undefined): void
  /** An answer is read here. Called for each, when the state of the model is known. */
  onRescued(state: Readonly<RescueState>): void
}

export interface RescuerOptions {
  /** Whether `mode` says `always` for any model: only then the end of an answer is held back until it is known to be good. */
  repeats(): boolean
  /** Asked for each request: the user may say otherwise at any time. */
  mode(model: string): RescueMode
  family(model: string): Family | undefined
  onError(error: unknown): void
  now?: () => number
  /** How long the first title waits for the first answer to a request with tools. Default 10 s. */
  titleWaitsMs?: number
}

export interface Rescuer {
  /** Sends a chat request and brings the answer that a well-configured server would have given, as far as it can be had. Throws what `fetch` throws. */
  send(sending: Sending): Promise<Response>
  states(): Readonly<RescueState>[]
  /** The user wants the raw form for what was proven, or does not want it any more. Returns the models concerned. */
  consent(wanted: boolean): string[]
  /** The server was restarted, perhaps with other flags: what was proven of it is void. */
  restarted(): void
}

/** Refusals are some hundred bytes of JSON. */
const REFUSAL_BYTES = 16_384
/** A refusal costs no tokens, so the server is asked in its own way again this often: not every restart is noticed otherwise. */
const REFUSAL_HOLDS_MS = 5 * 60_000

export function createRescuer({
  repeats,
  mode,
  family,
  onError,
  now = Date.now,
  titleWaitsMs = 10_000,
}: RescuerOptions): Rescuer {
  const known = new Map<string, RescueState>()
  /** Models whose thoughts the server tells apart by itself. */
  const parted = new Set<string>()
  /** When the models were refused tools last. */
  const refused = new Map<string, number>()
  const forms = new Map<string, Forms>()

  function stateOf(model: string, why: Why, on: boolean): RescueState {
    const state = known.get(model) ?? { model, why, on }
    state.on ||= on
    known.set(model, state)
    return state
  }

  function formsOf(model: string): Forms {
    const mine = forms.get(model) ?? createForms()
    forms.set(model, mine)
    return mine
  }

  /** The answer to the same request in a raw form, or undefined where none works. */
  async function inRawForm(sending: Sending, asked: Asked, state: RescueState): Promise<Response | undefined> {
    const mine = formsOf(asked.model)
    const ask = askBeside(sending)
    const byName = family(asked.model)
    // Kimi K3's template writes `tool_choice: "none"` into the prompt, and the model obeys it.
    if (byName?.id === "kimi-k3") mine.fails("A")
    const [form, reasoning] = await Promise.all([mine.choose(ask, asked), mine.promptEnd(ask, asked, byName)])
    if (!form) {
      state.impossible = mine.hopeless()
      return undefined
    }
    let end: RawEnd | undefined
    const answer = await askRaw({
      ...sending,
      form,
      family: byName?.id ?? state.family,
      // What a reasoning parser has left as content is none of the thoughts, even where there were none.
      reasoning: form === "A" && parted.has(asked.model) ? "closed" : reasoning,
      onEnd(is) {
        end = is
        if (is.reasoningByServer) parted.add(asked.model)
        state.family ??= byName?.id ?? is.family
        sending.onRescued(state)
      },
    })
    if (!answer) {
      mine.fails(form)
      return inRawForm(sending, asked, state)
    }
    state.form = form
    state.impossible = false
    if (!answer.ok) return answer
    // Known at once by the model's name; otherwise when the first answer has shown how it writes.
    if (byName) {
      state.family = byName.id
      sending.onRescued(state)
    }
    if (form === "B") return sending.look(answer)
    // A server whose tool and reasoning parser are one engine drops calls even here; then only the other form helps.
    const swallowed = () => end?.swallowed === true
    return repeatable(sending, answer, swallowed, () => {
      mine.fails("A")
      return inRawForm(sending, asked, state)
    })
  }

  /** The answer, and where it proves to be spoilt, at its end another one in place of its end. */
  function repeatable(
    sending: Sending,
    answer: Response,
    spoilt: (report: Report | undefined) => boolean,
    again: () => Promise<Response | undefined>,
  ): Response {
    let report: Report | undefined
    const watched = sending.look(answer, (is) => {
      report = is
      return spoilt(is)
    })
    return holdTail(watched, {
      async onTail() {
        if (!spoilt(report)) return undefined
        let better: Response | undefined
        try {
          better = await again()
        } catch (error) {
          onError(error)
        }
        if (!better?.ok && report) sending.announce(report)
        return better
      },
    })
  }

  /** Whether the server takes tools is known, or nobody will ask it soon. */
  let isHeard = false
  let hear = () => {}
  const heard = new Promise<void>((resolve) => {
    hear = () => {
      isHeard = true
      resolve()
    }
  })

  async function afterRefusal(sending: Sending, asked: () => Asked | undefined, refusal: Response): Promise<Response> {
    const { text, response } = await peek(refusal, REFUSAL_BYTES)
    if (!isRefusalOfTools(response.status, text)) return response
    const { model } = asked() ?? {}
    const wanted = model !== undefined && mode(model) !== "off"
    if (wanted) refused.set(model, now())
    const state = wanted && stateOf(model, "refused", true)
    hear()
    const rescued = state ? await inRawForm(sending, asked() as Asked, state) : undefined
    if (!rescued) sending.onRefused(model)
    return rescued ?? response
  }

  /**
   * OpenCode asks for a session's title a moment before it asks for the first answer, whose refusal shows that the title has to be read here
   * as well: without, it would be the model's first thought.
   */
  async function title(sending: Sending, asked: Asked, answer: Response): Promise<Response> {
    const { response } = await peek(answer, 1)
    setTimeout(hear, titleWaitsMs).unref?.()
    await heard
    const state = known.get(asked.model)
    if (!state?.on || state.why !== "refused" || parted.has(asked.model)) return sending.look(response)
    const byName = family(asked.model)
    const reasoning = await formsOf(asked.model).promptEnd(askBeside(sending), asked, byName)
    return sending.look(rescueResponse(response, { request: asked.body, family: byName?.id ?? state.family, reasoning }))
  }

  function forget(): void {
    known.clear()
    forms.clear()
    parted.clear()
    refused.clear()
  }

  /** Everything that goes to the server. Where it breaks down, what comes up again may be another one. */
  async function reach(sending: Sending, url: string | URL | Request, init?: RequestInit): Promise<Response> {
    try {
      const response = await sending.fetch(url, init)
      if (response.status >= 500 && response.status !== 501) forget()
      return response
    } catch (error) {
      if (!init?.signal?.aborted) forget()
      throw error
    }
  }

  async function send(given: Sending): Promise<Response> {
    const sending: Sending = { ...given, fetch: (url, init) => reach(given, url, init) }
    const { url, init } = sending
    // Bodies are long, and where all is well nobody has to read them.
    const asked = lazily(() => readChatRequest(init.body))
    const state = known.size > 0 ? known.get(asked()?.model ?? "") : undefined
    const stale =
      state?.why === "refused" && now() - (refused.get(state.model) ?? 0) > REFUSAL_HOLDS_MS && asked()?.tools === true
    if (state?.on && !stale) {
      const answer = await inRawForm(sending, asked() as Asked, state)
      if (answer) return answer
    }
    const response = await sending.fetch(url, init)
    if (response.status === 400) return afterRefusal(sending, asked, response)
    // Until then only: bodies are long. Within a text the quotes would be escaped.
    if (!isHeard && typeof init.body === "string" && /"tools"\s*:/.test(init.body)) hear()
    if (!response.ok) return sending.look(response)
    if (stale) known.delete(state.model)
    if (sending.title && asked()?.stream && mode((asked() as Asked).model) !== "off")
      return title(sending, asked() as Asked, response)

    /** Remembers what this answer proves; true where that is to be made good within the turn. */
    const learn = (report: Report | undefined): boolean => {
      if (!report || !provesWrongParser(report)) return false
      const { model, tools, stream } = asked() ?? {}
      if (model === undefined || !tools || mode(model) === "off") return false
      const always = mode(model) === "always"
      if (report.response.reasoningBytes > 0) parted.add(model)
      stateOf(model, "wrong-parser", always)
      return always && stream === true
    }
    if (!repeats()) return sending.look(response, (report) => learn(report) && false)
    return repeatable(sending, response, learn, () => {
      const { model } = asked() as Asked
      return inRawForm(sending, asked() as Asked, stateOf(model, "wrong-parser", true))
    })
  }

  return {
    send,
    states: () => [...known.values()],
    consent(wanted) {
      const concerned = [...known.values()].filter((state) => !state.impossible)
      for (const state of concerned) state.on = wanted
      return concerned.map((state) => state.model)
    },
    restarted: forget,
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
