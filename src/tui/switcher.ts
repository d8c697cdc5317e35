/** Switches the session's model from the terminal interface, so that the prompt shows the new one at once. */
import type { Endpoint, EndpointReport } from "../endpoint/types.ts"
import type { Choice, Known } from "../models/catalog.ts"
import type { ModelRef } from "../opencode/host.ts"
import type { SwitchMemory } from "../opencode/switch-memory.ts"
import type { SwitcherOptions } from "../opencode/switcher.ts"
import { short } from "./lines.ts"

export interface SwitcherPorts {
  reports(): EndpointReport[]
  /** Resolves when there is a fresh report of every server, as far as that can be waited for. */
  looked(): Promise<void>
  known(): Known[]
  /** Tokens that the session holds. */
  used(): number | undefined
  /** Makes the host's prompt use the model. Resolves to whether it did. */
  use(model: ModelRef): Promise<boolean>
  /** The model that the prompt uses now. */
  current(): ModelRef | undefined
  /** The model that the session had before the current one, by its messages. */
  before(): ModelRef | undefined
  endpoint(provider: string): Endpoint | undefined
  /** Makes the server load a model, and resolves when it is there, takes too long or cannot be. */
  load: SwitcherOptions["load"]
  /** OpenCode was told to leave this model out. */
  hidden(provider: string, id: string): boolean
  /** A switch was made. */
  onSwitched(from: ModelRef | undefined, to: ModelRef): void
}

export interface Row {
  choice: Choice
  name: string
  /** Context length, whether the session fits, and the model's state; empty where that is not known. */
  cells: [context: string, fit: string, state: string]
  current: boolean
}

export interface Switcher {
  current(): ModelRef | undefined
  rows(): Promise<Row[]>
  /** Why not, where something speaks against it. */
  against(choice: Choice): Promise<string[]>
  use(model: ModelRef): Promise<boolean>
  /** Reads what a person typed. `text` alone: something to read, nothing was switched. */
  typed(args: string, onProgress?: (text: string) => void): Promise<{ text: string; model?: ModelRef }>
}

export function createTuiSwitcher(ports: SwitcherPorts): Switcher {
  const memory: SwitchMemory = {}
  const catalogNow = async () => (await import("./late.ts")).catalog(ports.reports(), ports.known(), ports.hidden)

  return {
    current: ports.current,
    async rows() {
      const { fits } = await import("./late.ts")
      const used = ports.used()
      const current = ports.current()
      return (await catalogNow()).map((choice) => {
        // Of a server that does not answer nothing is sure.
        const sure = choice.trouble === undefined
        const fit = { yes: "fits", tight: "hardly fits", no: "too small", unknown: "" }[sure ? fits(choice, used) : "unknown"]
        const state = sure ? stateWord(choice) : "server in trouble"
        const context = choice.context === undefined ? "" : short(choice.context)
        return {
          choice,
          name: choice.key,
          cells: [context, fit, choice.known ? state : `${state}, new`] satisfies Row["cells"],
          current: current?.providerID === choice.provider && current.modelID === choice.key,
        }
      })
    },
    async against(choice) {
      const { objections, objectionLine, STOPS } = await import("./late.ts")
      const used = ports.used()
      return objections(choice, used)
        .filter((one) => STOPS.has(one))
        .map((one) => objectionLine(one, choice, used))
    },
    async use(model) {
      const from = ports.current()
      if (!(await ports.use(model))) return false
      memory.previous = from
      ports.onSwitched(from, model)
      return true
    },
    async typed(args, onProgress = () => {}) {
      const { createSwitcher } = await import("./late.ts")
      const switcher = createSwitcher({
        async look() {
          await ports.looked()
          return ports.reports()
        },
        known: async () => ports.known(),
        used: async () => ports.used(),
        before: async () => ports.before(),
        hidden: ports.hidden,
        endpoint: ports.endpoint,
        load: ports.load,
        reload: () => false,
      })
      const { answer, model, holds } = await switcher.wish("", args, ports.current(), memory)
      if (typeof answer === "string") return { text: answer, ...(model && { model }) }
      // The last piece says what became of it; those before it are out of date then.
      let text = ""
      for await (const piece of answer) {
        if (text !== "") onProgress(text.trim())
        text = piece
      }
      return { text, ...(model && holds?.() !== false && { model }) }
    },
  }
}

function stateWord({ served, state }: Choice): string {
  if (!served) return "not served"
  return state === "unloaded" ? "not loaded" : (state ?? "served")
}
