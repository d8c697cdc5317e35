import type { Refusal } from "../errors.ts"
import type { Exchange, Manner } from "../exchange.ts"
import type { Hosted } from "../fleet.ts"
import type { Json } from "../requests.ts"
import type { Scenario } from "../types.ts"

export type Handler = (exchange: Exchange, scenario: Scenario) => void | Promise<void>
export type Methods = Readonly<Record<string, Handler>>
export type Routes = Readonly<Record<string, Methods>>

/** A server that can be simulated: its routes, words and manners. The model itself is the same for all. */
export interface Kind extends Manner {
  /** A request to a model that is not loaded loads it. Other kinds load everything when they start. */
  onDemand?: boolean
  /** One model at a time. */
  alone?: boolean
  routes: Routes
  /** Routes with a name in the path. */
  under?(path: string): Methods | undefined
  /** Whether a path answers only with the key, when the server has one. */
  needsKey(path: string): boolean
  /** The server does not look at the name of the model in a request. */
  takesAnyName?(models: readonly Hosted[]): boolean
  /** Other names of a model. */
  alias?(name: string): string
  /** What is refused before anything else is looked at. */
  refuses?(model: Hosted, body: Json): Refusal | undefined
}
