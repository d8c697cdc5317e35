/**
 * The model that OpenCode's prompt uses. No function of the plugin API reads or sets it; two ways were seen to work with 1.18.33: the host's own
 * store, reached through Solid's owner, and the host's model dialog, driven by its public commands. Both are tried for, none is relied on.
 */
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import type { ModelRef } from "../opencode/host.ts"
import { fromContext } from "./host-context.ts"

interface LocalStore {
  model: { set(model: ModelRef, options?: { recent?: boolean }): void; current?(): ModelRef | undefined }
  agent: { current(): unknown }
}

export interface PromptModel {
  current(): ModelRef | undefined
  /** Resolves to whether the prompt shows the model now, as far as can be told. */
  use(model: ModelRef): Promise<boolean>
  /**
   * The same, and once more where the host takes it back: a prompt that has just come up takes the model of the last message that it
   * knows, up to two seconds late (seen in the first turn of a session). `still`: it is still wanted.
   */
  keep(model: ModelRef, still: () => boolean): Promise<boolean>
}

const KEEP_MS = 4_000
const KEEP_STEP_MS = 100

/** @param owner Solid's owner within the host's application, as a slot of it sees it */
export function createPromptModel(api: TuiPluginApi, owner: () => unknown): PromptModel {
  const store = () =>
    fromContext<LocalStore>(
      owner(),
      ({ model, agent }) => typeof model?.set === "function" && typeof agent?.current === "function",
    )
  function current(): ModelRef | undefined {
    try {
      const model = store()?.model.current?.()
      return model && { providerID: model.providerID, modelID: model.modelID }
    } catch {
      return undefined
    }
  }
  const is = ({ providerID, modelID }: ModelRef) => current()?.providerID === providerID && current()?.modelID === modelID

  async function byDialog(model: ModelRef): Promise<boolean> {
    const provider = api.state.provider.find(({ id }) => id === model.providerID)
    const title = provider?.models[model.modelID]?.name
    if (title === undefined) return false
    api.keymap.dispatchCommand("model.list")
    await sleep(80)
    const input = api.renderer.currentFocusedRenderable as { value?: string } | null
    if (typeof input?.value !== "string") return false
    input.value = title
    await sleep(60)
    api.keymap.dispatchCommand("dialog.select.submit")
    return true
  }

  async function set(model: ModelRef): Promise<boolean> {
    try {
      const local = store()
      if (local) {
        local.model.set(model, { recent: true })
        if (is(model) || !local.model.current) return true
      }
      return await byDialog(model)
    } catch {
      return false
    }
  }

  let keeping: ReturnType<typeof setInterval> | undefined

  return {
    current,
    use(model) {
      clearInterval(keeping)
      return set(model)
    },
    async keep(model, still) {
      clearInterval(keeping)
      const before = current()
      const end = Date.now() + KEEP_MS
      const done = await set(model)
      if (!before || !is(model)) return done
      const step = setInterval(() => {
        const over = Date.now() > end || !still()
        if (!over && is(model)) return
        clearInterval(step)
        // Another one than before is a person's own choice.
        if (!over && is(before)) void set(model)
      }, KEEP_STEP_MS)
      step.unref?.()
      keeping = step
      return done
    },
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
