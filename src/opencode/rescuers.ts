/** The rescuers of an OpenCode instance, one for each watched provider that was asked something. */
import type { Family } from "../knowledge/families.ts"
import type { ModelRescue, RescueAnswer } from "../report/types.ts"
import { type RescueMode, type RescueModes, rescueMode } from "../rescue/mode.ts"
import type { Rescuer } from "../rescue/rescuer.ts"

export interface RescuersOptions {
  modes: RescueModes
  family(provider: string, model: string): Family | undefined
  onError(error: unknown): void
}

export interface Rescuers {
  /** Loads the code on the first call. */
  get(provider: string): Promise<Rescuer>
  /** The one that is there already. */
  of(provider: string): Rescuer | undefined
  /** Whether rescue would help this model and only waits for the user's word. */
  offers(provider: string, model: string | undefined): boolean
  /** The user's word, for one provider or all, from now on. Returns the models for which it changes something at once. */
  consent(wanted: boolean, provider?: string): RescueAnswer
  states(provider?: string): ModelRescue[]
}

export function createRescuers({ modes, family, onError }: RescuersOptions): Rescuers {
  const loading = new Map<string, Promise<Rescuer>>()
  const loaded = new Map<string, Rescuer>()
  /** The user's word on a provider, for the life of this process. */
  const words = new Map<string, boolean>()
  let wordOnAll: boolean | undefined
  const always = modes === "always" || (typeof modes === "object" && Object.values(modes).includes("always"))

  /** What the options say, and within that what the user said since; `off` stays off. */
  function modeOf(provider: string, model: string | undefined): RescueMode {
    const mode = rescueMode(modes, provider, model)
    const word = words.get(provider) ?? wordOnAll
    return mode === "off" || word === undefined ? mode : word ? "always" : "off"
  }

  async function load(provider: string): Promise<Rescuer> {
    const { createRescuer } = await import("./late.ts")
    const rescuer = createRescuer({
      repeats: () => always || (words.get(provider) ?? wordOnAll) === true,
      mode: (model) => modeOf(provider, model),
      family: (model) => family(provider, model),
      onError,
    })
    loaded.set(provider, rescuer)
    return rescuer
  }
  const chosen = (provider?: string) => [...loaded].filter(([name]) => provider === undefined || name === provider)

  return {
    get(provider) {
      const known = loading.get(provider) ?? load(provider)
      loading.set(provider, known)
      return known
    },
    of: (provider) => loaded.get(provider),
    offers: (provider, model) =>
      loaded
        .get(provider)
        ?.states()
        .some((state) => state.model === model && !state.on && !state.impossible) === true,
    consent(wanted, provider) {
      if (provider !== undefined) words.set(provider, wanted)
      else {
        words.clear()
        wordOnAll = wanted
      }
      const models = chosen(provider).flatMap(([, rescuer]) => rescuer.consent(wanted))
      const off = modes === "off" || (provider !== undefined && rescueMode(modes, provider, undefined) === "off")
      return { wanted, models, off }
    },
    states: (provider) =>
      chosen(provider).flatMap(([name, rescuer]) => rescuer.states().map((state) => ({ ...state, provider: name }))),
  }
}
