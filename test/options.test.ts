import { describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { optionsTable } from "../scripts/readme.ts"
import { readOptions } from "../src/options.ts"

describe("options", () => {
  test("nothing configured gives the defaults without a word", () => {
    const { options, problems } = readOptions(undefined)
    expect(problems).toEqual([])
    expect(options).toMatchObject({ health: true, inspect: true, leakedArguments: "warn", include: [], exclude: [] })
  })

  test("a wrong value is named with its path, and every other key keeps what the user wrote", () => {
    const { options, problems } = readOptions({ leakedArguments: "stop", exclude: ["work"], toasts: false })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain("`leakedArguments`")
    expect(options).toMatchObject({ leakedArguments: "warn", exclude: ["work"], toasts: false })
  })

  test("a wrong item in a list is named down to the item", () => {
    const { options, problems } = readOptions({ include: ["a", 5] })
    expect(problems[0]).toContain("`include.1`")
    expect(options.include).toEqual([])
  })

  test("an unknown key is named and ignored", () => {
    const { options, problems } = readOptions({ helth: false })
    expect(problems[0]).toContain("`helth` is not an option")
    expect(options.health).toBe(true)
  })

  test("options that are no object are named and ignored", () => {
    for (const raw of [[], "x", 7]) {
      const { options, problems } = readOptions(raw)
      expect(problems).toHaveLength(1)
      expect(options.inspect).toBe(true)
    }
  })

  test("rescue is one mode, or modes by provider and model", () => {
    expect(readOptions({ rescue: "always" })).toMatchObject({ options: { rescue: "always" }, problems: [] })
    const modes = { local: "off", "local/qwen3": "always" }
    expect(readOptions({ rescue: modes })).toMatchObject({ options: { rescue: modes }, problems: [] })
    for (const wrong of ["on", { local: "yes" }, 5]) {
      const { options, problems } = readOptions({ rescue: wrong })
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain('must be "auto" or "always" or "off", or an object')
      expect(options.rescue).toBe("auto")
    }
  })

  test("the table in the README is the one of the schema", () => {
    expect(readFileSync(new URL("../README.md", import.meta.url), "utf8")).toContain(optionsTable())
  })
})
