import type { Format } from "./context.ts"
import { any, maybe, SPACE, type Step, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"

const FUNCTION = {
  open: ["<function=", take("name"), ">"],
  close: ["</function>"],
  valueOpen: ["<parameter=", take("key"), ">"],
  valueMark: "<parameter=",
  valueClose: () => "</parameter>",
  unclosed: { close: "</function>" },
  newlines: true,
} as const

/** Qwen3-Coder, Qwen3.5, Nemotron 3, Step 3.5, MiMo. Models forget the outer tag. */
export const QWEN_XML: Format = tagFormat({
  id: "qwen-xml",
  openers: ["<tool_call>", "<function="],
  around: { open: ["<tool_call>"], close: ["</tool_call>"], optional: true },
  ...FUNCTION,
})

/** MiMo's template. */
export const MIMO: Format = tagFormat({
  id: "qwen-xml",
  openers: ["<tool_call>", "<function="],
  around: { open: ["<tool_call>"], close: ["</tool_call>"], optional: true },
  ...FUNCTION,
  newlines: "seldom",
})

/** Seed-OSS: the same under its own outer tag. */
export const SEED: Format = tagFormat({
  id: "seed",
  openers: ["<seed:tool_call>"],
  around: { open: ["<seed:tool_call>"], close: ["</seed:tool_call>"] },
  ...FUNCTION,
  newlines: "seldom",
})

/** Before an attribute; U+0120 is how tokenizers write a space, and some servers do not turn it back. */
const GAP: Step = any([" "], ["\u0120"], [])

/** MiniCPM 5: attributes instead of `=`. */
export const MINICPM: Format = tagFormat({
  id: "minicpm",
  openers: ["<function name=", "<functionname=", "<function\u0120name=", "<tool_call>"],
  around: { open: ["<tool_call>"], close: ["</tool_call>"], optional: true },
  open: ["<function", GAP, "name=", attribute("name"), ">", maybe(SPACE, "<arguments>")],
  close: [maybe("</arguments>", SPACE), "</function>"],
  valueOpen: ["<param", GAP, "name=", attribute("key"), ">"],
  valueMark: "<param name=",
  valueClose: () => "</param>",
  cdata: true,
})

function attribute(name: string): Step {
  return any(['"', take(name), '"'], ["'", take(name), "'"])
}
