/** Whole agent loops on servers whose parsers are missing or wrong, and on one where they are right and nothing is to be rescued. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { type ServeOptions, serve, type VllmServer } from "../../scripts/vllm.mjs"
import { askDirectly, opencode, SIGN, type Told } from "./real.ts"
import { LOOP_DONE, NOTE, RAN, scripts } from "./scripts.ts"

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
  /** Prompt forms that answered, as the server's metrics and log name the routes. */
  route: "/v1/chat/completions" | "/v1/completions"
}

const SETUPS: Setup[] = [
  {
    what: "no flags at all",
    options: {},
    play: "loop",
    rescue: "auto",
    says: ["the server refuses tools", "--tool-call-parser qwen3_coder --reasoning-parser nemotron_v3"],
    route: "/v1/chat/completions",
  },
  {
    what: "hermes before a model that writes Qwen XML",
    options: { flags: parsers("hermes", "nemotron_v3") },
    play: "loop",
    rescue: "always",
    says: ["tool parser does not read what this model writes", "--tool-call-parser qwen3_coder"],
    route: "/v1/chat/completions",
  },
  {
    what: "qwen3_coder and nemotron_v3 before a model that writes Hermes calls",
    options: { flags: parsers("qwen3_coder", "nemotron_v3"), names: ["hermes-4-70b"] },
    play: "hermes-loop",
    rescue: "always",
    says: ["tool parser does not read what this model writes", "--tool-call-parser hermes"],
    route: "/v1/completions",
  },
  {
    what: "the right parsers",
    options: { flags: parsers("qwen3_coder", "nemotron_v3") },
    play: "loop",
    rescue: "always",
    route: "/v1/chat/completions",
  },
]

for (const { what, options, play, rescue, says, route } of SETUPS) {
  describe(what, () => {
    let server: VllmServer
    beforeAll(async () => {
      server = await serve({ ...options, scripts })
      console.log(`vLLM with ${what} is up after ${(server.startMs / 1000).toFixed(1)} s`)
    }, 200_000)
    afterAll(() => server?.stop())

    if (what === "no flags at all")
      test("the rig's server refuses a request with tools", async () => {
        const answer = await askDirectly(server, "PLAY:loop")
        expect(answer.status).toBe(400)
        expect(answer.body).toContain("--enable-auto-tool-choice")
      })

    test(`an agent works through its whole loop with \`rescue: "${rescue}"\``, async () => {
      await opencode(server, { args: ["run", `PLAY:${play}`], options: { rescue } }, async (told) => {
        expectWholeLoop(told)
        if (says) {
          expect(told.said.split(SIGN)).toHaveLength(2)
          for (const part of says) expect(told.said).toContain(part)
        } else expect(told.said).not.toContain(SIGN)
        expect(await answersOf(server, "/v1/completions")).toBe(route === "/v1/completions" ? 4 : 0)
      })
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
  })
}

function expectWholeLoop(told: Told) {
  expect(told.timedOut).toBe(false)
  expect(told.said).toContain(RAN)
  expect(told.file("note.md")).toBe(NOTE)
  expect(told.stdout).toContain("I write it down.")
  expect(told.stdout).toContain(LOOP_DONE)
  expect(told.said).not.toContain("<tool_call>")
  expect(told.said).not.toContain("</think>")
}

/** How many requests this route has answered with 200. */
async function answersOf(server: VllmServer, route: string): Promise<number> {
  const text = await (await fetch(`${server.origin}/metrics`)).text()
  const line = new RegExp(`^http_requests_total\\{handler="${route}",method="POST",status="2xx"\\} (\\S+)$`, "m").exec(text)
  return Number(line?.[1] ?? 0)
}
