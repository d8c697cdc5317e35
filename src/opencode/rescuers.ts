/** The rescuers of an OpenCode instance, one for each watched provider that was asked something. */
import type { Family } from "../knowledge/families.ts"
import type { ModelRescue } from "../report/types.ts"
import { type RescueModes, rescueMode } from "../rescue/mode.ts"
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
  /** The user's word, for one provider or all. Returns the models concerned. */
  consent(wanted: boolean, provider?: string): string[]
  states(provider?: string): ModelRescue[]
}

export function createRescuers({ modes, family, onError }: RescuersOptions): Rescuers {
  const loading = new Map<string, Promise<Rescuer>>()
  const loaded = new Map<string, Rescuer>()
  const repeats = modes === "always" || (typeof modes === "object" && Object.values(modes).includes("always"))

  async function load(provider: string): Promise<Rescuer> {
    const { createRescuer } = await import("./late.ts")
    const rescuer = createRescuer({
      repeats,
      mode: (model) => rescueMode(modes, provider, model),
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
    consent: (wanted, provider) => chosen(provider).flatMap(([, rescuer]) => rescuer.consent(wanted)),
    states: (provider) =>
      chosen(provider).flatMap(([name, rescuer]) => rescuer.states().map((state) => ({ ...state, provider: name }))),
  }
}
