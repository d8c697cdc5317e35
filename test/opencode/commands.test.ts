import { describe, expect, test } from "bun:test"
import { createCommands, registerCommands } from "../../src/opencode/commands.ts"
import { MARK } from "../../src/opencode/host.ts"

describe("slash commands", () => {
  test("a command of the same name that the user has stays", () => {
    const mine = { template: "mine" }
    const config = { command: { "vllm-status": mine, other: {} } }
    registerCommands(config)
    expect(config.command["vllm-status"]).toBe(mine)
    expect(Object.keys(config.command).sort()).toEqual(["other", "vllm-status"])
  })

  test("the user message of a command is answered here, and shows what was typed", async () => {
    const commands = createCommands(async (session, args) => `${session}|${args}`)
    commands.given("ses_1", "vllm-status", ' "local" ')
    const parts = [{ type: "text", text: "template" } as { type: string; text?: string; metadata?: Record<string, unknown> }]
    commands.message("ses_1", "msg_1", parts)
    expect(parts[0]).toEqual({ type: "text", text: "/vllm-status local", metadata: { [MARK]: { local: true } } })
    expect(await commands.page("msg_1")?.()).toBe("ses_1|local")
  })

  test("other messages and other commands go to the model", () => {
    const commands = createCommands(async () => "page")
    commands.given("ses_1", "review", "")
    commands.message("ses_1", "msg_1", [{ type: "text", text: "x" }])
    commands.given("ses_1", "vllm-status", "")
    commands.message("ses_2", "msg_2", [{ type: "text", text: "x" }])
    expect(commands.page("msg_1")).toBeUndefined()
    expect(commands.page("msg_2")).toBeUndefined()
  })
})
