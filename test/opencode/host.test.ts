import { describe, expect, test } from "bun:test"
import { createHost, partIdAfter } from "../../src/opencode/host.ts"

describe("the port over the host's client", () => {
  test("a part id sorts behind the part it follows and before any later one", () => {
    const id = partIdAfter("prt_206beba13001vzjNEmeJuREGEV")
    expect(id).toMatch(/^prt_206beba13001zz[0-9A-Za-z]{12}$/)
    expect(id > "prt_206beba13001vzjNEmeJuREGEV").toBe(true)
    expect(id < "prt_206beba57001jkBZ26gmPZvJld").toBe(true)
  })

  test("a client that throws, rejects or answers an error changes nothing for the caller", async () => {
    const broken = {
      _client: { patch: () => Promise.reject(new Error("x")) },
      app: {
        log: () => {
          throw new Error("x")
        },
      },
      tui: { showToast: () => Promise.reject(new Error("x")) },
      config: { providers: () => Promise.reject(new Error("x")) },
    }
    const host = createHost(broken as never)
    host.log("info", "x")
    host.toast({ message: "x", variant: "info", duration: 1 })
    expect(await host.putPart({ sessionID: "s", messageID: "m", text: "t" })).toBe(false)
    expect(await host.providers()).toBeUndefined()
  })

  describe("whether something would end with this instance", () => {
    const nothing: Record<string, unknown> = {
      "/session/status": {},
      "/mcp": { off: { status: "disabled" }, broken: { status: "failed" } },
      "/permission": [],
      "/question": [],
      "/pty": [],
    }
    const inUse = (more: Record<string, unknown>) => {
      const answers = { ...nothing, ...more }
      const get = async ({ url }: { url: string }) => ({ data: answers[url] })
      return createHost({ _client: { get } } as never).inUse()
    }
    const cases: [string, boolean, Record<string, unknown>][] = [
      ["nothing", false, {}],
      ["idle sessions", false, { "/session/status": { a: { type: "idle" } } }],
      ["a session that works", true, { "/session/status": { a: { type: "idle" }, b: { type: "busy" } } }],
      ["a session that asks again", true, { "/session/status": { a: { type: "retry" } } }],
      ["an MCP server", true, { "/mcp": { files: { status: "connected" } } }],
      ["a permission that is asked for", true, { "/permission": [{ id: "per_1" }] }],
      ["a question", true, { "/question": [{ id: "que_1" }] }],
      ["a terminal", true, { "/pty": [{ id: "pty_1" }] }],
      ...Object.keys(nothing).map((url): [string, boolean, Record<string, unknown>] => [
        `${url} does not answer`,
        true,
        { [url]: undefined },
      ]),
    ]
    for (const [name, expected, more] of cases) test(name, async () => expect(await inUse(more)).toBe(expected))
    test("a client that fails", async () =>
      expect(await createHost({ _client: { get: () => Promise.reject(new Error("x")) } } as never).inUse()).toBe(true))
  })
})
