/** Whole agent loops on servers whose parsers are missing or wrong, and on one where they are right and nothing is to be rescued. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import type { Part } from "@opencode-ai/sdk"
import { type ServeOptions, serve, type VllmServer } from "../../scripts/vllm.mjs"
import { createRescuer } from "../../src/rescue/rescuer.ts"
import { askBody, askDirectly, opencode, SIGN, type Told, writing } from "./real.ts"
import { EDITED, HELPER_SAID, LOOP_ANSWERS, LOOP_DONE, NOTE, RAN, scripts } from "./scripts.ts"
import { answersOf, running, serving, until } from "./serving.ts"

const CHAT = "/v1/chat/completions"
const PLAIN = "/v1/completions"
const parsers = (tool: string, reasoning: string) => [
  ...["--enable-auto-tool-choice", "--tool-call-parser", tool, "--reasoning-parser", reasoning],
]

interface Setup {
  what: string
  options: ServeOptions
  play: string
  rescue: "auto" | "always"
  /** What the plugin says of it; nothing where all is well. */
  says?: string[]
  /** Every answer that the server gives during the loop, by route; the first one of all is OpenCode's title. */
  answers: { [CHAT]: number; [PLAIN]: number; "/tokenize": number; "/detokenize": number }
  refusals: number
}

/** Two tiny questions show whether tools reach the prompt. */
const PROBES = 2

const SETUPS: Setup[] = [
  {
    what: "no flags at all",
    options: {},
    play: "loop",
    rescue: "auto",
    says: ["the server refuses tools", "--tool-call-parser qwen3_coder --reasoning-parser nemotron_v3"],
    // How the prompt ends is asked once with tools and once without, for the title.
    answers: { [CHAT]: 1 + PROBES + LOOP_ANSWERS, [PLAIN]: 0, "/tokenize": 2, "/detokenize": 2 },
    refusals: 1,
  },
  {
    what: "hermes before a model that writes Qwen XML",
    options: { flags: parsers("hermes", "nemotron_v3") },
    play: "loop",
    rescue: "always",
    says: ["tool parser does not read what this model writes", "--tool-call-parser qwen3_coder"],
    // The answer that was swallowed comes twice.
    answers: { [CHAT]: 1 + 1 + PROBES + LOOP_ANSWERS, [PLAIN]: 0, "/tokenize": 1, "/detokenize": 1 },
    refusals: 0,
  },
  {
    what: "qwen3_coder and nemotron_v3 before a model that writes Hermes calls",
    options: { flags: parsers("qwen3_coder", "nemotron_v3"), names: ["hermes-4-70b"] },
    play: "hermes-loop",
    rescue: "always",
    says: ["tool parser does not read what this model writes", "--tool-call-parser hermes"],
    // Swallowed as it came and in form A; then each answer takes the rendered prompt, and the first one the proof that it holds the tools.
    answers: { [CHAT]: 1 + 2 + PROBES, [PLAIN]: LOOP_ANSWERS, "/tokenize": 1 + 2 + LOOP_ANSWERS, "/detokenize": 1 },
    refusals: 0,
  },
  {
    what: "the right parsers",
    options: { flags: parsers("qwen3_coder", "nemotron_v3") },
    play: "loop",
    rescue: "always",
    answers: { [CHAT]: 1 + LOOP_ANSWERS, [PLAIN]: 0, "/tokenize": 0, "/detokenize": 0 },
    refusals: 0,
  },
]

