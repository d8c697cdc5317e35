import { describe, expect, test } from "bun:test"
import { parseRawOutput } from "../../../src/formats/raw.ts"
import { familyById } from "../../../src/knowledge/families.ts"
import { chunked, read } from "./reading.ts"
import { SPELLINGS } from "./spellings.ts"
import { meantBy, TOOLS, turnsFor, writeTurn } from "./turns.ts"

type Output = { reasoning: string; content: string; calls: { name: string; arguments: string }[] }

const plain = ({ reasoning, content, calls }: Output) => ({
  reasoning,
  content,
  calls: calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) })),
})

for (const spelling of SPELLINGS) {
  const name = `${spelling.family}${spelling.label ? ` (${spelling.label})` : ""}`
  describe(name, () => {
    const turns = turnsFor(spelling).map((turn) => ({ turn, ...writeTurn(spelling, turn) }))

    test("every turn is read as meant", () => {
      for (const { turn, text, reasoning } of turns) {
        const output = parseRawOutput(text, { tools: TOOLS, family: spelling.family, reasoning })
        expect({ what: turn.what, ...plain(output) }).toEqual({ what: turn.what, ...meantBy(turn) })
      }
    })

    test("every turn is read alike however it is cut", () => {
      turns.forEach(({ turn, text, reasoning }, index) => {
        const options = { tools: TOOLS, family: spelling.family, reasoning }
        const whole = read(options, [text])
        expect({ what: turn.what, ...read(options, [...text]) }).toEqual({ what: turn.what, ...whole })
        expect({ what: turn.what, ...read(options, chunked(text, index + 1)) }).toEqual({ what: turn.what, ...whole })
      })
    })

    test("tools that were not declared stay text", () => {
      const calls = [{ name: "launch", arguments: { filePath: "/a" } }]
      const text = spelling.calls(calls)
      const output = parseRawOutput(text, { tools: TOOLS, family: spelling.family, reasoning: "closed" })
      expect(output.calls).toEqual([])
      expect(output.content).toContain("launch")
    })

    test("a call that is cut off is no call, and its text is there", () => {
      const call = { name: "write", arguments: { filePath: "/a", content: `${"x ".repeat(50)}END${" y".repeat(50)}` } }
      const whole = spelling.calls([call])
      const text = whole.slice(0, whole.indexOf("END"))
      const output = parseRawOutput(text, { tools: TOOLS, family: spelling.family, reasoning: "closed" })
      expect(output.calls).toEqual([])
      expect(output.content).toContain("x x x")
    })
  })
}

test("the known families have their spelling here, but for few", () => {
  const known = SPELLINGS.filter(({ family }) => familyById(family) !== undefined)
  expect(known.length).toBeGreaterThan(45)
})
