import type { Format } from "./context.ts"
import { any, maybe, SPACE, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"
import type { TagGrammar } from "./tag-grammar.ts"

/** `<invoke name="N"><parameter name="K">V</parameter></invoke>` with a prefix before each tag's name. */
function invoke(prefix: string): Pick<TagGrammar, "open" | "close" | "valueOpen" | "valueMark" | "valueClose"> {
  return {
    open: [`<${prefix}invoke name="`, take("name"), '">'],
    close: [`</${prefix}invoke>`],
    valueOpen: [`<${prefix}parameter name="`, take("key"), '"', maybe(' string="', take("text"), '"'), ">"],
    valueMark: `<${prefix}parameter name="`,
    valueClose: () => `</${prefix}parameter>`,
  }
}

/** MiniMax M2. */
export const MINIMAX_M2: Format = tagFormat({
  id: "minimax-m2",
  openers: ["<minimax:tool_call>"],
  around: { open: ["<minimax:tool_call>"], close: ["</minimax:tool_call>"] },
  ...invoke(""),
})

/** What many models write that have read such calls elsewhere. */
export const INVOKE: Format = tagFormat({
  id: "minimax-m2",
  openers: ["<function_calls>", "<invoke name="],
  around: { open: ["<function_calls>"], close: ["</function_calls>"], optional: true },
  ...invoke(""),
})

/** DeepSeek V3.2 and V4; each tag says whether its value is text. Models write the bars in both spellings. */
const dsml = (mark: string): Format =>
  tagFormat({
    id: "dsml",
    openers: [`<${mark}function_calls>`, `<${mark}tool_calls>`, `<${mark}invoke name=`],
    around: {
      open: [`<${mark}`, any(["function_calls>"], ["tool_calls>"])],
      close: [`</${mark}`, any(["function_calls>"], ["tool_calls>"])],
      optional: true,
    },
    ...invoke(mark),
  })
export const DSML: Format = dsml("｜DSML｜")
export const DSML_ASCII: Format = dsml("|DSML|")

/** Muse Glimmer. */
export const GLIMMER: Format = tagFormat({
  id: "glimmer",
  openers: ["<atem:function_calls>", "<atem:invoke name="],
  around: { open: ["<atem:function_calls>"], close: ["</atem:function_calls>"], optional: true },
  ...invoke("atem:"),
})

/** Step 3. */
export const STEP3: Format = tagFormat({
  id: "step3",
  openers: ["<｜tool_calls_begin｜>", "<｜tool_call_begin｜>"],
  around: { open: ["<｜tool_calls_begin｜>"], close: ["<｜tool_calls_end｜>"], optional: true },
  ...invoke("steptml:"),
  open: ["<｜tool_call_begin｜>", SPACE, "function<｜tool_sep｜>", SPACE, '<steptml:invoke name="', take("name"), '">'],
  close: ["</steptml:invoke>", SPACE, "<｜tool_call_end｜>"],
})

/** Kimi K3. */
export const KIMI_K3: Format = tagFormat({
  id: "kimi-k3",
  openers: ["<|open|>tools<|sep|>", "<|open|>call tool="],
  around: { open: ["<|open|>tools<|sep|>"], close: ["<|close|>tools<|sep|>"], optional: true },
  open: ['<|open|>call tool="', take("name"), '"', maybe(' index="', take("index"), '"'), "<|sep|>"],
  close: ["<|close|>call<|sep|>"],
  valueOpen: ['<|open|>argument key="', take("key"), '"', maybe(' type="', take("type"), '"'), "<|sep|>"],
  valueMark: "<|open|>argument key=",
  valueClose: () => "<|close|>argument<|sep|>",
})
