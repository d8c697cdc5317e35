import { describe, expect, test } from "bun:test"
import { SCENARIOS, type ScenarioName } from "../../src/sim/index.ts"
import { RECORDED, type RecordedName, replay } from "../../src/sim/recorded.ts"
import { agentBody, chat, withSim } from "./client.ts"

const names = Object.keys(RECORDED) as RecordedName[]

/** The three fields of an event's head and the ids of calls, made the same everywhere. */
const plain = (text: string) =>
  text
    .replace(/"id":"chatcmpl-(tool-)?[0-9a-f]{16}"/g, (_, tool) => `"id":"${tool ?? ""}"`)
    .replace(/"created":\d+,"model":"[^"]*"/g, '"created":0,"model":""')

describe("recorded streams", () => {
  test("are replayed byte for byte, apart from ids, time stamp and model", () => {
    for (const name of names) {
      const envelope = { id: "chatcmpl-00000000000000aa", created: 7, model: "some/model" }
      const events = replay(RECORDED[name], envelope, () => "chatcmpl-tool-00000000000000bb")
      expect(plain(events.join(""))).toBe(plain(RECORDED[name]))
      for (const event of events.slice(0, -1)) {
        expect(event).toStartWith(
          'data: {"id":"chatcmpl-00000000000000aa","object":"chat.completion.chunk","created":7,"model":"some/model",',
        )
        expect(event).toEndWith("}\n\n")
      }
      expect(events.at(-1)).toBe("data: [DONE]\n\n")
    }
  })

  test("with the values they were recorded with come out identical", () => {
    for (const name of names) {
      const text = RECORDED[name]
      const [, id, created, model] = /"id":"([^"]+)".*?"created":(\d+),"model":"([^"]+)"/.exec(text)!
      const ids = [...text.matchAll(/"id":"(chatcmpl-tool-[^"]+)"/g)].map((match) => match[1]!)
      const events = replay(text, { id: id!, created: Number(created), model: model! }, () => ids.shift()!)
      expect(events.join("")).toBe(text)
      expect(ids).toEqual([])
    }
  })

  test("a model name with quotes or replacement patterns stays one JSON string", () => {
    const model = 'a"b$&$1\\'
    const [first] = replay(RECORDED.healthy, { id: "x", created: 1, model }, () => "y")
    expect(JSON.parse(first!.slice("data: ".length)).model).toBe(model)
  })

  test("reach the client over HTTP as they were recorded", async () => {
    const played = (Object.keys(SCENARIOS) as ScenarioName[]).filter(
      (name) => SCENARIOS[name].recorded && SCENARIOS[name].served === undefined && !SCENARIOS[name].firstTokenMs,
    )
    expect(played.length).toBe(names.length)
    for (const scenario of played)
      await withSim({ scenario }, async (sim) => {
        expect(plain(await (await chat(sim, agentBody())).text())).toBe(plain(RECORDED[SCENARIOS[scenario].recorded!]))
      })
  })
})
