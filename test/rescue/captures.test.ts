import { describe, expect, test } from "bun:test"
import { thoughtsAreOpen } from "../../src/formats/raw.ts"
import { rescueResponse } from "../../src/rescue/response.ts"
import { chunked } from "../formats/readers/reading.ts"
import { TOOLS } from "../stream/captures.ts"
import { bodyOf, FAMILY, RAW, type RawCapture, rawStream, sdkReads } from "./raw-streams.ts"

const SANE = RAW.filter(({ sane }) => sane)

const meantBy = ({ meant, scenario }: RawCapture) => ({
  reasoning: meant.reasoning ?? "",
  content: meant.content,
  calls: meant.calls,
  invalid: 0,
  finish: meant.calls.length > 0 ? "tool-calls" : scenario.endsWith("-cut") ? "length" : "stop",
})

/** As the server's template says it: the thoughts were opened in the prompt or not. */
const optionsFor = ({ request, family, content }: RawCapture) => ({
  request,
  family: FAMILY[family] as string,
  reasoning: thoughtsAreOpen(content, { tools: TOOLS, family: undefined }) ? ("open" as const) : ("closed" as const),
})

describe("the recorded raw outputs, read back by the AI SDK", () => {
  test("are there", () => {
    expect(SANE.length).toBeGreaterThan(60)
    expect(new Set(SANE.map(({ family }) => family)).size).toBe(5)
  })

  for (const capture of SANE) {
    test(capture.file, async () => {
      const options = optionsFor(capture)
      const meant = meantBy(capture)
      const asRecorded = rescueResponse(bodyOf(capture.bytes), options)
      expect(await sdkReads(asRecorded)).toEqual(meant)
      const inPieces = rescueResponse(bodyOf(capture.bytes, [7, 300, 1, 1, 1, 95]), options)
      expect(await sdkReads(inPieces)).toEqual(meant)
      // What a reasoning parser took out of a recording does not come back in a plain completion.
      if (capture.reasoning !== "") return
      const text = rawStream(chunked(capture.content, capture.content.length), { as: "text" })
      expect(await sdkReads(rescueResponse(bodyOf(text), options))).toEqual(meant)
    })
  }
})

test("a call that broke off anywhere is never run: the SDK finds its arguments invalid", async () => {
  const text = '<tool_call>\n{"name": "glob", "arguments": {"pattern": "*.ts", "path": "/a"}}'
  for (let length = 1; length < text.length - 1; length++) {
    for (const finish of ["stop", "length"]) {
      const raw = rawStream([text.slice(0, length)], { finish })
      const { calls, invalid, content } = await sdkReads(
        rescueResponse(bodyOf(raw), { request: { tools: TOOLS }, family: "hermes", reasoning: "closed" }),
      )
      expect(invalid).toBe(calls.length)
      expect(calls.length + content.length).toBeGreaterThan(0)
    }
  }
})
