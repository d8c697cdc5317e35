import { describe, expect, test } from "bun:test"
import type { Endpoint, EndpointReport, ServedModel } from "../../src/endpoint/types.ts"
import type { ModelRef } from "../../src/opencode/host.ts"
import { meant, remember, type SwitchMemory } from "../../src/opencode/switch-memory.ts"
import { createSwitcher, type Loaded } from "../../src/opencode/switcher.ts"

const A: ModelRef = { providerID: "gpu", modelID: "alpha" }
const B: ModelRef = { providerID: "gpu", modelID: "beta" }
const C: ModelRef = { providerID: "cloud", modelID: "gamma" }

interface Setup {
  models?: ServedModel[]
  used?: number
  load?(onProgress: (text: string) => void, signal: AbortSignal): Promise<Loaded>
  before?: ModelRef
  /** Models that the host has beside those of the watched server. */
  more?: ModelRef[]
  mayReload?: boolean
  hidden?: string[]
}

function setUp({
  models = [
    { id: "alpha", context: 100_000 },
    { id: "beta", context: 8_000 },
  ],
  used = 5_000,
  load,
  before,
  hidden = [],
  more = [],
  mayReload = true,
}: Setup = {}) {
  const report: EndpointReport = {
    url: "http://gpu/v1",
    provider: "gpu",
    server: { kind: "vllm", version: "0.32.0" },
    models,
    checks: [],
    at: 1,
  }
  let reloads = 0
  const switcher = createSwitcher({
    look: async () => [report],
    known: async () => [A, B, ...more].map(({ providerID, modelID }) => ({ provider: providerID, key: modelID, id: modelID })),
    used: async () => used,
    endpoint: (provider): Endpoint => ({ url: "http://gpu/v1", provider }),
    before: async () => before,
    hidden: (_provider, id) => hidden.includes(id),
    load: async (_to, _model, onProgress, signal) => (await load?.(onProgress, signal)) ?? { is: "loaded" },
    reload: () => {
      reloads++
      return mayReload
    },
  })
  const memory: SwitchMemory = {}
  return {
    memory,
    raw: (args: string) => switcher.wish("ses_1", args, A, memory),
    reloads: () => reloads,
    async wish(args: string, current: ModelRef | undefined = A) {
      const { answer, model, holds } = await switcher.wish("ses_1", args, current, memory)
      let text = ""
      if (typeof answer === "string") text = answer
      else for await (const piece of answer) text += piece
      return { text, model, holds: holds?.() ?? true }
    },
  }
}

