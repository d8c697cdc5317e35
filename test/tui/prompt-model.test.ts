import { expect, test } from "bun:test"
import type { TuiPluginApi } from "@opencode-ai/plugin/tui"
import type { ModelRef } from "../../src/opencode/host.ts"
import { createPromptModel } from "../../src/tui/prompt-model.ts"

const [alpha, beta, gamma] = ["alpha", "beta", "gamma"].map((modelID) => ({ providerID: "local", modelID })) as [
  ModelRef,
  ModelRef,
  ModelRef,
]

/** The host's own store of the prompt's model, as its application shares it. */
function setup() {
  let now = alpha
  const set = (model: ModelRef) => {
    now = model
  }
  const store = { model: { set, current: () => now }, agent: { current: () => "build" } }
  const model = createPromptModel({} as TuiPluginApi, () => ({ context: { [Symbol()]: store } }))
  return { model, hostSets: set, name: () => now.modelID }
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const always = () => true

test("a model that the host takes back at once is set once more, and then left to the person", async () => {
  const { model, hostSets, name } = setup()
  expect(await model.keep(beta, always)).toBe(true)
  expect(name()).toBe("beta")
  hostSets(alpha)
  await wait(300)
  expect(name()).toBe("beta")
  hostSets(alpha)
  await wait(300)
  expect(name()).toBe("alpha")
})

test("another choice of the person, a newer wish or another session ends it", async () => {
  const { model, hostSets, name } = setup()
  await model.keep(beta, always)
  hostSets(gamma)
  await wait(300)
  hostSets(alpha)
  await wait(300)
  expect(name()).toBe("alpha")

  await model.keep(beta, always)
  await model.use(alpha)
  await wait(300)
  expect(name()).toBe("alpha")

  let here = true
  await model.keep(beta, () => here)
  here = false
  hostSets(alpha)
  await wait(300)
  expect(name()).toBe("alpha")
})
