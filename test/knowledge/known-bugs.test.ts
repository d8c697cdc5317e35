import { describe, expect, test } from "bun:test"
import { familyById } from "../../src/knowledge/families.ts"
import { FINDING_TEXTS } from "../../src/knowledge/findings.ts"
import { KNOWN_BUGS, knownBug } from "../../src/knowledge/known-bugs.ts"
import { isBefore } from "../../src/knowledge/versions.ts"

/** Every fault of the table, family by family. */
const FAULTS = KNOWN_BUGS.flatMap(({ shows, families = [undefined] }) =>
  shows.flatMap((shown) => {
    const [kind = "", detail] = shown.split(":")
    return families.map((family) => ({ kind, detail, family }))
  }),
)

describe("a version is before a release", () => {
  test.each([
    ["0.19.1", "0.20.0", true],
    ["0.20.0", "0.20.0", false],
    ["0.20", "0.20.0", false],
    ["0.20.1", "0.20.0", false],
    ["1.0.0", "0.20.0", false],
    ["v0.9.2", "0.20.0", true],
    ["0.10.1.1", "0.10.2", true],
    ["0.9.10", "0.9.9", false],
    ["0.4.6.post5", "0.4.7", true],
    ["0.4.7.post1", "0.4.7", false],
    ["0.19.0+cu129", "0.20.0", true],
    ["0.11.0rc1", "0.20.0", true],
    ["0.17.3-rc0", "0.17.4", true],
    ["b6200", "b6201", true],
    ["b6200-1a2b3c", "b6200", false],
  ])("%s, %s: %p", (version, release, before) => {
    expect(isBefore(version, release)).toBe(before)
  })

  test("only when that is certain: a candidate, and a build between releases, may have what comes next", () => {
    expect(isBefore("0.20.0rc1", "0.20.0")).toBe(false)
    expect(isBefore("0.23.1rc1.dev672+g93d8f834d", "0.24.0")).toBe(false)
    expect(isBefore("0.10.1.dev3+g123", "0.20.0")).toBe(true)
  })

  test.each([
    "",
    "dev",
    "unknown",
    "0.0.0",
    "0.1.dev20051+g487ecf187",
    "12",
    "latest-2026",
    "b",
    "0.19.1 or so",
    `0.${"9".repeat(400)}.1`,
  ])("never when the text is no version: %p", (version) => {
    expect(isBefore(version, "99.0.0")).toBe(false)
    expect(isBefore(version, "b99999")).toBe(false)
  })
  test("never when the two are counted differently", () => {
    expect(isBefore("0.19.1", "b6200")).toBe(false)
    expect(isBefore("b6200", "0.20.0")).toBe(false)
  })
})

describe("a known bug", () => {
  const dropped = { kind: "markup-in-arguments", family: "deepseek-v4" }

  test.each([
    ["older", "vllm", "0.29.0", "vllm-project/vllm#53227"],
    ["equal", "vllm", "0.30.0", undefined],
    ["newer", "vllm", "0.32.0", undefined],
    ["no version", "vllm", undefined, undefined],
    ["unreadable version", "vllm", "nightly", undefined],
    ["other server", "sglang", "0.4.0", undefined],
    ["a gateway with a version of its own", "litellm", "0.4.0", undefined],
    ["no kind", undefined, "0.29.0", undefined],
  ])("%s", (_, kind, version, thread) => {
    expect(knownBug(dropped, { kind, version })?.thread).toBe(thread)
  })

  test("is that of the family and of the way it shows", () => {
    const old = { kind: "vllm", version: "0.15.0" }
    const invalid = { kind: "arguments-invalid", family: "glm-4.5" }
    expect(knownBug({ ...invalid, detail: "missing-required" }, old)?.fixedIn).toBe("0.20.0")
    expect(knownBug({ ...invalid, detail: "wrong-type" }, old)).toBeUndefined()
    expect(knownBug(invalid, old)).toBeUndefined()
    expect(knownBug({ ...dropped, family: "llama3" }, old)).toBeUndefined()
    expect(knownBug({ ...dropped, family: undefined }, old)).toBeUndefined()
    expect(knownBug({ kind: "stream-shape", detail: "index-reused" }, { kind: "sglang", version: "0.4.6.post5" })?.fixedIn).toBe(
      "0.4.7",
    )
  })

  test.each(FAULTS)("is gone with the release that it names, with every other that shows alike: %p", (fault) => {
    for (const kind of new Set(KNOWN_BUGS.map(({ server }) => server))) {
      const bug = knownBug(fault, { kind, version: "0.0.1" })
      if (bug) expect(knownBug(fault, { kind, version: bug.fixedIn })).toBeUndefined()
    }
    expect(KNOWN_BUGS.some((bug) => knownBug(fault, { kind: bug.server, version: "0.0.1" }))).toBe(true)
  })

  test.each(KNOWN_BUGS.map((bug) => [bug.thread, bug] as const))("%s names what exists", (_, bug) => {
    expect(bug.thread).toMatch(/^[\w.-]+\/[\w.-]+#\d+$/)
    expect(isBefore(bug.fixedIn, "9999.0.0")).toBe(true)
    for (const shown of bug.shows) expect(Object.keys(FINDING_TEXTS)).toContain(shown.split(":")[0] ?? "")
    for (const family of bug.families ?? []) expect(familyById(family)?.id).toBe(family)
  })
})
