import { describe, expect, test } from "bun:test"
import { generatedCases } from "../../bench/accuracy/all.ts"
import type { Case } from "../../bench/accuracy/case.ts"
import { count, createScore, judge, wilson } from "../../bench/accuracy/judge.ts"
import { wrongLine } from "../../bench/accuracy/print.ts"
import { loadSources } from "../../bench/accuracy/sources.ts"
import { findDelimiters } from "../../src/formats/delimiters.ts"

/** A small part of `bench/accuracy.ts`, always the same; only texts of this repository, so that it needs nothing installed. */
const SEED = 4
const COUNT = 2000

const sources = loadSources({ vllm: false })
const cases = [...generatedCases({ seed: SEED, n: COUNT, sources })]
const chats = cases.filter(({ shape }) => shape === "chat")
const score = createScore()
for (const item of cases) count(score, item)
const wrong = [...score.wrong.values()]

describe("what the inspector says of generated responses", () => {
  test("is nothing where they are healthy", () => {
    expect(score.healthy).toBeGreaterThan(COUNT / 2)
    expect(wrong.filter(({ item, verdict }) => item.expect.length === 0 && verdict.stray.length > 0).map(wrongLine)).toEqual([])
  })

  test("is nothing beside what is wrong with them", () => {
    expect(wrong.filter(({ item, verdict }) => item.expect.length > 0 && verdict.stray.length > 0).map(wrongLine)).toEqual([])
  })

  test("names the fault in 99 of 100", () => {
    expect(score.faulty).toBeGreaterThan(100)
    const missed = wrong.filter(({ verdict }) => verdict.outcome === "missed").map(wrongLine)
    expect(score.hits / score.faulty >= 0.99 ? [] : missed).toEqual([])
  })
})

describe("the corpora", () => {
  test("are the same for the same seed, and others for another", () => {
    const few = (seed: number): string[] =>
      [...generatedCases({ seed, n: 30, sources })].map(({ class: name, bytes }) => `${name} ${Bun.hash(bytes)}`)
    expect(few(7)).toEqual(few(7))
    expect(few(7)).not.toEqual(few(8))
  })

  test("hold delimiters in most of the work on parsers, so that silence about it proves something", () => {
    const parsers = chats.filter(({ corpus }) => corpus === "parsers")
    const marked = parsers.filter(({ bytes }) => findDelimiters(said(bytes)).length > 0)
    expect(marked.length).toBeGreaterThan(parsers.length * 0.6)
  })

  test("count tokens as tokenizers do: 2 to 5 bytes each", () => {
    const sizes = chats.filter(({ corpus }) => corpus === "clean").flatMap(bytesPerToken)
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
    expect(sizes.length).toBeGreaterThan(20)
    expect(mean).toBeGreaterThan(2)
    expect(mean).toBeLessThan(5)
  })

  test("hold every class of fault", () => {
    const letters = new Set(
      [...generatedCases({ seed: 1, n: 3000, sources })]
        .filter(({ corpus }) => corpus === "faults")
        .flatMap(({ class: name }) => name.match(/\b[A-I]\d\b/g) ?? []),
    )
    for (const name of "A1 A2 A3 A4 A5 A6 A7 A8 B1 B2 B3 B4 B5 B6 B7 B8 C1 D1 D2 D3 E1 F1 F2 G1 G2 G3 G4 H1 H2 H3 H4 H5 I1 I2".split(
      " ",
    )) {
      expect(letters).toContain(name)
    }
  })
})

describe("the judge", () => {
  const broken = chats.find(({ class: name }) => name === "G1 arguments never closed") as Case

  test("calls a finding on a healthy response a false alarm", () => {
    expect(judge({ ...broken, expect: [], allow: [] })).toMatchObject({ outcome: "right", stray: ["arguments-invalid"] })
  })

  test("calls silence about a fault a miss", () => {
    expect(judge({ ...broken, expect: ["empty-answer"], allow: ["arguments-invalid"] })).toMatchObject({
      outcome: "missed",
      stray: [],
    })
  })

  test("knows how much a share of few cases says", () => {
    const [low, high] = wilson(0, 1000)
    expect(low).toBe(0)
    expect(high).toBeCloseTo(0.00383, 4)
    expect(wilson(50, 100)[0]).toBeCloseTo(0.4038, 3)
  })
})

/** Events of a stream that carry an answer. */
function events(bytes: Uint8Array): Record<string, unknown>[] {
  return new TextDecoder()
    .decode(bytes)
    .split(/\r?\n\r?\n/)
    .flatMap((event) => (event.startsWith("data: {") ? [parsed(event.slice(6))] : []))
    .filter((event) => event !== undefined)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** All text of an answer, the channels behind each other. */
function said(bytes: Uint8Array): string {
  return events(bytes)
    .flatMap(({ choices }) => choices as { delta?: Record<string, unknown> }[])
    .map(({ delta }) => {
      const calls = (delta?.tool_calls ?? []) as { function?: { arguments?: string } }[]
      return `${delta?.reasoning ?? delta?.reasoning_content ?? ""}${delta?.content ?? ""}${calls.map((call) => call.function?.arguments ?? "").join("")}`
    })
    .join("")
}

function bytesPerToken({ bytes, class: name }: Case): number[] {
  const usage = events(bytes).findLast((event) => event.usage)?.usage as { completion_tokens?: number } | undefined
  const length = Buffer.byteLength(said(bytes))
  return name === "an answer" && usage?.completion_tokens && length > 200 ? [length / usage.completion_tokens] : []
}
