import type { Format } from "./context.ts"
import { any, expect, maybe, SPACE, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"
import type { TagGrammar } from "./tag-grammar.ts"

type Value = Pick<TagGrammar, "valueOpen" | "valueMark" | "markBehind" | "valueClose">

/** Some checkpoints put a suffix into every tag, the same in all. */
function value(suffix: string): Value {
  return {
    valueOpen: [`<arg_key${suffix}>`, SPACE, take("key"), SPACE, `</arg_key${suffix}>`, SPACE, `<arg_value${suffix}>`],
    valueMark: `<arg_value${suffix}>`,
    markBehind: new RegExp(`</arg_key${suffix}>\\s*$`),
    valueClose: () => `</arg_value${suffix}>`,
  }
}

/** GLM 4.5 to 5, Ling 3, Laguna: the name stands behind the opener, every value in a pair of tags behind its key's. */
export const GLM: Format = tagFormat({
  id: "glm",
  openers: ["<tool_call>"],
  open: ["<tool_call>", SPACE, take("name"), SPACE],
  close: ["</tool_call>"],
  ...value(""),
})

/** Hunyuan 3 and 4: the same with all calls in a tag, version 3 with a separator behind the name. */
function hunyuan(suffix: string): Format {
  return tagFormat({
    id: "hunyuan-v3",
    openers: [`<tool_calls${suffix}>`, `<tool_call${suffix}>`],
    around: { open: [`<tool_calls${suffix}>`], close: [`</tool_calls${suffix}>`], optional: true },
    open: [`<tool_call${suffix}>`, SPACE, take("name"), SPACE, maybe(`<tool_sep${suffix}>`), SPACE],
    close: [`</tool_call${suffix}>`],
    ...value(suffix),
  })
}

export const HUNYUAN_V3: Format = hunyuan("")

export const HUNYUAN_SUFFIXED: Format = {
  id: "hunyuan-v3",
  openers: ["<tool_calls:", "<tool_call:"],
  *read(input, context) {
    const head = yield* expect(input, [any(["<tool_calls:"], ["<tool_call:"]), take("suffix"), ">"])
    return head && /^\w+$/.test(head.took.suffix ?? "") ? yield* hunyuan(`:${head.took.suffix}`).read(input, context) : false
  },
}

/** K2 Horizon: each value may say its type, which the tool's schema knows as well. */
export const IFM: Format = tagFormat({
  id: "ifm",
  openers: ["<ifm|tool_calls>", "<ifm|tool_call>"],
  around: { open: ["<ifm|tool_calls>"], close: ["</ifm|tool_calls>"], optional: true },
  open: ["<ifm|tool_call>", SPACE, take("name"), SPACE],
  close: ["</ifm|tool_call>"],
  valueOpen: [
    "<ifm|arg_key>",
    SPACE,
    take("key"),
    SPACE,
    "</ifm|arg_key>",
    SPACE,
    maybe("<ifm|arg_type>", take("type", undefined, "[], "), "</ifm|arg_type>", SPACE),
    "<ifm|arg_value>",
  ],
  valueMark: "<ifm|arg_value>",
  markBehind: /<\/ifm\|arg_(?:key|type)>\s*$/,
  valueClose: () => "</ifm|arg_value>",
})