describe("/switch-model", () => {
  test("without a name lists what there is, numbered, with context, what fits, and the current one", async () => {
    const { text, model } = await setUp({ used: 7_500 }).wish("")
    expect(model).toBeUndefined()
    expect(text).toMatch(/1\. +`gpu\/alpha` +\*\*current\*\*, 100,000/)
    expect(text).toMatch(/2\. +`gpu\/beta` +8,000, hardly fits/)
    expect(text).toContain("7,500 tokens")
  })

  test("with a name switches, and says what is to be known of the model", async () => {
    const { text, model } = await setUp({ used: 5_000 }).wish("beta")
    expect(model).toEqual(B)
    expect(text).toContain("Now using `gpu/beta` (8,000 tokens of context).")
    expect(text).toContain("compacted soon")
  })

  test("does not switch to a model that is too small for the session, but with --force", async () => {
    const s = setUp({ used: 9_000 })
    const refused = await s.wish("beta")
    expect(refused.model).toBeUndefined()
    expect(refused.text).toContain("9,000 tokens")
    expect(refused.text).toContain("--force")
    expect((await s.wish("beta --force")).model).toEqual(B)
  })

  test("does not switch to what is not served, or cannot call tools", async () => {
    const s = setUp({ models: [{ id: "alpha" }] })
    expect(await s.wish("beta")).toMatchObject({ model: undefined })
    expect((await s.wish("beta")).text).toContain("does not serve it now")
    const t = setUp({ models: [{ id: "alpha" }, { id: "beta", tools: false }] })
    expect((await t.wish("beta")).text).toContain("cannot call tools")
    expect((await t.wish("beta --force")).model).toEqual(B)
  })

  test("to a model that OpenCode does not know yet lets OpenCode read its models again, and never switches", async () => {
    const s = setUp({ models: [{ id: "alpha" }, { id: "delta" }] })
    const { model, text } = await s.wish("delta --force")
    expect(model).toBeUndefined()
    expect(text).toContain("give the command once more")
    expect(s.reloads()).toBe(1)
    const never = setUp({ models: [{ id: "alpha" }, { id: "delta" }], mayReload: false })
    expect((await never.wish("delta")).text).toContain("Start OpenCode again to use it.")
  })

  test("an unknown or ambiguous name gets the near ones", async () => {
    expect((await setUp().wish("alpa")).text).toContain("`gpu/alpha`")
    expect((await setUp().wish("a")).text).toMatch(/may be one of these/)
  })

  test("the current model is not switched to", async () => {
    expect(await setUp().wish("alpha")).toMatchObject({ model: undefined })
  })

  test("`-` goes back, to a model of any provider", async () => {
    const s = setUp()
    expect((await s.wish("-")).model).toBeUndefined()
    remember(s.memory, B, A)
    expect((await s.wish("-")).model).toEqual(B)
    remember(s.memory, C, A)
    expect((await s.wish("-")).model).toEqual(C)
  })

  test("`-` goes back after a restart as well, by what the session's messages say", async () => {
    expect((await setUp({ before: B }).wish("-")).model).toEqual(B)
  })

  test("a number means what stood beside it in the list, whatever is served by now", async () => {
    const models: ServedModel[] = [{ id: "alpha" }, { id: "beta" }]
    const s = setUp({ models })
    await s.wish("")
    models.unshift({ id: "new" })
    expect((await s.wish("2")).model).toEqual(B)
  })

  test("a model that OpenCode was told to leave out is neither listed nor switched to", async () => {
    const s = setUp({ models: [{ id: "alpha" }, { id: "secret" }], hidden: ["secret"] })
    expect((await s.wish("")).text).not.toContain("secret")
    expect((await s.wish("secret")).text).toContain("No model is called")
    expect(s.reloads()).toBe(0)
  })

  test("a model of a provider that is not watched is switched to by its full name only", async () => {
    const s = setUp({ more: [C] })
    expect(await s.wish("cloud/gamma")).toMatchObject({ model: C })
    expect((await s.wish("cloud/gamma")).text).toContain("nothing was checked")
    expect(await s.wish("gamma")).toMatchObject({ model: undefined })
  })

  test("what nobody says of tools is said", async () => {
    const s = setUp({ models: [{ id: "alpha" }, { id: "beta" }] })
    expect((await s.wish("beta")).text).toContain("Nobody says whether it can call tools.")
    const t = setUp({ models: [{ id: "alpha" }, { id: "beta", tools: true }] })
    expect((await t.wish("beta")).text).not.toContain("tools")
  })

  test("a model that the server fails to load is not switched to, but with --force", async () => {
    const models: ServedModel[] = [{ id: "alpha" }, { id: "beta", state: "unloaded" }]
    const s = setUp({ models, load: async () => ({ is: "failed", why: "The server did not load it." }) })
    const refused = await s.wish("beta")
    expect(refused.holds).toBe(false)
    expect(refused.text).toContain("The server did not load it.")
    expect(refused.text).toContain("Nothing was switched")
    expect((await s.wish("beta --force")).holds).toBe(true)
  })

  test("the context that the server gives once it is loaded counts", async () => {
    const models: ServedModel[] = [{ id: "alpha" }, { id: "beta", state: "unloaded", maxContext: 64_000 }]
    const load = async (): Promise<Loaded> => ({ is: "loaded", context: 4_096 })
    expect((await setUp({ models, load, used: 1_000 }).wish("beta")).text).toContain("(4,096 tokens of context)")
    const small = await setUp({ models, load, used: 5_000 }).wish("beta")
    expect(small.holds).toBe(false)
    expect(small.text).toContain("takes 4,096 tokens")
  })

  test("who stops reading ends the waiting", async () => {
    const models: ServedModel[] = [{ id: "alpha" }, { id: "beta", state: "unloaded" }]
    let stopped = false
    const s = setUp({
      models,
      load: (onProgress, signal) =>
        new Promise((resolve) => {
          onProgress("Loading.")
          signal.addEventListener("abort", () => {
            stopped = true
            resolve({ is: "failed", why: "" })
          })
        }),
    })
    const answer = (await s.raw("beta")).answer as AsyncIterableIterator<string>
    expect((await answer.next()).value).toBe("Loading.\n")
    await answer.return?.()
    expect(stopped).toBe(true)
  })

  test("a model that is not loaded is waited for, with what the server says of it", async () => {
    const models: ServedModel[] = [{ id: "alpha" }, { id: "beta", state: "unloaded" }]
    const loaded = setUp({
      models,
      async load(onProgress) {
        onProgress("Loading for 2 s.")
        await new Promise((next) => setTimeout(next, 5))
        onProgress("Loading for 4 s.")
        return { is: "loaded" }
      },
    })
    const { text, model } = await loaded.wish("beta")
    expect(model).toEqual(B)
    expect(text).toMatch(/^Loading for 2 s\.\nLoading for 4 s\.\nNow using/)
    const stuck = setUp({ models, load: async () => ({ is: "late", why: "It is still loading." }) })
    expect((await stuck.wish("beta")).text).toContain("It is still loading. The next message waits for it.")
    const broken = setUp({ models, load: () => Promise.reject(new Error("gone")) })
    expect((await broken.wish("beta")).text).toContain("Now using")
  })
})

describe("what a message means after a switch", () => {
  test("the old name means the new model, until a person picks a third", () => {
    const memory: SwitchMemory = {}
    expect(meant(memory, A)).toEqual(A)
    remember(memory, A, B)
    expect(meant(memory, A)).toEqual(B)
    expect(meant(memory, A)).toEqual(B)
    expect(meant(memory, C)).toEqual(C)
    expect(meant(memory, A)).toEqual(A)
  })

  test("a front end that has followed may choose the old model again", () => {
    const memory: SwitchMemory = {}
    remember(memory, A, B)
    expect(meant(memory, B)).toEqual(B)
    expect(meant(memory, A)).toEqual(A)
  })

  test("a front end that follows no switch at all gets the newest model after several", () => {
    const memory: SwitchMemory = {}
    remember(memory, meant(memory, A), B)
    remember(memory, meant(memory, A), C)
    expect(meant(memory, A)).toEqual(C)
    expect(memory.previous).toEqual(B)
    remember(memory, meant(memory, A), A)
    expect(meant(memory, A)).toEqual(A)
    remember(memory, meant(memory, A), B)
    expect(meant(memory, A)).toEqual(B)
  })
})
