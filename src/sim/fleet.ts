/** The models of one server, and which of them are in memory. */

export interface SimModel {
  id: string
  /** Tokens that fit into the model as it is, or will be, loaded. Default: `maxModelLen` of the server. */
  context?: number
  /** Tokens that would fit if it were loaded larger. Default: `context`. */
  maxContext?: number
  /** Default true. false: the first request for it has to wait until it is loaded. */
  loaded?: boolean
  /** The model behind the served name. */
  root?: string
  /** An adapter: the id of its base. */
  parent?: string
  /** Default true. false: its template knows no tools. */
  tools?: boolean
}

export type Phase = "unloaded" | "loading" | "loaded"

export interface Hosted extends SimModel {
  context: number
  maxContext: number
  phase: Phase
}

export interface Fleet {
  models: readonly Hosted[]
  find(id: string): Hosted | undefined
  /** Resolves when the model is loaded; at once when it is already, or when there is none with this id. */
  load(id: string): Promise<void>
  unload(id: string): void
}

export interface FleetOptions {
  /** For models that name none. */
  context: number
  loadMs: number
  /** One model at a time: loading one unloads the others. */
  alone?: boolean
}

export function createFleet(list: readonly SimModel[], { context, loadMs, alone }: FleetOptions): Fleet {
  const models = list.map((model): Hosted => {
    const own = model.context ?? context
    const phase = model.loaded === false ? "unloaded" : "loaded"
    return { ...model, context: own, maxContext: model.maxContext ?? own, phase }
  })
  const loading = new Map<string, Promise<void>>()
  const find = (id: string) => models.find((m) => m.id === id)

  function start(model: Hosted): Promise<void> {
    if (alone) for (const other of models) if (other !== model) unload(other.id)
    model.phase = "loading"
    const job = new Promise<void>((resolve) => {
      // A server that has been closed meanwhile holds nobody up.
      setTimeout(resolve, loadMs).unref()
    }).then(() => {
      // Told to unload in the middle, it stays out.
      if (loading.get(model.id) !== job) return
      loading.delete(model.id)
      model.phase = "loaded"
    })
    loading.set(model.id, job)
    return job
  }

  function unload(id: string) {
    const model = find(id)
    loading.delete(id)
    if (model) model.phase = "unloaded"
  }

  return {
    models,
    find,
    async load(id) {
      const model = find(id)
      if (model && model.phase !== "loaded") await (loading.get(id) ?? start(model))
    },
    unload,
  }
}
