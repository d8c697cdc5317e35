/** The server of someone who typed `vllm serve MODEL`: it refuses every request that brings tools, so all that OpenCode sends. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { serve, type VllmServer } from "../../scripts/vllm.mjs"
import { askDirectly, opencode, SIGN } from "./real.ts"
import { scripts } from "./scripts.ts"

let server: VllmServer

beforeAll(async () => {
  server = await serve({ scripts })
  console.log(`vLLM without parsers is up after ${(server.startMs / 1000).toFixed(1)} s`)
}, 200_000)

afterAll(() => server?.stop())

describe("no parser flags at all", () => {
  test("the rig's server refuses a request with tools", async () => {
    const answer = await askDirectly(server, "PLAY:shell")
    expect(answer.status).toBe(400)
    expect(answer.body).toContain("--enable-auto-tool-choice")
  })

  test("the refusal is explained, with the flags of this model", async () => {
    await opencode(server, { args: ["run", "PLAY:shell"] }, (told) => {
      expect(told.timedOut).toBe(false)
      expect(told.said).toContain(SIGN)
      expect(told.said).toContain("--enable-auto-tool-choice")
      expect(told.said).toContain("--tool-call-parser qwen3_coder")
      expect(told.said).toContain("--reasoning-parser nemotron_v3")
    })
  })
})
