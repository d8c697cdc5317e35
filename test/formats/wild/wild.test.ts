import { describe, expect, test } from "bun:test"
import { parseRawOutput, thoughtsAreOpen } from "../../../src/formats/raw.ts"
import { familyById } from "../../../src/knowledge/families.ts"
import { rescueResponse } from "../../../src/rescue/response.ts"
import { bodyOf, hear, rawStream } from "../../rescue/raw-streams.ts"
import { chunked, read } from "../readers/reading.ts"
import { type Meant, WILD_CASES, type WildCase } from "./cases.ts"
import { WILD_TOOLS } from "./tools.ts"

const trimmed = (output: {
  reasoning: string
  content: string
  calls: readonly { name: string; arguments: unknown }[]
}): Meant => ({
  reasoning: output.reasoning.trim(),
  content: output.content.trim(),
  calls: output.calls.map((call) => ({
    name: call.name,
    arguments: typeof call.arguments === "string" ? (JSON.parse(call.arguments) as unknown) : call.arguments,
  })),
})
const stated = ({ family, open }: WildCase) =>
  ({ tools: WILD_TOOLS, family, reasoning: open ? ("open" as const) : ("closed" as const) }) as const

for (const family of new Set(WILD_CASES.map((one) => one.family))) {
  describe(`${family}: outputs as models write them`, () => {
    const cases = WILD_CASES.filter((one) => one.family === family)

    test("are of a family that there is", () => expect(familyById(family)).toBeDefined())

    test("are read as meant", () => {
      for (const one of cases)
        expect({ what: one.what, ...trimmed(parseRawOutput(one.text, stated(one))) }).toEqual({ what: one.what, ...one.meant })
    })

    test("are read as meant in pieces", () => {
      for (const one of cases) {
        for (const pieces of [[...one.text], chunked(one.text, 3), chunked(one.text, 11)])
          expect({ what: one.what, ...trimmed(read(stated(one), pieces)) }).toEqual({ what: one.what, ...one.meant })
      }
    })

    test("are read as meant with the family unknown", () => {
      for (const one of cases.filter(({ named }) => !named))
        expect({ what: one.what, ...trimmed(parseRawOutput(one.text, { tools: WILD_TOOLS })) }).toEqual({
          what: one.what,
          ...one.meant,
        })
    })

    test("are delivered as meant", async () => {
      for (const [index, one] of cases.entries()) {
        const { tools, family, reasoning } = stated(one)
        const raw = rawStream(chunked(one.text, index), { as: index % 2 === 0 ? "chat" : "text" })
        const answer = rescueResponse(bodyOf(raw, [40, 7, 300]), { request: { tools }, family, reasoning })
        const heard = hear(await answer.text())
        expect({ what: one.what, ...trimmed(heard) }).toEqual({ what: one.what, ...one.meant })
        expect(heard.finish).toBe(one.meant.calls.length > 0 ? "tool_calls" : "stop")
      }
    })
  })
}

test("a closer in the arguments of a call, or in front of a backtick, tells the right thing about the thoughts", () => {
  const known = { tools: WILD_TOOLS, family: undefined }
  expect(thoughtsAreOpen('[bash(command="grep \'</think>\' x", description="y")]', known)).toBe(false)
  expect(thoughtsAreOpen("I know it.</think>`cart.ts` keeps the items.", known)).toBe(true)
  expect(thoughtsAreOpen("The tag is `</think>`.", known)).toBe(false)
})

describe("a value whose closer is missing", () => {
  const answer = (text: string) => parseRawOutput(text, { tools: WILD_TOOLS, family: "qwen3-coder" })

  test("is not ended by an opener that it quotes", () => {
    const command = 'grep "<parameter=timeout>" x'
    const text = `<tool_call>\n<function=bash>\n<parameter=command>\n${command}\n</parameter>\n<parameter=description>\nx\n</parameter>\n</function>\n</tool_call>`
    expect(JSON.parse(answer(text).calls[0]?.arguments ?? "")).toEqual({ command, description: "x" })
  })

  test("is not ended by the calls that it shows, where the output was cut in it", () => {
    const shown = "<tool_call>\n<function=read>\n<parameter=filePath>\n/a\n</parameter>\n</function>\n</tool_call>\n"
    const text = `<tool_call>\n<function=write>\n<parameter=filePath>\n/a\n</parameter>\n<parameter=content>\nLook:\n${shown}and then some`
    expect(answer(text).calls.length).toBeLessThan(2)
  })
})
