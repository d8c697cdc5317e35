import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { Asked } from "../../src/opencode/asked.ts"
import { type Answer, createRecurrence } from "../../src/opencode/recurrence.ts"
import { FINDING_KINDS, type Finding } from "../../src/stream/types.ts"

/** `leak@bash`: a proven leak in bash. `leak@bash?`: weak evidence of it. `ok`: nothing. Several in one answer: with spaces. */
const KINDS: Readonly<Record<string, Partial<Finding> & Pick<Finding, "kind">>> = {
  leak: { kind: "reasoning-in-arguments" },
  json: { kind: "arguments-invalid", detail: "not-json" },
  type: { kind: "arguments-invalid", detail: "wrong-type" },
  swallowed: { kind: "output-swallowed" },
  cut: { kind: "truncated", detail: "in-content" },
  usage: { kind: "usage-missing", certainty: "certain" },
  finish: { kind: "wrong-finish-reason", certainty: "certain" },
  loop: { kind: "truncated", detail: "in-content", certainty: "certain" },
}

function findingsOf(text: string): Pick<Answer, "findings" | "counted"> {
  const findings: Finding[] = []
  const counted: Finding[] = []
  for (const word of text.split(" ")) {
    const [name = "", tool] = word.replace("?", "").split("@")
    const known = KINDS[name]
    if (!known) continue
    const weak = word.endsWith("?")
    const finding: Finding = {
      ...{ certainty: weak ? "likely" : "certain", cause: "It broke.", fix: "Set it.", reference: "" },
      ...{ ...known, tool },
    }
    const list = weak ? counted : findings
    list.push(finding)
  }
  return { findings, counted }
}

const asked = (more: Partial<Asked> = {}): Asked => ({ model: () => "m", speaksOfModels: () => false, ...more })

/** Plays answers in order; each line is what is said after one of them. */
function play(answers: string[], how: Partial<Answer> = {}, recurrence = createRecurrence()) {
  return answers.map((text, at) => {
    const said = recurrence.answer({ ...findingsOf(text), at, from: "own", asked: asked(), ...how })
    return said.map((saying) => {
      if (saying.say === "setting") return `setting ${saying.times}x ${saying.tools.join("+")}`.trim()
      if (saying.say === "new-session") return `new-session ${saying.times}/${saying.answers} ${saying.tools.join("+")}`.trim()
      if (saying.say === "no-usage") return `no-usage ${saying.model}`
      if (saying.say === "likely") return `likely ${saying.finding.kind} ${saying.finding.certainty}`
      return `warning ${saying.finding.kind}`
    })
  })
}

const WARNING = "warning reasoning-in-arguments"

