import { clean } from "../../endpoint/text.ts"
import type { Problem, Rule } from "./types.ts"

/** Files that cannot be read, and those that are no JSON: OpenCode starts with neither. */
export const syntax: Rule = ({ loaded }) =>
  [...loaded.files, ...loaded.tuiFiles].flatMap(({ path, fault, unreadable }): Problem[] => {
    if (unreadable)
      return [
        {
          ...{ code: "bad-json", rule: "file-unreadable", severity: "fail", file: path, line: 1, column: 1 },
          message: `The file cannot be read (${unreadable}).`,
          fix: "Give yourself the right to read it.",
        },
      ]
    if (!fault) return []
    const { line, column, what } = fault
    return [
      {
        ...{ code: "bad-json", rule: "syntax", severity: "fail", file: path, line, column },
        message: `The file is not readable as JSON: ${clean(what, 80)} in line ${line}, column ${column}.`,
        fix: `Correct line ${line}, or the end of the line before it.`,
      },
    ]
  })