for (const { what, options, play, rescue, says, answers, refusals } of SETUPS) {
  describe(what, () => {
    let server: VllmServer
    beforeAll(async () => {
      server = await serve({ ...options, scripts })
      console.log(`vLLM with ${what} is up after ${(server.startMs / 1000).toFixed(1)} s`)
    }, 320_000)
    afterAll(() => server?.stop())

    test(`an agent works through its whole loop with \`rescue: "${rescue}"\`, and nothing is asked twice`, async () => {
      await opencode(server, { args: ["run", `PLAY:${play}`], options: { rescue } }, async (told) => {
        expectWholeLoop(told)
        if (says) {
          expect(told.said.split(SIGN)).toHaveLength(2)
          for (const part of says) expect(told.said).toContain(part)
        } else expect(told.said).not.toContain(SIGN)
        for (const [route, count] of Object.entries(answers))
          expect([route, await answersOf(server, route)]).toEqual([route, count])
        expect(await answersOf(server, CHAT, "4xx")).toBe(refusals)
      })
    })

    if (what === "no flags at all")
      test("the rig's server refuses a request with tools", async () => {
        const answer = await askDirectly(server, "PLAY:loop")
        expect(answer.status).toBe(400)
        expect(answer.body).toContain("--enable-auto-tool-choice")
      })

    if (!says)
      test('with `rescue: "always"` the bytes are those of the server', async () => {
        const init = {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(askBody(server, "PLAY:loop")),
        }
        const rescuer = createRescuer({ repeats: () => true, mode: () => "always", family: () => undefined, onError: () => {} })
        const silent = { announce() {}, onRefused() {}, onRescued() {}, look: (response: Response) => response }
        // How vLLM cuts its chunks differs from answer to answer, so this very answer is compared.
        const sent: Promise<string>[] = []
        const recorded = async (url: string | URL | Request, given?: RequestInit) => {
          const response = await fetch(url, given)
          sent.push(response.clone().text())
          return response
        }
        const sending = { url: `${server.url}/chat/completions`, init, fetch: recorded, ...silent }
        const through = await (await rescuer.send(sending)).text()
        expect(await Promise.all(sent)).toEqual([through])
        expect(through).toContain("tool_calls")
      })

    if (says)
      test('with `rescue: "off"` the fault is said, with the flags, and nothing else is done', async () => {
        await opencode(server, { args: ["run", `PLAY:${play}`], options: { rescue: "off" } }, (told) => {
          expect(told.timedOut).toBe(false)
          expect(told.said).toContain(SIGN)
          expect(told.said).toContain("--tool-call-parser")
          expect(told.said).not.toContain(RAN)
        })
      })

    // One server for each form is enough, and the last case kills it.
    if (answers[PLAIN] > 0 || refusals > 0)
      test("thoughts stand once in the session, a cut ends the server's work, and a dying server is told as ever", async () => {
        await serving(server, { rescue }, async (agent) => {
          await agent.ask(`PLAY:${play}`)
          const before = await agent.parts()
          const thoughts = before.flatMap((part) => (part.type === "reasoning" ? [part.text.trim()] : []))
          expect(thoughts[0]).toBe("First the number.")
          expect(new Set(thoughts).size).toBe(thoughts.length)
          for (const part of before) if (part.type === "step-finish") expect(part.tokens.output).toBeGreaterThan(5)
          expect(await agent.title()).toBe("Scratch work")

          const written = writing(server, 20)
          await agent.begin("PLAY:slow")
          await written
          expect(await running(server)).toBe(1)
          await agent.abort()
          await until(async () => (await running(server)) === 0, 5_000)
          const cut = (await agent.parts()).slice(before.length)
          expect(cut.some((part) => part.type === "text" && part.text.startsWith("Line 0 of"))).toBe(true)

          const again = writing(server, 20)
          await agent.begin("PLAY:slow")
          await again
          server.kill()
          const broke = (part: Part) => part.type === "text" && part.text.startsWith(`${SIGN} The stream ended`)
          await until(async () => (await agent.parts()).some(broke), 30_000)
          await until(async () => (await agent.errors()).includes(`Nothing listens at ${new URL(server.origin).host}`), 30_000)
        })
      })
  })
}

function expectWholeLoop(told: Told) {
  expect(told.timedOut).toBe(false)
  expect(told.said).toContain(RAN)
  expect(told.file("note.md")).toBe(NOTE.replace("- one", EDITED))
  expect(told.said).toContain('Write the "note"')
  expect(told.filesWith(HELPER_SAID).length).toBeGreaterThan(0)
  expect(told.stdout).toContain("I write it down.")
  expect(told.stdout).toContain(LOOP_DONE)
  expect(told.stdout).not.toContain("<tool_call>")
  expect(told.said).not.toContain("</think>")
}
