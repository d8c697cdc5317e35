/** Outputs of which nobody said whether the prompt had opened the thoughts, nor which model wrote them. */
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { parseRawOutput } from "../../src/formats/raw.ts"
import { rescueResponse } from "../../src/rescue/response.ts"
import { chunked } from "../formats/readers/reading.ts"
import { TOOLS } from "../stream/captures.ts"
import { bodyOf, hear, RAW, rawStream } from "./raw-streams.ts"

const REQUEST = { model: "local", messages: [{ role: "user", content: "Go on." }], tools: TOOLS }
const HERMES = '<tool_call>\n{"name": "read", "arguments": {"filePath": "/a.ts"}}\n</tool_call>'

const hearAll = async (pieces: readonly string[]) =>
  hear(await rescueResponse(bodyOf(rawStream([...pieces])), { request: REQUEST }).text())

/** What has gone out when each piece of the text has come in. */
async function saidAfter(pieces: readonly string[]): Promise<string[]> {
  const events = rawStream([...pieces]).split(/(?<=\n\n)/)
  const said: string[] = []
  let sent = 0
  const upstream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const event = events[sent++]
        if (event === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(event))
      },
    },
    { highWaterMark: 0 },
  )
  const reader = rescueResponse(new Response(upstream), { request: REQUEST }).body!.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read())
    said.push(`${sent}: ${new TextDecoder().decode(part.value).match(/"(reasoning|content)": ?"[^"]+"/)?.[0] ?? ""}`)
  return said
}

describe("an output of an unknown model", () => {
  test("begins with thoughts where their closer comes without an opener", async () => {
    const { reasoning, content, calls } = await hearAll(["I look", " first.", "\n</think>", "\n\n", "Here.\n", HERMES])
    expect({ reasoning: reasoning.trim(), content: content.trim() }).toEqual({ reasoning: "I look first.", content: "Here." })
    expect(calls).toHaveLength(1)
  })

  test("is text where no closer comes, and where one is only spoken of or stands in a call", async () => {
    const quoted = "The tag `</think>` ends the thoughts."
    expect(await hearAll(chunked(quoted, 3))).toMatchObject({ reasoning: "", content: quoted })
    const call = '<tool_call>\n{"name": "write", "arguments": {"filePath": "/a", "content": "a </think> b"}}\n</tool_call>'
    const read = await hearAll(chunked(`Done.\n${call}`, 5))
    expect({ reasoning: read.reasoning, content: read.content.trim(), calls: read.calls.length }).toEqual({
      reasoning: "",
      content: "Done.",
      calls: 1,
    })
  })

  test("is not held back once it is clear, nor for more than some thousand characters", async () => {
    const opened = await saidAfter(["<think>", "a thought that is long enough", "</think>", "text"])
    expect(opened.some((line) => line.startsWith("3: ") && line.includes("a thought"))).toBe(true)
    const words = Array.from({ length: 600 }, (_, i) => `word ${i} `)
    const first = (await saidAfter(words)).find((line) => line.includes('"content"'))
    expect(Number(first?.split(":")[0])).toBeLessThan(300)
  })

  test("is read in any pieces as it is read whole", async () => {
    const texts = RAW.filter(({ sane, reasoning }) => sane && reasoning === "").map(({ content }) => content)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), fc.nat(), async (text, seed) => {
        const { reasoning, content, calls } = await hearAll(chunked(text, seed))
        const whole = parseRawOutput(text, { tools: TOOLS })
        expect({ reasoning: reasoning.trim(), content: content.trim(), calls: calls.map(({ name }) => name) }).toEqual({
          reasoning: whole.reasoning.trim(),
          content: whole.content.trim(),
          calls: whole.calls.map(({ name }) => name),
        })
      }),
      { numRuns: Number(process.env.OPENCODE_VLLM_RUNS ?? 150) },
    )
  })
})
