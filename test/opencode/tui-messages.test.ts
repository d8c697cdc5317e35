import { expect, test } from "bun:test"
import fc from "fast-check"
import { decode, encode } from "../../src/opencode/tui-messages.ts"

test("a message arrives where it is meant, and only there", () => {
  const text = encode({ to: "tui", directory: "/a" }, { type: "welcome", version: "1", providers: ["local"], deep: true })
  expect(decode(text, { to: "tui", directory: "/a" })).toEqual({
    type: "welcome",
    version: "1",
    providers: ["local"],
    deep: true,
  })
  expect(decode(text, { to: "tui", directory: "/b" })).toBeUndefined()
  expect(decode(text, { to: "server", directory: "/a" })).toBeUndefined()
})

test("whatever else is published is not ours", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.json().map((json) => `opencode-vllm:1 ${json}`),
      ),
      (command) => {
        expect(decode(command, { to: "tui", directory: "/a" })).toBeUndefined()
      },
    ),
  )
})

test("what is too long to pass is not sent", () => {
  expect(
    encode({ to: "tui", directory: "/a" }, { type: "progress", provider: "x".repeat(100_000), step: "", share: 0 }),
  ).toBeUndefined()
})
