/**
 * Changes a session's model. The host takes it from the user message, so a switch is a change of the message at hand and of those that
 * follow while the front end still sends the old one (measured with 1.18.33: the terminal interface keeps its own choice in mid-session).
 */
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import { type Choice, catalog, type Known } from "../models/catalog.ts"
import { choose, nameOf } from "../models/choose.ts"
import { objections, STOPS } from "../models/fitting.ts"
import { modelsPage, notChosen, notSwitched, objectionLine, switched } from "../report/models.ts"
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
  endpoint(provider: string): Endpoint | undefined
  /** Makes the server load a model, and resolves when it is there or cannot be. */
  load(endpoint: Endpoint, model: string, onProgress: (text: string) => void): Promise<string | undefined>
  /** The host should read its models again, when nothing runs. */
  reload(): void
}

/** What comes of a wish: words, and the model to use from now on where there is one. */
export interface Wish {
  answer: Answer
  model?: ModelRef
}

const STATES_TO_WAIT_FOR: ReadonlySet<Choice["state"]> = new Set<Choice["state"]>(["unloaded", "loading", "sleeping"])

export function createSwitcher(o: SwitcherOptions) {
  /** Reads a wish of a person or an agent and says what comes of it; changes nothing itself. */
  async function wish(sessionID: string, args: string, current: ModelRef | undefined, memory: SwitchMemory): Promise<Wish> {
    const words = args.split(/\s+/).filter(Boolean)
    const force = words.includes("--force")
    const wanted = words.filter((word) => word !== "--force").join(" ")
    const [reports, known, used] = await Promise.all([o.look(), o.known(), o.used(sessionID)])
    const choices = catalog(reports, known)
    const currentName = current && `${current.providerID}/${current.modelID}`
    if (wanted === "") {
      const down = reports.filter((report) => report.models.length === 0).map((report) => report.provider ?? report.url)
      return { answer: modelsPage({ choices, current: currentName, used, down }) }
    }

    const back = wanted === "-"
    if (back && !memory.previous) return { answer: "There was no switch in this session to go back from." }
    const name = back && memory.previous ? `${memory.previous.providerID}/${memory.previous.modelID}` : wanted
    const chosen = choose(name, choices, current?.providerID)
    // Going back may lead to a model of a provider that is not watched: nothing is known of it, and nothing speaks against it.
    if (back && memory.previous && chosen.is !== "one") return { answer: `Now using \`${name}\`.`, model: memory.previous }
    if (chosen.is !== "one") return { answer: notChosen(wanted, chosen) }
    const { choice } = chosen
    if (nameOf(choice) === currentName) return { answer: `\`${nameOf(choice)}\` is the model of this session already.` }

    const against = objections(choice, used)
    const line = (one: (typeof against)[number]) => objectionLine(one, choice, used)
    // A model that the host does not know cannot be used whatever the person wants.
    if (against.includes("unknown-to-host")) {
      o.reload()
      return { answer: line("unknown-to-host") }
    }
    const stops = against.filter((one) => STOPS.has(one))
    if (stops.length > 0 && !force) return { answer: notSwitched(stops.map(line)) }
    const done = switched(choice, against.map(line))
    const model = { providerID: choice.provider, modelID: choice.key }
    const endpoint = o.endpoint(choice.provider)
    if (!endpoint || !STATES_TO_WAIT_FOR.has(choice.state)) return { answer: done, model }
    return { answer: whileLoading(endpoint, choice, done), model }
  }

  /** Says how the loading goes, then that the switch is made. */
  const whileLoading = (endpoint: Endpoint, choice: Choice, done: string) =>
    pieces(async (say) => {
      const problem = await o
        .load(endpoint, choice.id, (text) => say(`${text}\n`))
        .catch(() => "The server did not say how the loading goes.")
      return problem === undefined ? done : `${done}\n${problem} The next message waits for it.`
    })

  return { wish }
}
