import { describe, expect, test } from "bun:test"
import { takeOwnHeaders, writeOwnHeaders } from "../../src/opencode/own-headers.ts"

describe("the plugin's own headers", () => {
  test("they come back as the origin and do not leave the machine", () => {
    const headers: Record<string, string> = { authorization: "Bearer k", "x-session-id": "ses_1" }
    writeOwnHeaders(headers, { agent: "build", messageID: "msg_1" })
    const { origin, init } = takeOwnHeaders({ method: "POST", headers })
    expect(origin).toEqual({ sessionID: "ses_1", parentID: undefined, agent: "build", messageID: "msg_1" })
    expect(init).toEqual({ method: "POST", headers: { authorization: "Bearer k", "x-session-id": "ses_1" } })
  })

  test("a request without them is passed on as the very same object", () => {
    const given = { method: "GET", headers: { accept: "*/*" } }
    expect(takeOwnHeaders(given).init).toBe(given)
    expect(takeOwnHeaders(undefined)).toEqual({ origin: {}, init: undefined })
  })

  test("headers may come as a Headers object or as pairs", () => {
    for (const headers of [
      new Headers({ "x-opencode-vllm-agent": "title" }),
      [["x-opencode-vllm-agent", "title"]] as [string, string][],
    ]) {
      const { origin, init } = takeOwnHeaders({ headers })
      expect(origin.agent).toBe("title")
      expect(new Headers(init?.headers).has("x-opencode-vllm-agent")).toBe(false)
    }
  })
})
