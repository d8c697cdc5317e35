import type { Format } from "./context.ts"
import { skipSpace } from "./input.ts"
import { accept, any, maybe, SPACE, type Step, take } from "./match.ts"
import { tagFormat } from "./tag-format.ts"
import type { TagGrammar } from "./tag-grammar.ts"

/** The value of an attribute. Models forget the quotes or write single ones. */
const quoted = (name: string): Step => any(['"', take(name), '"'], ["'", take(name), "'"], [take(name)])

/** `<invoke name="N"><parameter name="K">V</parameter></invoke>` with a prefix before each tag's name. */
function invoke(prefix: string): Pick<TagGrammar, "open" | "close" | "valueOpen" | "valueMark" | "valueClose" | "unclosed"> {
  return {
    open: [`<${prefix}invoke name=`, quoted("name"), SPACE, ">"],
    close: [`</${prefix}invoke>`],
    valueOpen: [`<${prefix}parameter name=`, quoted("key"), maybe(' string="', take("text"), '"'), SPACE, ">"],
    valueMark: `<${prefix}parameter name=`,
    valueClose: () => `</${prefix}parameter>`,
    unclosed: { close: `</${prefix}invoke>` },
  }
}

/** MiniMax M2. */
export const MINIMAX_M2: Format = tagFormat({
  id: "minimax-m2",
  openers: ["<minimax:tool_call>"],
  around: { open: ["<minimax:tool_call>"], close: ["</minimax:tool_call>"] },
  ...invoke(""),
})

/** dots. */
export const DOTS: Format = tagFormat({
  id: "dots",
  openers: ["<dots_function_call>"],
  around: { open: ["<dots_function_call>"], close: ["</dots_function_call>"] },
  ...invoke(""),
})

/** What many models write that have read such calls elsewhere. */
export const INVOKE: Format = tagFormat({
  id: "minimax-m2",
  openers: ["<function_calls>", "<invoke name="],
  around: { open: ["<function_calls>"], close: [any(["</function_calls>"], ["</minimax:tool_call>"])], optional: true },
  ...invoke(""),
})

/** The second pair is V4's own, the others are what it writes for it. */
const DSML_WRAPPERS = ["function_calls>", "tool_calls>", "toolcalls>", "tool>"]

/** DeepSeek V3.2 and V4; each tag says whether its value is text. Models write the bars in both spellings. */
const dsml = (mark: string): Format => {
  const wrapper = any(...DSML_WRAPPERS.map((name) => [name]))
  return tagFormat({
    id: "dsml",
    openers: [...DSML_WRAPPERS.map((name) => `<${mark}${name}`), `<${mark}invoke name=`],
    around: { open: [`<${mark}`, wrapper], close: [`</${mark}`, wrapper], optional: true },
    ...invoke(mark),
  })
}
export const DSML: Format = dsml("｜DSML｜")
export const DSML_ASCII: Format = dsml("|DSML|")

/** DeepSeek V4.1: a space behind the mark. */
export const DSML_SPACED: Format = tagFormat({
  id: "dsml",
  openers: ["<｜DSML｜ calls>", "<｜DSML｜ invoke name="],
  around: { open: ["<｜DSML｜ calls>"], close: ["</｜DSML｜ calls>"], optional: true },
  ...invoke("｜DSML｜ "),
})

/** Muse Glimmer. */
export const GLIMMER: Format = tagFormat({
  id: "glimmer",
  openers: ["<atem:function_calls>", "<atem:invoke name="],
  around: { open: ["<atem:function_calls>"], close: ["</atem:function_calls>"], optional: true },
  ...invoke("atem:"),
})

/** The same in a message to the tool, whose head says its name, too. */
export const GLIMMER_MESSAGE: Format = {
  id: "glimmer",
  openers: ["to="],
  *read(input, context) {
    const head = yield* accept(input, ["to=", take("to"), "<|message|>", SPACE])
    if (!head) return false
    yield* skipSpace(input)
    return yield* GLIMMER.read(input, context)
  },
}

/** Step 3. */
export const STEP3: Format = tagFormat({
  id: "step3",
  openers: ["<｜tool_calls_begin｜>", "<｜tool_call_begin｜>"],
  around: { open: ["<｜tool_calls_begin｜>"], close: ["<｜tool_calls_end｜>"], optional: true },
  ...invoke("steptml:"),
  open: ["<｜tool_call_begin｜>", SPACE, "function<｜tool_sep｜>", SPACE, "<steptml:invoke name=", quoted("name"), ">"],
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
