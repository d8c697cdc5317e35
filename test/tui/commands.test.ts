import { expect, test } from "bun:test"
import { registerCommands } from "../../src/opencode/commands.ts"
import { isOurs, needsServer, typedCommand } from "../../src/tui/commands.ts"

test.each([
  ["/vllm-status", { command: "vllm-status", args: "" }],
  ["  /vllm-status  gpu2 ", { command: "vllm-status", args: "gpu2" }],
  ["/switch-model qwen 3\n", { command: "switch-model", args: "qwen 3" }],
  ["/switch-model -", { command: "switch-model", args: "-" }],
  ["/vllm-statusx", undefined],
  ["/status", undefined],
  ["say /vllm-status", undefined],
  ["", undefined],
] as const)("%j", (prompt, typed) => expect(typedCommand(prompt)).toEqual(typed as ReturnType<typeof typedCommand>))

test("a command that a user has put in their place is left alone", () => {
  const config: { command?: object } = {}
  registerCommands(config as Parameters<typeof registerCommands>[0])
  expect(isOurs("vllm-status", config.command)).toBe(true)
  expect(isOurs("switch-model", config.command)).toBe(true)
  expect(isOurs("vllm-status", undefined)).toBe(true)
  expect(isOurs("vllm-status", { "vllm-status": { template: "curl it" } })).toBe(false)
})

test("what changes the server half's state goes there", () => {
  expect(needsServer({ command: "vllm-status", args: "--rescue" })).toBe(true)
  expect(needsServer({ command: "vllm-status", args: "local --no-rescue" })).toBe(true)
  expect(needsServer({ command: "vllm-status", args: "local" })).toBe(false)
})
