import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { applyAll, correctedLine, type Edit } from "../../src/config/edit.ts"
import { parseJsonc } from "../../src/config/json.ts"

const MODEL: Edit = { path: ["model"], value: "v/m" }
const PLUGIN: Edit = { path: ["plugin"], value: "x", append: true }

describe("one change", () => {
  const cases: [what: string, before: string, edit: Edit, after: string][] = [
    ["into nothing", "", MODEL, '{\n  "model": "v/m"\n}\n'],
    ["into a comment alone", "// mine\n", MODEL, '// mine\n{\n  "model": "v/m"\n}\n'],
    ["into an empty object", "{}\n", MODEL, '{\n  "model": "v/m"\n}\n'],
    ["over a value", '{\n  "model": "a/b", // mine\n  "x": 1\n}', MODEL, '{\n  "model": "v/m", // mine\n  "x": 1\n}'],
    ["behind the last", '{\n    "x": 1\n}\n', MODEL, '{\n    "x": 1,\n    "model": "v/m"\n}\n'],
    ["behind a comma", '{\n  "x": 1,\n}\n', MODEL, '{\n  "x": 1,\n  "model": "v/m",\n}\n'],
    ["with tabs", '{\n\t"x": 1\n}\n', MODEL, '{\n\t"x": 1,\n\t"model": "v/m"\n}\n'],
    ["with the line ends of Windows", '{\r\n  "x": 1\r\n}\r\n', MODEL, '{\r\n  "x": 1,\r\n  "model": "v/m"\r\n}\r\n'],
    ["behind a comment", '{\n  "x": 1 // one\n}\n', MODEL, '{\n  "x": 1, // one\n  "model": "v/m"\n}\n'],
    ["behind a comma and a comment", '{\n  "x": 1, /* one */\n}\n', MODEL, '{\n  "x": 1, /* one */\n  "model": "v/m",\n}\n'],
    ["before a comment of its own line", '{\n  "x": 1\n  // end\n}\n', MODEL, '{\n  "x": 1,\n  "model": "v/m"\n  // end\n}\n'],
    ["into a list that is not there", "{}", PLUGIN, '{\n  "plugin": [\n    "x"\n  ]\n}'],
    ["into a list", '{\n  "plugin": [\n    "a" // A\n  ]\n}\n', PLUGIN, '{\n  "plugin": [\n    "a", // A\n    "x"\n  ]\n}\n'],
    ["a removal", '{\n  "model": "a/b",\n  "x": 1\n}\n', { path: ["model"], value: undefined }, '{\n  "x": 1\n}\n'],
  ]
  for (const [what, before, edit, after] of cases)
    test(what, () => {
      expect(applyAll(before, [edit])).toBe(after)
    })

  test("the corrected line is the line as it stands in the file then", () => {
    expect(correctedLine('{\n  "model": "a/b", // mine\n}', MODEL)).toBe('"model": "v/m", // mine')
    expect(correctedLine("{}", { path: ["limit"], value: { context: 1, output: 2 } })).toBe(
      '"limit": { "context": 1, "output": 2 }',
    )
  })
})

describe("whatever stands in the file", () => {
  const name = fc.constantFrom("provider", "model", "plugin", "a", "b c", "é", "options", "constructor")
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.boolean(),
      fc.constantFrom("", "x", "// no comment", 'a"b'),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  }))
  const file = fc.record(
    {
      provider: fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true }),
      plugin: fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }),
      theme: value,
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  /** JSON text with a numbered comment behind some lines, and with commas at the end of lists. */
  const written = fc
    .tuple(file, fc.constantFrom(2, 4, "\t"), fc.constantFrom("\n", "\r\n"), fc.infiniteStream(fc.nat(5)), fc.boolean())
    .map(([content, indent, eol, dice, commas]) => {
      const lines = JSON.stringify(content, null, indent).split("\n")
      const text = lines.map((line, i) => {
        const comma = commas && /[^{[,]$/.test(line) && i < lines.length - 1 && /^\s*[}\]]/.test(lines[i + 1] ?? "") ? "," : ""
        const roll = dice.next().value
        return `${line}${comma}${roll === 0 ? ` // <${i}>` : roll === 1 ? ` /* <${i}> */` : ""}`
      })
      return { content, text: `${text.join(eol)}${eol}`, eol }
    })

  test("an edit changes what it says and nothing else; no comment is lost or moved past another", () => {
    fc.assert(
      fc.property(written, ({ content, text, eol }) => {
        expect(parseJsonc(text)).toMatchObject({ value: content })
        const after = applyAll(text, [{ path: ["provider", "new"], value: { npm: "n", models: { "a/b": {} } } }, MODEL, PLUGIN])
        const expected = {
          ...content,
          provider: { ...content.provider, new: { npm: "n", models: { "a/b": {} } } },
          model: "v/m",
          plugin: [...(content.plugin ?? []), "x"],
        }
        const { value: found, fault } = parseJsonc(after)
        expect([fault, found]).toEqual([undefined, expected])
        if (eol === "\r\n") expect(after.replaceAll("\r\n", "")).not.toContain("\n")
        expect(after.match(/<\d+>/g) ?? []).toEqual(text.match(/<\d+>/g) ?? [])
      }),
      { numRuns: 300 },
    )
  })
})
