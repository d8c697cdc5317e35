/** The real OpenCode with the built plugin against the simulated vLLM: what a person at a terminal gets to read. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { makeProject, type Project, run } from "../../scripts/host.ts"
import { type Sim, startSim } from "../../src/sim/index.ts"

const CANARY = "sk-canary-51c0ffee"
const LIMIT = 240_000

let sim: Sim
let project: Project
beforeAll(async () => {
  sim = await startSim({ apiKey: CANARY })
  project = makeProject({ url: sim.url, apiKey: CANARY })
})
afterAll(async () => {
  await sim.close()
  project.dispose()
})

const NOTICE = /opencode-vllm: .*/g

/** Everything that a person sees of one `opencode run`. */
async function session(scenario: string, p = project, args = ["run", "What is in src?"]) {
  sim.set(scenario)
  const ran = await run(p, args, LIMIT)
  const screen = ran.stdout + ran.stderr
  return { ...ran, screen, notices: screen.match(NOTICE) ?? [] }
}

describe("opencode run with the plugin", () => {
  test(
    "a healthy server: not a word, the tool runs and the turn ends",
    async () => {
      const { notices, screen, code } = await session("healthy")
      expect(notices).toEqual([])
      expect(screen).toContain("price.ts")
      expect(code).toBe(0)
    },
    LIMIT,
  )

  test(
    "thoughts inside a command: the sentence stands in front of the output and below the call",
    async () => {
      const { notices, stdout } = await session("leak-block")
      expect(notices.length).toBe(2)
      expect(stdout).toContain("`command`")
      // Neither the lines nor the note of the plugin go back to the server, but for the one in front of the tool's output.
      const second = sim.requests.filter((r) => r.path.includes("/chat/completions")).at(-1)?.body ?? ""
      expect(second.match(/opencode-vllm: /g)?.length).toBe(1)
    },
    LIMIT,
  )

  test(
    "a leak that makes the tool fail is named all the same",
    async () => {
      const { notices, screen } = await session("leak-path")
      expect(screen).toMatch(/File not found|Error/)
      expect(notices.length).toBe(1)
      expect(notices[0]).toContain("`filePath`")
    },
    LIMIT,
  )

  for (const [scenario, words] of [
    ["swallowed", /--tool-call-parser qwen3_coder/],
    ["answer-in-reasoning", /reasoning/],
    ["empty", /opencode-vllm: /],
    ["truncated-in-reasoning", /limit/],
  ] as const) {
    test(
      `${scenario}: a turn with nothing to see shows the sentence where the answer would have been`,
      async () => {
        const { notices, screen } = await session(scenario)
        expect(notices.length).toBe(1)
        expect(screen).toMatch(words)
      },
      LIMIT,
    )
  }

  test(
    "a server without a tool parser: the refusal is explained with the flags",
    async () => {
      const { screen, notices } = await session("no-tool-parser")
      expect(notices.length).toBe(1)
      expect(screen).toContain("--enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser nemotron_v3")
    },
    LIMIT,
  )

  test(
    "the key of the configuration is in nothing that OpenCode printed or logged",
    async () => {
      sim.set("wrong-key")
      const ran = await run(project, ["run", "--print-logs", "--log-level", "DEBUG", "hi"], LIMIT)
      expect(ran.stdout + ran.stderr).toMatch(/does not accept the configured API key[\s\S]*Cure: /)
      expect(ran.stdout + ran.stderr).not.toContain(CANARY)
      const logs = join(project.home, ".local/share/opencode/log")
      for (const file of readdirSync(logs)) expect(readFileSync(join(logs, file), "utf8")).not.toContain(CANARY)
    },
    LIMIT,
  )
})

