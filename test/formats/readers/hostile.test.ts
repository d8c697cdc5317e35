import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { createRawReader } from "../../../src/formats/readers/index.ts"
import { read } from "./reading.ts"
import { SPELLINGS } from "./spellings.ts"
import { TOOLS } from "./turns.ts"

const FAMILIES = [undefined, ...new Set(SPELLINGS.map(({ family }) => family))]
const PIECES = [
  ...new Set(SPELLINGS.flatMap(({ literals }) => literals)),
  ...SPELLINGS.map((spelling) => spelling.calls([{ name: "bash", arguments: { command: "ls" } }])),
  ...SPELLINGS.flatMap((spelling) => {
    const call = spelling.calls([{ name: "read", arguments: { filePath: "/a", offset: 3 } }])
    return [call.slice(0, call.length >> 1), call.slice(call.length >> 1)]
  }),
  "bash",
  "\n",
  "```\n",
  "`",
  '"',
  "{",
  "}",
  "[",
  "]",
  "\\",
  " text ",
  "🎉",
  "<",
]

describe("hostile output", () => {
  test("is read alike however it is cut, and calls that are complete have JSON arguments", () => {
    const output = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(""))
    fc.assert(
      fc.property(
        output,
        fc.constantFrom(...FAMILIES),
        fc.constantFrom("open", "closed"),
        fc.integer({ min: 1, max: 7 }),
        (text, family, reasoning, size) => {
          const options = { tools: TOOLS, family, reasoning: reasoning as "open" | "closed" }
          const whole = read(options, [text])
          const cut: string[] = []
          for (let at = 0; at < text.length; at += size) cut.push(text.slice(at, at + size))
          expect(read(options, cut)).toEqual(whole)
          for (const call of whole.calls) {
            expect(call.end).toBeGreaterThan(call.at)
            if (call.complete) expect(typeof JSON.parse(call.arguments)).toBe("object")
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  test("an opener that holds the opener of another family is waited for", () => {
    const text =
      ']<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name="bash">]<]minimax[>[<command>ls]<]minimax[>[</command>]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>'
    const options = { tools: TOOLS, reasoning: "open" as const }
    for (let at = 1; at < text.length; at++)
      expect(read(options, [text.slice(0, at), text.slice(at)])).toEqual(read(options, [text]))
  })

  test("without tools, everything is text", () => {
    for (const spelling of SPELLINGS) {
      const text = spelling.calls([{ name: "bash", arguments: { command: "ls" } }])
      const output = read({ tools: [], family: spelling.family, reasoning: "closed" }, [text])
      expect(output.calls).toEqual([])
      expect(output.content.length).toBeGreaterThan(text.length / 2)
    }
  })

  const LONG: Record<string, string> = {
    "openers of every kind": SPELLINGS.map(({ literals }) => literals.join(""))
      .join("")
      .repeat(60),
    "a call that never closes": `<tool_call>\n<function=write>\n<parameter=content>\n${"line of text\n".repeat(60_000)}`,
    "calls that begin and break": "<tool_call>\n<function=bash>\n".repeat(20_000),
    "doubtful ends": `<tool_call>\n<function=bash>\n<parameter=command>\n${"</parameter>\n</function>\n</tool_call>\nx ".repeat(10_000)}`,
    "openers of the next parameter": `<tool_call>\n<function=bash>\n<parameter=command>\n${"\n<parameter=timeout>\nx".repeat(20_000)}`,
    "ends of calls in a value": `<tool_call>\n<function=bash>\n<parameter=command>\n${"</function>\n</tool_call>\n<tool_call>\n<function=bash>\n<parameter=timeout>\n".repeat(6000)}`,
    "closers in a list": `<tool_call>\n<function=todowrite>\n<parameter=todos>\n[${'"</parameter>\n</function>\n</tool_call>x", '.repeat(10_000)}`,
    "single quotes": `<tool_call>{'name': 'bash', 'arguments': {'command': '${"'x".repeat(200_000)}`,
    commas: `<tool_call>{"name": "bash", "arguments": {"command": [${"1,\n".repeat(100_000)}`,
    "nested values": `<tool_call>\n<function=bash>\n<parameter=command>\n${"<parameter=command>".repeat(30_000)}`,
    "calls in doubt, one behind the other":
      "<tool_call>\n<function=bash>\n<parameter=command>\n<parameter=x>\n</parameter>\n</function>\n</tool_call>\n".repeat(3000),
    "JSON without end": `<tool_call>{"name": "bash", "arguments": {"command": "${"a".repeat(800_000)}`,
    "JSON too deep": `<tool_call>{"name": "bash", "arguments": {"command": ${"[".repeat(300_000)}`,
    "arguments before a name that does not come": `<tool_call>{"arguments": {"command": "${"a".repeat(900_000)}`.repeat(2),
    "brackets where lines begin": "[\n{\n".repeat(100_000),
    "white space": `<tool_call>${" \n".repeat(300_000)}`,
    "turn ends": "<|im_end|>\n".repeat(30_000),
    "python without end": `[bash(command='${"a\\n".repeat(200_000)}`,
    backticks: "`".repeat(300_000),
  }
  for (const [what, text] of Object.entries(LONG)) {
    for (const family of [undefined, "nemotron3", "gpt-oss"]) {
      test(`${what}: costs time in proportion to its length (${family ?? "family unknown"})`, () => {
        // Of the processor, since others work on the machine as well.
        const started = process.cpuUsage()
        const reader = createRawReader({ tools: TOOLS, family, reasoning: "closed" })
        for (let at = 0; at < text.length; at += 40) reader.push(text.slice(at, at + 40))
        reader.end()
        expect(process.cpuUsage(started).user / 1000).toBeLessThan(3000)
      })
    }
  }
})
