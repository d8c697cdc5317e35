/** A small server that refuses tools and, where a request forbids them, keeps them from the prompt: only the rendered prompt helps there. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { serve, type VllmServer } from "../../scripts/vllm.mjs"
import { familyOfModel } from "../../src/knowledge/families.ts"
import { createRescuer } from "../../src/rescue/rescuer.ts"
import { ask } from "../rescue/asking.ts"
import { opencode, SIGN } from "./real.ts"
import { RAN, scripts } from "./scripts.ts"
import { answersOf, serving } from "./serving.ts"

/** OpenCode's own prompt takes some 11,300 tokens of this tokenizer. */
const CONTEXT = 16_384

let server: VllmServer
beforeAll(async () => {
  server = await serve({ flags: ["--exclude-tools-when-tool-choice-none"], maxModelLen: CONTEXT, scripts })
  console.log(`vLLM with --exclude-tools-when-tool-choice-none is up after ${(server.startMs / 1000).toFixed(1)} s`)
}, 320_000)
afterAll(() => server?.stop())

test("the token counts of two tiny questions show it, and the agent works by the rendered prompt", async () => {
  await opencode(server, { args: ["run", "PLAY:shell"] }, async (told) => {
    expect(told.timedOut).toBe(false)
    expect(told.said).toContain(RAN)
    expect(told.stdout).toContain("The command printed its number.")
    expect(told.said).toContain(`${SIGN} the server refuses tools`)
    expect(await answersOf(server, "/v1/completions")).toBe(2)
  })
})

test("an output limit ends the call where it is, with finish `length`, in the stream that OpenCode would get", async () => {
  const rescuer = createRescuer({
    repeats: () => false,
    mode: () => "auto",
    family: (id) => familyOfModel({ id }),
    onError: (error) => {
      throw error
    },
  })
  const asked = (max_tokens: number) =>
    ask(server, rescuer, { messages: [{ role: "user", content: "PLAY:shell" }], max_tokens, seed: 7, stop: ["</function>"] })
  expect((await asked(30)).said).toMatchObject({ finish: "length", completionTokens: 30 })
  // The stop string is the end of the call, here as with any server.
  expect((await asked(2000)).said.completionTokens).toBeLessThan(84)
  expect(rescuer.states()).toMatchObject([{ why: "refused", form: "B" }])
})

test("a conversation that outgrows the context is shortened, and goes on", async () => {
  await serving(server, {}, async (agent) => {
    const words = (n: number, what: string) => Array.from({ length: n }, (_, i) => `${what} number ${i}.`).join(" ")
    await agent.ask(`${words(150, "Apple")} PLAY:talk`)
    expect(await agent.compacted()).toBe(false)
    await agent.ask(`${words(500, "Pear")} PLAY:talk`)
    expect(await answersOf(server, "/v1/completions", "4xx")).toBe(1)
    expect(await agent.compacted()).toBe(true)
    const said = (await agent.parts()).filter((part) => part.type === "text" && part.text.includes("Good morning"))
    expect(said).toHaveLength(2)
  })
})
