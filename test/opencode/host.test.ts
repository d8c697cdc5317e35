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
})
