import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import type { Report } from "../../src/stream/types.ts"
import { type FamilyCapture, familyCaptures, knownMisses } from "../captures/families.ts"

const CAPTURES = familyCaptures()
const MISSES = knownMisses()
const FAMILIES = [...new Set(CAPTURES.map(({ family }) => family))].sort()

function inspect({ request, bytes }: FamilyCapture, sizes: Iterable<number>): Report {
  const inspector = createInspector({ request })
  let at = 0
  for (const size of sizes) {
    if (at >= bytes.length) break
    inspector.push(bytes.slice(at, at + size))
    at += size
  }
  return inspector.end()
}

function* always(size: number): Iterable<number> {
  for (;;) yield size
}

/** Other sizes for every seed, so that pieces end within events and within characters. */
function* uneven(seed: number): Iterable<number> {
  for (let x = seed + 1; ; ) {
    x = (Math.imul(x, 48_271) >>> 0) % 2_147_483_647
    yield 1 + (x % 211)
  }
}

const kindsOf = (report: Report): string[] => [...new Set(report.findings.map(({ kind }) => kind))]

test("the recordings are there: right and wrong parsers, all shapes, many families", () => {
  expect(FAMILIES.length).toBeGreaterThan(25)
  expect(CAPTURES.filter(({ expect: faults }) => faults.length === 0).length).toBeGreaterThan(300)
  expect(new Set(CAPTURES.map(({ shape }) => shape))).toEqual(new Set(["chat", "responses", "messages"]))
  const files = new Set(CAPTURES.map(({ file }) => file))
  expect([...MISSES.keys()].filter((file) => !files.has(file))).toEqual([])
})

describe.each(FAMILIES)("recorded output of %s", (family) => {
  const captures = CAPTURES.filter((capture) => capture.family === family)
  const reports = captures.map((capture) => inspect(capture, always(4096)))

  test("nothing is said that is not so", () => {
    const wrong = captures.map(({ file, expect: faults, allow }, i) => {
      const stray = kindsOf(reports[i] as Report).filter((kind) => ![...faults, ...allow].some((known) => known === kind))
      return stray.length > 0 ? `${file}: ${stray.join()}` : ""
    })
    expect(wrong.filter(Boolean)).toEqual([])
  })

  test("what is wrong is named, all but the known misses, which are missed indeed", () => {
    const missed = captures.filter(({ expect: faults }, i) => {
      const said = kindsOf(reports[i] as Report)
      return faults.length > 0 && !faults.some((kind) => said.includes(kind))
    })
    const known = captures.filter(({ file }) => MISSES.has(file))
    expect(missed.map(({ file }) => file).sort()).toEqual(known.map(({ file }) => file).sort())
  })

  test("the same is said however the bytes are cut", () => {
    for (const [i, capture] of captures.entries()) expect(inspect(capture, uneven(i))).toEqual(reports[i] as Report)
  })
})

test("of a stream that stops anywhere only what is known is said", () => {
  for (const [i, { request, bytes, expect: faults }] of CAPTURES.entries()) {
    if (i % 4 !== 0 || faults.includes("stream-error")) continue
    const inspector = createInspector({ request })
    inspector.push(bytes.slice(0, (i * 7919) % bytes.length))
    const { findings, response } = inspector.end({ aborted: true })
    if (response.finish !== null) continue
    for (const { kind } of findings) {
      expect(kind).not.toMatch(/^(stream-error|truncated|empty-answer|answer-in-reasoning|output-swallowed|finish-without-call)$/)
    }
  }
})
