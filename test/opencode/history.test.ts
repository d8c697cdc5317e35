import { describe, expect, test } from "bun:test"
import { asideInWork, keepFromModel } from "../../src/opencode/history.ts"
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

  describe("a command in the midst of the agent's work", () => {
    const aside = user("u2", text("/switch-model beta", { local: true, aside: true }))
    const done = (id: string, parentID: string, finish: string, ...parts: object[]) => {
      const message = assistant(id, parentID, ...parts)
      return { ...message, info: { ...message.info, finish } }
    }
    const ids = (messages: { info: { id: string } }[]) => messages.map((m) => m.info.id)

    test("is gone at once, and the work goes on", () => {
      const messages = [user("u1", text("do it")), done("a1", "u1", "tool-calls", { type: "tool" }), aside]
      expect(asideInWork(messages)).toBe("u2")
      keepFromModel(messages)
      expect(ids(messages)).toEqual(["u1", "a1"])
    })

    test("leaves the work behind it in the history, to its last words", () => {
      const messages = [
        user("u1", text("do it")),
        done("a1", "u1", "tool-calls", { type: "tool" }),
        aside,
        done("a2", "u2", "stop", text("done")),
        user("u3", text("next")),
      ]
      expect(asideInWork(messages)).toBeUndefined()
      keepFromModel(messages)
      expect(ids(messages)).toEqual(["u1", "a1", "a2", "u3"])
    })

    test("is an exchange like others where the agent was done before", () => {
      const messages = [user("u1", text("do it")), done("a1", "u1", "stop", text("done")), aside]
      expect(asideInWork(messages)).toBeUndefined()
      keepFromModel(messages)
      expect(ids(messages)).toEqual(["u1", "a1", "u2"])
      messages.push(done("a2", "u2", "stop", text("Now using")), user("u3", text("next")))
      keepFromModel(messages)
      expect(ids(messages)).toEqual(["u1", "a1", "u3"])
    })
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