/** The simulated server with recorded answers to the turns of a session, in order; the last one is repeated. */
async function playing(bodies: string[]) {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const { authorization = "" } = request.headers
    if (request.method === "POST" && body.includes('"tools"')) {
      const next = (bodies.length > 1 ? bodies.shift() : bodies[0]) ?? ""
      return void response.writeHead(200, { "content-type": "text/event-stream" }).end(next)
    }
    const more = request.method === "POST" ? { method: "POST", body, headers: { "content-type": "application/json" } } : {}
    const from = await fetch(`${new URL(sim.url).origin}${request.url}`, { ...more, headers: { ...more.headers, authorization } })
    response.writeHead(from.status, { "content-type": from.headers.get("content-type") ?? "" }).end(await from.text())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const recorded = (name: string) => readFileSync(join(import.meta.dir, "../../src/sim/recorded", `${name}.sse`), "utf8")
const captured = (name: string) => readFileSync(join(import.meta.dir, "../captures", name), "utf8")

test(
  "the same fault in another tool is said to be no accident, with both tools and the cure",
  async () => {
    sim.set("healthy")
    const server = await playing([recorded("leak-block"), recorded("leak-path"), recorded("healthy-text")])
    const p = makeProject({ url: server.url, apiKey: CANARY })
    try {
      const { stdout } = await run(p, ["run", "What is in src?"], LIMIT)
      expect(stdout.match(/It is not this one call: 2 times in this session, in `bash` and `read`\./g)).toHaveLength(1)
    } finally {
      p.dispose()
      server.close()
    }
  },
  LIMIT,
)

for (const [npm, shape] of [
  ["@ai-sdk/openai", "responses"],
  ["@ai-sdk/anthropic", "messages"],
] as const) {
  test(
    `a call that the server ate is named over ${npm} too`,
    async () => {
      sim.set("healthy")
      const server = await playing([captured(`shapes/wrong/nemotron.call.${shape}.sse`)])
      const p = makeProject({ url: server.url, apiKey: CANARY, provider: { npm }, options: { include: ["local"] } })
      try {
        const { stdout } = await run(p, ["run", "What is in src?"], LIMIT)
        expect(stdout).toMatch(/opencode-vllm: The server counted \d+ output tokens/)
        expect(stdout).toContain("--tool-call-parser qwen3_coder")
      } finally {
        p.dispose()
        server.close()
      }
    },
    LIMIT,
  )
}

describe("/vllm-status in opencode run", () => {
  test(
    "shows the server, without a model turn, and the key nowhere",
    async () => {
      sim.set("healthy")
      const before = sim.requests.filter((r) => r.path.includes("/completions")).length
      const ran = await run(project, ["run", "--command", "vllm-status"], LIMIT)
      expect(ran.stdout).toContain("0.32.0")
      expect(ran.stdout).toContain("nemotron-3-super")
      expect(ran.stdout).not.toContain(CANARY)
      expect(sim.requests.filter((r) => r.path.includes("/completions")).length).toBe(before)
    },
    LIMIT,
  )

  test(
    "works with the server down, and `run` says so in place of what OpenCode says when it gives up",
    async () => {
      const dead = makeProject({ url: "http://127.0.0.1:9/v1" })
      try {
        const page = await run(dead, ["run", "--command", "vllm-status"], LIMIT)
        expect(page.code).toBe(0)
        expect(page.stdout).toMatch(/127\.0\.0\.1:9/)
        expect(page.stdout).toMatch(/refused|nothing listens/i)
        // OpenCode itself repeats the request in silence for more than a minute, and then says less.
        const prompt = await run(dead, ["run", "hi"], LIMIT)
        expect(prompt.timedOut).toBe(false)
        const screen = prompt.stdout + prompt.stderr
        expect(screen.match(/Nothing listens at/g)).toHaveLength(1)
        expect(screen).toContain("Cure: ")
      } finally {
        dead.dispose()
      }
    },
    LIMIT,
  )

  for (const npm of ["@ai-sdk/openai", "@ai-sdk/anthropic"]) {
    test(
      `is answered in the shape of ${npm} too`,
      async () => {
        sim.set("healthy")
        const options = { include: ["local"] }
        const p = makeProject({ url: sim.url, apiKey: CANARY, provider: { npm }, options })
        try {
          const before = sim.requests.filter((r) => r.method === "POST").length
          const ran = await run(p, ["run", "--command", "vllm-status"], LIMIT)
          expect(ran.stdout).toContain("# Status of your LLM servers")
          expect(ran.stdout).toContain("nemotron-3-super")
          expect(ran.code).toBe(0)
          expect(sim.requests.filter((r) => r.method === "POST").length).toBe(before)
        } finally {
          p.dispose()
        }
      },
      LIMIT,
    )
  }

  test(
    "a server that accepts and never answers does not hold the page: OpenCode itself would wait for minutes",
    async () => {
      sim.set("hung-all")
      const began = performance.now()
      const ran = await run(project, ["run", "--command", "vllm-status"], LIMIT)
      expect(ran.code).toBe(0)
      expect(ran.stdout).toMatch(/does\s+not\s+answer/)
      expect(performance.now() - began).toBeLessThan(120_000)
    },
    LIMIT,
  )
})

test(
  "wrong options are told in one sentence with the path, and the plugin goes on with the defaults",
  async () => {
    const p = makeProject({ url: sim.url, apiKey: CANARY, options: { leakedArguments: "stop" } })
    try {
      const { screen } = await session("swallowed", p)
      expect(screen).toMatch(/opencode-vllm: Option `leakedArguments`/)
      expect(screen).toContain("--tool-call-parser")
    } finally {
      p.dispose()
    }
  },
  LIMIT,
)

test(
  "with `leakedArguments: block` the command does not run and the model is told why",
  async () => {
    const p = makeProject({ url: sim.url, apiKey: CANARY, options: { leakedArguments: "block" } })
    try {
      const { screen } = await session("leak-block", p)
      expect(screen).not.toContain("syntax error")
      const body = sim.requests.filter((r) => r.path.includes("/chat/completions")).at(-1)?.body ?? ""
      expect(body).toContain("was not run")
    } finally {
      p.dispose()
    }
  },
  LIMIT,
)
