import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { build } from "esbuild"
import { lookAt } from "../../src/endpoint/look.ts"
import type { EndpointReport } from "../../src/endpoint/types.ts"
import { explainingFetch } from "../../src/request/explaining-fetch.ts"
import { isCompacted, isRetried } from "../../src/request/host-words.ts"
import { calmClock } from "../calm-clock.ts"
import { fullBacklog, healthyVllm, type Running, serveRaw, serveRoutes } from "../endpoint/servers.ts"
import { FAILURES, loadingServer, type Outcome, outcomeOf } from "./failures.ts"

const certificates = join(import.meta.dir, "../endpoint/certs")
/** A look takes two seconds at most. */
const DEADLINE = 2_500

function check(name: string, outcome: Outcome | null | undefined) {
  const expected = FAILURES[name]
  if (!outcome || !expected) return
  // Ports are random, and some of them are written so that the host does not read an error's number in them.
  const said = outcome.said.replaceAll("\u2060", "")
  expect([name, outcome.status]).toEqual([name, expected.status])
  for (const part of expected.says) expect([name, said]).toEqual([name, expect.stringContaining(part)])
  expect(said).not.toContain("sk-wrong")
  expect(outcome.ms).toBeLessThan(DEADLINE)
  expect(outcome.requests).toBeLessThanOrEqual(1)
  if ([401, 403, 424].includes(outcome.status)) {
    expect([name, isRetried(outcome.said), isCompacted(outcome.status, outcome.said)]).toEqual([name, false, false])
    expect(said.split("\n").length).toBeLessThanOrEqual(3)
  }
}

describe("every failure is said once, with its cure", () => {
  for (const name of Object.keys(FAILURES)) test.concurrent(name, async () => check(name, await outcomeOf(name, certificates)))
})

