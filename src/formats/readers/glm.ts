import type { Format } from "./context.ts"
import { maybe, SPACE, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"

const VALUE = {
  valueOpen: ["<arg_key>", SPACE, take("key"), SPACE, "</arg_key>", SPACE, "<arg_value>"],
  valueMark: "<arg_value>",
  valueClose: () => "</arg_value>",
} as const

/** GLM 4.5 to 5, Ling 3, Laguna: the name stands behind the opener, every value in a pair of tags behind its key's. */
export const GLM: Format = tagFormat({
  id: "glm",
  openers: ["<tool_call>"],
  open: ["<tool_call>", SPACE, take("name"), SPACE],
  close: ["</tool_call>"],
  ...VALUE,
})

/** Hunyuan 3: the same with a separator behind the name, all calls in a tag. */
export const HUNYUAN_V3: Format = tagFormat({
  id: "hunyuan-v3",
  openers: ["<tool_calls>", "<tool_call>"],
  around: { open: ["<tool_calls>"], close: ["</tool_calls>"], optional: true },
  open: ["<tool_call>", SPACE, take("name"), SPACE, "<tool_sep>", maybe("\n")],
  close: ["</tool_call>"],
  ...VALUE,
})
