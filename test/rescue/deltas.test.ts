import { expect, test } from "bun:test"
import type { RawEvent, RawReader } from "../../src/formats/readers/index.ts"
import { createDeltas } from "../../src/rescue/deltas.ts"
import { readRequest } from "../../src/rescue/request.ts"

/** Deltas over a reader that says or throws what is written here, one entry for each push. */
function deltasOver(script: (RawEvent[] | Error)[], atEnd: RawEvent[] | Error = []) {
  const said: string[] = []
  const play = (step: RawEvent[] | Error | undefined): RawEvent[] => {
    if (step instanceof Error) throw step
    return step ?? []
  }
  const reader: RawReader = { push: () => play(script.shift()), end: () => play(atEnd), format: () => "hermes" }
  const deltas = createDeltas({
    request: readRequest({}),
    family: undefined,
    reasoning: "closed",
    openReader: () => reader,
    sink: {
      reasoning: (text) => said.push(`reasoning ${text}`),
      content: (text) => said.push(`content ${text}`),
      call: (index, _id, name) => said.push(`call ${index} ${name}`),
      arguments: (index, text) => said.push(`arguments ${index} ${text}`),
    },
  })
  return { deltas, said }
}

test("where reading fails, what was not said and all that follows is passed on as text", () => {
  const { deltas, said } = deltasOver([[{ type: "content", text: "a" }], [], new Error("broken")])
  for (const text of ["a", "b", "c", "d"]) deltas.content(text)
  deltas.reasoning("e", "reasoning")
  deltas.end()
  expect(said).toEqual(["content a", "content bc", "content d", "reasoning e"])
})

test("where it fails at the end, too", () => {
  const { deltas, said } = deltasOver([[], []], new Error("broken"))
  for (const text of ["a", "b"]) deltas.content(text)
  deltas.end()
  deltas.end()
  expect(said).toEqual(["content ab"])
})

test("a call that breaks off before any argument gets an open brace, which no client takes for an empty object", () => {
  const { deltas, said } = deltasOver(
    [],
    [
      { type: "call-start", name: "read", at: 0 },
      { type: "call-end", complete: false, at: 9 },
    ],
  )
  deltas.content("x")
  deltas.end()
  expect(said).toEqual(["call 0 read", "arguments 0 {"])
  expect({ finish: deltas.finish("stop"), calls: deltas.calls }).toEqual({ finish: "tool_calls", calls: 0 })
})