describe("what is said of a sequence of answers", () => {
  const table: [promise: string, answers: string[], said: string[][]][] = [
    ["healthy answers: nothing", ["ok", "ok", "ok"], [[], [], []]],
    ["one event is one warning", ["leak@bash", "ok", "ok"], [[WARNING], [], []]],
    ["the same again in the same tool is only counted", ["leak@bash", "leak@bash", "leak@bash"], [[WARNING], [], []]],
    [
      "the same cause in another tool leads to the setting, once",
      ["leak@bash", "leak@write", "leak@edit", "leak@bash"],
      [[WARNING], ["setting 2x bash+write"], [], []],
    ],
    ["two calls of one answer are one event", ["leak@bash leak@write", "ok"], [[WARNING], []]],
    ["but its next answer makes it two", ["leak@bash leak@write", "leak@bash"], [[WARNING], ["setting 3x bash+write"]]],
    [
      "another detail is another cause",
      ["json@bash", "type@write"],
      [["warning arguments-invalid"], ["warning arguments-invalid"]],
    ],
    [
      "weak evidence in another tool does not lead to the setting",
      ["leak@bash", "leak@write?", "leak@bash"],
      [[WARNING], [], []],
    ],
    [
      "a burst suggests a new session, once",
      ["leak@bash", "leak@bash", "ok", "leak@bash", "leak@bash", "leak@bash", "leak@bash", "leak@bash", "leak@write"],
      [[WARNING], [], [], [], [], ["new-session 5/6 bash"], [], [], []],
    ],
    [
      "five calls of one answer are no burst, those of two are",
      ["leak@bash leak@bash leak@bash leak@bash leak@bash", "leak@bash"],
      [[WARNING], ["new-session 6/2 bash"]],
    ],
    [
      "the same number over a long session is no burst",
      Array.from({ length: 15 }, (_, i) => (i % 3 === 0 ? "leak@bash" : "ok")),
      [[WARNING], ...Array.from({ length: 14 }, () => [])],
    ],
    [
      "after the setting a burst still suggests the new session",
      ["leak@bash", "leak@write", "leak@bash", "leak@bash", "leak@bash"],
      [[WARNING], ["setting 2x bash+write"], [], [], ["new-session 5/5 bash+write"]],
    ],
    [
      "a burst that leaves nothing in the history leads to the setting",
      ["swallowed", "swallowed", "swallowed", "swallowed", "swallowed", "swallowed"],
      [["warning output-swallowed"], [], [], [], ["setting 5x"], []],
    ],
    ["weak evidence in two answers: nothing", ["leak@bash?", "leak@bash?"], [[], []]],
    [
      "in three answers: one warning, worded as likely",
      ["leak@bash?", "ok", "leak@write?", "leak@bash?", "leak@bash?"],
      [[], [], [], ["likely reasoning-in-arguments likely"], []],
    ],
    ["three times in one answer is one answer", ["leak@bash? leak@bash? leak@bash?", "leak@bash?"], [[], []]],
    ["weak evidence of different kinds does not add up", ["leak@bash?", "swallowed?", "cut?"], [[], [], []]],
    [
      "weak evidence of one kind adds up over details",
      ["json@bash?", "type@bash?", "json@bash?"],
      [[], [], ["likely arguments-invalid likely"]],
    ],
    [
      "what was said with proof is not said again with less",
      ["leak@bash", "leak@bash?", "leak@bash?", "leak@bash?"],
      [[WARNING], [], [], []],
    ],
    [
      "proof after weak evidence is said",
      ["leak@bash?", "leak@bash?", "leak@bash?", "leak@bash"],
      [[], [], ["likely reasoning-in-arguments likely"], [WARNING]],
    ],
    ["missing usage is said at once, and once", ["usage?", "usage?", "ok", "usage?"], [["no-usage m"], [], [], []]],
    ["a finish reason that the client copes with is never said", ["finish?", "finish?", "finish?"], [[], [], []]],
    ["what is certain and only noted is never said", ["loop?", "loop?", "loop?", "loop?"], [[], [], [], []]],
  ]
  for (const [promise, answers, said] of table) {
    test(promise, () => expect(play(answers)).toEqual(said))
  }

  test("missing usage is said once per model", () => {
    const recurrence = createRecurrence()
    const ask = (model: string | undefined) => play(["usage?"], { asked: asked({ model: () => model }) }, recurrence).flat()
    expect([ask("a"), ask("b"), ask("a"), ask(undefined)]).toEqual([["no-usage a"], ["no-usage b"], [], ["no-usage undefined"]])
  })

  test("the request is read only where its answer matters", () => {
    const never = () => {
      throw new Error("read")
    }
    const how = { asked: { model: never, speaksOfModels: never } }
    expect(play(["leak@bash", "ok", "leak@bash?", "leak@bash?", "leak@bash?", "finish?"], how).flat()).toEqual([WARNING])
  })

  test("where the conversation speaks of models weak evidence stays silent, for the rest of the session, and proof does not", () => {
    const recurrence = createRecurrence()
    const three = ["leak@write?", "leak@write?", "leak@write?"]
    expect(play(three, { asked: asked({ speaksOfModels: () => true }) }, recurrence).flat()).toEqual([])
    expect(play([...three, "leak@bash"], {}, recurrence).flat()).toEqual([WARNING])
  })

  test("the title of a session is counted and takes no part in what is said", () => {
    const recurrence = createRecurrence()
    expect(play(["leak@bash", "usage?"], { from: "side" }, recurrence).flat()).toEqual([])
    expect(play(["leak@bash"], {}, recurrence).flat()).toEqual([WARNING])
    expect(recurrence.counters()[0]).toMatchObject({ count: 2 })
  })

  test("a burst of sub-agents is no reason to leave this session: their history ends with them", () => {
    const said = play(["leak@bash", "leak@bash", "leak@bash", "leak@bash", "leak@bash", "leak@bash"], { from: "sub" })
    expect(said.flat()).toEqual([WARNING, "setting 5x bash"])
  })
})

describe("counters", () => {
  test("hold kind, tools, count, first and last, weak evidence included", () => {
    const recurrence = createRecurrence()
    play(["leak@bash", "ok", "leak@write", "leak@edit?"], {}, recurrence)
    expect(recurrence.counters()).toMatchObject([
      {
        finding: { kind: "reasoning-in-arguments", tool: "write" },
        count: 3,
        weak: 1,
        tools: ["bash", "write"],
        first: 0,
        last: 3,
      },
    ])
  })

  test("a server that never tires does not fill the memory, nor the session with sentences", () => {
    const finding = fc.record({
      kind: fc.constantFrom(...FINDING_KINDS),
      tool: fc.option(fc.string(), { nil: undefined }),
      certainty: fc.constantFrom("certain" as const, "likely" as const),
      ...{ cause: fc.constant("c"), fix: fc.constant("f"), reference: fc.constant("") },
    })
    const answer = fc.record({ findings: fc.array(finding, { maxLength: 6 }), counted: fc.array(finding, { maxLength: 6 }) })
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 60 }), (answers) => {
        const recurrence = createRecurrence()
        const said = answers.flatMap((one, at) =>
          recurrence.answer({ ...one, at, from: "own", asked: asked({ model: () => `model ${at}` }) }),
        )
        expect(new Set(said.map(({ key }) => key)).size).toBe(said.length)
        // A warning, a setting, a new session and a likely at most for each kind; missing usage once for each of 50 models.
        expect(said.length).toBeLessThanOrEqual(FINDING_KINDS.length * 4 + 50)
        expect(recurrence.counters().length).toBeLessThanOrEqual(FINDING_KINDS.length)
        for (const { tools } of recurrence.counters()) expect(tools.length).toBeLessThanOrEqual(8)
      }),
      { numRuns: 50 },
    )
  })
})
