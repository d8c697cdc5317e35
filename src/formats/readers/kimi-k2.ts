import type { Format } from "./context.ts"
import { jsonFormat } from "./json-format.ts"
import { any, SPACE, take } from "./match.ts"

/** Kimi K2: `<|tool_call_begin|>functions.N:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`, in a section with two spellings. */
export const KIMI_K2: Format = jsonFormat({
  id: "kimi-k2",
  openers: ["<|tool_calls_section_begin|>", "<|tool_call_section_begin|>", "<|tool_call_begin|>"],
  around: {
    open: [any(["<|tool_calls_section_begin|>"], ["<|tool_call_section_begin|>"])],
    close: [any(["<|tool_calls_section_end|>"], ["<|tool_call_section_end|>"])],
  },
  open: ["<|tool_call_begin|>", SPACE, take("name"), SPACE, "<|tool_call_argument_begin|>"],
  close: ["<|tool_call_end|>"],
  named: (id) => id.replace(/^functions\./, "").replace(/:\d+$/, ""),
})
