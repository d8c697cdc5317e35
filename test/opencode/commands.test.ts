import { describe, expect, test } from "bun:test"
import { createCommands, registerCommands } from "../../src/opencode/commands.ts"
import { MARK } from "../../src/opencode/host.ts"

type Part = { type: string; text?: string; metadata?: Record<string, unknown> }

describe("slash commands", () => {
  test("a command of the same name that the user has stays", () => {
    const mine = { template: "mine" }
    const config = { command: { "vllm-status": mine, other: {} } }
    registerCommands(config)
    expect(config.command["vllm-status"]).toBe(mine)
    expect(Object.keys(config.command).sort()).toEqual(["other", "switch-model", "vllm-status"])
  })

  test("the user message of a command is answered here, and shows what was typed", async () => {
    const commands = createCommands()
    commands.given("ses_1", "vllm-status", ' "local" ')
    expect(commands.pending("ses_1")).toEqual({ command: "vllm-status", args: "local" })
    const parts: Part[] = [{ type: "text", text: "template" }]
    commands.take("ses_1", "msg_1", parts, { make: async () => "the page", aside: false })
    expect(parts[0]).toEqual({ type: "text", text: "/vllm-status local", metadata: { [MARK]: { local: true } } })
    expect(await commands.answerTo("msg_1")?.()).toBe("the page")
    expect(commands.pending("ses_1")).toBeUndefined()
  })

  test("other commands, other sessions, and a command that is left go to the model", () => {
    const commands = createCommands()
    commands.given("ses_1", "review", "")
    expect(commands.pending("ses_1")).toBeUndefined()
    commands.given("ses_1", "vllm-status", "")
    expect(commands.pending("ses_2")).toBeUndefined()
    commands.leave("ses_1")
    expect(commands.pending("ses_1")).toBeUndefined()
    expect(commands.answerTo("msg_1")).toBeUndefined()
  })
})
