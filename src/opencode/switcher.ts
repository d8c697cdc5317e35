/**
 * Changes a session's model. The host takes it from the user message, so a switch is a change of the message at hand and of those that
 * follow while the front end still sends the old one (measured with 1.18.33: the terminal interface keeps its own choice in mid-session).
 */
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import { type Choice, catalog, type Known } from "../models/catalog.ts"
import { choose, nameOf } from "../models/choose.ts"
import { fits, objections, STOPS } from "../models/fitting.ts"
import { modelsPage, notChosen, notSwitched, objectionLine, switched, switchedElsewhere } from "../report/models.ts"
import type { ModelRef } from "./host.ts"
import type { Answer } from "./local-answer.ts"
import { pieces } from "./pieces.ts"
import type { SwitchMemory } from "./switch-memory.ts"

export interface SwitcherOptions {
  /** Looks at the watched servers now, two seconds at most. */
  look(): Promise<EndpointReport[]>
  /** Models that the host has. */
  known(): Promise<Known[]>
  /** Tokens that the session holds; undefined: not known. */
  used(sessionID: string): Promise<number | undefined>
  /** The model that the session had before this one, as far as its messages tell. */
  before(sessionID: string, current: ModelRef | undefined): Promise<ModelRef | undefined>
  /** OpenCode was told to leave this model out. */
  hidden(provider: string, id: string): boolean
  endpoint(provider: string): Endpoint | undefined
  /** Makes the server load a model, and resolves when it is there, takes too long or cannot be. */
  load(endpoint: Endpoint, model: string, onProgress: (text: string) => void, signal: AbortSignal): Promise<Loaded>
  /** The host should read its models again, for this one, when nothing is in use. Whether it will. */
  reload(model: string): boolean
}

/** `late`: it goes on loading, and the next request waits for it. */
export type Loaded = { is: "loaded"; context?: number } | { is: "late" | "failed"; why: string }

/** What comes of a wish: words, and the model to use from now on where there is one. */
export interface Wish {
  answer: Answer
  model?: ModelRef
  /** Whether the model can be used after all, once the whole answer is out. Absent: it can. */
  holds?(): boolean
}

interface LoadingOptions {
  /** Says that the switch is made. */
  done(now: Choice): string
  force: boolean
  /** Tokens of the session. */
  used: number | undefined
}

const AGAIN = "It reads them again as soon as nothing is in use; give the command once more then."
const RESTART = "Start OpenCode again to use it."

const STATES_TO_WAIT_FOR: ReadonlySet<Choice["state"]> = new Set<Choice["state"]>(["unloaded", "loading", "sleeping"])

export function createSwitcher(o: SwitcherOptions) {
  /** Reads a wish of a person or an agent and says what comes of it; changes nothing itself. */
  async function wish(sessionID: string, args: string, current: ModelRef | undefined, memory: SwitchMemory): Promise<Wish> {
    const words = args.split(/\s+/).filter(Boolean)
    const force = words.includes("--force")
    const wanted = words.filter((word) => word !== "--force").join(" ")
    const [reports, known, used] = await Promise.all([o.look(), o.known(), o.used(sessionID)])
    const choices = catalog(reports, known, o.hidden)
    /** A model of a provider that is not watched has to be named in full: nothing is known of it, and nothing speaks against it. */
    const unwatched = (name: string, before: ModelRef | undefined): ModelRef | undefined => {
      const found = known.find((one) => nameOf(one) === name)
      const model = found ? { providerID: found.provider, modelID: found.key } : before
      return model && !reports.some((report) => report.provider === model.providerID) ? model : undefined
    }
    const currentName = current && `${current.providerID}/${current.modelID}`
    if (wanted === "") {
      const down = reports.filter((report) => report.models.length === 0).map((report) => report.provider ?? report.url)
      memory.listed = choices.map(nameOf)
      return { answer: modelsPage({ choices, current: currentName, used, down }) }
    }

    const previous = wanted === "-" ? (memory.previous ?? (await o.before(sessionID, current))) : undefined
    if (wanted === "-" && !previous) return { answer: "There was no switch in this session to go back from." }
    const name = previous ? `${previous.providerID}/${previous.modelID}` : asListed(wanted, memory.listed)
    const elsewhere = unwatched(name, previous)
    if (elsewhere && name !== currentName) return { answer: switchedElsewhere(name), model: elsewhere }
    const chosen = choose(name, choices, current?.providerID)
    if (chosen.is !== "one") return { answer: notChosen(wanted === "-" ? name : wanted, chosen) }
    const { choice } = chosen
    if (nameOf(choice) === currentName) return { answer: `\`${nameOf(choice)}\` is the model of this session already.` }

    const against = objections(choice, used)
    const line = (one: (typeof against)[number]) => objectionLine(one, choice, used)
    // A model that the host does not know cannot be used whatever the person wants.
    if (against.includes("unknown-to-host")) {
      return {
        answer: o.reload(nameOf(choice)) ? `${line("unknown-to-host")} ${AGAIN}` : `${line("unknown-to-host")} ${RESTART}`,
      }
    }
    const stops = against.filter((one) => STOPS.has(one))
    if (stops.length > 0 && !force) return { answer: notSwitched(stops.map(line)) }
    const done = (now: Choice) => switched(now, against.map(line))
    const model = { providerID: choice.provider, modelID: choice.key }
    const endpoint = o.endpoint(choice.provider)
    if (!endpoint || !STATES_TO_WAIT_FOR.has(choice.state)) return { answer: done(choice), model }
    return { ...whileLoading(endpoint, choice, { done, force, used }), model }
  }

  /** Says how the loading goes, then that the switch is made, or not. */
  function whileLoading(endpoint: Endpoint, choice: Choice, { done, force, used }: LoadingOptions) {
    let holds = true
    const answer = pieces(async (say, signal) => {
      const unknown: Loaded = { is: "late", why: "The server did not say how the loading goes." }
      const loaded = await o.load(endpoint, choice.id, (text) => say(`${text}\n`), signal).catch(() => unknown)
      if (loaded.is === "late") return `${done(choice)}\n${loaded.why} The next message waits for it.`
      // Only now the server says what context it gives.
      const now = { ...choice, context: (loaded.is === "loaded" ? loaded.context : undefined) ?? choice.context }
      const small = fits(now, used) === "no" && fits(choice, used) !== "no" ? objectionLine("too-small", now, used) : undefined
      const why = loaded.is === "failed" ? loaded.why : small
      if (why === undefined) return done(now)
      holds = force
      return force ? `${done(now)}\n${why}` : notSwitched([why])
    })
    return { answer, holds: () => holds }
  }

  return { wish }
}

/** A number means what stood beside it when the list was shown, whatever the servers have changed since. */
function asListed(wanted: string, listed: readonly string[] | undefined): string {
  const number = /^#?(\d{1,4})$/.exec(wanted)?.[1]
  return (number !== undefined && listed?.[Number(number) - 1]) || wanted
}
