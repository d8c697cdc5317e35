import type { Format } from "./context.ts"
import { any, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"

const FUNCTION = {
  open: ["<function=", take("name"), ">"],
  close: ["</function>"],
  valueOpen: ["<parameter=", take("key"), ">"],
  valueMark: "<parameter=",
  valueClose: () => "</parameter>",
  newlines: true,
} as const

/** Qwen3-Coder, Qwen3.5, Nemotron 3, Step 3.5, MiMo. Models forget the outer tag. */
export const QWEN_XML: Format = tagFormat({
  id: "qwen-xml",
  openers: ["<tool_call>", "<function="],
  around: { open: ["<tool_call>"], close: ["</tool_call>"], optional: true },
  ...FUNCTION,
})

/** Seed-OSS: the same under its own outer tag. */
export const SEED: Format = tagFormat({
  id: "seed",
  openers: ["<seed:tool_call>"],
  around: { open: ["<seed:tool_call>"], close: ["</seed:tool_call>"] },
  ...FUNCTION,
})

/** MiniCPM 5: attributes instead of `=`. */
export const MINICPM: Format = tagFormat({
  id: "minicpm",
  openers: ["<function name=", "<tool_call>"],
  around: { open: ["<tool_call>"], close: ["</tool_call>"], optional: true },
  open: ["<function name=", any(['"'], ["'"]), take("name"), any(['"'], ["'"]), ">"],
  close: ["</function>"],
  valueOpen: ["<param name=", any(['"'], ["'"]), take("key"), any(['"'], ["'"]), ">"],
  valueMark: "<param name=",
  valueClose: () => "</param>",
  cdata: true,
})
