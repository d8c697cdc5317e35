import { describe, expect, test } from "bun:test"
import { keepFromModel } from "../../src/opencode/history.ts"
import { MARK } from "../../src/opencode/host.ts"

const text = (t: string, mark?: object) => ({ type: "text", text: t, ...(mark && { metadata: { [MARK]: mark } }) })
const user = (id: string, ...parts: object[]) => ({ info: { id, role: "user" }, parts: parts as { type: string }[] })
const assistant = (id: string, parentID: string, ...parts: object[]) => ({
  info: { id, role: "assistant", parentID },
  parts: parts as { type: string }[],
})

describe("what the model gets of the session", () => {
  test("a note of the plugin does not reach the model, the rest of the message does", () => {
    const messages = [
      user("u1", text("hi")),
      assistant("a1", "u1", text("answer"), text("opencode-vllm: x", { note: true })),
      user("u2", text("go on")),
    ]
    keepFromModel(messages)
    expect(messages[1]?.parts).toEqual([text("answer")])
    expect(messages).toHaveLength(3)
  })

  test("an exchange that was answered by the plugin does not reach the model", () => {
    const messages = [
      user("u1", text("hi")),
      assistant("a1", "u1", text("hello")),
      user("u2", text("/vllm-status", { local: true })),
      assistant("a2", "u2", text("# page")),
      user("u3", text("next")),
    ]
    keepFromModel(messages)
    expect(messages.map((m) => m.info.id)).toEqual(["u1", "a1", "u3"])
  })

  test("the newest user message stays, so that the request remains one", () => {
    const messages = [user("u1", text("/vllm-status", { local: true }))]
    keepFromModel(messages)
    expect(messages).toHaveLength(1)
  })

  test("parts with other plugins' metadata are left alone", () => {
    const part = { type: "text", text: "x", metadata: { other: { note: true } } }
    const messages = [user("u1", part), user("u2", text("y"))]
    keepFromModel(messages)
    expect(messages[0]?.parts).toEqual([part])
  })
})
