/** The server of someone who did everything right: the parsers of the model, and a key. The last cases kill it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { serve, type VllmServer } from "../../scripts/vllm.mjs"
import { askDirectly, opencode, SIGN, writing } from "./real.ts"
import { RAN, scripts } from "./scripts.ts"

const KEY = "canary-key-7f3a9b"
const WRONG_KEY = "canary-wrong-key-52c1"
const STARTS_WITHIN_MS = 320_000

let server: VllmServer

beforeAll(async () => {
  const flags = ["--enable-auto-tool-choice", "--tool-call-parser", "qwen3_coder", "--reasoning-parser", "nemotron_v3"]
  server = await serve({ flags, scripts, apiKey: KEY })
  console.log(`vLLM with qwen3_coder and nemotron_v3 is up after ${(server.startMs / 1000).toFixed(1)} s`)
}, STARTS_WITHIN_MS)

afterAll(() => server?.stop())

describe("the rig", () => {
  test("its server sends thoughts, call and token count apart, as a healthy vLLM does", async () => {
    const answer = await askDirectly(server, "PLAY:shell", KEY)
    expect(answer).toMatchObject({ status: 200, finish: "tool_calls", content: "" })
    expect(answer.reasoning).toBe("The person wants the number, so I run the command.")
    expect(answer.calls.map((call) => call.name)).toEqual(["bash"])
    expect(answer.tokens).toBeGreaterThan(40)
  })

  test("its server passes thoughts inside an argument on as part of the value", async () => {
    const [call] = (await askDirectly(server, "PLAY:shell-leak", KEY)).calls
    expect(JSON.parse(call?.arguments ?? "").command).toStartWith("<think>The person")
  })

  test("its server refuses a wrong key", async () => {
    expect(await askDirectly(server, "PLAY:talk", WRONG_KEY)).toMatchObject({ status: 401 })
  })
})

describe("all is well", () => {
  test("a tool call runs, the answer comes, and the plugin is silent", async () => {
    await opencode(server, { args: ["run", "PLAY:shell"], apiKey: KEY }, (told) => {
      expect(told.timedOut).toBe(false)
      expect(told.said).toContain(RAN)
      expect(told.stdout).toContain("The command printed its number.")
      expect(told.said).not.toContain(SIGN)
    })
  })

  test("a plain answer and its title request leave the plugin silent", async () => {
    await opencode(server, { args: ["run", "PLAY:talk"], apiKey: KEY }, (told) => {
      expect(told.stdout).toContain("Good morning, all is well here.")
      expect(told.said).not.toContain(SIGN)
    })
  })

  test("/vllm-status shows version, model and context, and neither a problem nor the key", async () => {
    await opencode(server, { args: ["run", "--command", "vllm-status"], apiKey: KEY }, (told) => {
      expect(told.stdout).toContain("0.32.0")
      expect(told.stdout).toContain(server.model)
      expect(told.stdout).toMatch(/131[,.  ]?072/)
      expect(told.said).not.toContain("unauthorized")
    })
  })
})

describe("the model's thoughts inside a tool call", () => {
  test("in a command that runs: the sentence names tool, cause and setting", async () => {
    await opencode(server, { args: ["run", "PLAY:shell-leak"], apiKey: KEY }, (told) => {
      expect(told.timedOut).toBe(false)
      expectLeakSentence(told.said, "bash", "command")
    })
  })

  test("in a path, where the tool fails: the sentence stands there as well", async () => {
    await opencode(server, { args: ["run", "PLAY:path-leak"], apiKey: KEY }, (told) => {
      expect(told.timedOut).toBe(false)
      expect(told.said).toContain("File not found")
      expectLeakSentence(told.said, "read", "filePath")
    })
  })

  test("without the plugin nobody says anything", async () => {
    await opencode(server, { args: ["run", "PLAY:path-leak"], apiKey: KEY, withoutPlugin: true }, (told) => {
      expect(told.said).toContain("File not found")
      expect(told.said).not.toContain(SIGN)
      expect(told.said).not.toContain("--reasoning-parser")
    })
  })
})

describe("a wrong key", () => {
  test("is named, and stands nowhere in output or files", async () => {
    await opencode(server, { args: ["run", "PLAY:talk"], apiKey: WRONG_KEY }, (told) => {
      expect(told.timedOut).toBe(false)
      // Said by the answer that failed, and nowhere else.
      expect(told.said).toContain("The server does not accept the configured API key.")
      expect(told.said).toContain("Cure: ")
      expect(told.said).not.toContain(SIGN)
      expect(told.said).not.toContain(WRONG_KEY)
      expect(told.filesWith(WRONG_KEY)).toEqual([])
    })
  })

  test("stands on the page of /vllm-status as `unauthorized`, without the key", async () => {
    await opencode(server, { args: ["run", "--command", "vllm-status"], apiKey: WRONG_KEY }, (told) => {
      expect(told.stdout).toContain("unauthorized")
      expect(told.said).not.toContain(WRONG_KEY)
      expect(told.filesWith(WRONG_KEY)).toEqual([])
    })
  })
})

describe("the server dies", () => {
  test("in the middle of an answer: seconds later the sentences say what broke and where nothing listens any more", async () => {
    let killedAt = 0
    const kill = async () => {
      await writing(server, 30)
      server.kill()
      killedAt = performance.now()
    }
    // OpenCode itself tries again five times, for about 62 s, with or without the plugin.
    await opencode(server, { args: ["run", "PLAY:slow"], apiKey: KEY, meanwhile: kill, patienceMs: 100_000 }, (told) => {
      expect(told.timedOut).toBe(false)
      expect((told.signAt ?? Number.POSITIVE_INFINITY) - killedAt).toBeLessThan(15_000)
      expect(told.said).toMatch(/opencode-vllm: The stream ended/)
      expect(told.said).toContain(`Nothing listens at ${new URL(server.origin).host}`)
    })
  })

  test("and /vllm-status still answers, and says that it cannot be reached", async () => {
    await opencode(server, { args: ["run", "--command", "vllm-status"], apiKey: KEY }, (told) => {
      expect(told.timedOut).toBe(false)
      expect(told.stdout).toMatch(/refused|not reachable|unreachable|cannot be reached/i)
    })
  })
})

/** What every sentence about thoughts in an argument must hold: where they stand, and the setting. */
function expectLeakSentence(said: string, tool: string, field: string) {
  expect(said).toMatch(new RegExp(`${SIGN} .*reasoning.*\`${field}\`.*\`${tool}\``))
  expect(said).toContain("--tool-call-parser qwen3_coder --reasoning-parser nemotron_v3")
}
