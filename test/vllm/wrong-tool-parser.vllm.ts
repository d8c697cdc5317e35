/** The server of someone who copied the usual flags: the Hermes tool parser before a model that writes Qwen XML calls. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { serve, type VllmServer } from "../../scripts/vllm.mjs"
import { askDirectly, opencode, SIGN } from "./real.ts"
import { RAN, scripts } from "./scripts.ts"

let server: VllmServer

beforeAll(async () => {
  const flags = ["--enable-auto-tool-choice", "--tool-call-parser", "hermes", "--reasoning-parser", "nemotron_v3"]
  server = await serve({ flags, scripts })
  console.log(`vLLM with hermes and nemotron_v3 is up after ${(server.startMs / 1000).toFixed(1)} s`)
}, 320_000)

afterAll(() => server?.stop())

describe("a tool parser that does not fit the model", () => {
  test("the rig's server swallows the call: only the token count shows it", async () => {
    const answer = await askDirectly(server, "PLAY:shell")
    expect(answer).toMatchObject({ status: 200, finish: "stop", calls: [] })
    expect(answer.content.trim()).toBe("")
    expect(answer.tokens).toBeGreaterThan(answer.reasoning.split(" ").length * 3)
  })

  test("the sentence says that a call was swallowed, and names the parser that reads it, and offers rescue", async () => {
    await opencode(server, { args: ["run", "PLAY:shell"] }, (told) => {
      expect(told.timedOut).toBe(false)
      expect(told.said).not.toContain(RAN)
      expect(told.said).toMatch(new RegExp(`${SIGN} The server counted \\d+ output tokens but sent only`))
      expect(told.said).toContain("--tool-call-parser qwen3_coder")
      expect(told.said).toContain("/vllm-status --rescue")
    })
  })

  test("without the plugin OpenCode shows nothing at all", async () => {
    await opencode(server, { args: ["run", "PLAY:shell"], withoutPlugin: true }, (told) => {
      expect(told.timedOut).toBe(false)
      expect(told.said).not.toContain(RAN)
      expect(told.said).not.toMatch(/parser|swallow|token/i)
    })
  })

  test("a plain answer leaves the plugin silent", async () => {
    await opencode(server, { args: ["run", "PLAY:talk"] }, (told) => {
      expect(told.stdout).toContain("Good morning, all is well here.")
      expect(told.said).not.toContain(SIGN)
    })
  })
})
