import { describe, expect, test } from "bun:test"
import { createInspector } from "../../src/stream/inspector.ts"
import { CALL_RULES, RESPONSE_RULES } from "../../src/stream/rules/index.ts"
import type { FindingKind, Report } from "../../src/stream/types.ts"
import { bytesOf, CAPTURES, type Capture, requestOf } from "./captures.ts"

/** Faults that no recorded server made, or that are only counted. */
const NOT_RECORDED = new Set<FindingKind>([
  "stream-error",
  "markup-in-arguments",
  "markup-in-content",
  "finish-without-call",
  "wrong-finish-reason",
  "stream-shape",
  "degenerate-repetition",
  "usage-missing",
])
const IMPLEMENTED = new Set([...CALL_RULES, ...RESPONSE_RULES].map(({ kind }) => kind))

function inspect(capture: Capture, chunks: Iterable<Uint8Array>): Report {
  const inspector = createInspector({ request: requestOf(capture) })
  for (const chunk of chunks) inspector.push(chunk)
  return inspector.end()
}

function* cut(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size)
}

/** Pieces that end within events, within multi-byte characters and between the two line breaks. */
function* hostile(bytes: Uint8Array): Iterable<Uint8Array> {
  let seed = 7
  for (let i = 0; i < bytes.length; ) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const size = 1 + (seed % 97)
    yield bytes.slice(i, i + size)
    i += size
  }
}

describe.each(CAPTURES.map((capture) => [capture.file, capture] as const))("%s", (file, capture) => {
  const whole = inspect(capture, [bytesOf(file)])
  const kinds = whole.findings.map(({ kind }) => kind)

  test("says nothing that is not so", () => {
    const allowed = [...capture.expect, ...capture.allow]
    expect(kinds.filter((kind) => !allowed.includes(kind))).toEqual([])
  })

  if (capture.expect.some((kind) => IMPLEMENTED.has(kind))) {
    test("says what is wrong", () => {
      expect(kinds.filter((kind) => capture.expect.includes(kind))).not.toEqual([])
    })
  }

  test("says the same however the bytes are cut", () => {
    expect(inspect(capture, hostile(bytesOf(file)))).toEqual(whole)
  })
})

test("a few captures, byte by byte, give the same report", () => {
  for (const capture of CAPTURES.filter((_, i) => i % 29 === 0)) {
    expect(inspect(capture, cut(bytesOf(capture.file), 1))).toEqual(inspect(capture, [bytesOf(capture.file)]))
  }
})

test("every finding has its sentences and says where to read on", () => {
  for (const capture of CAPTURES) {
    for (const finding of inspect(capture, [bytesOf(capture.file)]).findings) {
      expect(finding.cause).toMatch(/^[A-Z].*\.$/s)
      expect(finding.fix).toMatch(/^[A-Z].*\.$/s)
      expect(finding.reference).not.toBe("")
      expect(`${finding.cause}${finding.fix}`).not.toMatch(/undefined|NaN|\n|!/)
    }
  }
})

test("a capture of every implemented kind exists", () => {
  const seen = new Set(CAPTURES.flatMap((capture) => inspect(capture, [bytesOf(capture.file)]).findings.map(({ kind }) => kind)))
  for (const kind of IMPLEMENTED) {
    if (NOT_RECORDED.has(kind)) continue
    expect(seen).toContain(kind)
  }
})