describe("the same in other processes", () => {
  const folder = mkdtempSync(join(tmpdir(), "opencode-vllm-"))
  const bundle = join(folder, "run.mjs")
  const modules = join(import.meta.dir, "../../node_modules")
  beforeAll(async () => {
    symlinkSync(modules, join(folder, "node_modules"))
    await build({
      entryPoints: [join(import.meta.dir, "run-failures.ts")],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["undici"],
      logLevel: "error",
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const programs = { Node: "node", "OpenCode's own Bun": join(modules, `opencode-linux-${process.arch}/bin/opencode`) }
  for (const [name, program] of Object.entries(programs))
    test.skipIf(process.platform !== "linux")(
      `under ${name}`,
      async () => {
        const { stdout } = await promisify(execFile)(program, [bundle, certificates], {
          env: { ...process.env, BUN_BE_BUN: "1", NODE_EXTRA_CA_CERTS: join(certificates, "other.crt") },
        })
        const outcomes = JSON.parse(stdout) as Record<string, Outcome | null>
        expect(Object.keys(outcomes)).toEqual(Object.keys(FAILURES))
        for (const [failure, outcome] of Object.entries(outcomes)) check(failure, outcome)
        expect(outcomes["certificate of another host"]?.said).toContain("is for another name")
      },
      120_000,
    )
})

const open: Running[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const post = (signal?: AbortSignal): RequestInit => ({ method: "POST", body: '{"model":"nemotron"}', ...(signal && { signal }) })
const at = (server: Running) => ({
  url: `${server.origin}/v1/chat/completions`,
  look: () => lookAt({ url: `${server.origin}/v1` }),
})

describe("a server that is loading", () => {
  test("is waited for, with progress, and answers in the end", async () => {
    const server = await loadingServer(900)
    open.push(server)
    const { url, look } = at(server)
    const said: [string, number][] = []
    const ready: number[] = []
    const send = explainingFetch({
      look,
      pollMs: 30,
      sayMs: 100,
      onWait: (...event) => said.push(event),
      onReady: (ms) => ready.push(ms),
    })
    const response = await send(fetch)(url, post())
    expect(await response.json()).toEqual({ answer: 42 })
    expect(said.length).toBeGreaterThanOrEqual(2)
    expect(said.length).toBeLessThanOrEqual(10)
    expect(said[0]?.[0]).toBe(`${new URL(url).host} is still loading its model.`)
    expect(said.map(([, ms]) => ms)).toEqual(said.map(([, ms]) => ms).toSorted((a, b) => a - b))
    expect(ready).toHaveLength(1)
    // The look asks meanwhile; the request itself goes out when there is hope.
    expect(server.seen.filter((r) => r.method === "POST")).toHaveLength(2)
  })

  test("for too long is said, at once and without the host's repeating it", async () => {
    const server = await loadingServer(60_000)
    open.push(server)
    const { url, look } = at(server)
    const response = await explainingFetch({ look, pollMs: 20, maxWaitMs: 150 })(fetch)(url, post())
    const { error } = (await response.json()) as { error: { message: string } }
    expect(response.status).toBe(424)
    expect(error.message).toContain("is still loading its model after 0 s.\nCure: Wait")
    expect(isRetried(error.message)).toBe(false)
  })

  test("is not waited for any longer when the host gives up: the reason comes at once", async () => {
    const server = await loadingServer(60_000)
    open.push(server)
    const { url, look } = at(server)
    const control = new AbortController()
    const sent = explainingFetch({ look, pollMs: 60_000 })(fetch)(url, post(control.signal))
    setTimeout(() => control.abort(new Error("enough")), 150)
    const clock = calmClock()
    await expect(sent).rejects.toThrow("enough")
    expect(clock()).toBeLessThan(1_000)
  })

  test("that dies meanwhile is said", async () => {
    const server = await loadingServer(60_000)
    const { url, look } = at(server)
    const sent = explainingFetch({ look, pollMs: 20 })(fetch)(url, post())
    setTimeout(() => server.close(), 100)
    expect((await sent).status).toBe(424)
  })
})

describe("a connection that nobody takes", () => {
  test("is given up when two looks agree", async () => {
    const server = await fullBacklog()
    if (!server) return
    open.push(server)
    const { url } = at(server)
    let looks = 0
    const counted = () => {
      looks++
      return lookAt({ url: `${server.origin}/v1` }, { deadlineMs: 300 })
    }
    const response = await explainingFetch({ look: counted, patienceMs: 100 })(fetch)(url, post())
    expect(response.status).toBe(424)
    expect(await response.text()).toContain("does not accept the connection in time")
    expect(looks).toBe(2)
  })

  test("a server that thinks for long is left alone", async () => {
    const server = await serveRoutes(
      healthyVllm({
        "/v1/chat/completions": (_: unknown, response: { end(text: string): void }) =>
          setTimeout(() => response.end("late"), 400),
      }),
    )
    open.push(server)
    const { url, look } = at(server)
    const response = await explainingFetch({ look, patienceMs: 50 })(fetch)(url, post())
    expect(await response.text()).toBe("late")
  })
})

describe("what was given up by the host", () => {
  const hanging = () => serveRaw(() => {})

  test("during the request: its own error, no look", async () => {
    const server = await hanging()
    open.push(server)
    const control = new AbortController()
    let looks = 0
    const look = async () => {
      looks++
      return undefined
    }
    setTimeout(() => control.abort(), 50)
    const sent = explainingFetch({ look })(fetch)(at(server).url, post(control.signal))
    await expect(sent).rejects.toThrow(/abort/i)
    expect(looks).toBe(0)
  })

  test("during the look: at once", async () => {
    const control = new AbortController()
    const look = () => new Promise<EndpointReport>(() => {})
    const failing = async () => {
      throw new TypeError("broken")
    }
    setTimeout(() => control.abort(new Error("enough")), 50)
    await expect(explainingFetch({ look })(failing)("http://x/v1/responses", post(control.signal))).rejects.toThrow("enough")
  })
})

describe("an error behind status 200", () => {
  const stream = { method: "POST", body: '{"model":"nemotron","stream":true}' }
  const statuses: Record<string, number> = {
    '{"error":{"message":"too many tokens","code":400}}': 400,
    '{"error":{"message":"busy","code":503}}': 503,
    '{"error":"no such thing"}': 400,
    '{"choices":[]}': 200,
  }
  for (const [body, status] of Object.entries(statuses))
    test(`${body}: ${status}`, async () => {
      const server = await serveRoutes(
        healthyVllm({
          "/v1/chat/completions": (
            _: unknown,
            response: { writeHead(status: number, headers: object): void; end(text: string): void },
          ) => {
            response.writeHead(200, { "content-type": "application/json", "content-length": body.length })
            response.end(body)
          },
        }),
      )
      open.push(server)
      const { url, look } = at(server)
      const response = await explainingFetch({ look })(fetch)(url, stream)
      expect([response.status, await response.text()]).toEqual([status, body])
      // Who asked for no stream reads the object itself.
      expect((await explainingFetch({ look })(fetch)(url, post())).status).toBe(200)
    })
})

describe("nothing is made up", () => {
  const failing = (error: unknown) => async () => {
    throw error
  }
  const looks: Record<string, () => Promise<EndpointReport | undefined>> = {
    "no look": async () => undefined,
    "a look that fails": async () => {
      throw new Error("look")
    },
  }
  for (const [name, look] of Object.entries(looks))
    test(`${name}: the error is thrown on as it came`, async () => {
      const error = new TypeError("fetch failed")
      const sent = explainingFetch({ look })(failing(error))("http://127.0.0.1:9/v1/messages", post())
      expect(await sent.catch((e: unknown) => e)).toBe(error)
    })

  test("requests for anything but an answer pass, whatever becomes of them", async () => {
    const error = new Error("refused")
    const look = async () => {
      throw new Error("not asked for")
    }
    const send = explainingFetch({ look })(failing(error))
    expect(await send("http://x/v1/models").catch((e: unknown) => e)).toBe(error)
    expect(await send("http://x/v1/embeddings", post()).catch((e: unknown) => e)).toBe(error)
  })

  test("an error's body and headers are as they came", async () => {
    const body = '{"error":{"message":"Server is overloaded"}}'
    const inner = async () => new Response(body, { status: 503, headers: { "retry-after": "7", "content-encoding": "identity" } })
    const response = await explainingFetch({ look: async () => undefined })(inner)("http://x/v1/chat/completions", post())
    expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([503, "7", body])
  })

  test("callbacks that fail do no harm, and are reported", async () => {
    const server = await loadingServer(100)
    open.push(server)
    const { url, look } = at(server)
    const errors: unknown[] = []
    const broken = () => {
      throw new Error("broken")
    }
    const o = { look, pollMs: 20, onWait: broken, onReady: broken, onError: (error: unknown) => errors.push(error) }
    expect(await (await explainingFetch(o)(fetch)(url, post())).json()).toEqual({ answer: 42 })
    expect(errors).toHaveLength(2)
  })

  test("an answer is the very object that came", async () => {
    const answer = new Response("data: {}\n\n", { headers: { "content-type": "text/event-stream" } })
    const send = explainingFetch({ look: async () => undefined })(async () => answer)
    expect(await send("http://x/v1/chat/completions", post())).toBe(answer)
  })
})
