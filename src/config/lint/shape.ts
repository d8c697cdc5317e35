import { clean } from "../../endpoint/text.ts"
import { type JSONPath, nodeAt, object } from "../json.ts"
import { placeIn } from "../load.ts"
import type { Problem, Rule } from "./types.ts"

type Type = "object" | "string" | "array"
const WORDS: Readonly<Record<Type, string>> = {
  object: "an object in braces",
  string: "a text in quotes",
  array: "a list in brackets",
}

/** What OpenCode does not start without, as far as it concerns servers. */
function* expected(value: Record<string, unknown>): Generator<[JSONPath, Type]> {
  for (const name of ["model", "small_model"]) yield [[name], "string"]
  yield [["plugin"], "array"]
  yield [["provider"], "object"]
  for (const [id, block] of Object.entries(object(value.provider))) {
    yield [["provider", id], "object"]
    yield [["provider", id, "npm"], "string"]
    for (const name of ["options", "models"]) yield [["provider", id, name], "object"]
    for (const key of Object.keys(object(object(block).models))) {
      yield [["provider", id, "models", key], "object"]
      yield [["provider", id, "models", key, "limit"], "object"]
    }
  }
}

/** A value of another kind than OpenCode takes in its place: it does not start. */
export const shape: Rule = ({ loaded }) =>
  loaded.files.flatMap((file) =>
    [...expected(file.value)].flatMap(([path, type]): Problem[] => {
      const node = nodeAt(file.tree, path)
      if (!node || node.type === type) return []
      return [
        {
          ...{ code: "bad-json", rule: "wrong-type", severity: "fail", ...placeIn(file, path) },
          message: `"${clean(path.join("."), 120)}" is not ${WORDS[type]}: OpenCode does not start.`,
          fix: `Write ${WORDS[type]}, or remove it.`,
        },
      ]
    }),
  )
